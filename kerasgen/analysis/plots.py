"""Plots of what the analyses give; each is a matplotlib Figure, which `savefig` writes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure


def grid(images: np.ndarray, rows: Sequence[str] = (), columns: Sequence[str] = (), title: str = "") -> Figure:
    """Plots images (rows, columns, height, width, channels) in [0, 1], with the names of rows and columns."""
    count, across, height, width, channels = images.shape
    left = 1.1 if rows else 0.1
    figure = Figure(figsize=(left + 0.62 * across, 0.5 + 0.62 * count * height / width), dpi=110)
    axes = figure.subplots(count, across, squeeze=False)
    figure.subplots_adjust(left / figure.get_figwidth(), 0.02, 0.99, 1 - 0.4 / figure.get_figheight(), 0.06, 0.06)
    for row in range(count):
        for column in range(across):
            axis = axes[row, column]
            image = images[row, column]
            axis.imshow(image[..., 0] if channels == 1 else image, cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
            for side in axis.spines.values():
                side.set_visible(False)
    for axis, name in zip(axes[:, 0], rows, strict=False):
        axis.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
    for axis, name in zip(axes[0], columns, strict=False):
        axis.set_title(name, fontsize=8)
    figure.suptitle(title, fontsize=9, y=0.995)
    return figure


def scatter(codes: np.ndarray, labels: np.ndarray | None = None, names: Sequence[str] | None = None, title: str = "") -> Figure:
    """Plots the first two dimensions of codes (n, latent_dim), colored by label."""
    figure = Figure(figsize=(6, 5), dpi=110, layout="constrained")
    axis = figure.subplots()
    if labels is None:
        axis.scatter(codes[:, 0], codes[:, 1], s=3, linewidths=0)
    else:
        for label in np.unique(labels):
            name, chosen = names[label] if names else str(label), codes[labels == label]
            axis.scatter(chosen[:, 0], chosen[:, 1], s=3, linewidths=0, label=name, color=f"C{label % 10}")
        figure.legend(markerscale=4, fontsize=7, loc="outside right center")
    axis.set(xlabel="z 0", ylabel="z 1", title=title, aspect="equal")
    return figure


def matrix(values: np.ndarray, title: str = "", names: Sequence[str] | None = None) -> Figure:
    """Plots a square matrix of values in [-1, 1], such as correlations."""
    figure = Figure(figsize=(5, 4.2), dpi=110, layout="constrained")
    axis = figure.subplots()
    shown = axis.imshow(values, cmap="RdBu_r", vmin=-1, vmax=1)
    figure.colorbar(shown, ax=axis)
    ticks = range(len(values))
    axis.set(xticks=ticks, yticks=ticks, title=title)
    if names:
        axis.set_xticklabels(names, rotation=90)
        axis.set_yticklabels(names)
    return figure
