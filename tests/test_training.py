"""Training and measuring from a card."""

import numpy as np
import pytest
from helpers import ANY_BACKEND

import kerasgen
from kerasgen.training.train import train_preset

pytestmark = ANY_BACKEND


def card(**training):
    return {
        "name": "detector",
        "model": {"class": "DebiasingVAE", "arguments": {"image_shape": [28, 28, 3], "latent_dim": 3, "channels": 4}},
        "data": {"source": "face_crops", "train": "train[:24]", "held_out": "test[:12]", "image_size": 28, "labels": True},
        "training": {"optimizers": {}, "batch_size": 8, "epochs": 2, "seed": 0, **training},
    }


def test_a_detector_is_trained_with_resampling_and_measured(tmp_path):
    plain, debiased = (
        kerasgen.load(train_preset(card(**training), tmp_path / name, verbose=0))
        for name, training in {"plain": {}, "debiased": {"resampling": {"smoothing": 0.05}}}.items()
    )
    for model in (plain, debiased):
        metrics = model.card["metrics"]
        held_out = kerasgen.data.load("face_crops", "test[:12]", 28, labels=True)
        faces, others = (held_out.images(held_out.labels == label) for label in (1, 0))
        right = np.concatenate([model.classify(faces) > 0.5, model.classify(others) <= 0.5])
        assert metrics["accuracy"] == pytest.approx(right.mean(), abs=1e-5)
        assert metrics["reconstruction_mse"] == pytest.approx(np.square(faces - model.reconstruct(faces)).mean(), abs=1e-5)
    codes = np.zeros((1, 3), "float32")
    assert np.abs(plain.decode(codes) - debiased.decode(codes)).max() > 1e-6  # they saw other images


def test_resampling_without_labels_is_refused(tmp_path):
    wrong = card(resampling={})
    wrong["data"]["labels"] = None
    with pytest.raises(ValueError, match="labels. Received"):
        train_preset(wrong, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()
