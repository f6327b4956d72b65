"""The contrastive loss between patches of an image and of its translation (Park et al. 2020, arXiv:2007.15651)."""

from __future__ import annotations

from keras import ops

from kerasgen.backend.typing import Tensor


def patch_contrast(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of telling the patch at the same place from the others of the image (equation 2), a mean in nats.

    Args:
        queries: vectors of the translation's patches (batch, patches, n); only their directions count.
        keys: those of the source at the same places, likewise.
        temperature: tau.
    """
    queries, keys = (x * ops.rsqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-8) for x in (queries, keys))
    logits = ops.matmul(queries, ops.transpose(keys, (0, 2, 1))) / temperature  # (batch, patches, patches)
    same = ops.sum(queries * keys, axis=-1) / temperature
    return ops.mean(ops.logsumexp(logits, axis=-1) - same)
