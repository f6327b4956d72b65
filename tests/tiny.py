"""The smallest form of every model. A new model adds a row; every promise is then tested on it."""

from kerasgen.models import DCGAN, VAE

TINY = {
    "vae": lambda **kw: VAE((28, 28, 1), latent_dim=3, channels=4, **kw),
    "vae_gaussian": lambda **kw: VAE((32, 32, 3), latent_dim=3, channels=4, likelihood="gaussian", scale=0.2, beta=0.5,
                                     kl_warmup=4, **kw),
    "dcgan": lambda **kw: DCGAN((28, 28, 1), latent_dim=3, channels=4, **kw),
    "dcgan_two_steps": lambda **kw: DCGAN((32, 32, 3), latent_dim=3, channels=4, discriminator_steps=2, **kw),
}
