"""Presets of strangers: weights that hold more than weights, and cards that ask for more than there is."""

import json
import time
import zlib

import h5py
import numpy as np
import pytest
from helpers import ANY_BACKEND
from tiny import TINY

import kerasgen
from kerasgen.files import sha256
from kerasgen.presets import build_model, read_card
from kerasgen.presets.structure import check_structure
from kerasgen.records import convert, to_dict

pytestmark = ANY_BACKEND
LIMIT = 2**20
VALUES = np.arange(100.0, dtype="float32")


def outer_link(file):
    file["a"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file):
    file["a"] = h5py.SoftLink("/b")


def other_file(file):
    file.create_dataset("a", (100,), "float32", external=[("/etc/passwd", 0, 400)])


def virtual(file):
    layout = h5py.VirtualLayout((100,), "float32")
    layout[:] = h5py.VirtualSource("other.h5", "a", (100,))
    file.create_virtual_dataset("a", layout)


def objects(file):
    file["a"] = np.array(["x", "y"], dtype=h5py.string_dtype())


def references(file):
    file.create_dataset("a", (2,), h5py.ref_dtype)


def compound(file):
    file["a"] = np.zeros(3, [("x", "f4"), ("y", "i4")])


def named_type(file):
    file["a"] = np.dtype("float32")


def other_filter(file):
    file.create_dataset("a", data=VALUES, compression="lzf")


def huge(file):
    file.create_dataset("a", (2**40,), "float32", chunks=(100,), compression="gzip")


def bomb(file):
    file.create_dataset("a", (2**22,), "float32", data=np.zeros(2**22, "float32"), compression="gzip", chunks=(2**22,))


def hidden_bomb(file):
    """A piece of 400 bytes whose compressed content is of 10 MB."""
    data = file.create_dataset("a", (100,), "float32", chunks=(100,), compression="gzip")
    data.id.write_direct_chunk((0,), zlib.compress(bytes(10_000_000)))


def itself(file):
    file.create_group("a")["b"] = file["/"]


def attribute(file):
    file.create_group("a").attrs["x"] = file.ref


FORGED = [
    outer_link, soft_link, other_file, virtual, objects, references, compound, named_type, other_filter, huge, bomb,
    hidden_bomb, itself, attribute,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGED, ids=lambda each: each.__name__)
def test_what_is_no_weights(forge, tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        forge(file)
    with pytest.raises(ValueError):
        check_structure(str(tmp_path / "a.h5"), LIMIT)


def test_weights(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("layers/dense/vars")
        group.attrs["name"] = "hidden"
        group["0"] = VALUES
        group.create_dataset("1", data=VALUES, compression="gzip", shuffle=True, chunks=(30,))
        group["2"] = np.int64(3)
    check_structure(str(tmp_path / "a.h5"), LIMIT)
    with pytest.raises(ValueError, match="more than the 500 bytes of the model"):
        check_structure(str(tmp_path / "a.h5"), 500)


@pytest.fixture
def preset(tmp_path):
    (tmp_path / "mine").mkdir()
    return TINY["vae"]().save_to_preset(tmp_path / "mine" / "mine")


def describe(preset, change=lambda card: None):
    """Makes a card agree with its weights."""
    weights = preset.with_name("mine.weights.h5")
    card = to_dict(read_card(preset))
    card["weights"] = {"file": weights.name, "sha256": sha256(weights), "bytes": weights.stat().st_size}
    change(card)
    preset.write_text(json.dumps(card))


@pytest.mark.parametrize("damage", ["link", "nothing", "cut"])
def test_forged_weights_are_an_error_with_the_name_of_the_file(preset, damage):
    weights = preset.with_name("mine.weights.h5")
    if damage == "link":
        with h5py.File(weights, "a") as file:
            outer_link(file)
    else:
        weights.write_bytes(weights.read_bytes()[: 2000 if damage == "cut" else 0] + b"x")
    describe(preset)
    start = time.perf_counter()
    with pytest.raises(ValueError, match=r"must be HDF5 with plain arrays of numbers. Received: .*mine.weights.h5 \(.+\)"):
        kerasgen.load(preset)
    assert time.perf_counter() - start < 5


def test_a_link_out_of_the_folder_is_refused(preset, tmp_path):
    weights = preset.with_name("mine.weights.h5")
    weights.rename(tmp_path / "elsewhere.h5")
    weights.symlink_to(tmp_path / "elsewhere.h5")
    with pytest.raises(ValueError, match="no link out of it. Received: .*mine.weights.h5, a link"):
        kerasgen.load(preset)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"latent_dim": 2**63}, "latent_dim: must be int <= 2147483647. Received: 9223372036854775808"),
        ({"latent_dim": 2**31 - 1}, r"must take at most .* of memory. Received: .* take [\d,]+ [GT]iB or more"),
        ({"channels": 1_000_000}, r"must take at most .* of memory. Received: .* take [\d,]+ [GT]iB or more"),
        ({"hidden": [2**20] * 9, "network": "dense"}, r"of memory. Received: .* take [\d,]+ [GT]iB or more"),
        ({"hidden": [1] * 20_000, "network": "dense"}, "at most 2,000 arrays of weights"),
        ({"image_shape": [2**30, 2**30, 3]}, "of memory, each. Received: images of"),
        ({"dtype": "float64"}, "Unknown argument of a model in the card. Received: 'dtype'"),
        ({"name": {"class_name": "x"}}, "Unknown argument of a model in the card. Received: 'name'"),
    ],
)
def test_a_card_that_asks_for_too_much_is_refused_before_it_is_built(arguments, message):
    content = {"name": "mine", "model": {"class": "VAE", "arguments": {"image_shape": [28, 28, 1], **arguments}}}
    with pytest.raises(ValueError, match=message):
        build_model(convert(content, kerasgen.presets.Card))


def test_a_model_that_could_not_lie_in_its_file_is_refused(preset):
    describe(preset, lambda card: card["model"]["arguments"].update(channels=4000))
    with pytest.raises(ValueError, match=r"The weights of mine \(VAE\) must take at most .* MiB of memory"):
        kerasgen.load(preset)
