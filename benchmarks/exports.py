"""`python benchmarks/exports.py`: every trained preset in every format and precision, in one table: export/README.md.

A file that is refused gives way to the mixed precision that passes, where there is one; the cell says so. Needs the data sets
of the cards (TFDS_DATA_DIR) and, for portraits, `kerasgen[faces]`. Takes hours, goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from kerasgen.export import ExportError, export

from kerasgen import presets
from kerasgen.runtime.benchmark import benchmark
from kerasgen.runtime.manifest import read_manifest

ROOT = Path(__file__).parent.parent
CELLS = [(kind, precision) for kind in ("onnx", "tflite") for precision in ("float32", "float16", "int8")]
INSTEAD = {("onnx", "int8"): ("int8_mixed", "int8_weights"), ("tflite", "int8"): ("int8_dynamic",)}
FORMATS = {"onnx": "ONNX", "tflite": "LiteRT"}


def parts(model) -> tuple[str | None, ...]:
    """The parts of a model that have a row: what draws, and both directions of a translator that has two."""
    directions = getattr(model, "directions", ())
    return directions if len(directions) > 1 else (None,)


def cell(model, part: str | None, kind: str, precision: str, folder: Path) -> dict:
    """What one file came to, or why there is none."""
    refusal = None
    for chosen in (precision, *INSTEAD.get((kind, precision), ())):
        path = folder / f"{model.card['name']}.{kind}"
        try:
            export(model, path, part=part, precision=chosen, overwrite=True)
        except (ExportError, ValueError) as error:
            refusal = refusal or str(error)
            continue
        manifest = read_manifest(path)
        (measured,) = benchmark([path], threads=[1], seconds=0.3)
        return {"precision": chosen, "refusal": refusal, "bytes": path.stat().st_size, "parity": manifest["parity"],
                "quality": manifest.get("quality"), "complaints": manifest["gpu_delegate_complaints"],
                "ms": measured["batches"]["1"]["median_ms"]}
    return {"refusal": refusal}


def rows(name: str, runs: Path) -> dict[str, dict]:
    """The cells of a preset, by part; read where they were measured with the weights that it has now."""
    model = None
    card = presets.read_card(presets.find_card(name))
    result = runs / f"{name}.json"
    found = json.loads(result.read_text("utf-8")) if result.is_file() else {}
    if found.get("weights") != card["weights"]["sha256"]:
        found = {"weights": card["weights"]["sha256"], "parts": {}}
    if card["model"]["class"] == "Classifier":
        return {}
    model = presets.load(name)
    for part in parts(model):
        label = name if part is None else f"{name}, {part}"
        for kind, precision in CELLS:
            cells = found["parts"].setdefault(label, {})
            if f"{kind} {precision}" not in cells:
                cells[f"{kind} {precision}"] = cell(model, part, kind, precision, runs)
                result.write_text(json.dumps(found), "utf-8")
                print(label, kind, precision, cells[f"{kind} {precision}"].get("bytes"), flush=True)
    return found["parts"]


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
            lines.append(f"KID {reference['before']['kid']:.4f} to {reference['after']['kid']:.4f} "
                         f"(+- {reference['before']['kid_standard_error']:.4f})")
        else:
            lines.append("KID not measured")
    if found["refusal"]:
        lines.insert(0, f"`{found['precision']}`")
    return "<br>".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("presets", nargs="*", help="All that are trained otherwise.")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "exports", help="Folder of what was measured.")
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    table = {}
    for name in options.presets or presets.list_presets(trained=True):
        table |= rows(name, options.runs)
    heads = [f"{FORMATS[kind]} {precision}" for kind, precision in CELLS]
    lines = ["# What leaves the zoo", "", "Written by `python benchmarks/exports.py`.", "",
             "Each file: its size, and the share of the float32 file's; milliseconds for one picture, on one thread of this "
             "machine; for float32 the largest difference from Keras, for fewer bits the PSNR against Keras; KID of 160 "
             "pictures against held-out images by Keras and by the file, with its standard error. Where int8 came out below 35 "
             "dB it was refused, and the cell shows the mixed precision that passed, by its name. The last column is LiteRT's "
             "GPU delegate's verdict on the float16 file.", "",
             "| preset | " + " | ".join(heads) + " | phones' GPUs |", "|---|" + "---|" * (len(heads) + 1)]
    for label, cells in table.items():
        texts = [text(cells[f"{kind} {precision}"], cells[f"{kind} float32"]) for kind, precision in CELLS]
        verdict = cells["tflite float16"].get("complaints")
        texts.append("take all of it" if verdict == [] else "; ".join(verdict or ["not exported"]))
        lines.append(f"| `{label}` | " + " | ".join(texts) + " |")
    (ROOT / "export" / "README.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
