"""Write the archive of onnxruntime-web that sites are built with, from npm's package.

    npm pack onnxruntime-web@1.30.0 && python scripts/vendor_onnxruntime_web.py onnxruntime-web-1.30.0.tgz

It takes two builds: plain WebAssembly, and WebGPU, for browsers whose WebAssembly can wait for promises (JSPI). npm's package
holds no license texts: they are those of the installed `onnxruntime`, the same project. Two runs give the same bytes.
"""

import argparse
import hashlib
import importlib.metadata
import io
import json
import lzma
import tarfile
from pathlib import Path

VENDORED = Path(__file__).resolve().parents[1] / "export" / "web" / "vendored"
FILES = (
    "ort.wasm.bundle.min.mjs",
    "ort-wasm-simd-threaded.wasm",
    "ort.jspi.bundle.min.mjs",
    "ort-wasm-simd-threaded.jspi.wasm",
)
NOTICES = ("LICENSE", "ThirdPartyNotices.txt")
DICTIONARY = 1 << 26  # bytes: the second WebAssembly file repeats much of the first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="what `npm pack` wrote")
    package = parser.parse_args().package
    notices = importlib.metadata.distribution("onnxruntime")
    with tarfile.open(package) as source:
        about = json.load(source.extractfile("package/package.json"))
        content = {name: source.extractfile(f"package/dist/{name}").read() for name in FILES}
    content |= {name: Path(notices.locate_file(f"onnxruntime/{name}")).read_bytes() for name in NOTICES}
    archive = _pack(content)
    (VENDORED / "onnxruntime-web.tar.xz").write_bytes(archive)
    record = {
        "package": about["name"],
        "version": about["version"],
        "license": about["license"],
        "notices_of": f"onnxruntime {notices.version}",
        "npm_sha256": hashlib.sha256(package.read_bytes()).hexdigest(),
        "archive_sha256": hashlib.sha256(archive).hexdigest(),
        "files": {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in content.items()},
    }
    (VENDORED / "onnxruntime-web.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    print(f"{VENDORED}: {len(archive) / 1e6:.1f} MB")


def _pack(content: dict[str, bytes]) -> bytes:
    """A .tar.xz without times and owners."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as target:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            target.addfile(entry, io.BytesIO(data))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": DICTIONARY}]
    return lzma.compress(plain.getvalue(), lzma.FORMAT_XZ, filters=filters)


if __name__ == "__main__":
    main()
