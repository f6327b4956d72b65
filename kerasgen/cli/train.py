"""The commands that train and measure: train, evaluate."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerasgen.cli.options import Preset, console, load_preset, read_size, say, say_json, waiting
from kerasgen.files import FULL, WriteError, write_error
from kerasgen.runtime.quiet import quiet_stderr

if TYPE_CHECKING:
    from kerasgen.callbacks import Progress
    from kerasgen.presets import Card
    from kerasgen.training.distribution import DistributedRun

app = typer.Typer()

GRIDS = 50  # of a run, where --grid-interval does not say it


@app.command()
def train(
    recipe: Annotated[
        list[str] | None, typer.Argument(metavar="[PRESET|CARD|RECIPE.yaml]", help="What to train; or --model.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="A class, as DCGAN or VAE; auto chooses one by the data.")] = None,
    data: Annotated[
        str | None, typer.Option(help="A folder, .csv, .zip, .tar, .npy, .npz, .parquet, or a name of tensorflow-datasets.")
    ] = None,
    init: Annotated[str | None, typer.Option(help="A preset to fine-tune: its recipe and its weights.")] = None,
    image_size: Annotated[
        str | None, typer.Option(metavar="SIDE|HxW", help="Pixels that images are cropped and resized to: 64, or 48x64.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder of the run; runs/NAME by default.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, metavar="N", help="Passes over the data.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="As training.batch_size=32 model.channels=48."),
    ] = None,
    skip_corrupt: Annotated[bool, typer.Option("--skip-corrupt", help="Leave out files that cannot be used.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print recipe, images, time and memory; write nothing.")] = False,
    grid_interval: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Epochs from one grid of images to the next.")
    ] = None,
    log: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Also log for tensorboard, wandb or mlflow.")] = None,
    learning_rate_factor: Annotated[
        float | None, typer.Option(metavar="X", help="Go on with the recipe's learning rates times X; for a run that diverged.")
    ] = None,
    devices: Annotated[int | None, typer.Option(min=1, metavar="N", help="GPUs of this machine to train on.")] = None,
    coordinator: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Of process 0; auto: by TF_CONFIG or SLURM.")
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, metavar="N", help="Number of these processes.")] = None,
    rank: Annotated[int | None, typer.Option(min=0, metavar="R", help="Which of them this one is, from 0.")] = None,
) -> None:
    """Train a preset, a card, or a model on your images: from a folder to a preset.

    A run that was interrupted goes on where it was when the same command is given again.
    Ctrl-C, or SIGTERM, ends it when its step is done; a second one at once.
    A tenth of your images is held out, unless they have a folder `test`.
    """
    with waiting("loading Keras"), quiet_stderr():
        from kerasgen.training import Request, resolve, resolve_dtype
    distribution = _distribute(devices, coordinator, processes, rank, dry_run)
    first = distribution is None or distribution.first
    words = recipe or []  # what stands after the first value of --set as well
    bases = [word for word in words if "=" not in word]
    if len(bases) > 1:
        raise ValueError(f"There must be one preset, card or recipe. Received: {', '.join(bases)}.")
    assigned = [*(settings or []), *(word for word in words if "=" in word)]
    base = bases[0] if bases else None
    with waiting("looking at the images"):
        resolved = resolve(Request(base, model, data, read_size(image_size), epochs, assigned, skip_corrupt, init))
    card = resolved.card
    for line in (*resolved.notes, *(f"left out: {fault}" for fault in (resolved.survey.refused if resolved.survey else ()))):
        say(line)
    output = output or Path("runs") / card.name
    card, choice = resolve_dtype(card, output)
    if choice:
        say(choice)
    assert card.training is not None
    with waiting("loading Keras"), quiet_stderr(), contextlib.suppress(ImportError):
        import tensorflow  # noqa: F401 (Keras imports it at the first `fit`, on every backend, where it is installed)
    if dry_run:
        from kerasgen.records import to_dict
        from kerasgen.training.dry_run import dry_run as measure

        say_json(to_dict(card))
        with waiting("measuring a few steps"):
            lines = list(measure(card))
        for line in lines:
            say(line)
        return
    from kerasgen import training
    from kerasgen.callbacks import Interrupted, Interruption, Progress
    from kerasgen.callbacks.checkpoints import newest
    from kerasgen.training.run_directory import CHECKPOINTS, check_place

    if first:
        check_place(output, Path(card.data.source).expanduser() if card.data else None)
    progress = Progress(card.training.batch_size)
    interval = grid_interval or max(1, card.training.epochs // GRIDS)
    say(f"run in {output}")
    try:
        with Interruption() as interruption:
            path = training.train_preset(
                card,
                output,
                callbacks=[progress, interruption],
                verbose=0,
                grid_interval=interval,
                loggers=log or (),
                distribution=distribution,
                learning_rate_factor=learning_rate_factor,
            )
    except FloatingPointError:
        say(f"\ndiverged {_where(progress, card)}; with --learning-rate-factor 0.5 the same command goes on at half the rates")
        raise
    except Interrupted as signal:
        epochs, steps = newest(output / CHECKPOINTS)
        done = f"{epochs} of {card.training.epochs} epochs" + (f", at step {steps} of the next" if steps else "")
        say(f"\ninterrupted after {done}; the same command goes on from there")
        raise typer.Exit(signal.status) from None
    except OSError as error:
        if error.errno in FULL and not isinstance(error, WriteError):  # of a package that writes a log
            error = write_error(output, error)
        if isinstance(error, WriteError):
            say(f"\nstopped {_where(progress, card)}; once the files can be written, the same command goes on from there")
        raise error from None
    if not first:
        return
    say(f"preset: {path}")
    grid = path.with_suffix(".png")
    if grid.is_file():
        say(f"grid: {grid}")
    _print_next(path)


def _where(progress: Progress, card: Card) -> str:
    assert card.training is not None
    return f"after {progress.epochs_done} of {card.training.epochs} epochs"


def _distribute(
    devices: int | None, coordinator: str | None, processes: int | None, rank: int | None, dry_run: bool
) -> DistributedRun | None:
    """Starts the engine where several devices or processes are asked for; the first process alone prints."""
    from kerasgen.training.cluster import find_cluster

    cluster = find_cluster(coordinator, processes, rank, os.environ)
    if cluster is None and devices is None:
        return None
    if dry_run:
        raise ValueError("--dry-run measures one device. Received: --dry-run with several.")
    from kerasgen.training.distribution import DistributedRun

    if cluster:
        say(f"process {cluster.rank} of {cluster.processes} waits for the others at {cluster.host}:{cluster.port}")
    distribution = DistributedRun(devices, cluster)
    console.quiet = not distribution.first
    say(f"devices: {distribution.description}, {distribution.replicas} in all")
    return distribution


def _print_next(path: Path) -> None:
    """The commands that a new preset is good for."""
    from kerasgen.models.latent_base import LatentSampler
    from kerasgen.models.translation_base import BaseTranslator
    from kerasgen.presets import find_class, read_card

    cls = find_class(read_card(path).model.class_)
    say("next:")
    if issubclass(cls, LatentSampler):
        say(f"  kerasgen sample {path} -o samples.png")
    if issubclass(cls, BaseTranslator):
        say(f"  kerasgen translate {path} FOLDER -o translated")
    say(f"  kerasgen evaluate {path}")
    say(f"  kerasgen export {path} {path.stem}.onnx")


@app.command()
def evaluate(
    preset: Preset,
    write: Annotated[bool, typer.Option("--write", help="Write the metrics into the card.")] = False,
) -> None:
    """Measure a preset on its held-out data."""
    import msgspec

    from kerasgen.presets.catalog import find_card, read_card, write_card

    path = find_card(preset)
    card = read_card(path)
    model = load_preset(preset)
    from kerasgen import evaluation

    with waiting(f"measuring {preset} on its held-out data"):
        metrics = evaluation.evaluate(model, card)
    say_json(metrics)
    if write:
        write_card(path, msgspec.structs.replace(card, metrics=metrics))
