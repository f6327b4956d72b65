"""Outlier scores of a folder of image files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgen.analysis.model_card import card_of
from kerasgen.analysis.outliers import OutlierDetector
from kerasgen.data.folder import image_files
from kerasgen.data.image_files import no_images, read_files
from kerasgen.files import atomic_write
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.presets.data import data_of, load_images


class Row(NamedTuple):
    """A file's scikit-learn `score_samples` and `decision_function` (negative for outliers)."""

    file: str
    score: float
    decision: float
    outlier: bool


def outlier_report(model: BaseAutoencoder, folder: Path, score: str, contamination: float) -> list[Row]:
    """Scores every image file below `folder` against the preset's training data, the most unusual first.

    Raises ValueError for a folder without images, an unreadable one, and a score that the model does not have.
    """
    files = image_files(folder)
    if not files:
        raise no_images(folder)
    detector = OutlierDetector(model, score, contamination=contamination)
    height, width, channels = model.image_shape
    card = card_of(model)
    images = read_files(files, (height, width), channels, data_of(card).background)
    detector.fit(load_images(card, "train"))
    decisions = detector.decision_function(images)
    rows = [
        Row(str(file.relative_to(folder)), float(decision + detector.offset_), float(decision), bool(decision < 0))
        for file, decision in zip(files, decisions, strict=True)
    ]
    return [rows[index] for index in np.argsort(decisions)]


def write_csv(path: Path, rows: list[Row]) -> Path:
    """Writes a report as CSV; gives its path."""
    with atomic_write(path) as beside, beside.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(Row._fields)
        writer.writerows(rows)
    return path
