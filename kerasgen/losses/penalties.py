"""Penalties on the discriminator, most of them on its gradient with respect to images; `PENALTIES` names them.

Each is `(discriminator, real, fake, mix) -> scalar`: `discriminator` maps images to logits (batch, 1), `mix` (batch, 1, 1, 1)
are numbers in [0, 1], and the result, averaged over the batch, is differentiable.
"""

from __future__ import annotations

from collections.abc import Callable

from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import Tensor

Discriminator = Callable[[Tensor], Tensor]


def gradient_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Gives E[(|grad D(x)| - 1)^2] between real and fake images, equation 3 of Gulrajani et al. 2017 (arXiv:1704.00028)."""
    squared = _squared_norm(discriminator, mix * real + (1.0 - mix) * fake)
    return ops.mean(ops.square(ops.sqrt(squared + 1e-12) - 1.0))


def real_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Gives E[|grad D(x)|^2] / 2 at real images: R1, equation 9 of Mescheder et al. 2018 (arXiv:1801.04406)."""
    return 0.5 * ops.mean(_squared_norm(discriminator, real))


def fake_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Gives E[|grad D(x)|^2] / 2 at fake images: R2, equation 10 of Mescheder et al. 2018."""
    return 0.5 * ops.mean(_squared_norm(discriminator, fake))


def drift_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Gives E[D(x)^2] at real images: keeps a critic near zero (Karras et al. 2018, arXiv:1710.10196, appendix A.1)."""
    return ops.mean(ops.square(discriminator(real)))


PENALTIES = {"gradient_penalty": gradient_penalty, "r1": real_penalty, "r2": fake_penalty, "drift": drift_penalty}


def _squared_norm(discriminator: Discriminator, images: Tensor) -> Tensor:
    """Gives |grad D(x)|^2 of each image: (batch,)."""
    gradients = ops.cast(backend.gradient(discriminator, images), "float32")
    return ops.sum(ops.square(gradients), axis=(1, 2, 3))
