"""Generative models in Keras 3: train with `model.fit`, borrow from the zoo, export verified files.

Nothing here is imported before it is used (PEP 562): `import kerasgen` loads neither Keras nor TensorFlow.
"""

import importlib

__version__ = "0.1.0"

_MODELS = ("Autoencoder", "BetaTCVAE", "BetaVAE", "Classifier", "ConditionalGAN", "CycleGAN", "DCGAN", "DIPVAE", "DebiasingVAE",
           "FactorVAE", "GAN", "Pix2Pix", "ProgressiveGAN", "R3GAN", "SNGAN", "StyleGAN", "VAE", "WGANGP")
_HOMES = {**dict.fromkeys(_MODELS, "models"), "load": "presets", "list_presets": "presets",
          "GenerativeModel": "model", "Phase": "phase"}
_MODULES = ("analysis", "callbacks", "data", "export", "extractors", "generation", "losses", "metrics", "models", "networks",
            "presets", "runtime")

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(f"kerasgen.{_HOMES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"kerasgen.{name}")
    raise AttributeError(f"module 'kerasgen' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
