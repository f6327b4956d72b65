"""The one training contract: a model is a tuple of phases, a phase is one optimizer step on its own networks."""

from __future__ import annotations

import abc
import contextlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from keras import ops

from kerasgen import backend
from kerasgen.base.averaging import AveragedNetwork
from kerasgen.base.checks import check_training_data, check_training_labels
from kerasgen.base.optimizers import PhaseOptimizers
from kerasgen.base.phase import Phase
from kerasgen.base.random_state import SavedRandomState
from kerasgen.data.epoch_order import EpochOrder
from kerasgen.data.epochs import EpochBatches
from kerasgen.images import to_float


class GenerativeModel(SavedRandomState, keras.Model, abc.ABC):
    """Base of all models: `train_step` runs the phases in order, on TensorFlow, JAX and PyTorch.

    A model's constructor stores its arguments under their own names and ends with `self.assemble()`, which calls
    `build_networks()` and `make_phases()`. `get_config` reads the constructors' signatures. Images are float32 NHWC in
    [0, 1] everywhere.
    """

    image_shape: tuple[int, int, int]
    seed: int
    requires_labels: bool = False  # whether the losses need labels
    num_classes: int = 0  # of them; 0 where there are none, or any number will do

    # ---- what a model defines ----------------------------------------------------------------------------------

    @abc.abstractmethod
    def build_networks(self) -> None:
        """Assigns the networks to attributes of `self`."""

    @abc.abstractmethod
    def make_phases(self) -> tuple[Phase, ...]:
        """Gives the phases in the order of a training step."""

    @abc.abstractmethod
    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Gives the paper's optimizer for each phase, by its name."""

    # ---- construction and configuration ------------------------------------------------------------------------

    def assemble(self) -> None:
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        with _dtype_policy(self.dtype_policy):
            self.build_networks()
        self.phases = self.make_phases()
        # Made here, not at the first step: JAX loses what is tracked by variables that are born inside `fit`.
        names = [name for phase in self.phases for name in (*phase.terms, *phase.monitors)]
        self.term_trackers = [keras.metrics.Mean(name=name) for name in names]
        self.built = True

    @classmethod
    def arguments(cls) -> list[str]:
        """Gives the names of the constructor's arguments, those that it passes on to its bases too."""
        names = ["image_shape"]
        for each in cls.__mro__[: cls.__mro__.index(GenerativeModel)]:
            parameters = inspect.signature(each.__init__).parameters.values() if "__init__" in vars(each) else ()
            names += [p.name for p in parameters if p.kind == p.KEYWORD_ONLY and p.name not in names]
        return names

    def get_config(self) -> dict:
        return {**super().get_config(), **{name: getattr(self, name) for name in self.arguments()}}

    # ---- optimizers --------------------------------------------------------------------------------------------

    def compile(self, optimizer=None, *, run_eagerly=False, steps_per_execution=1, jit_compile="auto", **optimizers):
        """Sets an optimizer a phase: `compile()` the paper's, `compile(generator=Adam(2e-4), ...)` your own.

        `optimizer` serves a model of one phase; `load_model` passes it too. Raises ValueError for a keyword that is no
        phase and for mixed_float16 (its loss scaling fits a single loss; use mixed_bfloat16).
        """
        if self.dtype_policy.name == "mixed_float16":
            raise ValueError("Phases train in float32 or mixed_bfloat16. Received: dtype='mixed_float16'.")
        names = [phase.name for phase in self.phases]
        unknown = set(optimizers) - set(names)
        if unknown:
            raise ValueError(f"An optimizer belongs to a phase, one of {names}. Received: {sorted(unknown)}.")
        if not isinstance(optimizer, PhaseOptimizers):
            if optimizer is not None:
                if len(names) > 1:
                    raise ValueError(
                        f"Give each phase its optimizer: {', '.join(n + '=...' for n in names)}. "
                        f"Received: optimizer={optimizer}."
                    )
                optimizers = {names[0]: optimizer}
            given = {name: keras.optimizers.get(value) for name, value in optimizers.items()}
            optimizer = PhaseOptimizers.of(self.phases, {**self.default_optimizers(), **given})
        self.prepare_training()
        self._asked_to_compile = jit_compile
        super().compile(
            optimizer=optimizer, run_eagerly=run_eagerly, steps_per_execution=steps_per_execution, jit_compile=jit_compile
        )
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def prepare_training(self) -> None:
        """Makes the variables that only training needs, which presets do not keep; a hook, nothing by default."""

    def get_compile_config(self) -> dict:
        """What `compile` was told: Keras keeps what "auto" came to on this backend, which may be wrong on another."""
        return {**super().get_compile_config(), "jit_compile": self._asked_to_compile}

    def compile_from_config(self, config: dict) -> None:
        """Compiles as the saved model was; `load_model` calls it."""
        config = keras.saving.deserialize_keras_object(config)
        given = {name: config[name] for name in ("optimizer", "run_eagerly", "steps_per_execution")}
        self.compile(**given, jit_compile=config["jit_compile"])

    def phase_optimizer(self, phase: Phase) -> keras.optimizers.Optimizer:
        return self.optimizer.optimizers[self.phases.index(phase)]

    # ---- training ----------------------------------------------------------------------------------------------

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, **kwargs):
        """Keras's `fit` behind a check of the images: NHWC of the model's shape, float32 in [0, 1] or arrays of uint8.

        `EpochBatches` keep their own order, that of the epoch. Raises ValueError for arrays of another rank, size, dtype or
        range, for NaN, for a batch that has fewer images than a phase has steps, and for labels missing or out of range.
        """
        self.check_training(x, y, batch_size)
        x, y = (to_float(each) if isinstance(each, np.ndarray) and each.ndim == 4 else each for each in (x, y))
        callbacks = [*(callbacks or ()), *self.training_callbacks(x, batch_size)]
        if isinstance(x, EpochBatches):
            kwargs.setdefault("shuffle", False)
            callbacks.append(EpochOrder(x))
        return super().fit(x, y, batch_size, epochs, verbose, callbacks, **kwargs)

    def trained_variables(self, phase: Phase) -> list:
        """Gives the variables that a step of a phase moves; a hook, all of its networks by default."""
        return phase.variables

    def step_batches(self, batch) -> list:
        """Gives what the phases run on, one after another, of a batch of the data; a hook, the batch itself by default."""
        return [batch]

    def training_callbacks(self, x, batch_size: int | None) -> list:
        """Gives the callbacks that training needs, after those of `fit`; a hook, none by default."""
        return []

    def check_training(self, x, y, batch_size: int | None) -> None:
        """Raises ValueError for what `fit` must not be given; a hook."""
        check_training_data(x, self.image_shape, batch_size, self.repeats)
        if self.requires_labels:
            check_training_labels(x, y, self.num_classes)

    @property
    def repeats(self) -> int:
        """The number of parts a batch is split into."""
        return max(phase.repeat for phase in self.phases)

    def train_step(self, *args):
        return backend.run_train_step(self, self._train_on, *args)

    def test_step(self, *args):
        return backend.run_test_step(self, self._test_on, *args)

    def _train_on(self, data) -> dict:
        for batch in self.step_batches(_unpack(data)):
            results = {}
            for phase in self.phases:
                variables, optimizer = self.trained_variables(phase), self.phase_optimizer(phase)
                for minibatch in self._minibatches(batch, phase.repeat):
                    results |= backend.minimize(lambda: phase.loss(minibatch, True), phase.total, variables, optimizer, self)
            self.optimizer.iterations.assign_add(1)  # batches; the inner optimizers count their own steps
            logs = self._track(results, batch)
        return logs

    def _test_on(self, data) -> dict:
        batch = _unpack(data)
        results = {name: value for phase in self.phases for name, value in phase.loss(batch, False).items()}
        return self._track(results, batch)

    def _minibatches(self, batch, repeat: int) -> Iterator:
        if self.repeats == 1:
            yield batch
            return
        yield from split(batch, self.repeats)[:repeat]

    def _track(self, results: dict, batch) -> dict:
        weight = ops.shape(batch[0])[0]
        self._loss_tracker.update_state(sum(phase.total(results) for phase in self.phases), sample_weight=weight)
        for tracker in self.term_trackers:
            tracker.update_state(results[tracker.name], sample_weight=weight)
        return self.get_metrics_result()

    def normal(self, *shape):
        """Draws float32 noise from N(0, 1) and advances the model's random state."""
        return backend.normal(shape, self.seed_generator)

    # ---- use ---------------------------------------------------------------------------------------------------

    def ema_network(self, network: keras.Model) -> keras.Model:
        """Gives `network` with the moving average of its weights where its optimizer keeps one (`use_ema=True`)."""
        if not self.compiled:
            return network
        phase = next(phase for phase in self.phases if network in phase.networks)
        optimizer = self.phase_optimizer(phase)
        if not optimizer.use_ema or not int(optimizer.iterations):
            return network
        twins = self.__dict__.setdefault("_averages", _Untracked()).items
        if network.name not in twins:
            twins[network.name] = AveragedNetwork(network, optimizer, self.refresh_batch_norm)
        return twins[network.name].network()

    def refresh_batch_norm(self, network: keras.Model) -> None:
        """Renews what depends on the weights of an averaged network; a hook, nothing to do by default."""

    def save_preset(self, path: str | Path, **about) -> Path:
        """Writes a card `<path>.json` and the sampling weights `<path>.weights.h5`; see `kerasgen.presets.save`."""
        from kerasgen import presets

        return presets.save(self, path, **about)


class _Untracked:
    """Hides a dict from Keras, which would otherwise count its networks among the model's layers."""

    def __init__(self):
        self.items = {}


def _unpack(data) -> tuple:
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError("Generative losses take no sample weights. Received: data of three parts.")
    batch = (x,) if y is None else (x, y)
    return keras.tree.map_structure(ops.convert_to_tensor, batch)  # `train_on_batch` hands numpy through


def split(batch, parts: int) -> list:
    """Cuts a batch into parts of equally many images."""
    size = ops.shape(batch[0])[0] // parts
    return [keras.tree.map_structure(lambda v: v[start * size : (start + 1) * size], batch) for start in range(parts)]


@contextlib.contextmanager
def _dtype_policy(policy) -> Iterator[None]:
    """Makes `policy` the default of the layers that are built inside."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
