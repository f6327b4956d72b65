"""The generative adversarial network of Goodfellow et al. 2014 (arXiv:1406.2661)."""

from __future__ import annotations

import keras
from keras import layers

from kerasgen.backend.typing import Tensor
from kerasgen.base.hyperparameters import Positive, Share
from kerasgen.layers.maxout import Maxout
from kerasgen.models.gan_base import BaseGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.dense import dense_images


@keras.saving.register_keras_serializable("kerasgen")
class GAN(BaseGAN):
    """Dense networks, the minimax objective of equation 1 and momentum: the paper's recipe for MNIST.

    The generator has rectified layers, the discriminator maxout layers with dropout and bounded columns. Codes are normal where
    the paper's were uniform.

    Args:
        image_shape: (height, width, channels), of any size.
        hidden: widths of the generator's layers.
        maxout: (units, pieces) of each of the discriminator's layers.
        dropout: shares of the image's values and of each hidden layer's that the discriminator is not shown in training.
        further arguments: as `BaseGAN`; `objective="non_saturating"` is the paper's alternative.
    """

    hidden: tuple[Positive, ...] = (1200, 1200)
    maxout: tuple[tuple[Positive, Positive], ...] = ((240, 5), (240, 5))
    dropout: tuple[Share, Share] = (0.2, 0.5)
    objective: str = "minimax"

    trains_in_bfloat16 = True  # gan_fashion_mnist, gan_mnist

    @property
    def discriminator_blocks(self) -> int:
        return len(self.maxout)

    def build_networks(self) -> None:
        self.discriminator = discriminator(self.image_shape, self._features, initializer=_uniform(0.005))
        self.generator = generator(
            self.latent_dim, lambda z: dense_images(z, self.image_shape, self.hidden, "relu", _uniform(0.05))
        )

    def _features(self, images: Tensor) -> Tensor:
        # With a seed: PyTorch draws from its global state without one, which no file keeps.
        image, hidden = self.dropout
        x = layers.Dropout(image, seed=self.seed, name="drop_image")(layers.Flatten(name="flatten")(images))
        for index, (units, pieces) in enumerate(self.maxout):
            x = Maxout(
                units,
                pieces,
                kernel_initializer=_uniform(0.005),
                kernel_constraint=keras.constraints.MaxNorm(1.9365),
                name=f"maxout_{index}",
            )(x)
            x = layers.Dropout(hidden, seed=self.seed + index + 1, name=f"drop_{index}")(x)
        return x

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        # The paper's code has 0.1 for both and half of the discriminator's objective.
        return {
            name: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(rate, 1, 1 / 1.000004), momentum=0.5)
            for name, rate in (("discriminator", 0.05), ("generator", 0.1))
        }


def _uniform(bound: float) -> dict[str, object]:
    return {"class_name": "RandomUniform", "config": {"minval": -bound, "maxval": bound}}
