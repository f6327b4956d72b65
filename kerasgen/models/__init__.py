"""One family of models a file, with its paper."""

from kerasgen.models.autoencoder import Autoencoder
from kerasgen.models.classifier import Classifier
from kerasgen.models.conditional_gan import ConditionalGAN
from kerasgen.models.cut import CUT
from kerasgen.models.cyclegan import CycleGAN
from kerasgen.models.dcgan import DCGAN
from kerasgen.models.debiasing_vae import DebiasingVAE
from kerasgen.models.disentangling import DIPVAE, BetaTCVAE, BetaVAE, FactorVAE
from kerasgen.models.fast_gan import FastGAN
from kerasgen.models.gan import GAN
from kerasgen.models.info_vae import InfoVAE
from kerasgen.models.lsgan import LSGAN
from kerasgen.models.pix2pix import Pix2Pix
from kerasgen.models.progressive_gan import ProgressiveGAN
from kerasgen.models.r3gan import R3GAN
from kerasgen.models.sngan import SNGAN
from kerasgen.models.style_gan import StyleGAN
from kerasgen.models.style_gan2 import StyleGAN2
from kerasgen.models.vae import VAE
from kerasgen.models.vae_gan import VAEGAN
from kerasgen.models.wgan_gp import WGANGP

__all__ = [
    "CUT",
    "DCGAN",
    "DIPVAE",
    "GAN",
    "LSGAN",
    "R3GAN",
    "SNGAN",
    "VAE",
    "VAEGAN",
    "WGANGP",
    "Autoencoder",
    "BetaTCVAE",
    "BetaVAE",
    "Classifier",
    "ConditionalGAN",
    "CycleGAN",
    "DebiasingVAE",
    "FactorVAE",
    "FastGAN",
    "InfoVAE",
    "Pix2Pix",
    "ProgressiveGAN",
    "StyleGAN",
    "StyleGAN2",
]
