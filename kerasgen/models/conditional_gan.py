"""The conditional GAN of Mirza and Osindero 2014 (arXiv:1411.1784), with networks of our days."""

from __future__ import annotations

import keras

from kerasgen.base.hyperparameters import Classes
from kerasgen.layers.spectral_normalization import SpectralNormalization
from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.resnet import resnet_features, resnet_images


@keras.saving.register_keras_serializable("kerasgen")
class ConditionalGAN(BaseConvGAN):
    """Images of a class that is asked for: `fit` needs labels, `sample(n, labels=...)` and `decode(z, labels=...)` too.

    Residual networks with a spectrally normalized discriminator and the hinge loss, as `SNGAN`. The label goes into the
    generator beside the code, into the discriminator as one plane a class (the paper's concatenation) or by projection (Miyato
    and Koyama 2018, arXiv:1802.05637).

    Takes the arguments of `BaseConvGAN`.
        num_classes: labels are whole numbers from 0 below it.
        projection: whether the discriminator takes the label by projection.
        normalize: whether the networks are normalized as `SNGAN`'s are. Plain ones, as `R3GAN`'s, go with the relativistic loss
            and penalties.
    """

    requires_labels = True
    trains_in_bfloat16 = True  # conditional_gan_flowers

    num_classes: Classes = 10
    projection: bool = True
    normalize: bool = True
    objective: str = "hinge"

    def build_networks(self) -> None:
        wrap = SpectralNormalization if self.normalize else None
        self.discriminator = discriminator(
            self.image_shape,
            lambda x: resnet_features(x, self.halvings, self.channels, wrap=wrap, pool="sum" if self.normalize else None),
            wrap=wrap,
            num_classes=self.num_classes,
            projection=self.projection,
        )
        self.generator = generator(
            self.latent_dim,
            lambda x: resnet_images(x, self.image_shape, self.channels, normalize=self.normalize),
            self.num_classes,
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.9),
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9, use_ema=True, ema_momentum=0.998),
        }
