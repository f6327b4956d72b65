"""What exported files cost to run: each file, at each number of threads, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kerasgen.files import user_path
from kerasgen.runtime.arguments import Parser
from kerasgen.runtime.manifest import read_manifest
from kerasgen.runtime.providers import check_available, check_provider
from kerasgen.runtime.runner import Runtime, load

BATCHES = (1, 64)
THREADS = (1, 2)
REFUSED = 2  # exit status after a line that says what is wrong
AT_LEAST = 10  # runs of which a median and a 95th percentile are taken
COLUMNS = ("file", "precision", "MB", "on", "load ms", "first ms", *(f"{n}: median, p95 ms" for n in BATCHES), "peak MB")


def benchmark(
    paths: Sequence[str | Path], threads: Sequence[int] = THREADS, provider: str = "cpu", seconds: float = 1.0
) -> list[dict]:
    """Measures exported files on this machine; nothing else should run beside.

    Args:
        paths: `.onnx` and `.tflite` files with their manifests.
        threads: numbers of CPU threads.
        provider: as `kerasgen.runtime.load` takes it; LiteRT files run on the CPU.
        seconds: how long each batch size is repeated, ten times at least.

    Returns:
        A dict a file and number of threads: "file", "format", "part", "precision", "bytes", "batch_size" (of the file, None if
        open), "provider", "threads", "load_ms" (the import of its runtime with it), "first_ms" (the first image after that),
        "peak_mb" (of the whole process, 1e6 bytes), and "batches": {"1": {"median_ms", "p95_ms", "runs"}, "64": ...}. A file of
        a fixed batch size runs at that size, the last batch padded.

    Raises, before work starts, what `read_manifest` raises, and ValueError for no file, for threads below 1, for a provider
    that no machine has and for seconds that are not positive; then ValueError for a file that does not run.
    """
    if not paths:
        raise ValueError("A benchmark needs a file. Received: none.")
    if not threads or any(count < 1 for count in threads):
        raise ValueError(f"threads must be positive whole numbers. Received: {list(threads)}.")
    if not seconds > 0:
        raise ValueError(f"seconds must be positive. Received: {seconds}.")
    check_provider(provider)
    check_available(provider)
    files = [user_path(path) for path in paths]
    for file in files:
        read_manifest(file)
    return [_in_a_process(file, count, provider, seconds) for file in files for count in threads]


def table(rows: Sequence[dict]) -> str:
    """The rows as plain text: times in ms, numbers to the right."""
    lines = [COLUMNS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if index < 2 else text.rjust(width)
            for index, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _cells(row: dict) -> list[str]:
    batches = [f"{row['batches'][str(n)]['median_ms']:.2f}, {row['batches'][str(n)]['p95_ms']:.2f}" for n in BATCHES]
    return [
        row["file"],
        row["precision"],
        f"{row['bytes'] / 1e6:.2f}",
        f"{row['provider']} x {row['threads']}",
        f"{row['load_ms']:.0f}",
        f"{row['first_ms']:.1f}",
        *batches,
        f"{row['peak_mb']:.0f}",
    ]


def main(arguments: Sequence[str]) -> None:
    """`python -m kerasgen.runtime benchmark FILE...`."""
    parser = Parser(prog="python -m kerasgen.runtime benchmark", description="Measures exported files.")
    parser.add_argument("files", type=user_path, nargs="+", help=".onnx and .tflite files with their manifests")
    parser.add_argument("--threads", type=int, action="append", help="CPU threads; may be given several times (default: 1, 2)")
    parser.add_argument(
        "--provider", default="cpu", help="where ONNX files run; auto: the best there is (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="for each batch size (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    rows = benchmark(options.files, options.threads or THREADS, options.provider, options.seconds)
    print(json.dumps(rows, indent=2) if options.json else table(rows))


# ---- in a process of its own ---------------------------------------------------------------------------------------


def _in_a_process(path: str | Path, threads: int, provider: str, seconds: float) -> dict:
    command = [sys.executable, "-m", __name__, str(path), str(threads), provider, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        if done.returncode == REFUSED:
            raise ValueError(reason)
        raise ValueError(f"The file must run. Received: {path} ({reason}).")
    return json.loads(done.stdout.splitlines()[-1])


def _measure(path: str, threads: int, provider: str, seconds: float) -> dict:
    start = time.perf_counter()
    runtime = load(path, threads, provider if path.endswith(".onnx") else "cpu")
    loaded = time.perf_counter()
    runtime.run(_inputs(runtime, 1))
    first = time.perf_counter()
    batches = {str(n): _times(runtime, n, seconds) for n in BATCHES}
    manifest = runtime.manifest
    return {
        "file": Path(path).name,
        "format": manifest.format,
        "part": manifest.part,
        "precision": runtime.precision,
        "bytes": Path(path).stat().st_size,
        "batch_size": runtime.batch_size,
        "provider": runtime.provider,
        "threads": threads,
        "load_ms": _ms(loaded - start),
        "first_ms": _ms(first - loaded),
        "batches": batches,
        "peak_mb": round(_peak_bytes() / 1e6, 1),
    }


def _inputs(runtime: Runtime, n: int) -> dict[str, np.ndarray]:
    """Values in [0, 1), which all inputs take: their values do not change the time."""
    rng = np.random.default_rng(0)
    return {tensor.name: rng.random((n, *tensor.sizes), np.float32) for tensor in runtime.manifest.inputs}


def _times(runtime: Runtime, n: int, seconds: float) -> dict:
    inputs = _inputs(runtime, n)
    times: list[float] = []
    runtime.run(inputs, n)  # memory for this size is taken here
    while len(times) < AT_LEAST or sum(times) < seconds:
        start = time.perf_counter()
        runtime.run(inputs, n)
        times.append(time.perf_counter() - start)
    return {"median_ms": _ms(np.median(times)), "p95_ms": _ms(np.percentile(times, 95)), "runs": len(times)}


def _ms(seconds: float) -> float:
    return round(1e3 * float(seconds), 3)


def _peak_bytes() -> int:
    """The most memory that this process held.

    Linux starts a process's getrusage from the size of the one that it was forked from, a notebook's with TensorFlow perhaps;
    VmHWM starts anew.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    import resource  # not on Windows, which has neither

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    try:
        print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))))
    except (ValueError, OSError, ImportError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        sys.exit(REFUSED)
