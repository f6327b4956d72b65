"""What translators share that learn from two sets of images without pairs."""

from __future__ import annotations

from typing import Literal

import keras
from keras import ops

from kerasgen.backend.typing import Tensor
from kerasgen.base.hyperparameters import Positive
from kerasgen.losses.adversarial import check_objective
from kerasgen.losses.augmentation import augment, check_augmentations
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.networks.patch import patch_discriminator, receptive_field
from kerasgen.networks.residual_translator import residual_translator


class BaseUnpairedTranslator(BaseTranslator):
    """Abstract base: residual translators against PatchGANs, which judge patches of what they are shown.

    Args:
        image_shape: (height, width, channels) of both kinds; sides multiples of 4.
        channels: of the first convolution of all networks.
        blocks: residual ones of the translators; None for 6, and 9 from 256 pixels on (Zhu et al. 2017, appendix 7.2).
        full_size: whether the translators have a skip across at the images' own size; not in the papers.
        receptive_field: pixels a side that a logit of the discriminators sees: 1, 16, 34, 70, 142, 286 or "image".
        objective: a name in `kerasgen.losses.adversarial.LOSSES` that is not relativistic.
        augmentations: names in `kerasgen.losses.augmentation.AUGMENTATIONS`; what the discriminators see is changed so.
        seed: of the random numbers of training.
    """

    paired = False

    channels: Positive = 64
    blocks: Positive | None = None
    full_size: bool = False
    receptive_field: Positive | Literal["image"] = 70
    objective: str = "least_squares"
    augmentations: tuple[str, ...] = ()

    def check(self) -> None:
        super().check()
        if any(side % 4 for side in self.image_shape[:2]) or min(self.image_shape[:2]) < 8:
            raise ValueError(
                f"Images must have sides of 8 pixels or more, multiples of 4. Received: image_shape={self.image_shape}."
            )
        check_objective(self.objective, relativistic=False)
        check_augmentations(self.augmentations)
        if self.blocks is None:  # kept, so that the model is the same at another size
            self.blocks = 9 if min(self.image_shape[:2]) >= 256 else 6

    def make_translator(self, name: str) -> keras.Model:
        """Builds a network from images to images."""
        return residual_translator(name, self.image_shape, self.channels, self.blocks or 6, self.full_size)

    def make_discriminator(self, name: str) -> keras.Model:
        """Builds a network from images to logits."""
        field = receptive_field(self.receptive_field, self.image_shape)
        return patch_discriminator(name, [self.image_shape], self.channels, field, "instance")

    def augmented(self, images: Tensor) -> Tensor:
        """What a discriminator sees of images."""
        if not self.augmentations:
            return images
        return augment(images, self.augmentations, self.uniform(ops.shape(images)[0], len(self.augmentations), 3))
