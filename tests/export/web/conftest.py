"""A page of one preset of the zoo and of tiny models for its other parts, and the browser that shows it."""

import json

import numpy as np
import pytest
from browser import REAL, Page, open_browser, serve
from exports import vary
from kerasgen.export import web
from kerasgen.export.web import models

from kerasgen import presets
from kerasgen.models import VAE, Pix2Pix, StyleGAN

SHAPE = (64, 64, 3)
DATA = {"source": "portraits", "pairs": "edges"}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    tiny = {
        "tiny_vae": VAE(SHAPE, latent_dim=14, channels=4),
        "tiny_style": StyleGAN(SHAPE, latent_dim=3, style_dim=4, mapping_layers=2, channels=8, start_size=64),
        "tiny_pix2pix": Pix2Pix(SHAPE, source_channels=1, channels=4, depth=3, receptive_field=16, norm="instance"),
    }
    vary(tiny["tiny_vae"].decoder)
    vary(tiny["tiny_pix2pix"].translators["a_to_b"])
    generator = tiny["tiny_style"].generator  # untrained, it would leave [0, 1] by far, and be cut off there
    generator.set_weights([w * 0.1 if w.ndim == 4 and w.shape[-1] == 3 else w for w in generator.get_weights()])
    for name, model in tiny.items():
        presets.save(model, folder / name, {"data": DATA, "limitations": "Generates <b>nothing</b>."})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "attribute_direction", lambda model, label, samples: (np.eye(model.style_dim)[0], 2.0))
        patch.setattr(models, "SAMPLES", 50)
        return web.build_site([REAL, *(folder / name for name in tiny)], folder / "site")


@pytest.fixture(scope="session")
def address(site):
    with serve(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    with open_browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(browser, address):
    return Page(browser).open(address)


@pytest.fixture
def entries(site):
    """What the page knows of its models, by kind."""
    return {entry["kind"]: entry for entry in json.loads((site / "site.json").read_text("utf-8"))["models"]}
