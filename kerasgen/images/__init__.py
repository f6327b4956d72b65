"""Images as arrays and files. What this package exports needs NumPy only; `resize` and `tiling` need Pillow."""

from kerasgen.images.convert import to_float, to_uint8
from kerasgen.images.grid import COLUMNS, in_rows, sheet
from kerasgen.images.png import check_output, save_png

__all__ = ["COLUMNS", "check_output", "in_rows", "save_png", "sheet", "to_float", "to_uint8"]
