"""What is done with a trained model: arrays by numpy, pictures of them by `figures` (matplotlib)."""

from kerasgen.analysis import figures
from kerasgen.analysis.balance import balanced_codes
from kerasgen.analysis.codes import code_correlation, order_by_kl
from kerasgen.analysis.interpolation import interpolate
from kerasgen.analysis.manifold import manifold
from kerasgen.analysis.outliers import OutlierDetector
from kerasgen.analysis.reconstruction import reconstructions
from kerasgen.analysis.traversal import traverse

__all__ = ["OutlierDetector", "balanced_codes", "code_correlation", "figures", "interpolate", "manifold", "order_by_kl",
           "reconstructions", "traverse"]
