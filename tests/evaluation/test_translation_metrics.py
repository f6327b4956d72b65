"""What is measured of translators, against brute force and translators known to be perfect."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, noise_images, save_all
from tiny import TINY, TRANSLATORS

from kerasgen import data, metrics, training
from kerasgen.data.transforms import edges
from kerasgen.evaluation.translation import paired_metrics, unpaired_metrics
from kerasgen.models import Pix2Pix
from kerasgen.presets import Card, describe, read_card
from kerasgen.presets.card import DataSection, TrainingSection
from kerasgen.records import convert

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)


def test_edge_agreement_against_brute_force():
    a, b = RNG.random((3, 12, 12)) < 0.1, RNG.random((3, 12, 12)) < 0.1
    expected = []
    for one, other in zip(a, b, strict=True):
        near = [
            [np.abs(np.argwhere(there) - point).max(axis=1).min() <= 1 for point in np.argwhere(here)]
            for here, there in ((one, other), (other, one))
        ]
        precision, recall = map(np.mean, near)
        expected.append(2 * precision * recall / (precision + recall))
    assert metrics.edge_agreement(a, b) == pytest.approx(np.mean(expected))
    assert metrics.edge_agreement(a, a, tolerance=0) == 1.0
    assert metrics.edge_agreement(a, np.zeros_like(a)) == 0.0
    assert metrics.edge_agreement(np.zeros_like(a), np.zeros_like(a)) == 1.0


@pytest.mark.parametrize("upsampling, even", [("nearest", True), ("transposed", False)])
def test_nearest_upsampling_treats_all_pixels_alike(upsampling, even):
    model = Pix2Pix((64, 64, 3), channels=4, depth=2, receptive_field=16, upsampling=upsampling)
    inside = model.translate(np.full((1, 64, 64, 3), 0.3, "float32"))[0, 16:-16, 16:-16]
    assert (np.ptp(inside, axis=(0, 1)).max() < 1e-6) == even


def test_checkerboards_show_at_the_strides_frequency():
    images = RNG.random((64, 16, 16, 3))
    board = 0.1 * (-1.0) ** np.add.outer(np.arange(16), np.arange(16))[None, ..., None]
    stripes = 0.1 * (-1.0) ** np.arange(16)[None, None, :, None] * np.ones((1, 16, 1, 1))
    assert metrics.checkerboard_energy(images, RNG.random((64, 16, 16, 3))) == pytest.approx(1.0, abs=0.5)
    assert metrics.checkerboard_energy(images + board, images) > 5.0
    assert metrics.checkerboard_energy(images + stripes, images) > 5.0
    assert metrics.checkerboard_energy(4.0 * images, images) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="multiples of the stride 3. Received: 16 x 16"):
        metrics.checkerboard_energy(images, images, 3)


def moments(images):
    return np.stack([images.mean(axis=(1, 2, 3)), images.std(axis=(1, 2, 3))], axis=1)


def test_metrics_of_a_perfect_translator():
    targets = data.load("portraits", "test[:24]", shuffle=False, drop_remainder=False)
    sources = np.stack([edges(image) for image in targets.source]) / np.float32(255)

    class Perfect:
        directions = ("a_to_b",)

        def translate(self, x):
            return targets.images()

    found = paired_metrics(Perfect(), sources, targets.images(), moments, from_edges=True)
    assert found["l1"] == 0.0 and found["ssim"] == found["edge_f1"] == 1.0
    assert found["feature_distance"] == 0.0 < found["feature_distance_of_others"]
    assert found["generation"]["fid"] == pytest.approx(0.0, abs=1e-6)
    assert found["generation"]["real_images"] == 24


def test_metrics_of_a_translator_that_shifts_brightness():
    a = RNG.random((40, 16, 16, 1), dtype="float32") * RNG.random((40, 1, 1, 1), dtype="float32") * 0.5
    b = 0.5 + RNG.random((40, 16, 16, 1), dtype="float32") * RNG.random((40, 1, 1, 1), dtype="float32") * 0.5

    class Shift:
        directions = ("a_to_b", "b_to_a")

        def translate(self, x, direction):
            return x + (0.5 if direction == "a_to_b" else -0.5)

    found = unpaired_metrics(Shift(), (a[:20], b[:20]), (a[20:], b[20:]), moments)
    for direction in ("a_to_b", "b_to_a"):
        assert found[direction]["cycle_psnr_db"] > 60.0
        assert found[direction]["fid_ratio"] < 0.2
        assert found[direction]["translated"]["real_images"] == 40 and found[direction]["translated"]["generated_images"] == 20
        ratio = found[direction]["translated"]["fid"] / found[direction]["untranslated"]["fid"]
        assert found[direction]["fid_ratio"] == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_card_is_trained_measured_and_shown(name, tmp_path):
    model = TINY[name]()
    size = list(model.image_shape[:2])
    data = {"source": "portraits", "train": "train[:8]", "held_out": "test[:8]", "pairs": "edges", "jitter": 2}
    if not model.paired:
        for part, n in (("trainA", 5), ("trainB", 8), ("testA", 4), ("testB", 4)):
            save_all(tmp_path / "archive" / part, noise_images(n), "abcdefgh"[:n])
        data = {"source": str(tmp_path / "archive"), "train": "train", "held_out": "test", "domains": ["A", "B"]}
    section = convert({**data, "image_size": size}, DataSection)
    card = Card(name="mine", model=describe(model), data=section, training=TrainingSection(batch_size=4))
    path = training.train_preset(card, tmp_path / "run", verbose=0)
    measured = read_card(path).metrics
    if name == "pix2pix":
        assert {"l1", "ssim", "edge_f1", "checkerboard"} <= measured.keys() and 0 < measured["l1"] < 1
    else:
        assert {"a_to_b", "b_to_a"} & measured.keys() == {*model.directions}
        if name == "cyclegan":
            assert measured["a_to_b"]["cycle_psnr_db"] > 0 and "kept" not in measured["b_to_a"]
    assert (tmp_path / "run" / "translations" / "epoch_0001.png").is_file() and path.with_suffix(".png").is_file()
