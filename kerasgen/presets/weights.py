"""Files of weights, made smaller."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from kerasgen.files import atomic_write

FORMAT = "v110", "v110"  # the smallest that HDF5 before 2.0 reads as well


def rounded(weights: np.ndarray, bits: int) -> np.ndarray:
    """Rounds float32 numbers to so many significant bits; half precision has 11."""
    mantissas, exponents = np.frexp(weights)
    return np.ldexp(np.round(np.ldexp(mantissas, bits)), exponents - bits).astype("float32")


def pack(path: Path) -> None:
    """Compresses what lies in an HDF5 file, without loss; it is read as before."""
    with atomic_write(path) as beside, h5py.File(path) as source, h5py.File(beside, "w", libver=FORMAT) as target:
        _copy(source, target)


def _copy(source: h5py.Group, target: h5py.Group) -> None:
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            _copy(item, target.create_group(name))
        else:  # what is small takes more room in pieces that are compressed
            options = dict(compression="gzip", compression_opts=9, shuffle=True, chunks=item.shape) if item.size > 64 else {}
            target.create_dataset(name, data=item[()], **options).attrs.update(item.attrs)
