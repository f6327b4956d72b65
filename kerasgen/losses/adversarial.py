"""Adversarial losses of Goodfellow et al. 2014 (arXiv:1406.2661), from logits, averaged over the batch."""

from keras import ops


def discriminator_loss(real_logits, fake_logits):
    """-E[log D(x)] - E[log(1 - D(G(z)))], the negative of equation 1, as its two terms."""
    return ops.mean(ops.softplus(-real_logits)), ops.mean(ops.softplus(fake_logits))


def non_saturating_loss(fake_logits):
    """-E[log D(G(z))]: the generator's loss of section 3, with gradients where D rejects with confidence."""
    return ops.mean(ops.softplus(-fake_logits))
