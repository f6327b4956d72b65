"""Files of weights: made in memory, small, and the same for the same weights."""

from __future__ import annotations

import io

import h5py
import keras
import numpy as np
from h5py import h5f, h5fd, h5g, h5p

FORMAT = h5f.LIBVER_V110, h5f.LIBVER_V110  # the smallest that HDF5 before 2.0 reads as well


class WeightsBuffer(io.BytesIO):
    """A file of weights in memory: HDF5, which writes to a full disk, ends the process.

    Keras's `save_weights` and `load_weights` take it as they take a path.
    """

    def __str__(self) -> str:
        """A name with the ending that Keras looks at."""
        return "buffer.weights.h5"


def weights_file(model: keras.Model) -> bytes:
    """Gives the content of a model's file of weights, compressed without loss; it is a function of the weights alone."""
    written, packed = WeightsBuffer(), io.BytesIO()
    model.save_weights(written)
    with h5py.File(written) as source, _new_file(packed) as target:
        _copy(source, target)
    return packed.getvalue()


def rounded(weights: np.ndarray, bits: int) -> np.ndarray:
    """Rounds float32 numbers to so many significant bits; half precision has 11."""
    mantissas, exponents = np.frexp(weights)
    return np.ldexp(np.round(np.ldexp(mantissas, bits)), exponents - bits).astype("float32")


def _copy(source: h5py.Group, target: h5py.Group) -> None:
    """Copies all but the attributes of groups, where Keras writes the names of layers: some count the models of the process."""
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            _copy(item, _new_group(target, name))
        else:  # what is small takes more room in pieces that are compressed
            options = dict(compression="gzip", compression_opts=9, shuffle=True, chunks=item.shape) if item.size > 64 else {}
            target.create_dataset(name, data=item[()], **options).attrs.update(item.attrs)


# h5py's own `File` and `create_group` write the time, which the calls below them can leave out.


def _new_file(buffer: io.BytesIO) -> h5py.File:
    access, creation = h5p.create(h5p.FILE_ACCESS), h5p.create(h5p.FILE_CREATE)
    access.set_fileobj_driver(h5fd.fileobj_driver, buffer)
    access.set_libver_bounds(*FORMAT)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    creation.set_obj_track_times(False)
    return h5py.File(h5f.create(b"buffer", h5f.ACC_TRUNC, creation, access))


def _new_group(target: h5py.Group, name: str) -> h5py.Group:
    creation = h5p.create(h5p.GROUP_CREATE)
    creation.set_obj_track_times(False)
    return h5py.Group(h5g.create(target.id, name.encode(), gcpl=creation))
