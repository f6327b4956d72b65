"""Analyses of trained models: arrays with known answers, images of the right size, outliers that stand out."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND
from scipy import stats
from tiny import SMALL, TINY

from kerasgen import analysis
from kerasgen.analysis.balance import rarity_weights
from kerasgen.analysis.outlier_scores import SCORES
from kerasgen.callbacks import AdaptiveResampling, ReconstructionGrid, TraversalGrid
from kerasgen.data import ImageDataset
from kerasgen.models import VAE, Autoencoder, DebiasingVAE

RNG = np.random.default_rng(0)


def stripes(n, level=0.9):
    """Images (n, 6, 5, 1) of one bright row each, with a little noise."""
    images = 0.05 * RNG.random((n, 6, 5, 1), dtype=np.float32)
    images[np.arange(n), RNG.integers(0, 3, n)] += level
    return images


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(1)
    model = VAE((6, 5, 1), **SMALL, likelihood="gaussian", scale=0.1)
    model.compile(vae=keras.optimizers.Adam(5e-3))
    model.fit(stripes(512), batch_size=32, epochs=15, verbose=0)
    return model


@ANY_BACKEND
def test_the_bound_on_the_likelihood_closes(trained):
    images = stripes(64)
    one, many = (trained.log_likelihood(images, samples).mean() for samples in (1, 256))
    loss = trained.evaluate(images, verbose=0, return_dict=True)["loss"]
    assert one == pytest.approx(-loss, abs=0.05 * abs(loss))
    assert many > one
    np.testing.assert_allclose(
        trained.log_likelihood(images[:4], 8, batch_size=2), trained.log_likelihood(images[:4], 8, batch_size=4), atol=3.0
    )


@pytest.mark.parametrize(
    "likelihood, pixel",
    [
        ("gaussian", lambda images: stats.norm.logpdf(images, 0.5, 0.5)),
        ("bernoulli", lambda images: np.full(images.shape, np.log(0.5))),
    ],
)
def test_the_bound_is_exact_where_the_posterior_is(likelihood, pixel):
    model = VAE((6, 5, 1), **SMALL, likelihood=likelihood, scale=0.5)
    for network in (model.encoder, model.decoder):  # q(z|x) = N(0, I) and p(x|z) = N(1/2, 1/4) or 1/2 whatever z
        network.set_weights([np.zeros_like(weight) for weight in network.get_weights()])
    images = stripes(5)
    for samples in (1, 7):
        np.testing.assert_allclose(model.log_likelihood(images, samples), pixel(images).sum(axis=(1, 2, 3)), rtol=1e-5)


@ANY_BACKEND
def test_reconstructions_and_manifold(trained):
    images = stripes(4)
    rows = analysis.reconstructions([trained, trained], images)
    np.testing.assert_array_equal(rows[2], images)
    np.testing.assert_array_equal(rows[0], trained.reconstruct(images))
    flat = Autoencoder((6, 5, 1), latent_dim=2, network="dense", hidden=(8,))
    plane = analysis.manifold(flat, 5)
    assert plane.shape == (5, 5, 6, 5, 1)
    corner = np.array([[stats.norm.ppf(0.01), stats.norm.ppf(0.99)]], "float32")  # left and up
    np.testing.assert_allclose(plane[0, 0], flat.decode(corner)[0], atol=1e-6)
    with pytest.raises(ValueError, match="2 numbers. Received: latent_dim=3"):
        analysis.manifold(trained)


@ANY_BACKEND
def test_traversal_moves_one_dimension(trained):
    z = np.array([0.5, -1.0, 0.2], "float32")
    images = analysis.traverse(trained, z, [2, 0], steps=5, span=2.0)
    assert images.shape == (2, 5, 6, 5, 1)
    np.testing.assert_allclose(images[1, 0], trained.decode(np.array([[-2.0, -1.0, 0.2]], "float32"))[0], atol=1e-6)
    np.testing.assert_allclose(images[0, 2], trained.decode(np.array([[0.5, -1.0, 0.0]], "float32"))[0], atol=1e-6)
    with pytest.raises(ValueError, match=r"lie in \[0, 3\)"):
        analysis.traverse(trained, z, [3])


@ANY_BACKEND
def test_order_by_kl(trained):
    order, cost = analysis.order_by_kl(trained, stripes(64))
    assert sorted(order) == [0, 1, 2]
    assert (np.diff(cost) <= 0).all() and cost[0] > 0.5
    kl = trained.evaluate(stripes(512), verbose=0, return_dict=True)["kl"]
    assert cost.sum() == pytest.approx(kl, rel=0.1)


@ANY_BACKEND
def test_interpolation():
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    np.testing.assert_allclose(analysis.interpolate(a, b, 3)[1], np.sqrt([0.5, 0.5]), rtol=1e-6)
    np.testing.assert_allclose(analysis.interpolate(a, b, 3, "linear")[1], [0.5, 0.5])
    np.testing.assert_allclose(analysis.interpolate(a, 2 * a, 3)[1], [1.5, 0.0])
    with pytest.raises(ValueError, match="codes of one size"):
        analysis.interpolate(a, np.ones(3))


@ANY_BACKEND
def test_code_correlation():
    codes = RNG.standard_normal((500, 3)) * [1, 1, 0]
    codes[:, 1] += codes[:, 0]
    matrix = analysis.code_correlation(codes)
    np.testing.assert_allclose(matrix[:2, :2], np.corrcoef(codes[:, :2], rowvar=False))
    np.testing.assert_array_equal(matrix[2], [0, 0, 1])


@ANY_BACKEND
def test_rare_codes_are_favored():
    codes = np.concatenate([RNG.normal(0, 0.1, 900), RNG.normal(5, 0.1, 100)])[:, None]
    weights = rarity_weights(codes, bins=2, smoothing=1e-6)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[900:].sum() == pytest.approx(0.5, abs=1e-3)
    assert rarity_weights(codes, bins=2, smoothing=1e6)[900:].sum() == pytest.approx(0.1, abs=1e-3)
    drawn = analysis.balanced_codes(codes, 2000, seed=0, bins=2, smoothing=1e-6, spread=0.01)
    assert np.mean(drawn > 2.5) == pytest.approx(0.5, abs=0.05)


@ANY_BACKEND
@pytest.mark.parametrize("effective", [0.1, 0.5])
def test_the_product_over_many_dimensions_keeps_its_effective_share(effective):
    codes = np.random.default_rng(0).standard_normal((1000, 64))
    codes[950:] += 0.5
    weights = rarity_weights(codes, effective=effective)
    assert 1 / np.sum(weights**2) == pytest.approx(effective * 1000)
    assert weights[950:].sum() > 0.075  # 0.05 of the data, a little off in every dimension


@ANY_BACKEND
@pytest.mark.parametrize("wrong", [{"effective": 0.0}, {"effective": 1.0}, {"smoothing": 0.0}, {"bins": 0}])
def test_rarity_refuses(wrong):
    with pytest.raises(ValueError, match=f"Received: .*{next(iter(wrong))}={next(iter(wrong.values()))}"):
        rarity_weights(np.zeros((10, 2)), **wrong)


@ANY_BACKEND
def test_adaptive_resampling_shows_rare_positives_more_often():
    rare = np.repeat([0, 1], [270, 30])  # among 300 positives
    images = np.concatenate([stripes(300, 0.0) + 0.8 * rare[:, None, None, None], stripes(300)]).astype("float32")
    dataset = ImageDataset(images, np.repeat([1, 0], 300), batch_size=60)
    model = DebiasingVAE((6, 5, 1), **SMALL, reconstruction_weight=0.1, kl_weight=0.01)
    model.compile(vae=keras.optimizers.Adam(0.01))
    model.fit(dataset, epochs=6, verbose=0, callbacks=[AdaptiveResampling(dataset, smoothing=1e-3)])
    shown = np.concatenate([dataset._order(6)[0], dataset._order(7)[0]])
    positive = shown < 300
    assert positive.mean() == pytest.approx(0.5, abs=0.06)
    assert np.mean(shown[positive] >= 270) > 0.2  # 0.1 of the data
    assert np.mean((model.classify(images) > 0.5) == dataset.labels) > 0.95
    with pytest.raises(ValueError, match="with labels"):
        model.fit(images, verbose=0)
    with pytest.raises(ValueError, match="data set with labels"):
        AdaptiveResampling(ImageDataset(images))


@pytest.mark.parametrize("score", SCORES)
@ANY_BACKEND
def test_outliers_stand_out(trained, score):
    usual, strange = stripes(120), RNG.random((120, 6, 5, 1), dtype=np.float32)
    detector = analysis.OutlierDetector(trained, score, contamination=0.1).fit(usual)
    assert detector.labels_.sum() == 12
    assert detector.offset_ == -detector.threshold_
    scores = np.concatenate([detector.score_samples(stripes(120)), detector.score_samples(strange)])
    if score != "input_complexity":  # PNG's own bytes outweigh 30 pixels
        assert (scores[:120, None] > scores[None, 120:]).mean() > 0.97
        assert (detector.predict(strange) == -1).mean() > 0.9
    np.testing.assert_array_equal(detector.predict(strange) == -1, detector.decision_function(strange) < 0)


def test_likelihood_regret_is_what_an_image_gains_by_an_encoding_of_its_own():
    model = VAE((6, 5, 1), **SMALL, likelihood="gaussian", scale=0.1)
    images = stripes(6)
    detector = analysis.OutlierDetector(model, "likelihood_regret").fit(images)
    assert (detector.score_samples(images) < -1.0).all()  # an untrained encoder's codes are easily bettered


@ANY_BACKEND
def test_input_complexity_is_the_likelihood_less_the_files_bits(trained):
    usual = stripes(8)
    plain = analysis.OutlierDetector(trained, "elbo").fit(usual).score_samples(usual)
    complexity = analysis.OutlierDetector(trained, "input_complexity").fit(usual).score_samples(usual)
    bits = complexity - plain / np.log(2)
    assert (bits % 8 == pytest.approx(0, abs=1e-6)) or np.allclose(np.round(bits), bits, atol=1e-6)
    assert bits.min() > 8 * 60  # a PNG of 30 pixels


@ANY_BACKEND
def test_wrong_outlier_detectors(trained):
    with pytest.raises(ValueError, match="Unknown outlier score. Received: 'elbow'. Did you mean 'elbo'"):
        analysis.OutlierDetector(trained, "elbow")
    with pytest.raises(ValueError, match=r"\(0, 0.5\]. Received: 0.7"):
        analysis.OutlierDetector(trained, contamination=0.7)
    with pytest.raises(ValueError, match="needs a VAE. Received: Autoencoder"):
        analysis.OutlierDetector(TINY["autoencoder"](), "elbo")
    with pytest.raises(RuntimeError, match="fitted first"):
        analysis.OutlierDetector(trained).predict(stripes(2))
    with pytest.raises(ValueError, match="height, width, channels"):
        analysis.OutlierDetector(trained).fit(np.zeros((4, 8, 8, 1), "float32"))
    with pytest.raises(ValueError, match="height, width, channels"):
        analysis.OutlierDetector(trained, "reconstruction").fit(stripes(20)).predict(np.zeros((4, 8, 8, 1), "float32"))


@ANY_BACKEND
def test_scores_that_are_no_numbers_are_an_error(trained, monkeypatch):
    detector = analysis.OutlierDetector(trained, "reconstruction").fit(stripes(20))
    monkeypatch.setattr(trained, "reconstruct", lambda images: images * np.nan)
    for use in (detector.score_samples, detector.predict, detector.fit):
        with pytest.raises(ValueError, match="finite score. Received: 3 without"):
            use(stripes(3))


@ANY_BACKEND
def test_debiasing_needs_labels():
    model = TINY["debiasing_vae"]()
    model.compile()
    images = stripes(8)
    for unlabeled in (images, ImageDataset(images, batch_size=4)):
        with pytest.raises(ValueError, match="labels. Received: images without"):
            model.fit(unlabeled, verbose=0)
    with pytest.raises(ValueError, match="labels. Received: one without"):
        AdaptiveResampling(ImageDataset(images, batch_size=4))
    with pytest.raises(ValueError, match="none of label 1"):
        AdaptiveResampling(ImageDataset(images, np.zeros(8, "int64"), batch_size=4))


@ANY_BACKEND
def test_an_autoencoder_detects_outliers_too():
    model = Autoencoder((6, 5, 1), **SMALL)
    model.compile(autoencoder=keras.optimizers.Adam(5e-3))
    model.fit(stripes(512), batch_size=32, epochs=15, verbose=0)
    detector = analysis.OutlierDetector(model).fit(stripes(300))
    assert (detector.predict(RNG.random((40, 6, 5, 1), dtype=np.float32)) == -1).mean() > 0.9


@ANY_BACKEND
def test_grids_and_plots(trained, tmp_path):
    images = stripes(12)
    model = TINY["vae_dense"]()
    model.compile()
    model.fit(
        images,
        batch_size=4,
        epochs=2,
        verbose=0,
        callbacks=[ReconstructionGrid(tmp_path / "r", images, every=2), TraversalGrid(tmp_path / "t", images)],
    )
    assert [path.name for path in sorted(tmp_path.glob("*/*"))] == ["epoch_0002.png", "epoch_0001.png", "epoch_0002.png"]
    plots = analysis.plots
    for name, figure in {
        "grid": plots.grid(analysis.reconstructions([trained], images[:3]), ["model", "truth"], ["a", "b", "c"], "title"),
        "scatter": plots.scatter(trained.encode(images), np.arange(12) % 3, ["x", "y", "z"]),
        "matrix": plots.matrix(analysis.code_correlation(trained.encode(images)), "codes"),
    }.items():
        figure.savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 2000
