"""Normalization by name."""

import keras

from kerasgen.errors import unknown_name
from kerasgen.layers.batch_norm import batch_norm
from kerasgen.layers.instance_norm import InstanceNormalization

NORMS = {"batch": batch_norm, "instance": lambda name: InstanceNormalization(name=name)}


def normalization(norm: str, name: str) -> keras.layers.Layer:
    """Gives the normalization of that name in `NORMS`, a layer named `name`."""
    return NORMS[norm](name)


def check_norm(norm: str) -> None:
    """Raises ValueError for an unknown normalization."""
    if norm not in NORMS:
        raise unknown_name("normalization", norm, NORMS)
