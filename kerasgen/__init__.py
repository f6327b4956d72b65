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
        DCGAN,
        DIPVAE,
        GAN,
        R3GAN,
        SNGAN,
        VAE,
        WGANGP,
        Autoencoder,
        BetaTCVAE,
        BetaVAE,
        Classifier,
        ConditionalGAN,
        CycleGAN,
        DebiasingVAE,
        FactorVAE,
        Pix2Pix,
        ProgressiveGAN,
        StyleGAN,
    )
    from kerasgen.presets import list_presets, load

__version__ = "0.1.0"

_MODELS = (
    "Autoencoder", "BetaTCVAE", "BetaVAE", "Classifier", "ConditionalGAN", "CycleGAN", "DCGAN", "DIPVAE", "DebiasingVAE",
    "FactorVAE", "GAN", "Pix2Pix", "ProgressiveGAN", "R3GAN", "SNGAN", "StyleGAN", "VAE", "WGANGP",
)  # fmt: skip
_HOMES = {
    **dict.fromkeys(_MODELS, "models"),
    "GenerativeModel": "base.model",
    "Phase": "base.phase",
    "list_presets": "presets",
    "load": "presets",
}
_PACKAGES = (
    "analysis", "callbacks", "data", "evaluation", "export", "losses", "metrics", "models", "networks", "presets", "runtime",
    "training",
)  # fmt: skip

__all__ = [*_HOMES, *_PACKAGES]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(f"kerasgen.{_HOMES[name]}"), name)
    if name in _PACKAGES:
        return importlib.import_module(f"kerasgen.{name}")
    raise AttributeError(f"module 'kerasgen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
