"""Generative models in Keras 3: train with `model.fit`, load from the zoo, export verified files.

Names are imported at first use (PEP 562): `import kerasgen` loads neither Keras nor a backend.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasgen import (
        analysis,
        callbacks,
        data,
        evaluation,
        export,
        losses,
        metrics,
        models,
        networks,
        presets,
        runtime,
        training,
    )
    from kerasgen.base.model import GenerativeModel
    from kerasgen.base.phase import Phase
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
    from kerasgen.presets import list_presets, load

__version__ = "0.1.0"

# A list that type checkers can read, in the order of the imports above: folders, the contract, models, presets.
__all__ = [
    "analysis", "callbacks", "data", "evaluation", "export", "losses", "metrics", "models", "networks", "presets", "runtime",
    "training",
    "GenerativeModel", "Phase",
    "CUT", "DCGAN", "DIPVAE", "GAN", "LSGAN", "R3GAN", "SNGAN", "VAE", "VAEGAN", "WGANGP", "Autoencoder", "BetaTCVAE",
    "BetaVAE", "Classifier", "ConditionalGAN", "CycleGAN", "DebiasingVAE", "FactorVAE", "FastGAN", "InfoVAE", "Pix2Pix",
    "ProgressiveGAN", "StyleGAN", "StyleGAN2",
    "list_presets", "load",
]  # fmt: skip

# Where the public names are that are neither folders nor models.
_HOMES = {"GenerativeModel": "base.model", "Phase": "base.phase", "list_presets": "presets", "load": "presets"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'kerasgen' has no attribute {name!r}")
    if name in _HOMES or not name.islower():
        return getattr(importlib.import_module(f"kerasgen.{_HOMES.get(name, 'models')}"), name)
    return importlib.import_module(f"kerasgen.{name}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
