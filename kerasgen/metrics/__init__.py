"""One metric a file: numpy functions of images, features or codes, with the paper in the docstring."""

from kerasgen.metrics.peak_signal_to_noise import peak_signal_to_noise
from kerasgen.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = ["peak_signal_to_noise", "sliced_wasserstein"]
