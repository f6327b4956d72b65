"""Peak signal-to-noise ratio."""

from __future__ import annotations

import numpy as np


def peak_signal_to_noise(images: np.ndarray, others: np.ndarray) -> float:
    """Gives the mean over the images of -10 log10(mean squared error), in dB, for (n, height, width, channels) in [0, 1]."""
    errors = np.mean(np.square(images.astype("float64") - others), axis=(1, 2, 3))
    return float(np.mean(-10.0 * np.log10(np.maximum(errors, 1e-12))))
