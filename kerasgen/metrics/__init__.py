"""One metric a file: numpy functions of images, features or codes, with the paper in the docstring."""

from kerasgen.metrics.active_units import active_units
from kerasgen.metrics.checkerboard import checkerboard_energy
from kerasgen.metrics.dci import dci
from kerasgen.metrics.density_coverage import density_coverage
from kerasgen.metrics.edge_agreement import edge_agreement
from kerasgen.metrics.factor_vae_score import factor_vae_score
from kerasgen.metrics.frechet_distance import FeatureStatistics, frechet_distance
from kerasgen.metrics.kernel_distance import kernel_distance
from kerasgen.metrics.linear_code_error import linear_code_error
from kerasgen.metrics.linear_separability import linear_separability
from kerasgen.metrics.mode_histogram import mode_histogram
from kerasgen.metrics.mutual_information_gap import mutual_information_gap, mutual_information_gaps
from kerasgen.metrics.parzen import parzen_log_likelihood
from kerasgen.metrics.peak_signal_to_noise import peak_signal_to_noise
from kerasgen.metrics.perceptual_path_length import perceptual_path_length
from kerasgen.metrics.precision_recall import precision_recall
from kerasgen.metrics.separated_attribute_predictability import separated_attribute_predictability
from kerasgen.metrics.sliced_wasserstein import sliced_wasserstein
from kerasgen.metrics.structural_similarity import structural_similarity
from kerasgen.metrics.total_correlation import total_correlation

__all__ = [
    "FeatureStatistics",
    "active_units",
    "checkerboard_energy",
    "dci",
    "density_coverage",
    "edge_agreement",
    "factor_vae_score",
    "frechet_distance",
    "kernel_distance",
    "linear_code_error",
    "linear_separability",
    "mode_histogram",
    "mutual_information_gap",
    "mutual_information_gaps",
    "parzen_log_likelihood",
    "peak_signal_to_noise",
    "perceptual_path_length",
    "precision_recall",
    "separated_attribute_predictability",
    "sliced_wasserstein",
    "structural_similarity",
    "total_correlation",
]
