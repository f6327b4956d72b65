"""The style-based generator: its styles, its smoothing, its path lengths."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, style_generator
from keras import ops

from kerasgen.latent.codes import sample_codes
from kerasgen.latent.styles import mix_styles
from kerasgen.layers.blur import Blur
from kerasgen.models import StyleGAN

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model():
    return style_generator()


def test_every_layer_has_its_style_and_fine_ones_change_little_structure(model):
    styles = model.styles(sample_codes(2, 5, 0))
    assert styles.shape == (2, model.style_layers, 6) and model.style_layers == 6
    np.testing.assert_allclose(model.synthesize(styles), model.sample(2, seed=0), atol=1e-5)
    for layer in range(6):
        mixed = mix_styles(styles[:1], styles[1:], [layer])
        assert np.abs(model.synthesize(mixed) - model.sample(1, seed=0)).max() > 1e-4, layer


@pytest.mark.parametrize("blur", [True, False])
def test_both_networks_are_smoothed_or_neither(blur):
    model = StyleGAN((16, 16, 3), latent_dim=5, style_dim=6, channels=4, max_channels=8, blur=blur)
    for network in (model.generator, model.discriminator):
        blurs = [layer.name for layer in network.layers if isinstance(layer, Blur)]
        assert sorted(blurs) == (["blur_1", "blur_2"] if blur else []), network.name


def test_path_lengths_are_those_of_differences(monkeypatch):
    """Of the model's own images, of two w that differ by little in one dimension."""
    model = StyleGAN((8, 8, 3), latent_dim=3, style_dim=4, mapping_layers=1, channels=8, path_length_weight=2.0)
    draws = [RNG.standard_normal(shape).astype("float32") for shape in ((5, 3), (5, 8, 8, 3))]
    w, step = model.styles(draws[0])[:, 0], 1e-2
    draw = model.synthesis_of(model.generator)
    moved = [
        0.5 * draw.predict(np.repeat((w + sign * step * unit)[:, None], 4, axis=1), verbose=0)
        for unit in np.eye(4, dtype="float32")
        for sign in (1, -1)
    ]
    jacobian = np.stack([(up - down) / (2 * step) for up, down in zip(moved[::2], moved[1::2], strict=True)], axis=1)
    lengths = np.linalg.norm(np.einsum("bwijc,bijc->bw", jacobian, draws[1]) / 8.0, axis=1)
    monkeypatch.setattr(model, "normal", lambda *shape: ops.convert_to_tensor(draws[len(shape) == 4]))
    value = model.path_terms((np.zeros((5, 8, 8, 3), "float32"),), False)["path_length"]
    assert float(ops.convert_to_numpy(ops.stop_gradient(value))) == pytest.approx(2.0 * lengths.var(), rel=1e-2)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda model: model.sample(2, truncation=2.5), "truncation must be a number from -1 to 2. Received: 2.5"),
        (lambda model: model.synthesize(np.zeros((2, 6))), r"shape .n, 6, 6. with n > 0. Received: shape .2, 6."),
        (lambda model: StyleGAN((8, 8, 3), style_mixing_prob=1.5), "style_mixing_prob: must be float <= 1.0. Received: 1.5"),
        (lambda model: StyleGAN((8, 8, 3), path_length_weight=-1.0), "path_length_weight: must be float >= 0.0. Received"),
        (lambda model: StyleGAN((8, 8, 3), style_dim=0), "style_dim: must be int >= 1. Received: 0"),
    ],
)
def test_wrong_arguments(call, message, model):
    with pytest.raises(ValueError, match=message):
        call(model)
