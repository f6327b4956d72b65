"""The GANs of keras.io's examples as they stand there, on 28 x 28 images: their networks, losses, optimizers and batches.

Built anew from the examples' descriptions: "DCGAN to generate face images" (64 x 64 there: one octave less here, from 7 x 7
pixels) and "WGAN-GP overriding Model.train_step" (Fashion-MNIST there too). They train by kerasgen's step, which is that of
their `train_step`s: the first with the cross-entropy and noisy labels, the second with three critic steps and a penalty. The
example's three steps see the same 512 images; here each has its own third of them, so that as many images are shown in as many
steps as elsewhere in the table.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from kerasgen.base.hyperparameters import ImageShape, NotNegative, Positive
from kerasgen.losses.adversarial import cross_entropy, pairwise_accuracy
from kerasgen.models.gan_base import BaseGAN


class ExampleDCGAN(BaseGAN):
    """Radford et al. 2016 as in the example: no BatchNorm, dropout, noise of 0.05 on the discriminator's labels."""

    batch_size = 32
    image_shape: ImageShape = (28, 28, 1)
    latent_dim: Positive = 128

    def build_networks(self) -> None:
        with keras.name_scope("discriminator"):
            x = images = keras.Input(self.image_shape)
            for filters in (64, 128, 128):
                x = layers.LeakyReLU(0.2)(layers.Conv2D(filters, 4, 2, "same")(x))
            x = layers.Dense(1, dtype="float32")(layers.Dropout(0.2, seed=self.seed)(layers.Flatten()(x)))
            self.discriminator = keras.Model(images, x, name="discriminator")
        with keras.name_scope("generator"):
            z = keras.Input((self.latent_dim,))
            x = layers.Reshape((7, 7, 128))(layers.Dense(7 * 7 * 128)(z))
            for filters in (128, 256):
                x = layers.LeakyReLU(0.2)(layers.Conv2DTranspose(filters, 4, 2, "same")(x))
            x = layers.Conv2D(1, 5, padding="same", activation="sigmoid")(x)
            self.generator = keras.Model(z, x, name="generator")

    def default_optimizers(self) -> dict:
        return {name: keras.optimizers.Adam(1e-4) for name in ("discriminator", "generator")}

    def discriminator_terms(self, batch, training: bool) -> dict:
        real = self.discriminate(batch[0], batch, training)
        fake = self.discriminate(ops.stop_gradient(self.generate(batch, training)), batch, training)
        # The example calls generated images 1 and adds up to 0.05 to every label: with its labels, the cross-entropy of a logit
        # is softplus(-logit) + label * logit.
        noise = 0.05 * (ops.mean(self.uniform(*real.shape) * real) + ops.mean(self.uniform(*fake.shape) * fake))
        return {"discriminator": 0.5 * (cross_entropy(real, fake) + noise), "accuracy": pairwise_accuracy(real, fake)}


class ExampleWGANGP(BaseGAN):
    """Gulrajani et al. 2017 as in the example: 5 x 5 convolutions, BatchNorm in the generator, three critic steps."""

    batch_size = 512
    image_shape: ImageShape = (28, 28, 1)
    latent_dim: Positive = 128
    objective: str = "wasserstein"
    penalties: dict[str, NotNegative] = {"gradient_penalty": 10.0}
    discriminator_steps: Positive = 3

    def build_networks(self) -> None:
        with keras.name_scope("discriminator"):
            images = keras.Input(self.image_shape)
            x = layers.ZeroPadding2D(2)(images)
            for filters, dropout in ((64, 0.0), (128, 0.3), (256, 0.3), (512, 0.0)):
                x = layers.LeakyReLU(0.2)(layers.Conv2D(filters, 5, 2, "same")(x))
                x = layers.Dropout(dropout, seed=self.seed)(x) if dropout else x
            x = layers.Dense(1, dtype="float32")(layers.Dropout(0.2, seed=self.seed)(layers.Flatten()(x)))
            self.discriminator = keras.Model(images, x, name="discriminator")
        with keras.name_scope("generator"):
            z = keras.Input((self.latent_dim,))
            x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(layers.Dense(4 * 4 * 256, use_bias=False)(z)))
            x = layers.Reshape((4, 4, 256))(x)
            for filters in (128, 64, 1):
                x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(layers.UpSampling2D()(x))
                x = layers.BatchNormalization()(x)
                x = layers.LeakyReLU(0.2)(x) if filters > 1 else layers.Activation("tanh")(x)
            x = layers.Rescaling(0.5, 0.5, dtype="float32")(layers.Cropping2D(2)(x))
            self.generator = keras.Model(z, x, name="generator")

    def default_optimizers(self) -> dict:
        return {name: keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9) for name in ("discriminator", "generator")}
