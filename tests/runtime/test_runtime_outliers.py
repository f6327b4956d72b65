"""Scores by two exported files against those by the Keras model."""

import numpy as np
import pytest
from kerasgen.export import export

from kerasgen.analysis import outlier_scores
from kerasgen.losses.divergences import kl_to_standard_normal
from kerasgen.models import VAE
from kerasgen.runtime import OutlierScores, load

pytestmark = pytest.mark.backend("tensorflow")


def exported(folder, **likelihood):
    """A VAE, and its encoder and decoder as files."""
    model = VAE((28, 28, 1), latent_dim=4, channels=4, **likelihood)
    return model, *(load(export(model, folder / f"{part}.onnx", part=part)) for part in ("encoder", "decoder"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return exported(tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize(
    "likelihood", [{}, {"likelihood": "gaussian", "scale": 0.3}, {"likelihood": "gaussian", "scale": "learned"}], ids=str
)
def test_scores_are_those_of_keras(likelihood, images_of, tmp_path):
    model, encoder, decoder = exported(tmp_path, **likelihood)
    images = images_of(model, 5)
    scores = OutlierScores(encoder, decoder, seed=3)
    for name in ("reconstruction", "elbo", "iwae"):
        expected = outlier_scores.SCORES[name](model, images, 3)(images)
        np.testing.assert_allclose(getattr(scores, name)(images), expected, rtol=1e-5)
    expected = np.sum(kl_to_standard_normal(*model.encode_distribution(images)), axis=1)
    np.testing.assert_allclose(scores.kl(images), expected, rtol=1e-4, atol=1e-5)
    as_uint8 = (images * 255).astype("uint8")
    np.testing.assert_allclose(scores.elbo(as_uint8), scores.elbo(as_uint8 / np.float32(255)), rtol=1e-6)


def test_files_and_images_that_do_not_fit(files):
    _, encoder, decoder = files
    with pytest.raises(ValueError, match="encoder and the decoder of one model. Received: decoder and encoder"):
        OutlierScores(decoder, encoder)
    with pytest.raises(ValueError, match="samples must be positive"):
        OutlierScores(encoder, decoder).log_likelihood(np.zeros((1, 28, 28, 1)), 0)
    with pytest.raises(ValueError, match=r"\(28, 28, 1\)"):
        OutlierScores(encoder, decoder).elbo(np.zeros((1, 8, 8, 1)))
