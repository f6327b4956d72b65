"""Style mixing: coarse, middle or fine styles of one image in another (Karras et al. 2018, arXiv:1812.04948, figure 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen.latent.styles import check_layers, mix_styles
from kerasgen.models.style_base import BaseStyleGAN

BORDERS = {"coarse": (0, 4), "middle": (4, 8), "fine": (8, None)}  # 4 to 8 pixels, 16 to 32, and what is finer


def style_ranges(layers: int) -> dict[str, range]:
    """Gives the layers of each kind of styles, for a generator of so many; kinds that it does not have are left out."""
    ranges = {name: range(start, layers if stop is None else min(stop, layers)) for name, (start, stop) in BORDERS.items()}
    return {name: chosen for name, chosen in ranges.items() if chosen}


def mix(
    model: BaseStyleGAN, a: np.ndarray, b: np.ndarray, layers: str | Sequence[int] = "coarse", truncation: float = 1.0
) -> np.ndarray:
    """Generates every source A with the styles of every source B at `layers`, and its own at the others.

    Args:
        model: a style-based generator.
        a: codes (n, latent_dim).
        b: codes (m, latent_dim).
        layers: "coarse" (4 to 8 pixels), "middle" (16 to 32), "fine" (from 64 on), or indices.
        truncation: as `model.sample`.

    Returns:
        (n, m, height, width, channels) float32 in [0, 1]. Raises ValueError for layers out of range.
    """
    named = style_ranges(model.style_layers)
    if isinstance(layers, str) and layers not in named:
        raise ValueError(f"Layers of this generator are {', '.join(named)}, or indices. Received: {layers!r}.")
    chosen = named[layers] if isinstance(layers, str) else layers
    check_layers(chosen, model.style_layers)
    ours, theirs = (model.styles(codes, truncation) for codes in (a, b))
    mixed = mix_styles(np.repeat(ours, len(theirs), axis=0), np.tile(theirs, (len(ours), 1, 1)), chosen)
    images = model.synthesize(mixed)
    return images.reshape(len(ours), len(theirs), *images.shape[1:])


def mixing_table(
    model: BaseStyleGAN, a: np.ndarray, b: np.ndarray, layers: str | Sequence[int] = "coarse", truncation: float = 1.0
) -> np.ndarray:
    """Gives the images of `mix` with their sources: white and sources B above, sources A to the left.

    Returns:
        ((n + 1) (m + 1), height, width, channels), row by row, for a grid of m + 1 columns.
    """
    mixed = mix(model, a, b, layers, truncation)
    ours, theirs = (model.decode(codes, truncation=truncation) for codes in (a, b))
    corner = np.ones((1, *model.image_shape), "float32")
    rows = [np.concatenate([corner, theirs]), *(np.concatenate([own[None], row]) for own, row in zip(ours, mixed, strict=True))]
    return np.concatenate(rows)
