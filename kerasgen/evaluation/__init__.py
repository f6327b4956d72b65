"""From a card to the metrics of its model."""

from kerasgen.evaluation.evaluate import evaluate
from kerasgen.evaluation.extractors import Extractor, FeatureExtractor, get_extractor
from kerasgen.evaluation.generation import compare

__all__ = ["Extractor", "FeatureExtractor", "compare", "evaluate", "get_extractor"]
