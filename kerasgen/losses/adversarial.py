"""What the discriminator and the generator minimize, from logits, averaged over the batch; `LOSSES` names the pairs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from keras import ops

from kerasgen.backend.typing import Tensor
from kerasgen.errors import unknown_name


@dataclasses.dataclass(frozen=True)
class AdversarialLoss:
    """A pair of functions `(real_logits, fake_logits) -> scalar`; `relativistic` if the generator's uses the real ones.

    Where it does not, `real_logits` may be None. `middle` is the logit of an image that may be real or fake alike; None where
    the loss looks at differences of logits alone.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    relativistic: bool = False
    middle: float | None = 0.0


def cross_entropy(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives -E[log D(x)] - E[log(1 - D(G(z)))], the negative of equation 1 of Goodfellow et al. 2014 (arXiv:1406.2661)."""
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def minimax(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives E[log(1 - D(G(z)))]: what the generator minimizes in equation 1."""
    return -ops.mean(ops.softplus(fake_logits))


def non_saturating(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives -E[log D(G(z))], section 3: with gradients where D rejects with confidence."""
    return ops.mean(ops.softplus(-fake_logits))


def least_squares(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives E[(D(x) - 1)^2] / 2 + E[D(G(z))^2] / 2, equation 9 of Mao et al. 2017 (arXiv:1611.04076)."""
    return 0.5 * (ops.mean(ops.square(real_logits - 1.0)) + ops.mean(ops.square(fake_logits)))


def least_squares_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives E[(D(G(z)) - 1)^2] / 2, equation 9 of Mao et al. 2017."""
    return 0.5 * ops.mean(ops.square(fake_logits - 1.0))


def hinge(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))], equation 16 of Miyato et al. 2018 (arXiv:1802.05957)."""
    return ops.mean(ops.relu(1.0 - real_logits)) + ops.mean(ops.relu(1.0 + fake_logits))


def wasserstein(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives E[D(G(z))] - E[D(x)], equation 2 of Arjovsky et al. 2017 (arXiv:1701.07875): minus the estimated distance."""
    return ops.mean(fake_logits) - ops.mean(real_logits)


def critic_score(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives -E[D(G(z))]: the generator's loss against `hinge` and `wasserstein`."""
    return -ops.mean(fake_logits)


def relativistic(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives E[log(1 + exp(-(D(x) - D(G(z)))))].

    Equation 2 of Huang et al. 2024 (arXiv:2501.05441), with f(t) = -log(1 + exp(-t)).
    """
    return ops.mean(ops.softplus(fake_logits - real_logits))


def relativistic_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives the same with the arguments exchanged: fake images are to be more realistic than real ones."""
    return relativistic(fake_logits, real_logits)


LOSSES = {
    "minimax": AdversarialLoss(cross_entropy, minimax),
    "non_saturating": AdversarialLoss(cross_entropy, non_saturating),
    "least_squares": AdversarialLoss(least_squares, least_squares_generator, middle=0.5),
    "hinge": AdversarialLoss(hinge, critic_score),
    "wasserstein": AdversarialLoss(wasserstein, critic_score, middle=None),
    "relativistic": AdversarialLoss(relativistic, relativistic_generator, relativistic=True, middle=None),
}


def check_objective(name: str, relativistic: bool = True) -> None:
    """Raises ValueError for an unknown loss, and for a relativistic one where the generator's gets no real images."""
    if name not in LOSSES:
        raise unknown_name("adversarial loss", name, LOSSES)
    if LOSSES[name].relativistic and not relativistic:
        raise ValueError(f"Translators take losses that are not relativistic. Received: {name!r}.")


def pairwise_accuracy(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives the share of the pairs in which the real image has the larger logit: 1/2 where D cannot tell, whatever the loss."""
    return ops.mean(ops.cast(real_logits > fake_logits, "float32"))


def real_sign(name: str, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Gives r_t = E[sign(D(x))], equation 1 of Karras et al. 2020 (arXiv:2006.06676), of a loss in `LOSSES`.

    1 where D knows every real image, 0 where it cannot tell. The sign is that of the logit less the loss's middle. Where a loss
    has none, it is that of the difference to a fake image's logit, and r_t is 2 `pairwise_accuracy` - 1.
    """
    middle = LOSSES[name].middle
    return ops.mean(ops.sign(ops.cast(real_logits, "float32") - (fake_logits if middle is None else middle)))
