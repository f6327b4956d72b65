"""The note on the data: counts of its labels, and the paragraphs of its README."""

from __future__ import annotations

import re
from collections import Counter

from kerasgen.data.portraits import FOLDER, split_sizes
from kerasgen.data.tfrecord import parse_example, read_records

COUNTED = ("gender", "era", "tone")
NAMES = {"F": "women", "M": "men", "unknown": "not recorded", "color": "in color", "monochrome": "in one tone"}


def data_note() -> dict[str, object]:
    """Gives "total", "counts" {label: [[name, number], ...]}, the largest first, and "paragraphs" [[title, text], ...]."""
    records = [
        parse_example(record, COUNTED)
        for split in split_sizes()
        for record in read_records(FOLDER / f"portraits-{split}.tfrecord-00000-of-00001")
    ]
    counts = {}
    for label in COUNTED:
        classes = (FOLDER / f"{label}.labels.txt").read_text().split()
        found = Counter(classes[int(record[label][0])] for record in records)
        counts[label] = [[NAMES.get(name, name), number] for name, number in found.most_common()]
    bullets = re.findall(r"^- \*\*(.+?)\*\*: (.+?)(?=^- |\Z)", (FOLDER / "README.md").read_text("utf-8"), re.S | re.M)
    return {
        "total": len(records),
        "counts": counts,
        "paragraphs": [[title, " ".join(text.replace("`", "").split())] for title, text in bullets],
    }
