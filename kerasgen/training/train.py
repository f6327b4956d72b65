"""Training from a card, which holds everything that a run needs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import keras
import msgspec

from kerasgen import presets
from kerasgen.base.model import GenerativeModel
from kerasgen.callbacks import (
    AdaptiveResampling,
    Checkpoints,
    EpochLog,
    Interrupted,
    KeepBest,
    LearningRates,
    LossCurves,
    StopWhenDiverged,
    make_loggers,
)
from kerasgen.callbacks.checkpoints import Begun, restore, restore_within
from kerasgen.callbacks.on_copy import copy_variables
from kerasgen.callbacks.rest_of_epoch import RestOfEpoch
from kerasgen.data.dataset import Dataset
from kerasgen.evaluation.evaluate import evaluate
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.single_images import single_images
from kerasgen.files import user_path
from kerasgen.images import save_png
from kerasgen.models.latent_base import LatentSampler
from kerasgen.presets.card import Card, TrainingSection
from kerasgen.presets.data import load_data, training_of
from kerasgen.presets.store import build_model
from kerasgen.presets.transfer import copy_weights
from kerasgen.records import to_dict
from kerasgen.training.distribution import DistributedRun
from kerasgen.training.dtype import resolve_dtype
from kerasgen.training.grids import image_grids, preview
from kerasgen.training.optimizers import build_optimizers
from kerasgen.training.rate_changes import resolve_rate_changes
from kerasgen.training.run_directory import CHECKPOINTS, hold_run_directory


def train(
    card: Card,
    directory: str | Path,
    *,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int | str = "auto",
    grid_interval: int = 1,
    loggers: Sequence[str] = (),
    distribution: DistributedRun | None = None,
    learning_rate_factor: float | None = None,
) -> GenerativeModel:
    """Trains the card's model with `fit` in `directory`.

    The directory gets checkpoints (`backup/`), a log and its curves (`log.csv`, `log.png`), image grids (`samples/`,
    `reconstructions/`, `translations/`) and, where the card asks for them ("keep_best"), the best weights (`best.json`). A run
    that was interrupted or killed goes on from its last checkpoint when it is called again.

    Args:
        card: with the sections "data" and "training".
        directory: of the run; it is created.
        callbacks: further ones, called last.
        verbose: as in `fit`.
        grid_interval: epochs from one image grid, and plot of the curves, to the next.
        loggers: names in `kerasgen.callbacks.LOGGERS`: "tensorboard", "wandb", "mlflow"; each has its folder.
        distribution: the devices and processes that train the model; the first process alone writes, and alone calls the
            callbacks.
        learning_rate_factor: of the recipe's learning rates, from the next epoch on: how a run that diverged goes on from its
            last finite state. The run records it, and its preset's card ("rate_changes").

    Returns:
        The model with its last weights, on one device. Raises ValueError for a directory that holds the run of another recipe,
        BlockingIOError for one in which another process trains, WriteError where the disk is full or the folder may not be
        written, FloatingPointError if the losses diverge, and ProcessLost where another process ends.
    """
    directory = user_path(directory)
    card = _resolved(card, directory, learning_rate_factor)
    with contextlib.ExitStack() as held:
        return _train(card, directory, held, callbacks, verbose, grid_interval, loggers, distribution)


def _train(
    card: Card,
    directory: Path,
    held: contextlib.ExitStack,
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: int | str,
    grid_interval: int,
    loggers: Sequence[str],
    distribution: DistributedRun | None,
) -> GenerativeModel:
    """Trains; `held` keeps the directory for this process."""
    recipe = training_of(card)
    with distribution.watched() if distribution else contextlib.nullcontext():
        first = distribution is None or distribution.first
        described = to_dict(card)
        if distribution is not None and distribution.processes > 1 and recipe.resampling:
            raise ValueError(f"Adaptive resampling needs one process. Received: {distribution.processes}.")
        logs = make_loggers(
            loggers if first else (), directory, described, lambda model: preview(model, held_out), grid_interval
        )
        model, train_data, held_out = prepare(card)
        of_recipe = _recipe_callbacks(recipe, model, train_data, directory)
        if first:
            held.enter_context(hold_run_directory(directory, card, model))
        checkpoints = directory / CHECKPOINTS
        factors = {change.epoch: change.factor for change in recipe.rate_changes}
        rates = LearningRates(model, factors)  # of the recipe, which a state may have changed
        begun = restore_within(model, checkpoints) if distribution is None else Begun()
        states = Checkpoints(checkpoints, begun)
        own = [
            StopWhenDiverged(checkpoints),
            *of_recipe,
            EpochLog(directory / "log.csv"),
            LossCurves(directory / "log.csv", directory / "log.png", grid_interval),
            *logs,
            *image_grids(model, directory, held_out, grid_interval),
            states,
            *callbacks,
        ]
        if distribution is None:
            try:
                _fit(model, recipe, train_data, held_out, verbose, [rates, *own], begun)
            except Interrupted:
                if not recipe.resampling:  # whose weights of images are those of the model when the epoch began
                    states.save_step()
                raise
            return model
        distribution.check_equal("recipe and data", [described["model"], described["training"], train_data.num_images])
        distribution.share(train_data, held_out)
        with distribution.building():
            trained = _compiled(card)
        own = distribution.callbacks(own, model, checkpoints)
        with distribution.training():
            rates = LearningRates(trained, factors)
            begun = Begun(restore(trained, checkpoints))
            distribution.check_equal("checkpoint, so that they begin with one epoch", begun.epochs)
            _fit(trained, recipe, train_data, held_out, verbose if first else 0, [rates, *own], begun)
        copy_variables(trained, model)
    return model


def _fit(
    model: GenerativeModel,
    recipe: TrainingSection,
    train_data: Dataset,
    held_out: Dataset,
    verbose: int | str,
    callbacks: Sequence[keras.callbacks.Callback],
    begun: Begun,
) -> None:
    """Runs `fit` from where the run goes on; the rest of an epoch, which has fewer batches, in a call of its own."""
    epochs = begun.epochs
    if begun.steps:
        rest = RestOfEpoch(callbacks, begun.steps, len(train_data), recipe.epochs)
        train_data.first = begun.steps
        model.fit(
            train_data, initial_epoch=epochs, epochs=epochs + 1, validation_data=held_out, verbose=verbose, callbacks=[rest]
        )
        epochs += 1
    model.fit(
        train_data,
        initial_epoch=epochs,
        epochs=recipe.epochs,
        validation_data=held_out,
        verbose=verbose,
        callbacks=callbacks,
    )


def prepare(card: Card) -> tuple[GenerativeModel, Dataset, Dataset]:
    """Loads the data of a card, builds its model and compiles it; gives the model, the training and the held-out data."""
    card, _ = resolve_dtype(card)
    train_data, held_out = load_data(card, "train"), load_data(card, "held_out")
    model = _compiled(card)
    model.check_training(train_data, None, None)
    return model, train_data, held_out


def _compiled(card: Card) -> GenerativeModel:
    """Builds the model of a card and compiles it; its weights are a function of the card."""
    recipe = training_of(card)
    keras.utils.set_random_seed(recipe.seed)
    model = build_model(card, dtype=recipe.dtype)
    if recipe.init is not None:
        model.init, model.fresh_layers = recipe.init, copy_weights(presets.load(recipe.init), model)
    optimizers, phases = build_optimizers(recipe), [phase.name for phase in model.phases]
    if unknown := sorted(optimizers.keys() - set(phases)):
        raise ValueError(
            f"An optimizer of a card belongs to a phase, one of {', '.join(phases)}. Received: {', '.join(unknown)}."
        )
    model.compile(jit_compile=recipe.jit_compile, **optimizers)
    return model


def train_preset(
    card: Card,
    directory: str | Path,
    *,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int | str = "auto",
    grid_interval: int = 1,
    loggers: Sequence[str] = (),
    distribution: DistributedRun | None = None,
    learning_rate_factor: float | None = None,
) -> Path:
    """Trains as `train` does, measures on the held-out data, and saves the preset in `directory`; gives its card's path.

    The weights are the last ones, or the best where the card asks for them ("keep_best").
    """
    directory = user_path(directory)
    card = _resolved(card, directory, learning_rate_factor)
    with contextlib.ExitStack() as held:
        model = _train(card, directory, held, callbacks, verbose, grid_interval, loggers, distribution)
        if distribution is None:
            return _save(model, card, directory)
        with distribution.watched():
            if distribution.first:
                _save(model, card, directory)
            distribution.finish()
    return directory / f"{card.name}.json"


def _resolved(card: Card, directory: Path, learning_rate_factor: float | None) -> Card:
    """The card with what the run in a directory has settled."""
    return resolve_rate_changes(resolve_dtype(card, directory)[0], directory, learning_rate_factor)


def _save(model: GenerativeModel, card: Card, directory: Path) -> Path:
    """Saves the preset of a run that has ended, with its metrics and its grid; gives its card's path."""
    recipe = training_of(card)
    if recipe.keep_best:
        model = presets.load(directory / "best.json")
    path = presets.save(model, directory / card.name, card=card, overwrite=True, bits=recipe.significant_bits)
    trained, saved = presets.load(path), presets.read_card(path)
    presets.write_card(path, msgspec.structs.replace(saved, metrics=evaluate(trained, saved)))
    for grid in preview(trained, load_data(saved, "held_out", drop_remainder=False)).values():
        save_png(directory / f"{card.name}.png", grid)
    return path


def _recipe_callbacks(
    recipe: TrainingSection, model: GenerativeModel, train_data: Dataset, directory: Path
) -> list[keras.callbacks.Callback]:
    """The callbacks that the card asks for."""
    asked: list[keras.callbacks.Callback] = []
    if best := recipe.keep_best:
        if not isinstance(model, LatentSampler):
            raise ValueError(f"keep_best is for models that sample. Received: {type(model).__name__}.")
        images = single_images(train_data, slice(best.images))
        asked.append(KeepBest(directory, images, get_extractor(best.extractor), best.every))
    if options := recipe.resampling:
        bins, smoothing, effective = options.bins, options.smoothing, options.effective
        asked.append(AdaptiveResampling(train_data, options.positive, bins=bins, smoothing=smoothing, effective=effective))
    return asked
