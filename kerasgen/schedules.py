"""Learning rates over the steps of a training."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class HoldThenDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant for `hold_steps`, then in a line to 0 over `decay_steps` (Zhu et al. 2017, arXiv:1703.10593, section 4)."""

    def __init__(self, initial_learning_rate: float, hold_steps: int, decay_steps: int):
        if hold_steps < 0 or decay_steps < 1 or not initial_learning_rate > 0:
            raise ValueError("The rate and decay_steps must be positive, hold_steps 0 or more. Received: "
                             f"{initial_learning_rate=}, {hold_steps=}, {decay_steps=}.")
        self.initial_learning_rate = initial_learning_rate
        self.hold_steps = hold_steps
        self.decay_steps = decay_steps

    def __call__(self, step):
        passed = (ops.cast(step, "float32") - self.hold_steps) / self.decay_steps
        return self.initial_learning_rate * (1.0 - ops.clip(passed, 0.0, 1.0))

    def get_config(self):
        return {"initial_learning_rate": self.initial_learning_rate, "hold_steps": self.hold_steps,
                "decay_steps": self.decay_steps}


@keras.saving.register_keras_serializable("kerasgen")
class PiecewiseLinear(keras.optimizers.schedules.LearningRateSchedule):
    """In lines from one (step, rate) of `points` to the next; the last rate from there on. The first step is 0."""

    def __init__(self, points):
        steps = [step for step, _ in points]
        if len(steps) < 2 or steps[0] != 0 or sorted(set(steps)) != steps or min(rate for _, rate in points) < 0:
            raise ValueError("points must be two or more of (step, rate), steps rising from 0, no rate below 0. "
                             f"Received: {points=}.")
        self.points = points

    def __call__(self, step):
        step = ops.cast(step, "float32")
        rate = self.points[0][1]
        for (begin, first), (end, last) in zip(self.points, self.points[1:], strict=False):
            rate = rate + (last - first) * ops.clip((step - begin) / (end - begin), 0.0, 1.0)
        return rate

    def get_config(self):
        return {"points": self.points}
