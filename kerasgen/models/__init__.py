"""One family of models a file, with its paper."""

from kerasgen.models.dcgan import DCGAN
from kerasgen.models.vae import VAE

__all__ = ["DCGAN", "VAE"]
