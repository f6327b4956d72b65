"""`python -m kerasgen.runtime FILE -n 16 --seed 0 -o samples.png`: a grid of samples from an exported decoder.

`python -m kerasgen.runtime benchmark FILE...` measures exported files.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kerasgen.files import user_path
from kerasgen.images import check_output, check_suffix, make_grid, save_image
from kerasgen.latent.codes import labels_in_turn
from kerasgen.runtime.arguments import Parser
from kerasgen.runtime.quiet import quiet_stderr
from kerasgen.runtime.runner import load


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; gives the exit status, 2 after a line on the standard error that says what is wrong."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments[:1] == ["benchmark"]:
            from kerasgen.runtime import benchmark

            benchmark.main(arguments[1:])
        else:
            _write_grid(arguments)
    except (ValueError, OSError, ImportError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def _write_grid(arguments: list[str]) -> None:
    parser = Parser(
        prog="python -m kerasgen.runtime",
        description="Samples from an exported decoder.",
        epilog="`benchmark FILE...` measures exported files instead.",
    )
    parser.add_argument("file", type=user_path, help="an .onnx or .tflite file with its manifest beside it")
    parser.add_argument("-n", type=int, default=16, help="number of samples (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="of the codes: the same seed gives the same grid")
    parser.add_argument(
        "--label",
        type=int,
        action="append",
        help="class to generate, for a conditional model; may be given several times, and is each in turn otherwise",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=user_path,
        default=Path("samples.png"),
        help="a .png, or with Pillow a .jpg or .webp (default: %(default)s)",
    )
    parser.add_argument("--threads", type=int, help="CPU threads (default: the runtime's choice)")
    parser.add_argument(
        "--provider", default="cpu", help="where an ONNX file runs; auto is the best there is (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    check_suffix(options.output)
    check_output(options.output, overwrite=True)
    with quiet_stderr():  # LiteRT tells what it made
        model = load(options.file, options.threads, options.provider)
    images = model.sample(options.n, options.seed, labels=labels_in_turn(options.n, model.num_classes, options.label))
    print(save_image(options.output, make_grid(images)))


if __name__ == "__main__":
    sys.exit(main())
