"""Outlier scores: each is made from a model and usual images, and maps images to numbers, high for unusual ones."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import keras
import numpy as np
from keras import ops
from PIL import Image
from scipy.stats import gaussian_kde
from sklearn.mixture import GaussianMixture

from kerasgen import backend
from kerasgen.backend.typing import Tensor
from kerasgen.base.settings import keras_defaults
from kerasgen.images import to_uint8
from kerasgen.latent.posterior import code_kl, negative_elbo
from kerasgen.losses.divergences import kl_to_standard_normal
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.vae_base import BaseVAE

Score = Callable[[np.ndarray], np.ndarray]


def reconstruction(model: BaseAutoencoder, usual: np.ndarray, seed: int) -> Score:
    """Scores by the mean squared error a pixel."""
    return lambda images: _squared_errors(model, images)


def elbo(model: BaseVAE, usual: np.ndarray, seed: int) -> Score:
    """Scores by -ELBO, nats, with 8 samples of the code."""
    return lambda images: negative_elbo(model, images, seed)


def iwae(model: BaseVAE, usual: np.ndarray, seed: int) -> Score:
    """Scores by the importance-weighted bound of -log p(x) with 64 samples, nats (Burda et al. 2016, arXiv:1509.00519)."""
    return lambda images: -model.log_likelihood(images, 64, seed)


def input_complexity(model: BaseVAE, usual: np.ndarray, seed: int) -> Score:
    """Scores by -log2 p(x) minus the bits of the image as PNG (Serra et al. 2020, arXiv:1909.11480, equation 1)."""
    return lambda images: negative_elbo(model, images, seed) / math.log(2) - np.array([_png_bits(image) for image in images])


def likelihood_regret(
    model: BaseVAE, usual: np.ndarray, seed: int, steps: int = 50, rate: float = 0.1, batch_size: int = 500
) -> Score:
    """Scores by how much the ELBO rises if q(z|x) is optimized for x alone (Xiao et al. 2020, arXiv:2003.02977, equation 5).

    Adam moves the mean and log-variance of each image's own posterior from where the encoder put them.
    """

    def regret(images: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return np.concatenate(
            [
                _regret(model, images[start : start + batch_size], rng, steps, rate)
                for start in range(0, len(images), batch_size)
            ]
        )

    return regret


def density_of_states(model: BaseAutoencoder, usual: np.ndarray, seed: int, most: int = 10_000) -> Score:
    """Scores by -sum_i log q_i(T_i(x)) over statistics T of the model (Morningstar et al. 2021, arXiv:2006.09273, section 3).

    The statistics: the squared error and the length of the code, for a VAE its reconstruction term, KL and entropy of
    q(z|x), and the density of the code under a mixture of Gaussians. Each q_i is a kernel density estimate over at most
    `most` usual images: a likelihood that is too high is as unusual as one that is too low.
    """
    usual = usual[np.random.default_rng(seed).permutation(len(usual))[:most]]
    codes = model.encode(usual)
    mixture = GaussianMixture(min(20, 1 + len(codes) // 100), reg_covar=1e-3, random_state=seed).fit(codes)
    seen = _statistics(model, mixture, usual)
    center, width = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-9)
    densities = [gaussian_kde(column) for column in ((seen - center) / width).T]

    def score(images: np.ndarray) -> np.ndarray:
        columns = ((_statistics(model, mixture, images) - center) / width).T
        return -np.sum([_log_density(density, column) for density, column in zip(densities, columns, strict=True)], axis=0)

    return score


SCORES = {
    score.__name__: score for score in (reconstruction, elbo, iwae, likelihood_regret, input_complexity, density_of_states)
}
FOR_AUTOENCODERS = ("reconstruction", "density_of_states")


def _squared_errors(model: BaseAutoencoder, images: np.ndarray) -> np.ndarray:
    return np.mean(np.square(images - model.reconstruct(images), dtype="float64"), axis=(1, 2, 3))


def _png_bits(image: np.ndarray) -> int:
    """Bits of the PNG of an image (height, width, channels) in [0, 1]."""
    pixels = to_uint8(image)
    stream = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(stream, "PNG", optimize=True)
    return 8 * stream.tell()


def _statistics(model: BaseAutoencoder, mixture: GaussianMixture, images: np.ndarray) -> np.ndarray:
    """(n, statistics)."""
    codes = model.encode(images)
    columns = [np.log(_squared_errors(model, images) + 1e-9), np.linalg.norm(codes, axis=1), mixture.score_samples(codes)]
    if isinstance(model, BaseVAE):
        mean, log_variance = model.encode_distribution(images)
        columns += [-model.log_likelihood(images, 1), code_kl(mean, log_variance).sum(axis=1), log_variance.sum(axis=1)]
    return np.stack(columns, axis=1).astype("float64")


def _log_density(density: gaussian_kde, values: np.ndarray) -> np.ndarray:
    """Its logarithm; beyond the estimate's reach, where it is 0 in floats, the tail of its nearest kernel."""
    low, high = density.dataset.min(), density.dataset.max()
    beyond = np.maximum(low - values, 0) + np.maximum(values - high, 0)
    tail = -0.5 * beyond**2 / density.covariance.item()
    edge = density.logpdf(np.clip(values, low, high))
    return np.where(beyond > 0, edge + tail, edge)


@keras_defaults()
def _regret(model: BaseVAE, images: np.ndarray, rng: np.random.Generator, steps: int, rate: float) -> np.ndarray:
    start = np.concatenate(model.encode_distribution(images), axis=1)
    decoder = model.ema_network(model.decoder)
    targets = ops.convert_to_tensor(images)

    def sample_noise(count: int) -> list[Tensor]:
        return [
            ops.convert_to_tensor(rng.standard_normal((len(start), model.latent_dim), dtype="float32")) for _ in range(count)
        ]

    def negative_elbo(parameters: Tensor, noise: Tensor) -> Tensor:
        mean, log_variance = ops.split(parameters, 2, axis=1)
        z = mean + ops.exp(0.5 * log_variance) * noise
        nll = model.reconstruction_nll(targets, decoder(z, training=False))
        return nll + ops.sum(kl_to_standard_normal(mean, log_variance), axis=-1)

    parameters, optimizer = keras.Variable(start), keras.optimizers.Adam(rate)
    for noise in sample_noise(steps):
        gradient = backend.gradient(lambda p: negative_elbo(p, noise), parameters.value)
        optimizer.apply([gradient], [parameters])
    noises = sample_noise(8)
    bounds = [
        np.mean([ops.convert_to_numpy(negative_elbo(ops.convert_to_tensor(p), noise)) for noise in noises], axis=0)
        for p in (start, parameters)
    ]
    return bounds[0] - bounds[1]
