"""What is done with a trained model: arrays by numpy, pictures of them by `figures` (matplotlib)."""

from kerasgen.analysis import figures
from kerasgen.analysis.balance import balanced_codes
from kerasgen.analysis.codes import code_correlation, order_by_kl
from kerasgen.analysis.directions import label_direction, move
from kerasgen.analysis.film import film_codes, save_film
from kerasgen.analysis.interpolation import interpolate
from kerasgen.analysis.manifold import manifold
from kerasgen.analysis.neighbours import nearest
from kerasgen.analysis.noise import noise_table, noise_variation
from kerasgen.analysis.outliers import OutlierDetector
from kerasgen.analysis.projection import project
from kerasgen.analysis.reconstruction import reconstructions
from kerasgen.analysis.style_mixing import mix, mixing_table
from kerasgen.analysis.traversal import traverse
from kerasgen.analysis.truncation import truncation_sweep

__all__ = ["OutlierDetector", "balanced_codes", "code_correlation", "figures", "film_codes", "interpolate", "label_direction",
           "manifold", "mix", "mixing_table", "move", "nearest", "noise_table", "noise_variation", "order_by_kl", "project",
           "reconstructions", "save_film", "traverse", "truncation_sweep"]
