"""Types of what the backends compute with, for annotations alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import keras
import numpy as np

# A tensor of whichever backend runs: Keras's symbolic one stands for all in annotations.
Tensor: TypeAlias = keras.KerasTensor

# What users hand in: an array of numpy, or a tensor.
Array: TypeAlias = np.ndarray | Tensor

# Labels: whole numbers, one an image or one for all; None for models without classes.
Labels: TypeAlias = np.ndarray | Sequence[int] | int | None

# What a step takes: images, and labels where there are some; a translator's sources and targets.
Batch: TypeAlias = tuple[Tensor, ...]

# Scalars by name: the terms of a loss, the logs of a step; and a step of training or evaluation on a batch of the data.
Values: TypeAlias = dict[str, Tensor]
Step: TypeAlias = Callable[[object], Values]

# Sides of a tensor, None where they are not known yet; those of a batch of images or maps: (batch, height, width, channels).
Shape: TypeAlias = tuple[int | None, ...]
MapShape: TypeAlias = tuple[int | None, int, int, int]

# What Keras takes as a layer's initializer: a name, a config or the object.
Initializer: TypeAlias = str | dict | keras.initializers.Initializer

# What is applied to a layer before it is called, as `SpectralNormalization`.
Wrapper: TypeAlias = Callable[[keras.layers.Layer], keras.layers.Layer]

# The dtype of a layer: a name, or Keras's policy; None for the default.
DType: TypeAlias = str | keras.DTypePolicy | None
