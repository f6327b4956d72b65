"""Scores by two exported files against those by the Keras model."""

import numpy as np
import pytest
from kerasgen.export import export

from kerasgen.analysis import outlier_scores
from kerasgen.analysis.codes import code_kl
from kerasgen.models import VAE
from kerasgen.runtime import OutlierScores, load

pytestmark = pytest.mark.backend("tensorflow")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    model = VAE((28, 28, 1), latent_dim=4, channels=4, likelihood="gaussian", scale=0.3)
    folder = tmp_path_factory.mktemp("files")
    return model, *(load(export(model, folder / f"{part}.onnx", part=part)) for part in ("encoder", "decoder"))


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_scores_are_those_of_keras(likelihood, files, images_of, monkeypatch):
    model, encoder, decoder = files
    monkeypatch.setattr(model, "likelihood", likelihood)
    images = images_of(model, 5)
    scores = OutlierScores(encoder, decoder, scale=0.3 if likelihood == "gaussian" else None, seed=3)
    for name in ("reconstruction", "elbo", "iwae"):
        expected = outlier_scores.SCORES[name](model, images, 3)(images)
        np.testing.assert_allclose(getattr(scores, name)(images), expected, rtol=1e-5)
    np.testing.assert_allclose(scores.kl(images), code_kl(*model.encode_distribution(images)).sum(axis=1), rtol=1e-4, atol=1e-5)
    pictures = (images * 255).astype("uint8")
    np.testing.assert_allclose(scores.elbo(pictures), scores.elbo(pictures / np.float32(255)), rtol=1e-6)


def test_files_and_numbers_that_do_not_fit(files):
    _, encoder, decoder = files
    with pytest.raises(ValueError, match="encoder and the decoder of one model. Received: decoder and encoder"):
        OutlierScores(decoder, encoder)
    for scale in (0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="scale must be positive"):
            OutlierScores(encoder, decoder, scale=scale)
    with pytest.raises(ValueError, match="samples must be positive"):
        OutlierScores(encoder, decoder).log_likelihood(np.zeros((1, 28, 28, 1)), 0)
    with pytest.raises(ValueError, match=r"\(28, 28, 1\)"):
        OutlierScores(encoder, decoder).elbo(np.zeros((1, 8, 8, 1)))
