"""Normalization by name."""

from __future__ import annotations

import keras

from kerasgen.layers.batch_norm import batch_norm
from kerasgen.layers.instance_norm import InstanceNormalization

NORMS = {"batch": batch_norm, "instance": lambda name: InstanceNormalization(name=name)}


def normalization(norm: str, name: str) -> keras.layers.Layer:
    """Gives the normalization of that name in `NORMS`, a layer named `name`."""
    return NORMS[norm](name)
