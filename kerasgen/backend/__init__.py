"""What differs between Keras backends, and nothing else: one module each with the same names.

- `run_train_step(model, step, *args)`: Keras's native train step around `step(data) -> logs`.
- `run_test_step(model, step, *args)`: the same for evaluation.
- `minimize(loss, total, variables, optimizer, model)`: one optimizer step on `total(loss())`; returns what `loss()` returned.
- `gradient(function, x)`: d sum(function(x)) / dx, differentiable itself.
- `normal(shape, seed_generator)`: float32 noise for a batch; each replica draws its part of that of the global batch.
- `replicas()`: the number of devices that run a step, each seeing its part of the batch; 1 where it sees the global batch.
- `mean_over_replicas(x)`: the mean of x over these.
- `distribute(devices, addresses, rank)`: starts the engine that trains on several devices, as a `Distribution`.
- `depthwise_conv(x, kernel)`: (batch, height, width, channels) by a kernel (odd rows, odd columns, channels, 1), zeros around.
- `compute_capability()`: (major, minor) of the GPU that computes, (0, 0) if it tells none; None on a CPU.
- `COMPILES_BRANCHES`: whether a compiled step can differentiate `ops.cond` over a batch of unknown size.
- `AveragePooling2D`, `BatchNormalization`, `Conv2D`, `Conv2DTranspose`: Keras's own layers, with the backend's faster kernels
  where Keras does not call them. The results are the same.
"""

from __future__ import annotations

import importlib

import keras

_current = importlib.import_module(f"kerasgen.backend.{keras.backend.backend()}")

run_train_step = _current.run_train_step
run_test_step = _current.run_test_step
minimize = _current.minimize
gradient = _current.gradient
normal = _current.normal
replicas = _current.replicas
mean_over_replicas = _current.mean_over_replicas
distribute = _current.distribute
depthwise_conv = _current.depthwise_conv
compute_capability = _current.compute_capability
COMPILES_BRANCHES = _current.COMPILES_BRANCHES
AveragePooling2D = _current.AveragePooling2D
BatchNormalization = _current.BatchNormalization
Conv2D = _current.Conv2D
Conv2DTranspose = _current.Conv2DTranspose
