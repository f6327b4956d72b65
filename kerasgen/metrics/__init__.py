"""One metric a file: numpy functions of images, features or codes, with the paper in the docstring."""

from kerasgen.metrics.active_units import active_units
from kerasgen.metrics.dci import dci
from kerasgen.metrics.factor_vae_score import factor_vae_score
from kerasgen.metrics.linear_code_error import linear_code_error
from kerasgen.metrics.mutual_information_gap import mutual_information_gap, mutual_information_gaps
from kerasgen.metrics.peak_signal_to_noise import peak_signal_to_noise
from kerasgen.metrics.separated_attribute_predictability import separated_attribute_predictability
from kerasgen.metrics.sliced_wasserstein import sliced_wasserstein
from kerasgen.metrics.structural_similarity import structural_similarity
from kerasgen.metrics.total_correlation import total_correlation

__all__ = ["active_units", "dci", "factor_vae_score", "linear_code_error", "mutual_information_gap",
           "mutual_information_gaps", "peak_signal_to_noise", "separated_attribute_predictability", "sliced_wasserstein",
           "structural_similarity", "total_correlation"]
