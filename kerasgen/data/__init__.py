"""Images as batches: the embedded set, tensorflow-datasets by name, folders and arrays."""

import importlib

# Resolved at first use (PEP 562): `check_images` needs numpy only, and nothing here needs TensorFlow to be imported.
_HOMES = {
    "load": "kerasgen.data.loading",
    "load_pairs": "kerasgen.data.pairs",
    "load_unpaired": "kerasgen.data.unpaired",
    "ImageBatches": "kerasgen.data.batches",
    "PairedBatches": "kerasgen.data.pairs",
    "UnpairedBatches": "kerasgen.data.unpaired",
    "check_images": "kerasgen.images.check",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
