"""Images as arrays and files. What this package exports needs NumPy only, but for files other than PNG."""

from kerasgen.images.convert import to_float, to_uint8
from kerasgen.images.grid import COLUMNS, interleave, make_grid
from kerasgen.images.png import check_output, save_png
from kerasgen.images.saving import check_suffix, save_image

__all__ = [
    "COLUMNS",
    "check_output",
    "check_suffix",
    "interleave",
    "make_grid",
    "save_image",
    "save_png",
    "to_float",
    "to_uint8",
]
