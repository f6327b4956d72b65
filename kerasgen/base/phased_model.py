"""The training contract: a model is a tuple of phases, a phase is one optimizer step on its own networks."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import Literal

import keras
from keras import ops

from kerasgen import backend
from kerasgen.backend.keras_internals import loss_tracker
from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.batches import split
from kerasgen.base.checks import ImageInput, Rule, TrainingData
from kerasgen.base.entrances import Entrances
from kerasgen.base.hyperparameters import Hyperparameters, ImageShape, built
from kerasgen.base.optimizers import Optimizer, PhaseOptimizers
from kerasgen.base.phase import Phase
from kerasgen.base.random_state import SavedRandomState
from kerasgen.base.settings import default_dtype_policy, keras_defaults
from kerasgen.records import Seed


class PhasedModel(Hyperparameters, SavedRandomState, Entrances, abc.ABC):
    """Base of `GenerativeModel`: `train_step` runs the phases in order, on TensorFlow, JAX and PyTorch.

    A model's hyperparameters are its annotated class attributes (`kerasgen.base.hyperparameters`); its constructor checks and
    stores them, then calls `build_networks()` and `make_phases()`. Its dtype, where it is told none, is that of Keras's global
    policy if its weights are float32, as those of mixed_bfloat16 are, else float32; a preset is float32. Keras's other settings
    (`floatx`, `image_data_format`, `epsilon`) have no part in it.

    Args:
        image_shape: (height, width, channels).
        seed: of the random numbers of training.
    """

    image_shape: ImageShape
    seed: Seed = 0

    requires_labels = False  # whether the losses need labels
    num_classes = 0  # of them; 0 where there are none, or any number will do
    trains_in_bfloat16 = False  # whether a preset of the class was trained in mixed_bfloat16: dtype="auto" may then choose it
    phases: tuple[Phase, ...] = built()

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

    def assemble(self) -> None:
        """Builds the networks, the phases and what tracks their terms."""
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        with default_dtype_policy(self.dtype_policy), keras_defaults():
            self.build_networks()
            self.phases = self.make_phases()
            # Made here, not at the first step: JAX loses what is tracked by variables that are born inside `fit`.
            names = [name for phase in self.phases for name in (*phase.terms, *phase.monitors)]
            self.term_trackers = [keras.metrics.Mean(name=name) for name in names]
        self.built = True

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), **{name: getattr(self, name) for name in self.arguments()}}

    @keras_defaults()
    def compile(
        self,
        optimizer: Optimizer | None = None,
        *,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | Literal["auto"] = "auto",
        **optimizers: Optimizer,
    ) -> None:
        """Sets an optimizer a phase: `compile()` the paper's, `compile(generator=Adam(2e-4), ...)` your own.

        Args:
            optimizer: that of a model of one phase; `load_model` passes what was compiled.
            run_eagerly: whether steps run without a graph, to debug them.
            steps_per_execution: steps in one call of the graph.
            jit_compile: whether XLA compiles the steps; "auto" decides by the backend.
            **optimizers: optimizers, or their names, by the names of the phases; the paper's for those that are left out.

        Raises ValueError for a keyword that is no phase and for a model of another dtype than float32 and mixed_bfloat16: the
        loss scaling of mixed_float16 fits a single loss.
        """
        if self.dtype_policy.name not in ("float32", "mixed_bfloat16"):
            raise ValueError(f"Phases train in float32 or mixed_bfloat16. Received: dtype={self.dtype_policy.name!r}.")
        if not isinstance(optimizer, PhaseOptimizers):
            optimizer = PhaseOptimizers.chosen(self.phases, optimizer, optimizers, self.default_optimizers())
        self.prepare_training()
        self._asked_to_compile = jit_compile
        super().compile(
            optimizer=optimizer, run_eagerly=run_eagerly, steps_per_execution=steps_per_execution, jit_compile=jit_compile
        )
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def prepare_training(self) -> None:
        """Makes the variables that only training needs, which presets do not keep; a hook, nothing by default."""

    def get_compile_config(self) -> dict[str, object]:
        """What `compile` was told: Keras keeps what "auto" came to on this backend, which may be wrong on another."""
        config = super().get_compile_config()
        return {**config, "jit_compile": self._asked_to_compile} if self.compiled else config

    @keras_defaults()
    def compile_from_config(self, config: dict[str, object]) -> None:
        """Compiles as the saved model was; `load_model` calls it."""
        told = keras.saving.deserialize_keras_object(config)
        self.compile(**{name: told[name] for name in ("optimizer", "run_eagerly", "steps_per_execution", "jit_compile")})

    def phase_optimizer(self, phase: Phase) -> keras.optimizers.Optimizer:
        """Gives the optimizer of a phase."""
        return self.optimizer.optimizers[self.phases.index(phase)]

    # ---- training ----------------------------------------------------------------------------------------------

    def trained_variables(self, phase: Phase) -> list[keras.Variable]:
        """Gives the variables that a step of a phase moves; a hook, all of its networks by default."""
        return phase.variables

    def step_batches(self, batch: Batch) -> list[Batch]:
        """Gives what the phases run on, one after another, of a batch of the data; a hook, the batch itself by default."""
        return [batch]

    def training_callbacks(self, x: object, batch_size: int | None) -> list[keras.callbacks.Callback]:
        """Gives the callbacks that training needs, after those of `fit`; a hook, none by default."""
        return []

    @property
    def training_data(self) -> TrainingData:
        return TrainingData(self.image_shape, labels=self.num_classes if self.requires_labels else None)

    @property
    def input_data(self) -> Rule:
        return ImageInput(self.image_shape)

    @property
    def repeats(self) -> int:
        """The number of parts a batch is split into."""
        return max(phase.repeat for phase in self.phases)

    def train_step(self, *args: object) -> object:
        return backend.run_train_step(self, self._train_on, *args)

    def test_step(self, *args: object) -> object:
        return backend.run_test_step(self, self._test_on, *args)

    def _train_on(self, data: Batch) -> Values:
        for batch in self.step_batches(self.training_data.tensors(data)):
            results: Values = {}
            for phase in self.phases:
                variables, optimizer = self.trained_variables(phase), self.phase_optimizer(phase)
                for minibatch in self._minibatches(batch, phase.repeat):
                    results |= backend.minimize(
                        lambda: phase.compute_loss(minibatch, True, results), phase.total, variables, optimizer, self
                    )
            self.optimizer.iterations.assign_add(1)  # batches; the inner optimizers count their own steps
            logs = self._track(results, batch)
        return logs

    def _test_on(self, data: Batch) -> Values:
        batch = self.training_data.tensors(data)
        results: Values = {}
        for phase in self.phases:
            results |= phase.compute_loss(batch, False, results)
        return self._track(results, batch)

    def _minibatches(self, batch: Batch, repeat: int) -> Iterator[Batch]:
        if self.repeats == 1:
            yield batch
            return
        yield from split(batch, self.repeats)[:repeat]

    def _track(self, results: Values, batch: Batch) -> Values:
        weight = ops.shape(batch[0])[0]
        loss_tracker(self).update_state(sum(phase.total(results) for phase in self.phases), sample_weight=weight)
        for tracker in self.term_trackers:
            tracker.update_state(results[tracker.name], sample_weight=weight)
        return self.get_metrics_result()

    def normal(self, *shape: int | Tensor) -> Tensor:
        """Draws float32 noise from N(0, 1) and advances the model's random state."""
        return backend.normal(shape, self.seed_generator)

    def uniform(self, *shape: int | Tensor) -> Tensor:
        """Draws float32 numbers from [0, 1], by the distribution function of `normal`."""
        return 0.5 * (1.0 + ops.erf(self.normal(*shape) * 0.5**0.5))
