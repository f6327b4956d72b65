"""The figures of a card, measured on its held-out data."""

from __future__ import annotations

import math

import numpy as np

from kerasgen import metrics
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import GENERATED_IMAGES, generation_metrics, rounded
from kerasgen.evaluation.latent_space import path_lengths, separability
from kerasgen.evaluation.translation import translation_metrics
from kerasgen.latent.codes import labels_in_turn
from kerasgen.presets.data import load_data

DISTRIBUTION_IMAGES = 1000  # compared at most by distances between sets of images
TRAINING_IMAGES = 10_000  # at most give the principal components and the floor
IMPORTANCE = {"samples": 100, "images": 1000}  # of the bound on log p(x), unless the card's "evaluation" says otherwise


def evaluate(model, card: dict, seed: int = 0) -> dict:
    """Measures a model on the held-out data of its card.

    The loss terms are nats an image for a VAE. The sliced Wasserstein distance compares as many samples as there are
    held-out images (1,000 at most) with these; beside it stands the same distance for as many training images, the floor.
    Beside the reconstruction error stands that of the best linear code of the same size, from 10,000 training images at most.

    Returns:
        {"protocol": ..., name: value, ...}
    """
    if hasattr(model, "translate"):
        return _losses(model, card, load_data(card, "held_out"), seed) | translation_metrics(model, card, seed)
    held_out = load_data(card, "held_out", drop_remainder=False)
    result = _losses(model, card, held_out, seed)
    images = held_out.images()
    if hasattr(model, "classify"):
        probabilities = model.classify(images)
        told = probabilities.argmax(axis=1) if probabilities.ndim == 2 else probabilities > 0.5
        result["accuracy"] = round(float(np.mean(told == held_out.labels)), 5)
    detector = hasattr(model, "classify") and hasattr(model, "decode")
    if detector:
        images = images[held_out.labels == 1]  # the others have no part in the latent space
    train = _training_images(card, seed, detector)
    if hasattr(model, "reconstruct"):
        result |= _reconstruction(model, images)
        result["linear_code_mse"] = round(metrics.linear_code_error(train, images, model.latent_dim, seed), 5)
    if hasattr(model, "log_likelihood"):
        result |= _likelihood(model, images, {**IMPORTANCE, **card.get("evaluation", {}).get("importance", {})}, seed)
    if hasattr(model, "encode") and hasattr(held_out.source, "factors"):
        result |= _disentanglement(model, held_out.source, images, seed)
    if hasattr(model, "sample"):
        result |= _samples(model, images[:DISTRIBUTION_IMAGES], train, seed)
    if "parzen" in card.get("evaluation", {}):
        result["parzen_window"] = _parzen(model, card, images, seed)
    if "extractor" in card.get("evaluation", {}):
        result["generation"] = generation_metrics(model, card["evaluation"]["extractor"], images, train, seed)
    if "path_length" in card.get("evaluation", {}):
        options = dict(card["evaluation"]["path_length"])
        result["path_length"] = path_lengths(model, get_extractor(options.pop("extractor")), **options, seed=seed)
    if "separability" in card.get("evaluation", {}):
        result["separability"] = separability(model, card, **card["evaluation"]["separability"], seed=seed)
    return result


def _losses(model, card: dict, held_out, seed: int) -> dict:
    import keras

    model.compile(jit_compile=False)
    losses = model.evaluate(held_out, verbose=0, return_dict=True)
    return {
        "protocol": f"{held_out.num_images} held-out images ({card['data']['source']}, {card['data']['held_out']}), "
        f"seed {seed}; Keras {keras.__version__} on {keras.backend.backend()}",
        "loss_terms": {name: round(float(value), 4) for name, value in losses.items()},
    }


def _reconstruction(model, images) -> dict:
    outputs = model.reconstruct(images)
    return {
        "reconstruction_mse": round(float(np.mean(np.square(images - outputs, dtype="float64"))), 5),
        "reconstruction_psnr_db": round(metrics.peak_signal_to_noise(images, outputs), 3),
        "reconstruction_ssim": round(metrics.structural_similarity(images, outputs), 4),
    }


def _likelihood(model, images, importance: dict, seed: int) -> dict:
    """Bounds of -log p(x) in nats an image; bits count 8-bit steps under a density, expected bits under a Bernoulli."""
    elbo = model.log_likelihood(images, 1, seed).mean()
    chosen = images[: importance["images"]]
    dimensions = math.prod(model.image_shape)
    steps = dimensions * math.log(256) if model.likelihood == "gaussian" else 0.0
    return {
        "negative_elbo_nats": round(float(-elbo), 3),
        "bits_per_dimension": round(float((steps - elbo) / (dimensions * math.log(2))), 4),
        "importance_weighted_nll_nats": {
            "samples": importance["samples"],
            "images": len(chosen),
            "nats": round(float(-model.log_likelihood(chosen, importance["samples"], seed).mean()), 3),
        },
    }


def _disentanglement(model, source, images, seed: int) -> dict:
    """Scores of the codes; their total correlation is that of codes drawn from q(z|x), which is what models weigh.

    That of the means is another figure: where a unit is not used, its mean hardly moves, but may move with another's (Locatello
    et al. 2019, arXiv:1811.12359, figure 2).
    """
    codes, factors = model.encode(images), source.factors
    drawn = codes
    if hasattr(model, "encode_distribution"):
        mean, log_variance = model.encode_distribution(images)
        drawn = mean + np.exp(0.5 * log_variance) * np.random.default_rng(seed).standard_normal(mean.shape)
    gaps = metrics.mutual_information_gaps(codes, factors)
    return {
        "mig": round(float(gaps.mean()), 4),
        "mig_by_factor": {name: round(float(gap), 4) for name, gap in zip(source.sizes, gaps, strict=True)},
        "sap": round(metrics.separated_attribute_predictability(codes, factors, source.categorical), 4),
        "dci": {name: round(value, 4) for name, value in metrics.dci(codes, factors).items()},
        "factor_vae_score": round(
            metrics.factor_vae_score(lambda f: model.encode(source.render(f)), list(source.sizes.values())), 4
        ),
        "total_correlation_nats": round(metrics.total_correlation(drawn), 4),
        "active_units": metrics.active_units(codes),
    }


def _samples(model, images, train, seed: int) -> dict:
    others = train[: len(images)]
    drawn = model.sample(len(images), seed=seed, labels=labels_in_turn(len(images), model.num_classes))
    return {
        "sliced_wasserstein_x1000": _rounded(metrics.sliced_wasserstein(drawn, images)),
        "floor_sliced_wasserstein_x1000": _rounded(metrics.sliced_wasserstein(others, images)),
    }


def _parzen(model, card: dict, images, seed: int) -> dict:
    """The recipe of Goodfellow et al. 2014: 10,000 samples, their width chosen by the split that the card names."""
    validation = load_data(
        {**card, "data": {**card["data"], "validation": card["evaluation"]["parzen"]}}, "validation", drop_remainder=False
    ).images()
    flat = [each.reshape(len(each), -1) for each in (model.sample(GENERATED_IMAGES, seed=seed), validation, images)]
    figures = metrics.parzen_log_likelihood(*flat)
    return {"samples": len(flat[0]), "validation_images": len(validation), "test_images": len(images)} | rounded(figures)


def _training_images(card: dict, seed: int, positives: bool) -> np.ndarray:
    """`TRAINING_IMAGES` at most, drawn at random, of label 1 where only `positives` are wanted."""
    train = load_data(card, "train", mirror=False, shuffle=False)
    chosen = np.flatnonzero(train.labels == 1) if positives else np.arange(train.num_images)
    return train.images(np.random.default_rng(seed).permutation(chosen)[:TRAINING_IMAGES])


def _rounded(distances: dict[int, float]) -> dict:
    mean = float(np.mean(list(distances.values())))
    return {**{f"{size} px": round(value, 2) for size, value in distances.items()}, "mean": round(mean, 2)}
