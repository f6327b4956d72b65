"""Keras's private API gives what `kerasgen.backend.keras_internals` says; a failure names what a newer Keras has changed."""

import ast
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, to_numpy
from keras import ops

import kerasgen
from kerasgen.backend import keras_internals

ROOT = Path(kerasgen.__file__).parents[1]


def variable(*values):
    return keras.Variable(np.array(values, "float32"))


def step(optimizer, variables, gradient):
    optimizer.apply([ops.convert_to_tensor(np.full(v.shape, gradient, "float32")) for v in variables], variables)


def test_loss_tracker_is_behind_the_log():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd")
    tracker = keras_internals.loss_tracker(model)
    tracker.update_state(2.0)
    tracker.update_state(4.0)
    assert float(model.get_metrics_result()["loss"]) == 3.0
    model.reset_metrics()
    assert float(tracker.result()) == 0.0


def test_seed_generators_of_a_model_and_all_its_layers():
    orders = []
    for _ in range(2):
        inner = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), keras.layers.GaussianNoise(0.5)])
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5), inner])
        model.own = keras.random.SeedGenerator(1)
        expected = [model.own, *(layer.seed_generator for layer in (model.layers[0], *inner.layers))]
        orders.append([list(map(id, expected)).index(id(each)) for each in keras_internals.seed_generators(model)])
    assert orders[0] == orders[1] and sorted(orders[0]) == [0, 1, 2, 3]


def test_moving_average_of_a_variable():
    variables = [variable(1.0), variable(5.0, 7.0)]
    optimizer = keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9)
    optimizer.build(variables)
    for _ in range(2):
        step(optimizer, variables, 2.0)  # 5, 7 to 4, 6 to 3, 5; the first average is the first value
    average = to_numpy(keras_internals.moving_average(optimizer, variables[1]))
    np.testing.assert_allclose(average, [0.9 * 4 + 0.1 * 3, 0.9 * 6 + 0.1 * 5], rtol=1e-6)


def test_moments_of_adam():
    variables = [variable(1.0), variable(2.0, 3.0)]
    optimizer = keras.optimizers.Adam(0.1, beta_1=0.5, beta_2=0.75)
    optimizer.build(variables)
    step(optimizer, variables, 2.0)
    (first,), (second,) = keras_internals.adam_moments(optimizer, variables[1:])
    np.testing.assert_allclose(ops.convert_to_numpy(first), [0.5 * 2.0] * 2, rtol=1e-6)
    np.testing.assert_allclose(ops.convert_to_numpy(second), [0.25 * 4.0] * 2, rtol=1e-6)


@pytest.mark.backend("torch")
def test_replaced_update_is_the_one_that_moves_the_variables():
    variables, others = [variable(1.0, 2.0)], [variable(1.0, 2.0)]
    replaced, plain = keras.optimizers.Adam(0.5), keras.optimizers.Adam(0.5)

    def update(optimizer, gradients, variables, learning_rate):
        assert optimizer is replaced
        for each, gradient in zip(variables, gradients, strict=True):
            each.assign(each - learning_rate * gradient)

    keras_internals.replace_update(replaced, update)
    step(replaced, variables, 3.0)
    step(plain, others, 3.0)
    np.testing.assert_allclose(to_numpy(variables[0]), [1.0 - 0.5 * 3.0, 2.0 - 0.5 * 3.0])
    np.testing.assert_allclose(to_numpy(others[0]), [0.5, 1.5], rtol=1e-5)  # Adam's: by the rate


def test_own_variables_are_those_before_the_inner_optimizers():
    inner = keras.optimizers.SGD(0.1, momentum=0.9)
    optimizer = keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(inner))
    optimizer.build([variable(1.0)])
    own = keras_internals.own_variables(optimizer)
    assert [v.path.split("/")[-1] for v in own] == ["iteration", "learning_rate"]
    assert [*map(id, own), *map(id, inner.variables)] == [*map(id, optimizer.variables)]


def test_auto_jit_compile_asks_the_model():
    class Asked(keras_internals.AutoJitCompile, keras.Model):
        willing = True

        def can_auto_jit_compile(self):
            return self.willing

    class Unwilling(Asked):
        willing = False

    compiled = {}
    for cls in (keras.Model, Asked, Unwilling):
        inputs = keras.Input((1,))
        model = cls(inputs, keras.layers.Dense(1)(inputs))
        for option in ("auto", True, False):
            model.compile(optimizer="sgd", jit_compile=option)
            compiled[cls, option] = model.jit_compile
    assert compiled[Asked, "auto"] == compiled[keras.Model, "auto"]
    assert compiled[Unwilling, "auto"] is False
    for option in (True, False):
        assert compiled[Unwilling, option] == compiled[keras.Model, option] == option


@ANY_BACKEND
def test_private_api_is_used_in_one_file():
    private = _private_names()
    assert {"_flatten_layers", "_loss_tracker", "_get_variable_index", "_resolve_auto_jit_compile"} <= private
    found = []
    for path in sorted([*(ROOT / "kerasgen").rglob("*.py"), *(ROOT / "export").rglob("*.py")]):
        if path != Path(keras_internals.__file__):
            found += [f"{path.relative_to(ROOT)}:{line}: {name}" for line, name in _uses(path, private)]
    assert found == []
    assert len(list(_uses(Path(keras_internals.__file__), private))) > 9  # it would find them


def _private_names():
    """The private attributes of the Keras classes that this package has subclasses or instances of."""
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1), keras.layers.Dropout(0.5)])
    optimizer = keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(keras.optimizers.Adam(use_ema=True)))
    network.compile(optimizer=optimizer)
    optimizer.build(network.trainable_variables)
    objects = [network, *network.layers, optimizer, *optimizer.optimizers, network.variables[0], keras.metrics.Mean()]
    objects += [network.layers[-1].seed_generator, keras.callbacks.Callback(), keras.callbacks.TensorBoard()]
    names = {name for each in objects for name in dir(each)}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


def _uses(path, private):
    """Lines that import or read private API: of Keras, TensorFlow, JAX or PyTorch as modules, of Keras's objects by name."""
    tree = ast.parse(path.read_text())
    assigned = {
        ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    own = {name for name in assigned if name.startswith("self.")}  # as a class that is not Keras's may call its own
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [getattr(node, "module", None) or ""] + [alias.name for alias in node.names]
            yield from ((node.lineno, name) for name in modules if _is_private_path(name))
        elif isinstance(node, ast.Attribute):
            full = ast.unparse(node)
            if (node.attr in private and full not in own) or _is_private_path(full):
                yield node.lineno, full
        elif isinstance(node, ast.ClassDef):
            overridden = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name in private]
            yield from ((each.lineno, each.name) for each in overridden)
        elif isinstance(node, ast.Constant) and node.value in private:
            yield node.lineno, repr(node.value)  # as in getattr


def _is_private_path(name):
    root, *rest = name.split(".")
    return root in {"jax", "keras", "tensorflow", "tf", "torch"} and any(
        part in {"src", "python"} or (part.startswith("_") and not part.startswith("__")) for part in rest
    )


@pytest.mark.backend("tensorflow")
def test_logs_of_workers_are_reduced_without_an_axis(monkeypatch):
    from keras.src.backend.tensorflow import trainer

    class Strategy:
        def reduce(self, reduction, value, axis):
            return reduction, value, axis

    keras_internals.reduce_scalars_over_workers()
    keras_internals.reduce_scalars_over_workers()  # once is enough
    monkeypatch.setattr(trainer, "_collective_all_reduce_multi_worker", lambda strategy: isinstance(strategy, Strategy))
    assert trainer.reduce_per_replica({"loss": 2.0}, Strategy(), "auto") == {"loss": ("MEAN", 2.0, None)}
    assert trainer.reduce_per_replica({"loss": 2.0}, None, "auto") == {"loss": 2.0}  # of one device, as Keras does
