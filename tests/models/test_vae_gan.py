"""The VAE whose reconstructions a discriminator compares: its terms, and what learns by which."""

import numpy as np
import pytest
from helpers import ANY_BACKEND
from keras import ops
from tiny import TINY

from kerasgen.models import VAEGAN

pytestmark = ANY_BACKEND


def test_terms_are_the_papers(images_of):
    model = TINY["vae_gan"](pixel_weight=0.5, feature_weight=3.0, adversarial_weight=2.0)
    images = images_of(model, 4)
    terms = {k: ops.convert_to_numpy(v) for k, v in model.vae_terms((ops.convert_to_tensor(images),), False).items()}

    def features(x):
        """The first convolution, which has no norm, and LeakyReLU."""
        layer = model.discriminator.get_layer("conv_0")
        x = ops.convert_to_numpy(layer(ops.convert_to_tensor(2.0 * x - 1.0)))
        return np.where(x > 0, x, 0.2 * x)

    distance = 0.5 * np.mean((features(images) - features(terms["reconstructions"])) ** 2)
    assert terms["features"] == pytest.approx(3.0 * distance, rel=1e-4)
    p = terms["reconstructions"]
    nll = -np.sum(images * np.log(p) + (1 - images) * np.log(1 - p)) / 4
    assert terms["reconstruction"] == pytest.approx(0.5 * nll, rel=1e-4)
    real, *fake = (model.discriminator.predict_on_batch(x) for x in (images, terms["reconstructions"], terms["samples"]))
    assert terms["generator"] == pytest.approx(2.0 * np.mean([np.mean(np.log1p(np.exp(-x))) for x in fake]), rel=1e-4)
    judged = model.discriminator_terms((ops.convert_to_tensor(images),), False, terms["reconstructions"], terms["samples"])
    expected = np.mean(np.log1p(np.exp(-real))) + np.mean([np.mean(np.log1p(np.exp(x))) for x in fake])
    assert float(ops.convert_to_numpy(judged["discriminator"])) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"network": "dense"}, "network must be 'conv'. Received: 'dense'"),
        ({"feature_stage": 1}, "feature_stage must be below 1, .* Received: 1"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        VAEGAN((8, 8, 1), latent_dim=3, channels=2, **{"feature_stage": 0, **arguments})
