"""What is done with a trained model: arrays by NumPy, figures of them by `plots` (matplotlib)."""

from kerasgen.analysis import plots
from kerasgen.analysis.animation import loop_codes, save_animation
from kerasgen.analysis.balance import balanced_codes
from kerasgen.analysis.codes import code_correlation, order_by_kl
from kerasgen.analysis.directions import label_direction, move
from kerasgen.analysis.interpolation import interpolate
from kerasgen.analysis.manifold import manifold
from kerasgen.analysis.neighbors import nearest
from kerasgen.analysis.noise import noise_table, noise_variation
from kerasgen.analysis.outliers import OutlierDetector
from kerasgen.analysis.projection import project
from kerasgen.analysis.reconstruction import reconstructions
from kerasgen.analysis.style_mixing import mix, mixing_table
from kerasgen.analysis.traversal import traverse
from kerasgen.analysis.truncation import truncation_sweep

__all__ = [
    "OutlierDetector",
    "balanced_codes",
    "code_correlation",
    "interpolate",
    "label_direction",
    "loop_codes",
    "manifold",
    "mix",
    "mixing_table",
    "move",
    "nearest",
    "noise_table",
    "noise_variation",
    "order_by_kl",
    "plots",
    "project",
    "reconstructions",
    "save_animation",
    "traverse",
    "truncation_sweep",
]
