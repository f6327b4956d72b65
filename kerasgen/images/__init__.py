"""Images as arrays and files. What this package exports needs NumPy only; `resize` and `tiling` need Pillow."""

from kerasgen.images.convert import to_float, to_uint8
from kerasgen.images.grid import COLUMNS, interleave, make_grid
from kerasgen.images.png import check_output, save_png

__all__ = ["COLUMNS", "check_output", "interleave", "save_png", "make_grid", "to_float", "to_uint8"]
