"""The grids of images that show a run and its preset."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from kerasgen.analysis.translations import before_and_after
from kerasgen.base.model import GenerativeModel
from kerasgen.callbacks import ReconstructionGrid, SampleGrid, TranslationGrid
from kerasgen.data.dataset import Dataset
from kerasgen.evaluation.single_images import single_images
from kerasgen.images import COLUMNS, interleave, make_grid
from kerasgen.latent.codes import labels_in_turn
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.debiasing_vae import DebiasingVAE
from kerasgen.models.latent_base import LatentSampler
from kerasgen.models.translation_base import BaseTranslator

SHOWN = 32  # images in a grid of reconstructions


def image_grids(model: GenerativeModel, directory: Path, held_out: Dataset, interval: int) -> list[keras.callbacks.Callback]:
    """The callbacks that save grids of what a model makes, every so many epochs."""
    grids: list[keras.callbacks.Callback] = []
    if isinstance(model, LatentSampler):
        grids.append(SampleGrid(directory / "samples", every=interval))
    if isinstance(model, BaseAutoencoder):
        grids.append(ReconstructionGrid(directory / "reconstructions", single_images(held_out, slice(SHOWN)), interval))
    if isinstance(model, BaseTranslator):
        grids.append(TranslationGrid(directory / "translations", held_out, interval))
    return grids


def preview(model: GenerativeModel, held_out: Dataset) -> dict[str, np.ndarray]:
    """The image grid that shows a preset, as {"images": grid}: samples, or held-out images and their outputs.

    A detector's are reconstructions: it was shown rare images far more often than they come, so that its samples are not like
    the data. Empty for a model that makes no images.
    """
    if isinstance(model, LatentSampler) and not isinstance(model, DebiasingVAE):
        return {"images": make_grid(model.sample(64, seed=0, labels=labels_in_turn(64, model.num_classes)))}
    if isinstance(model, BaseTranslator):
        return {"images": make_grid(before_and_after(model, held_out), COLUMNS)}
    if isinstance(model, BaseAutoencoder):
        images = single_images(held_out, slice(SHOWN))
        return {"images": make_grid(interleave(images, model.reconstruct(images)), COLUMNS)}
    return {}
