"""The images that a page brings: held-out portraits for the quiz, drawings of some others to start from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from kerasgen import data
from kerasgen.data.transforms import edges
from kerasgen.images import make_grid, to_uint8

COUNT, COLUMNS = 60, 10
EXAMPLES = (21, 8, 18, 11, 14, 12)  # held-out portraits whose lines make a face


def write_portraits(path: Path, seed: int = 0) -> dict[str, object]:
    """Writes one WebP of held-out portraits, lossless: artifacts of compression would give them away."""
    portraits = data.load("portraits", "test", shuffle=False)
    chosen = np.random.default_rng(seed).choice(portraits.num_images, COUNT, replace=False)
    return _write(path, portraits.images(np.sort(chosen)), COLUMNS)


def write_drawings(path: Path) -> dict[str, object]:
    """Writes one PNG of black lines on white, of held-out portraits."""
    portraits = to_uint8(data.load("portraits", "test", shuffle=False).images(np.array(EXAMPLES)))
    return _write(path, np.stack([edges(portrait) for portrait in portraits]) / 255.0, len(EXAMPLES))


def _write(path: Path, images: np.ndarray, columns: int) -> dict[str, object]:
    grid = make_grid(images, columns, gap=0)
    Image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid).save(path, lossless=True)  # which PNG always is
    return {"file": f"{path.parent.name}/{path.name}", "count": len(images), "columns": columns}
