"""The commands that export, verify, measure and publish files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kerasgen.cli.options import Overwrite, Preset, console, read_size, say, say_json, waiting
from kerasgen.runtime.manifest import ImageDType, PartName, PrecisionName
from kerasgen.runtime.quiet import quiet_stderr

if TYPE_CHECKING:
    from kerasgen.runtime.manifest import ParityReport

app = typer.Typer()


@app.command()
def export(
    preset: Preset,
    output: Annotated[
        Path | None,
        typer.Argument(
            help="The file; its suffix, .onnx or .tflite, is the format. PRESET with the format's suffix otherwise."
        ),
    ] = None,
    told: Annotated[Path | None, typer.Option("-o", "--output", help="The file too.")] = None,
    target: Annotated[
        Literal["cpu", "gpu", "mobile", "web"] | None, typer.Option(help="Chooses a format and a precision that suit.")
    ] = None,
    file_format: Annotated[
        Literal["onnx", "litert"] | None,
        typer.Option("--format", help="The output's suffix says it too; that of the format is added where there is none."),
    ] = None,
    precision: Annotated[PrecisionName | None, typer.Option(help="float32 otherwise, or the target's.")] = None,
    image_dtype: Annotated[ImageDType, typer.Option(help="uint8: images of 0 to 255 from the graph.")] = "float32",
    part: Annotated[PartName | None, typer.Option(help="What generates images otherwise.")] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="A fixed batch; .onnx is dynamic and .tflite 1 otherwise.")
    ] = None,
    image_size: Annotated[
        str | None, typer.Option(metavar="SIDE|HxW", help="Pixels of a translator's images; the preset's otherwise.")
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            help="Examples for int8: a folder of images, or a .npy file of images or codes. The preset's own data otherwise."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write a file that is further from Keras than it may be.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Export to ONNX or LiteRT, prove how near the file's images are to Keras's, and say what phones' GPUs will refuse."""
    from kerasgen.presets.catalog import find_card

    if output is not None and told is not None:
        raise ValueError(f"The file is named once. Received: {output} and --output {told}.")
    side = read_size(image_size)
    find_card(preset)
    with waiting("loading Keras"), quiet_stderr():
        from kerasgen.export import export
        from kerasgen.export.precisions import choose
    path, chosen = choose(preset, output or told, target, file_format, precision)
    with waiting(f"exporting {path}"), quiet_stderr():
        export(
            preset,
            path,
            part=part,
            precision=chosen,
            image_dtype=image_dtype,
            batch_size=batch_size,
            image_size=(side, side) if isinstance(side, int) else side,
            calibration=calibration,
            force=force,
            overwrite=overwrite,
        )
    _print_report(path)


def _print_report(path: Path) -> None:
    """What an export measured, from its manifest."""
    from rich.table import Table

    from kerasgen.runtime.manifest import read_manifest

    manifest = read_manifest(path)
    parity, quality = manifest.parity, manifest.quality
    table = Table(show_header=False, title=f"{path}: {manifest.precision}, {path.stat().st_size / 1e6:.2f} MB")
    if parity is not None:
        table.add_row("largest difference from Keras", f"{parity.max_abs_error:.2g}")
        table.add_row("PSNR against Keras", f"{parity.psnr_db:.1f} dB")
    if quality is not None:
        if quality.ssim is not None:
            table.add_row("SSIM against Keras", f"{quality.ssim:.4f}")
        reference = quality.reference
        for when, found in (("before", reference.before), ("after", reference.after)):
            if found is not None:
                table.add_row(
                    f"{when}, {reference.real_images} held-out images, {reference.extractor}",
                    f"FID {found.fid:.4g}, KID {found.kid:.4g} +- {found.kid_standard_error:.2g}",
                )
        if reference.not_measured:
            table.add_row("FID and KID", f"not measured: {reference.not_measured}")
    if manifest.format == "tflite":
        table.add_row("phones' GPUs", "; ".join(manifest.gpu_delegate_complaints) or "take every operation")
    console.print(table)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An exported file, its manifest beside it.")],
    preset: Annotated[str | None, typer.Argument(help="That it came from; the zoo's of the manifest's name otherwise.")] = None,
    tolerance: Annotated[
        float, typer.Option(help="The largest difference from Keras of a float32 file, where it was exported with more.")
    ] = 1e-5,
    images: Annotated[
        Path | None,
        typer.Option(help="What an encoder or a translator of fewer bits is compared on where its own data are not here."),
    ] = None,
) -> None:
    """Compare an exported file with the preset that it came from."""
    with waiting(f"comparing {file} with Keras"), quiet_stderr():
        from kerasgen.export import verify

        report = verify(file, preset, tolerance=tolerance, images=images)
    say(_describe(file, preset, report))


def _describe(file: Path, preset: str | None, report: ParityReport) -> str:
    """What a comparison with a preset found, in a sentence."""
    from kerasgen.runtime.manifest import read_manifest

    manifest = read_manifest(file)
    what = "outputs" if manifest.part in ("encoder", "mapping") else "images"
    name = preset or (manifest.preset.name if manifest.preset else "its model")
    sizes = " and ".join(map(str, report.batch_sizes))
    if report.least_psnr_db is None:
        found = f"largest difference {report.max_abs_error:.2g} (allowed {report.tolerance:.2g})"
    else:
        found = f"PSNR {report.psnr_db:.1f} dB (at least {report.least_psnr_db:g})"
    return f"{file} gives the {what} of {name}: {found}, {report.inputs} inputs, batches of {sizes}"


@app.command()
def benchmark(
    files: Annotated[list[Path], typer.Argument(help="Exported .onnx and .tflite files, their manifests beside them.")],
    threads: Annotated[
        list[int] | None, typer.Option(help="CPU threads; may be given several times, 1 and 2 otherwise.")
    ] = None,
    provider: Annotated[str, typer.Option(help="Where ONNX files run: cpu, cuda, ...; auto is the best there is.")] = "cpu",
    seconds: Annotated[float, typer.Option(help="How long each batch size is repeated.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure exported files: size, load time, first image, 1 and 64 images, peak memory, each in a fresh process."""
    from kerasgen.runtime import benchmark as measuring

    with waiting(f"measuring {len(files)} files"):
        rows = measuring.benchmark(files, threads or measuring.THREADS, provider, seconds)
    if as_json:
        say_json(rows)
    else:
        say(measuring.table(rows))


@app.command()
def web(
    presets: Annotated[
        list[str] | None, typer.Argument(help="Presets of the portraits, or paths of cards; all that are trained otherwise.")
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")] = Path("site"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier page.")] = False,
) -> None:
    """Build a page that runs presets in the browser: a quiz, a latent explorer, a drawing board."""
    from kerasgen.presets.catalog import find_card

    for preset in presets or ():
        find_card(preset)
    with waiting("exporting the page's models"), quiet_stderr():  # TensorFlow warns of many models in one process
        from kerasgen.export import web

        folder = web.build_site(presets or None, output, overwrite=overwrite)
    say(web.how_to_open(folder))
