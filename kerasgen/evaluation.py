"""The figures of a card, measured on its held-out data."""

from __future__ import annotations

import numpy as np

from kerasgen import metrics
from kerasgen.card import load_data


def evaluate(model, card: dict, seed: int = 0) -> dict:
    """Measures a model on the held-out data of its card.

    The loss terms are nats an image for a VAE. The sliced Wasserstein distance compares as many samples as there are
    held-out images with these; beside it stands the same distance for as many training images, the floor.

    Returns:
        {"protocol": ..., name: value, ...}
    """
    import keras

    held_out = load_data(card, "held_out", drop_remainder=False)
    images = held_out.images()
    n = len(images)
    result = {"protocol": f"{n} held-out images ({card['data']['source']}, {card['data']['held_out']}), "
                          f"{n} samples of seed {seed}; Keras {keras.__version__} on {keras.backend.backend()}"}
    model.compile(jit_compile=False)
    result["loss_terms"] = {name: round(float(value), 4)
                            for name, value in model.evaluate(held_out, verbose=0, return_dict=True).items()}
    if hasattr(model, "reconstruct"):
        result["reconstruction_psnr_db"] = round(metrics.peak_signal_to_noise(images, model.reconstruct(images)), 3)
    if hasattr(model, "sample"):
        others = load_data(card, "train", mirror=False, shuffle=False).images()
        order = np.random.default_rng(seed).permutation(len(others))[:n]
        result["sliced_wasserstein_x1000"] = _rounded(metrics.sliced_wasserstein(model.sample(n, seed=seed), images))
        result["floor_sliced_wasserstein_x1000"] = _rounded(metrics.sliced_wasserstein(others[order], images))
    return result


def _rounded(distances: dict[int, float]) -> dict:
    mean = float(np.mean(list(distances.values())))
    return {**{f"{size} px": round(value, 2) for size, value in distances.items()}, "mean": round(mean, 2)}
