"""The smallest form of every model, some not square. A new model adds a row; every promise is then tested on it."""

from kerasgen.models import (
    CUT,
    DCGAN,
    DIPVAE,
    GAN,
    LSGAN,
    R3GAN,
    SNGAN,
    VAE,
    VAEGAN,
    WGANGP,
    Autoencoder,
    BetaTCVAE,
    BetaVAE,
    Classifier,
    ConditionalGAN,
    CycleGAN,
    DebiasingVAE,
    FactorVAE,
    FastGAN,
    InfoVAE,
    Pix2Pix,
    ProgressiveGAN,
    StyleGAN,
    StyleGAN2,
)

SMALL = {"latent_dim": 3, "network": "dense", "hidden": (8,)}


def louder(model):
    """Of a code, weights from N(0, 0.02^2) of a few channels leave nothing to be seen while BatchNorm has no statistics."""
    for variable in model.generator.trainable_variables:
        if variable.name == "kernel":
            variable.assign(10.0 * variable)
    return model


TINY = {
    "autoencoder": lambda **kw: Autoencoder((6, 5, 1), **SMALL, noise=0.1, **kw),
    "vae": lambda **kw: VAE((28, 28, 1), latent_dim=3, channels=4, **kw),
    "vae_gaussian": lambda **kw: VAE(
        (24, 32, 3), latent_dim=3, channels=4, likelihood="gaussian", scale=0.2, beta=0.5, kl_warmup=4, **kw
    ),
    "vae_dense": lambda **kw: VAE(
        (6, 5, 1), **SMALL, activation="relu", likelihood="gaussian", scale="learned", free_bits=0.1, **kw
    ),
    "beta_vae": lambda **kw: BetaVAE((6, 5, 1), **SMALL, **kw),
    "beta_tc_vae": lambda **kw: BetaTCVAE((6, 5, 1), **SMALL, **kw),
    "dip_vae": lambda **kw: DIPVAE((6, 5, 1), **SMALL, **kw),
    "factor_vae": lambda **kw: FactorVAE((6, 5, 1), **SMALL, discriminator_hidden=(8, 8), **kw),
    "info_vae": lambda **kw: InfoVAE((6, 5, 1), **SMALL, kl_weight=0.5, **kw),
    "debiasing_vae": lambda **kw: DebiasingVAE((6, 5, 1), **SMALL, **kw),
    "vae_gan": lambda **kw: VAEGAN((16, 12, 3), latent_dim=3, channels=2, feature_stage=0, **kw),
    "dcgan": lambda **kw: DCGAN((28, 28, 1), latent_dim=3, channels=4, **kw),
    "lsgan": lambda **kw: LSGAN((8, 12, 1), latent_dim=3, channels=4, **kw),
    "gan": lambda **kw: GAN((6, 5, 1), latent_dim=3, hidden=(8,), maxout=((6, 2),), discriminator_steps=2, **kw),
    "wgan_gp": lambda **kw: WGANGP((8, 8, 1), latent_dim=3, channels=4, discriminator_steps=2, **kw),
    "sngan": lambda **kw: SNGAN(
        (8, 8, 1), latent_dim=3, channels=4, discriminator_steps=1, objective="least_squares", weight_clip=0.5, **kw
    ),
    "r3gan": lambda **kw: R3GAN(
        (12, 8, 3), latent_dim=3, channels=4, penalty_interval=2, augmentations=("color", "translation", "cutout"), **kw
    ),
    "fast_gan": lambda **kw: louder(FastGAN((16, 16, 3), latent_dim=3, channels=2, max_channels=4, **kw)),
    "conditional_gan": lambda **kw: ConditionalGAN((8, 8, 1), latent_dim=3, channels=4, num_classes=2, **kw),
    # Pixel norm of a few channels, all near zero, would magnify the rounding.
    "progressive_gan": lambda **kw: ProgressiveGAN((8, 12, 3), latent_dim=3, channels=16, max_channels=16, start_size=8, **kw),
    "style_gan": lambda **kw: StyleGAN(
        (12, 8, 3),
        latent_dim=3,
        style_dim=4,
        mapping_layers=2,
        mapping_lr_multiplier=0.1,
        channels=4,
        path_length_weight=0.8,
        penalty_interval=2,
        **kw,
    ),
    "style_gan2": lambda **kw: StyleGAN2(
        (8, 8, 3),
        latent_dim=3,
        style_dim=4,
        mapping_layers=2,
        mapping_lr_multiplier=0.1,
        channels=4,
        penalty_interval=4,
        path_length_interval=2,
        **kw,
    ),
    "pix2pix": lambda **kw: Pix2Pix(
        (16, 16, 3), source_channels=1, channels=4, depth=3, receptive_field=16, full_size=True, **kw
    ),
    "cyclegan": lambda **kw: CycleGAN(
        (12, 16, 3), channels=2, blocks=1, full_size=True, receptive_field=16, identity_weight=0.0, pool_size=10, **kw
    ),
    "cut": lambda **kw: CUT((12, 16, 3), channels=2, blocks=2, receptive_field=16, patches=6, projection=4, **kw),
    "classifier": lambda **kw: Classifier((8, 8, 1), num_classes=2, channels=4, features=6, label_smoothing=0.1, **kw),
}

# Models of other uses have other promises.
TRANSLATORS = ["pix2pix", "cyclegan", "cut"]
DECODERS = [name for name in TINY if name not in ("classifier", *TRANSLATORS)]
