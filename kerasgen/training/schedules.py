"""Schedules of learning rates in the optimizers of a card, stretched to a run of another length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def schedule_steps(optimizers: Mapping[str, object]) -> int:
    """Gives the optimizer steps at which the shortest schedule ends; 0 where the learning rates are constant."""
    return min(_ends(optimizers), default=0)


def fit_schedules(optimizers: Mapping[str, dict[str, object]], factor: float) -> dict[str, dict[str, object]]:
    """Gives the optimizers with schedules that are `factor` times as long."""
    return {name: _stretched(config, factor) for name, config in optimizers.items()}


def _ends(config: object) -> Iterator[int]:
    if isinstance(config, Mapping):
        if isinstance(steps := config.get("decay_steps"), int):
            yield steps
        if isinstance(points := config.get("points"), list):
            yield points[-1][0]
        for each in config.values():
            yield from _ends(each)


def _stretched(config: dict[str, object], factor: float) -> dict[str, object]:
    stretched: dict[str, object] = {}
    for key, value in config.items():
        if key in ("decay_steps", "warmup_steps") and isinstance(value, int):
            stretched[key] = max(1, round(value * factor))
        elif key == "points" and isinstance(value, list):
            stretched[key] = _points(value, factor)
        else:
            stretched[key] = _stretched(value, factor) if isinstance(value, dict) else value
    return stretched


def _points(points: list[list[float]], factor: float) -> list[list[float]]:
    """Points at other steps, each after the one before."""
    moved: list[list[float]] = []
    for step, rate in points:
        moved.append([max(round(step * factor), moved[-1][0] + 1 if moved else 0), rate])
    return moved
