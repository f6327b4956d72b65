"""Images unlike those that a model was trained on."""

from __future__ import annotations

import numpy as np

from kerasgen.analysis.outlier_scores import FOR_AUTOENCODERS, SCORES, Score
from kerasgen.errors import unknown_name
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.vae_base import BaseVAE


class OutlierDetector:
    """Outlier detection over any VAE or autoencoder, with scikit-learn's methods and signs.

    Args:
        model: a trained model.
        score: "reconstruction" (squared error), "elbo", "iwae" (Burda et al. 2016), "likelihood_regret" (Xiao et al. 2020),
            "input_complexity" (Serra et al. 2020) or "density_of_states" (Morningstar et al. 2021); the second to the fifth
            need a VAE.
        contamination: the share of `fit`'s images that lie beyond the threshold, in (0, 0.5].
        seed: of codes that a score samples.

    After `fit` there are scikit-learn's `offset_` and PyOD's `decision_scores_` (the higher, the more unusual), `threshold_`
    and `labels_` (1 for outliers) of the images it was fitted on.
    """

    def __init__(
        self, model: BaseAutoencoder, score: str = "density_of_states", *, contamination: float = 0.05, seed: int = 0
    ) -> None:
        if score not in SCORES:
            raise unknown_name("outlier score", score, SCORES)
        if not 0.0 < contamination <= 0.5:
            raise ValueError(f"contamination must lie in (0, 0.5]. Received: {contamination}.")
        base, kind = (BaseAutoencoder, "an autoencoder") if score in FOR_AUTOENCODERS else (BaseVAE, "a VAE")
        if not isinstance(model, base):
            raise ValueError(f"The score {score!r} needs {kind}. Received: {type(model).__name__}.")
        self.model = model
        self.score = score
        self.contamination = contamination
        self.seed = seed
        self._scorer: Score | None = None

    def fit(self, X: np.ndarray, y: object = None) -> OutlierDetector:
        """Learns what is usual from images (n, height, width, channels) in [0, 1] or uint8; `y` is ignored."""
        images = self._check(X)
        self._scorer = SCORES[self.score](self.model, images, self.seed)
        self.decision_scores_ = self._finite_scores(images)
        self.threshold_ = float(np.quantile(self.decision_scores_, 1.0 - self.contamination))
        self.labels_ = (self.decision_scores_ > self.threshold_).astype(int)
        self.offset_ = -self.threshold_
        return self

    def score_samples(self, X: np.ndarray) -> np.ndarray:
        """Gives (n,) scores: the lower, the more unusual."""
        return -self._finite_scores(self._check(X))

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """Gives `score_samples` minus the threshold: (n,), negative for outliers."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Gives (n,): 1 for usual images and -1 for outliers."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _finite_scores(self, images: np.ndarray) -> np.ndarray:
        if self._scorer is None:
            raise RuntimeError("An OutlierDetector must be fitted first. Received: one before `fit`.")
        scores = self._scorer(images)
        if not np.isfinite(scores).all():
            raise ValueError(
                f"Every image must have a finite score. Received: {np.sum(~np.isfinite(scores))} without, by the "
                f"score {self.score!r}."
            )
        return scores

    def _check(self, images: np.ndarray) -> np.ndarray:
        images = np.asarray(images)
        check_images(images, self.model.image_shape)
        return to_float(images)
