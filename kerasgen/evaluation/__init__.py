"""From a card to the metrics of its model."""

from kerasgen.evaluation.evaluate import evaluate
from kerasgen.evaluation.extractors import Extractor, get_extractor
from kerasgen.evaluation.generation import compare

__all__ = ["Extractor", "compare", "evaluate", "get_extractor"]
