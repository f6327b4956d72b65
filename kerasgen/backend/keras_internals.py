"""All uses of private API, nearly all Keras's, each with its reason, as read in Keras 3.15.1.

No other module may use one. `tests/backend/test_keras_internals.py` shows which of them a newer Keras breaks.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence

import keras

from kerasgen.backend.typing import Tensor


def loss_tracker(model: keras.Model) -> keras.metrics.Mean:
    """Gives the tracker behind the log `loss`, made by `compile`.

    Keras updates it only in its own `train_step`, through `compute_loss`, which wants a loss function in `compile`.
    """
    return model._loss_tracker


def seed_generators(model: keras.Model) -> list[keras.random.SeedGenerator]:
    """Gives the seed generators of a model and all its layers, in an order that is the same for the same architecture.

    Keras lists their states among the non-trainable variables, but mixed with the weights, and saves none of them.
    """
    return [generator for layer in model._flatten_layers() for generator in layer._seed_generators]


def moving_average(optimizer: keras.optimizers.Optimizer, variable: keras.Variable) -> keras.Variable:
    """Gives the moving average that a built optimizer with `use_ema=True` keeps of a trainable variable.

    Publicly an average can only replace the variable's own value (`finalize_variable_values`).
    """
    return optimizer._model_variables_moving_average[optimizer._get_variable_index(variable)]


def adam_moments(optimizer: keras.optimizers.Adam, variables: Sequence[keras.Variable]) -> tuple[list[Tensor], list[Tensor]]:
    """Gives the values of Adam's first and second moments of some of its variables.

    Publicly they are found only by their names in `optimizer.variables`.
    """
    slots = [optimizer._get_variable_index(variable) for variable in variables]
    first, second = ([moments[slot].value for slot in slots] for moments in (optimizer._momentums, optimizer._velocities))
    return first, second


def replace_update(
    optimizer: keras.optimizers.Optimizer,
    update: Callable[[keras.optimizers.Optimizer, list[Tensor], list[keras.Variable], Tensor], None],
) -> None:
    """Makes `update(optimizer, gradients, variables, learning_rate)` the update rule of one optimizer, on PyTorch only.

    The public `update_step` is called once a variable, and not at all where Keras has an update for all variables at once.
    """
    optimizer._parallel_update_step = types.MethodType(update, optimizer)


def fused_adam(
    values: list[Tensor],
    gradients: list[Tensor],
    first: list[Tensor],
    second: list[Tensor],
    step: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> None:
    """Runs PyTorch's fused kernel of Adam in place; not of Keras, but as private, read in PyTorch 2.13.

    The public `torch.optim.adam.adam(fused=True)` first sorts the tensors by device and type, at each step: 2% of a small VAE's
    time.
    """
    import torch

    steps = [torch.tensor(float(step))] * len(values)
    torch._fused_adam_(
        values,
        gradients,
        first,
        second,
        [],
        steps,
        lr=lr,
        beta1=beta1,
        beta2=beta2,
        weight_decay=0.0,
        eps=eps,
        amsgrad=False,
        maximize=False,
    )


def own_variables(optimizer: keras.optimizers.MultiOptimizer) -> list[keras.Variable]:
    """Gives the variables of a `MultiOptimizer` without those of its inner optimizers, which `variables` adds."""
    return optimizer._variables


class AutoJitCompile:
    """Mixin of a model that decides what `jit_compile="auto"` comes to; list it before the Keras base class.

    The public `supports_jit` would also overrule `jit_compile=True`.
    """

    def can_auto_jit_compile(self) -> bool:
        """Tells whether "auto" may compile the model; a hook, asked once it is built."""
        return True

    def _resolve_auto_jit_compile(self) -> bool:
        return self.can_auto_jit_compile() and super()._resolve_auto_jit_compile()  # type: ignore[misc]  # of keras.Model


def reduce_scalars_over_workers() -> None:
    """Makes Keras's `fit` average a step's logs over the processes of a `MultiWorkerMirroredStrategy`.

    Keras 3.15.1 reduces each log over its axis 0, which a scalar does not have, and raises ValueError at the first step.
    """
    from keras.src.backend.tensorflow import trainer

    of_keras = trainer.reduce_per_replica
    if getattr(of_keras, "reduces_scalars", False):
        return

    def reduce_per_replica(values: object, strategy: object, reduction: str) -> object:
        if reduction not in ("auto", "mean") or not trainer._collective_all_reduce_multi_worker(strategy):
            return of_keras(values, strategy, reduction)
        return keras.tree.map_structure(lambda value: strategy.reduce("MEAN", value, axis=None), values)  # type: ignore[attr-defined]

    reduce_per_replica.reduces_scalars = True  # type: ignore[attr-defined]
    trainer.reduce_per_replica = reduce_per_replica
