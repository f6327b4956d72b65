"""Codes against known factors: perfect codes score 1, random ones about 0."""

import itertools

import numpy as np
import pytest
from helpers import ANY_BACKEND

from kerasgen import metrics
from kerasgen.data.sprites import FACTORS, NUM_SPRITES, Sprites, render_sprites, sprite_factors, sprite_indices

pytestmark = ANY_BACKEND


SIZES = (3, 4, 5)
GRID = np.tile(np.array(list(itertools.product(*map(range, SIZES)))), (40, 1))
RNG = np.random.default_rng(0)
ORDER = RNG.permutation(len(GRID))
FACTORS_OF = GRID[ORDER]
PERFECT = FACTORS_OF.astype(float) * [1.0, -2.0, 0.5]
RANDOM = RNG.standard_normal((len(GRID), 6))
ROTATED = (PERFECT - PERFECT.mean(0)) / PERFECT.std(0) @ np.linalg.qr(RNG.standard_normal((3, 3)))[0]


def test_mutual_information_gap():
    assert metrics.mutual_information_gap(PERFECT, FACTORS_OF) == pytest.approx(1.0)
    assert metrics.mutual_information_gap(RANDOM, FACTORS_OF) < 0.02
    doubled = np.concatenate([PERFECT, PERFECT], axis=1)
    assert metrics.mutual_information_gap(doubled, FACTORS_OF) == pytest.approx(0.0, abs=1e-12)
    assert metrics.mutual_information_gap(ROTATED, FACTORS_OF) < 0.5


def test_mutual_information_gap_by_counting():
    codes = RNG.integers(0, 4, (500, 2)).astype(float)
    codes[:, 0] = np.where(RNG.random(500) < 0.7, FACTORS_OF[:500, 1], codes[:, 0])
    expected = []
    for factor in FACTORS_OF[:500].T:
        informations = []
        for code in codes.T:
            joint = np.histogram2d(code, factor, bins=(np.unique(code).size, np.unique(factor).size))[0] / 500
            product = joint.sum(1, keepdims=True) * joint.sum(0)
            informations.append(np.sum(joint[joint > 0] * np.log((joint / product)[joint > 0])))
        shares = np.bincount(factor) / 500
        expected.append(abs(informations[0] - informations[1]) / -np.sum(shares * np.log(shares)))
    np.testing.assert_allclose(metrics.mutual_information_gaps(codes, FACTORS_OF[:500]), expected, rtol=1e-9)


def test_separated_attribute_predictability():
    assert metrics.separated_attribute_predictability(PERFECT, FACTORS_OF) == pytest.approx(1.0)
    assert metrics.separated_attribute_predictability(PERFECT, FACTORS_OF, categorical=(0,)) > 0.85
    assert metrics.separated_attribute_predictability(RANDOM, FACTORS_OF, categorical=(0,)) < 0.03
    mixed = np.stack([PERFECT[:, 0], PERFECT[:, 0] + RNG.standard_normal(len(PERFECT))], axis=1)
    wanted = 1.0 - np.corrcoef(mixed[:, 1], FACTORS_OF[:, 0])[0, 1] ** 2
    assert metrics.separated_attribute_predictability(mixed, FACTORS_OF[:, :1]) == pytest.approx(wanted)


def test_dci():
    scores = metrics.dci(PERFECT, FACTORS_OF, trees=20)
    assert min(scores.values()) > 0.95
    scores = metrics.dci(RANDOM, FACTORS_OF, trees=20)
    assert scores["disentanglement"] < 0.05 and scores["completeness"] < 0.05 and scores["informativeness"] < 0.4
    assert metrics.dci(ROTATED, FACTORS_OF, trees=20)["disentanglement"] < 0.6


def test_factor_vae_score():
    assert metrics.factor_vae_score(lambda f: f * [1.0, -2.0, 0.5], SIZES, votes=200) == 1.0
    noise = np.random.default_rng(1)
    assert metrics.factor_vae_score(lambda f: noise.standard_normal((len(f), 5)), SIZES, votes=400) < 0.5
    dead = metrics.factor_vae_score(
        lambda f: np.concatenate([f, 1e-4 * noise.standard_normal((len(f), 3))], 1), SIZES, votes=200
    )
    assert dead == 1.0  # dimensions that hardly vary have no vote
    with pytest.raises(ValueError, match="finite codes.*not finite"):
        metrics.factor_vae_score(lambda f: f * np.nan, SIZES)


def test_total_correlation_of_a_known_gaussian():
    rho = 0.8
    codes = RNG.multivariate_normal([0, 0], [[4, 2 * rho], [2 * rho, 1]], 200_000)
    assert metrics.total_correlation(codes) == pytest.approx(-0.5 * np.log(1 - rho**2), rel=0.02)
    assert metrics.total_correlation(RANDOM) < 0.05
    assert metrics.total_correlation(np.concatenate([RANDOM, np.zeros((len(RANDOM), 1))], axis=1)) < 0.05


def test_active_units():
    assert metrics.active_units(RANDOM * [1, 1, 0.05, 0.05, 1, 0.0]) == 3


@pytest.mark.parametrize(
    "codes, factors, message",
    [
        (PERFECT[:5], FACTORS_OF[:5], "n at least 10"),
        (PERFECT[:, :1], FACTORS_OF, "at least 2 dimensions"),
        (PERFECT[:50], FACTORS_OF, "a row for each code"),
        (PERFECT, FACTORS_OF.astype(float), "whole numbers"),
        (PERFECT * np.nan, FACTORS_OF, "finite"),
        (PERFECT, FACTORS_OF * 0, "constant factors"),
    ],
)
def test_wrong_codes_and_factors(codes, factors, message):
    with pytest.raises(ValueError, match=message + ".*Received|Received.*" + message):
        metrics.mutual_information_gap(codes, factors)


def test_sprites_are_drawn_by_their_rule():
    indices = RNG.integers(0, NUM_SPRITES, 200)
    factors = sprite_factors(indices)
    np.testing.assert_array_equal(sprite_indices(factors), indices)
    images = render_sprites(factors)
    assert images.shape == (200, 64, 64, 1) and set(np.unique(images)) == {0, 255}
    rows, columns = np.mgrid[:64, :64] + 0.5
    for (shape, scale, _, x, y), image in zip(factors, images[..., 0] > 0, strict=True):
        center = 16 + 32 * x / 31, 16 + 32 * y / 31
        if shape < 2:  # symmetric about their centers
            np.testing.assert_allclose([columns[image].mean(), rows[image].mean()], center, atol=0.5)
        size = 0.5 + 0.1 * scale
        area = {0: 19.2**2, 1: np.pi * 12.8 * 7.2, 2: 3.66 * 9.6**2}[int(shape)] * size**2
        assert image.sum() == pytest.approx(area, rel=0.12)


def test_a_square_pixel_by_pixel():
    (image,) = render_sprites(np.array([[0, 5, 0, 0, 31]]))
    inside = np.abs(np.mgrid[:64, :64] + 0.5 - [[[48.0]], [[16.0]]]) <= 9.6  # rows about 48, columns about 16
    np.testing.assert_array_equal(image[..., 0] > 0, inside.all(axis=0))


def test_sprites_as_an_array():
    sprites = Sprites(np.arange(0, NUM_SPRITES, 100_000))
    assert sprites.shape == (8, 64, 64, 1)
    np.testing.assert_array_equal(sprites[np.array([1, 3])], np.asarray(sprites)[[1, 3]])
    assert list(sprites.sizes) == list(FACTORS)


@pytest.mark.parametrize("factors", [[[3, 0, 0, 0, 0]], [[0, -1, 0, 0, 0]], [[0, 0, 0]]])
def test_factors_out_of_range(factors):
    with pytest.raises(ValueError, match="each under its size"):
        render_sprites(np.array(factors))
