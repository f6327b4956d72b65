"""Learning rates over the steps of a training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import keras
from keras import ops

from kerasgen.backend.typing import Tensor


@keras.saving.register_keras_serializable("kerasgen")
class PiecewiseLinear(keras.optimizers.schedules.LearningRateSchedule):
    """Interpolates linearly between the (step, rate) pairs of `points`, and keeps the last rate from there on.

    Three points hold a rate and then let it fall, as Zhu et al. 2017 (arXiv:1703.10593, section 4) do.

    Args:
        points: two or more of (step, rate), steps rising from 0.
    """

    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        steps = [step for step, _ in points]
        if len(steps) < 2 or steps[0] != 0 or sorted(set(steps)) != steps or min(rate for _, rate in points) < 0:
            raise ValueError(
                f"points must be two or more of (step, rate), steps rising from 0, no rate below 0. Received: {points=}."
            )
        self.points = points

    def __call__(self, step: Tensor | int) -> Tensor:
        step = ops.cast(step, "float32")
        rate = self.points[0][1]
        for (begin, first), (end, last) in pairwise(self.points):
            rate = rate + (last - first) * ops.clip((step - begin) / (end - begin), 0.0, 1.0)
        return rate

    def get_config(self) -> dict:
        return {"points": self.points}
