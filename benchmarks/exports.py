"""`python benchmarks/exports.py`: every trained preset in every format and precision, in one table: export/README.md.

A file that is refused gives way to the mixed precision that passes, where there is one; the cell says so. Needs the data sets
of the cards (TFDS_DATA_DIR) and, for portraits, `kerasgen[faces]`. What was measured is kept in exports.json, by the weights:
only what is new, or trained anew, is measured. After a change of the exporter, delete there what it concerns.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from kerasgen.export import ExportError, export

from kerasgen import presets
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.records import to_dict
from kerasgen.runtime.benchmark import benchmark
from kerasgen.runtime.manifest import read_manifest

ROOT = Path(__file__).parent.parent
MEASURED = Path(__file__).with_suffix(".json")
CELLS = [(kind, precision) for kind in ("onnx", "tflite") for precision in ("float32", "float16", "int8")]
FORMATS = {"onnx": "ONNX", "tflite": "LiteRT"}


def parts(model) -> tuple[str | None, ...]:
    """The parts of a model that have a row: what generates, and both directions of a translator that has two."""
    directions = model.directions if isinstance(model, BaseTranslator) else ()
    return directions if len(directions) > 1 else (None,)


def cell(model, part: str | None, kind: str, precision: str, folder: Path) -> dict:
    """What one file came to, or why there is none; for a refused one, the file of the precision that is offered."""
    path, chosen, refusal = folder / f"{model.card.name}.{kind}", precision, None
    try:
        export(model, path, part=part, precision=chosen, overwrite=True)
    except ExportError as error:
        refusal, chosen = str(error), error.offered
        if chosen is None:
            return {"refusal": refusal}
        export(model, path, part=part, precision=chosen, overwrite=True)
    manifest = read_manifest(path)
    (measured,) = benchmark([path], threads=[1], seconds=0.3)
    return {
        "precision": chosen,
        "refusal": refusal,
        "bytes": path.stat().st_size,
        "parity": to_dict(manifest.parity),
        "quality": manifest.quality and to_dict(manifest.quality),
        "complaints": list(manifest.gpu_delegate_complaints),
        "ms": measured["batches"]["1"]["median_ms"],
    }


def rows(name: str, measured: dict, folder: Path) -> dict[str, dict]:
    """The cells of a preset, by part; those that were measured with its weights are kept."""
    card = presets.read_card(presets.find_card(name))
    if card.model.class_ == "Classifier":  # which generates nothing
        return {}
    checksum = card.weights.sha256
    if measured.get(name, {}).get("weights") != checksum:
        measured[name] = {"weights": checksum, "parts": {}}
    found = measured[name]["parts"]
    if sum(map(len, found.values())) < len(CELLS) * max(len(found), 1):
        model = presets.load(name)
        for part in parts(model):
            label = name if part is None else f"{name}, {part}"
            cells = found.setdefault(label, {})
            for kind, precision in CELLS:
                if f"{kind} {precision}" not in cells:
                    cells[f"{kind} {precision}"] = cell(model, part, kind, precision, folder)
        lines = (f'"{name}": {json.dumps(each)}' for name, each in sorted(measured.items()))
        MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
        print(name, flush=True)
    return measured[name]["parts"]


def text(found: dict, base: dict) -> str:
    """A cell of the table."""
    if "bytes" not in found:
        return f"refused: {found['refusal']}"
    lines = [f"{found['bytes'] / 1e6:.2f} MB", f"{found['ms']:.2f} ms"]
    if found["precision"] == "float32":
        lines.append(f"error {found['parity']['max_abs_error']:.1g}")
    else:
        lines[0] += f" ({found['bytes'] / base['bytes']:.0%})"
        lines.append(f"{found['quality']['psnr_db']:.1f} dB")
        reference = found["quality"]["reference"]
        if "before" in reference:
            lines.append(
                f"KID {reference['before']['kid']:.3g} to {reference['after']['kid']:.3g} "
                f"(+- {reference['before']['kid_standard_error']:.2g})"
            )
        else:
            lines.append(f"KID not measured: {reference['not measured']}")
    if found["refusal"]:
        lines.insert(0, f"`{found['precision']}`")
    return "<br>".join(lines)


def main() -> None:
    measured = json.loads(MEASURED.read_text("utf-8")) if MEASURED.is_file() else {}
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in presets.list_presets(trained=True):
            table |= rows(name, measured, Path(folder))
    heads = [f"{FORMATS[kind]} {precision}" for kind, precision in CELLS]
    lines = [
        "# What leaves the zoo",
        "",
        "Written by `python benchmarks/exports.py`.",
        "",
        "Each file: its size, and the share of the float32 file's; milliseconds for one image, on one thread of this "
        "machine; for float32 the largest difference from Keras, for fewer bits the PSNR against Keras; KID of 160 "
        "images against held-out images by Keras and by the file, with its standard error, by the features of a "
        "classifier (Fashion-MNIST), of dlib's face recognition (portraits) or by the pixels at 7 x 7 (the others). Where "
        "int8 came out below 35 dB it was refused, and the cell shows the mixed precision that passed, by its name. The "
        "last column is LiteRT's GPU delegate's verdict on the float16 file.",
        "",
        "| preset | " + " | ".join(heads) + " | phones' GPUs |",
        "|---|" + "---|" * (len(heads) + 1),
    ]
    for label, cells in table.items():
        texts = [text(cells[f"{kind} {precision}"], cells[f"{kind} float32"]) for kind, precision in CELLS]
        verdict = cells["tflite float16"].get("complaints")
        texts.append("take all of it" if verdict == [] else "; ".join(verdict or ["not exported"]))
        lines.append(f"| `{label}` | " + " | ".join(texts) + " |")
    (ROOT / "export" / "README.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
