"""The metrics of a card, measured on its held-out data."""

from __future__ import annotations

import math
from collections.abc import Mapping

import keras
import numpy as np

from kerasgen import metrics
from kerasgen.base.model import GenerativeModel
from kerasgen.data.dataset import Dataset
from kerasgen.data.image_dataset import ImageDataset
from kerasgen.data.sprites import Sprites
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import GENERATED_IMAGES, generation_metrics, rounded
from kerasgen.evaluation.latent_space import path_lengths, separability
from kerasgen.evaluation.single_images import single_images
from kerasgen.evaluation.translation import translation_metrics
from kerasgen.latent.codes import labels_in_turn
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.classifier import Classifier
from kerasgen.models.debiasing_vae import DebiasingVAE
from kerasgen.models.latent_base import LatentSampler
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.models.vae_base import BaseVAE
from kerasgen.presets.card import Card, Importance
from kerasgen.presets.data import data_of, load_data, load_split

DISTRIBUTION_IMAGES = 1000  # compared at most by distances between sets of images
TRAINING_IMAGES = 10_000  # at most give the principal components and the floor


def evaluate(model: GenerativeModel, card: Card, seed: int = 0) -> dict[str, object]:
    """Measures a model on the held-out data of its card.

    The loss terms are nats an image for a VAE. The sliced Wasserstein distance compares as many samples as there are
    held-out images (1,000 at most) with these; beside it stands the same distance for as many training images, the floor.
    Beside the reconstruction error stands that of the best linear code of the same size, from 10,000 training images at most.
    A `DebiasingVAE` is measured as a classifier on all images, and as a VAE on the positive ones.

    Returns:
        {"protocol": ..., name: value, ...}: plain data for JSON.
    """
    if isinstance(model, BaseTranslator):
        return _losses(model, card, load_data(card, "held_out"), seed) | translation_metrics(model, card, seed)
    held_out = load_data(card, "held_out", drop_remainder=False)
    result = _losses(model, card, held_out, seed)
    images, labels = single_images(held_out), np.asarray(held_out.labels)  # models that need labels refused data without
    if isinstance(model, (Classifier, DebiasingVAE)):
        result["accuracy"] = _accuracy(model.classify(images), labels)
    detector = isinstance(model, DebiasingVAE)
    if detector:
        images = images[labels == 1]  # the others have no part in the latent space
    train = _training_images(card, seed, positives=detector)
    if isinstance(model, BaseAutoencoder):
        result |= _reconstruction(model, images)
        result["linear_code_mse"] = round(metrics.linear_code_error(train, images, model.latent_dim, seed), 5)
    asked = card.evaluation
    if isinstance(model, BaseVAE):
        result |= _likelihood(model, images, asked.importance, seed)
    source = held_out.source if isinstance(held_out, ImageDataset) else None
    if isinstance(model, BaseAutoencoder) and isinstance(source, Sprites):
        result |= _disentanglement(model, source, images, seed)
    if isinstance(model, LatentSampler):
        result |= _samples(model, images[:DISTRIBUTION_IMAGES], train, seed)
        if asked.parzen:
            result["parzen_window"] = _parzen(model, card, asked.parzen, images, seed)
        if asked.extractor:
            result["generation"] = generation_metrics(model, asked.extractor, images, train, seed)
        if asked.path_length:
            extractor = get_extractor(asked.path_length.extractor)
            result["path_length"] = path_lengths(model, extractor, asked.path_length.epsilon, seed=seed)
        if asked.separability:
            result["separability"] = separability(model, card, asked.separability.labels, seed=seed)
    return result


def _losses(model: GenerativeModel, card: Card, held_out: Dataset, seed: int) -> dict[str, object]:
    model.compile(jit_compile=False)
    losses = model.evaluate(held_out, verbose=0, return_dict=True)
    assert isinstance(losses, dict)
    data = data_of(card)
    split = f"{data.held_out_fraction:g} of {data.train}" if data.held_out_fraction else data.held_out
    return {
        "protocol": f"{held_out.num_images} held-out images ({data.source}, {split}), "
        f"seed {seed}; Keras {keras.__version__} on {keras.backend.backend()}",
        "loss_terms": {name: round(float(value), 4) for name, value in losses.items()},
    }


def _accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The share of right answers: of classes (n, classes), or of one class and its opposite (n,)."""
    predicted = probabilities.argmax(axis=1) if probabilities.ndim == 2 else probabilities > 0.5
    return round(float(np.mean(predicted == labels)), 5)


def _reconstruction(model: BaseAutoencoder, images: np.ndarray) -> dict[str, object]:
    outputs = model.reconstruct(images)
    return {
        "reconstruction_mse": round(float(np.mean(np.square(images - outputs, dtype="float64"))), 5),
        "reconstruction_psnr_db": round(metrics.peak_signal_to_noise(images, outputs), 3),
        "reconstruction_ssim": round(metrics.structural_similarity(images, outputs), 4),
    }


def _likelihood(model: BaseVAE, images: np.ndarray, importance: Importance, seed: int) -> dict[str, object]:
    """Bounds of -log p(x) in nats an image; bits count 8-bit steps under a density, expected bits under a Bernoulli."""
    elbo = model.log_likelihood(images, 1, seed).mean()
    chosen = images[: importance.images]
    dimensions = math.prod(model.image_shape)
    steps = dimensions * math.log(256) if model.likelihood == "gaussian" else 0.0
    return {
        "negative_elbo_nats": round(float(-elbo), 3),
        "bits_per_dimension": round(float((steps - elbo) / (dimensions * math.log(2))), 4),
        "importance_weighted_nll_nats": {
            "samples": importance.samples,
            "images": len(chosen),
            "nats": round(float(-model.log_likelihood(chosen, importance.samples, seed).mean()), 3),
        },
    }


def _disentanglement(model: BaseAutoencoder, source: Sprites, images: np.ndarray, seed: int) -> dict[str, object]:
    """Scores of the codes; their total correlation is that of codes sampled from q(z|x), which is what models penalize.

    That of the means is another metric: where a unit is not used, its mean hardly moves, but may move with another's (Locatello
    et al. 2019, arXiv:1811.12359, figure 2).
    """
    codes, factors = model.encode(images), source.factors
    samples = codes
    if isinstance(model, BaseVAE):
        mean, log_variance = model.encode_distribution(images)
        samples = mean + np.exp(0.5 * log_variance) * np.random.default_rng(seed).standard_normal(mean.shape)
    gaps = metrics.mutual_information_gaps(codes, factors)
    return {
        "mig": round(float(gaps.mean()), 4),
        "mig_by_factor": {name: round(float(gap), 4) for name, gap in zip(source.sizes, gaps, strict=True)},
        "sap": round(metrics.separated_attribute_predictability(codes, factors, source.categorical), 4),
        "dci": {name: round(value, 4) for name, value in metrics.dci(codes, factors).items()},
        "factor_vae_score": round(
            metrics.factor_vae_score(lambda f: model.encode(source.render(f)), list(source.sizes.values())), 4
        ),
        "total_correlation_nats": round(metrics.total_correlation(samples), 4),
        "active_units": metrics.active_units(codes),
    }


def _samples(model: LatentSampler, images: np.ndarray, train: np.ndarray, seed: int) -> dict[str, object]:
    others = train[: len(images)]
    samples = model.sample(len(images), seed=seed, labels=labels_in_turn(len(images), model.num_classes))
    return {
        "sliced_wasserstein_x1000": _with_mean(metrics.sliced_wasserstein(samples, images)),
        "floor_sliced_wasserstein_x1000": _with_mean(metrics.sliced_wasserstein(others, images)),
    }


def _parzen(model: LatentSampler, card: Card, split: str, images: np.ndarray, seed: int) -> dict[str, object]:
    """The recipe of Goodfellow et al. 2014: 10,000 samples, their width chosen by the split that the card names."""
    validation = single_images(load_split(card, split, drop_remainder=False))
    samples = model.sample(GENERATED_IMAGES, seed=seed)
    found = metrics.parzen_log_likelihood(*(each.reshape(len(each), -1) for each in (samples, validation, images)))
    return {
        "samples": len(samples),
        "validation_images": len(validation),
        "test_images": len(images),
        **rounded(found),
    }


def _training_images(card: Card, seed: int, positives: bool) -> np.ndarray:
    """`TRAINING_IMAGES` at most, chosen at random, of label 1 where only `positives` are wanted."""
    train = load_data(card, "train", mirror=False, shuffle=False)
    chosen = np.flatnonzero(np.asarray(train.labels) == 1) if positives else np.arange(train.num_images)
    return single_images(train, np.random.default_rng(seed).permutation(chosen)[:TRAINING_IMAGES])


def _with_mean(distances: Mapping[int, float]) -> dict[str, float]:
    mean = float(np.mean(list(distances.values())))
    return {**{f"{size} px": round(value, 2) for size, value in distances.items()}, "mean": round(mean, 2)}
