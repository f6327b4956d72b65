"""Where files of strangers come in: for each kind a sound file, what damages it, and what reads it."""

from __future__ import annotations

import dataclasses
import functools
import io
import json
import random
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from handmade import LATENT, SHAPE, WEIGHTS, change_manifest, write_decoder, write_encoder
from PIL import Image
from tiny import TINY

import kerasgen
from kerasgen import data, runtime
from kerasgen.callbacks import checkpoints
from kerasgen.data import portraits
from kerasgen.files import sha256
from kerasgen.runtime.manifest import manifest_path
from kerasgen.training.recipe import Request, resolve
from kerasgen.zoo_folder import zoo_folder
from storm.mutations import damage, distort

SIDE = 12
IMAGES = np.random.default_rng(0).integers(256, size=(3, SIDE, SIDE, 3), dtype=np.uint8)
RECIPE = """name: mine
model: {class: DCGAN, image_shape: [32, 32, 3]}
data: {source: portraits}
training: {batch_size: 8, epochs: 2}
"""


@dataclasses.dataclass(frozen=True)
class Entrance:
    """A way in.

    Attributes:
        make: writes a sound file, and what belongs to it, into an empty folder; gives the file.
        read: takes it in.
        spoil: damages the content of the file.
        redo: makes what describes the file, such as its sha256, agree with it.
    """

    make: Callable[[Path, random.Random], Path]
    read: Callable[[Path], object]
    spoil: Callable[[random.Random, bytes], bytes] = damage
    redo: Callable[[Path], None] = lambda path: None


# ---- cards, weights, training states -----------------------------------------------------------------------------------------


def _any_card(folder: Path, rng: random.Random) -> Path:
    cards = sorted(path for path in zoo_folder().glob("*.json") if path.name != "card.schema.json")
    return _put(folder / "mine.json", rng.choice(cards).read_bytes())


def _resolve(path: Path) -> None:
    resolve(Request(base=str(path)))


def _weights(folder: Path, rng: random.Random) -> Path:
    return TINY["vae"]().save_to_preset(folder / "mine").with_name("mine.weights.h5")


def _redo_weights(path: Path) -> None:
    card = json.loads(path.with_name("mine.json").read_text("utf-8"))
    card["weights"] |= {"sha256": sha256(path), "bytes": path.stat().st_size}
    path.with_name("mine.json").write_text(json.dumps(card), "utf-8")


@functools.cache
def _trained() -> kerasgen.models.VAE:
    model = TINY["vae_dense"]()
    model.compile()
    return model


def _checkpoint(folder: Path, rng: random.Random) -> Path:
    checkpoints.save(_trained(), folder / "epoch_0001.npz")
    return folder / "epoch_0001.npz"


# ---- exported files ----------------------------------------------------------------------------------------------------------


def _decoder(folder: Path, rng: random.Random) -> Path:
    return write_decoder(folder / "decoder.onnx", "batch")


def _encoder_manifest(folder: Path, rng: random.Random) -> Path:
    return manifest_path(write_encoder(folder / "encoder.onnx"))


@functools.cache
def _litert_graph() -> bytes:
    import tensorflow as tf

    kernel = tf.constant(np.random.default_rng(0).standard_normal((3, 3, 3, 4)).astype("float32"))

    @tf.function(input_signature=[tf.TensorSpec((1, LATENT), tf.float32, "z")])
    def decode(z):
        small = tf.reshape(tf.nn.relu(z @ tf.constant(WEIGHTS[:, :64])), (1, 4, 4, 4))
        return {"image": tf.sigmoid(tf.nn.conv2d_transpose(small, kernel, (1, *SHAPE), 2))}

    module = tf.Module()
    module.decode = decode
    function = decode.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
    return converter.convert()


def _litert(folder: Path, rng: random.Random) -> Path:
    path = write_decoder(folder / "decoder.onnx", 1)
    change_manifest(path, {"format": "tflite"})
    manifest_path(path).rename(folder / "decoder.tflite.json")
    path.unlink()
    path = _put(folder / "decoder.tflite", _litert_graph())
    _redo_manifest(path)
    return path


def _run(path: Path) -> None:
    runtime.load(path).sample(2, seed=0)


def _load_of_manifest(path: Path) -> None:
    runtime.load(path.with_suffix(""))


def _redo_manifest(path: Path) -> None:
    manifest = json.loads(manifest_path(path).read_text("utf-8"))
    manifest["file"] = {"name": path.name, "sha256": sha256(path), "bytes": path.stat().st_size}
    manifest_path(path).write_text(json.dumps(manifest), "utf-8")


# ---- data --------------------------------------------------------------------------------------------------------------------


def _zip(folder: Path, rng: random.Random) -> Path:
    with zipfile.ZipFile(folder / "images.zip", "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for index, image in enumerate(IMAGES):
            archive.writestr(f"train/class_{index % 2}/{index}.png", _encoded(image, "PNG"))
    return folder / "images.zip"


def _tar(folder: Path, rng: random.Random) -> Path:
    ending, mode = rng.choice([(".tar", "w"), (".tgz", "w:gz"), (".tar.xz", "w:xz"), (".tar.bz2", "w:bz2")])
    with tarfile.open(folder / f"images{ending}", mode) as archive:
        for index, image in enumerate(IMAGES):
            content = _encoded(image, "PNG")
            about = tarfile.TarInfo(f"{index}.png")
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return folder / f"images{ending}"


def _npy(folder: Path, rng: random.Random) -> Path:
    np.save(folder / "images.npy", IMAGES)
    return folder / "images.npy"


def _npz(folder: Path, rng: random.Random) -> Path:
    (np.savez if rng.random() < 0.5 else np.savez_compressed)(folder / "images.npz", images=IMAGES, labels=np.arange(3))
    return folder / "images.npz"


def _csv(folder: Path, rng: random.Random) -> Path:
    for index, image in enumerate(IMAGES):
        _put(folder / f"{index}.png", _encoded(image, "PNG"))
    return _put(folder / "images.csv", b"path,split,kind\n0.png,train,a\n1.png,train,b\n2.png,train,a\n")


def _parquet(folder: Path, rng: random.Random) -> Path:
    import pyarrow
    import pyarrow.parquet

    rows = [{"bytes": _encoded(image, "PNG"), "path": None} for image in IMAGES]
    table = pyarrow.table({"image": rows, "label": pyarrow.array([0, 1, 0])})
    pyarrow.parquet.write_table(table, folder / "train.parquet", compression=rng.choice(["none", "snappy", "zstd"]))
    return folder / "train.parquet"


def _records(folder: Path, rng: random.Random) -> Path:
    path = portraits._records_of(portraits.FOLDER, "test")
    for name in (path.name, "dataset_info.json", "features.json"):
        if (portraits.FOLDER / name).is_file():
            shutil.copy(portraits.FOLDER / name, folder)
    return folder / path.name


def _read_records(path: Path) -> None:
    portraits.FOLDER = path.parent
    portraits.read_portraits("test[:4]", None, None, None)


def _read_data(path: Path) -> None:
    data.load(path, batch_size=1, image_size=8).images(slice(None))


# ---- pictures ----------------------------------------------------------------------------------------------------------------

PICTURES = {
    "BMP": ("L", "RGB", "P", "1"),
    "GIF": ("L", "RGB", "P"),
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("L", "LA", "RGB", "RGBA", "P", "1", "I;16"),
    "TIFF": ("L", "RGB", "RGBA", "CMYK", "I;16"),
    "WEBP": ("RGB", "RGBA"),
}


def _picture(folder: Path, rng: random.Random) -> Path:
    form = rng.choice(list(PICTURES))
    mode = rng.choice(PICTURES[form])
    image = Image.fromarray(IMAGES[0])
    image = Image.fromarray(IMAGES[0, ..., 0].astype("uint16") * 257) if mode == "I;16" else image.convert(mode)
    options = {"compression": rng.choice([None, "tiff_lzw", "tiff_deflate", "packbits"])} if form == "TIFF" else {}
    if rng.random() < 0.3 and form not in ("BMP", "GIF"):
        options["exif"] = bytes.fromhex("457869660000") + b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    (folder / "images").mkdir()
    image.save(folder / "images" / f"a.{form.lower()}", form, **options)
    return folder / "images" / f"a.{form.lower()}"


def _read_picture(path: Path) -> None:
    _read_data(path.parent)


def _encoded(image: np.ndarray, form: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, form)
    return buffer.getvalue()


def _put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


ENTRANCES = {
    "card": Entrance(_any_card, lambda path: kerasgen.load(path, load_weights=False), distort),
    "recipe": Entrance(lambda folder, rng: _put(folder / "mine.yaml", RECIPE.encode()), _resolve),
    "weights": Entrance(_weights, lambda path: kerasgen.load(path.with_name("mine.json")), redo=_redo_weights),
    "checkpoint": Entrance(_checkpoint, lambda path: checkpoints.restore(_trained(), path.parent)),
    "manifest": Entrance(_encoder_manifest, _load_of_manifest, distort),
    "onnx": Entrance(_decoder, _run, redo=_redo_manifest),
    "litert": Entrance(_litert, _run, redo=_redo_manifest),
    "zip": Entrance(_zip, _read_data),
    "tar": Entrance(_tar, _read_data),
    "npy": Entrance(_npy, _read_data),
    "npz": Entrance(_npz, _read_data),
    "csv": Entrance(_csv, _read_data),
    "parquet": Entrance(_parquet, _read_data),
    "records": Entrance(_records, _read_records),
    "picture": Entrance(_picture, _read_picture),
}
