"""One family of models a file, with its paper."""

from kerasgen.models.autoencoder import Autoencoder
from kerasgen.models.dcgan import DCGAN
from kerasgen.models.debiasing_vae import DebiasingVAE
from kerasgen.models.disentangling import DIPVAE, BetaTCVAE, BetaVAE, FactorVAE
from kerasgen.models.vae import VAE

__all__ = ["DCGAN", "DIPVAE", "VAE", "Autoencoder", "BetaTCVAE", "BetaVAE", "DebiasingVAE", "FactorVAE"]
