"""Outlier scores of a folder of image files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from kerasgen.analysis.outliers import OutlierDetector
from kerasgen.data.folder import image_files, no_images, read_files
from kerasgen.presets.data import load_data

COLUMNS = ("file", "score", "decision", "outlier")


def outlier_report(model, folder: Path, score: str, contamination: float) -> list[dict]:
    """Scores every image file below `folder`, the strangest first, against the model's own training data.

    Returns:
        A dict of `COLUMNS` a file: scikit-learn's `score_samples` and `decision_function` (negative for outliers). Raises
        ValueError for a folder without images, an unreadable one, and a score that the model has not.
    """
    files = image_files(folder)
    if not files:
        raise no_images(folder)
    height, width, channels = model.image_shape
    images = read_files(files, (height, width), channels)
    detector = OutlierDetector(model, score, contamination=contamination)
    detector.fit(load_data(model.card, "train", mirror=False, shuffle=False, labels=None).images())
    decisions = detector.decision_function(images)
    rows = [
        dict(
            zip(
                COLUMNS,
                (str(file.relative_to(folder)), float(decision + detector.offset_), float(decision), bool(decision < 0)),
                strict=True,
            )
        )
        for file, decision in zip(files, decisions, strict=True)
    ]
    return [rows[index] for index in np.argsort(decisions)]


def write_csv(path: Path, rows: list[dict]) -> Path:
    """Writes a report beside `path` and renames it."""
    beside = path.with_name(f".{path.name}.tmp")
    with beside.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return beside.replace(path)
