"""The structure of a file of weights, checked before Keras reads it: HDF5 can hold far more than weights."""

from __future__ import annotations

import zlib

import h5py

from kerasgen.errors import reason

FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE}
LAYOUTS = {h5py.h5d.COMPACT, h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED}  # no virtual one, which reads other files
ITEMS = 20_000  # groups and datasets
DEPTH = 32  # of groups in groups


def check_structure(path: str, limit: int) -> None:
    """Checks that an HDF5 file holds groups and arrays of numbers alone, all of them in the file itself.

    Args:
        path: the file.
        limit: bytes that all arrays may take, unpacked.

    Raises ValueError for links, arrays that lie in other files, objects, texts in place of numbers, filters other than gzip and
    shuffle, more than `limit` bytes, and compressed pieces that hold more than they say.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            _Walk(limit).group(file, DEPTH)
    except MemoryError:
        raise
    except Exception as error:  # HDF5's own come as OSError, RuntimeError, KeyError, ...
        raise ValueError(reason(error)) from None


class _Walk:
    """A walk through a file that adds up what it holds."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self.items = 0

    def group(self, group: h5py.Group, depth: int) -> None:
        self._attributes(group)
        for name in group:
            self.items += 1
            if depth < 1 or self.items > ITEMS:
                raise ValueError(f"more than {ITEMS} groups and arrays, or {DEPTH} levels")
            kind = group.get(name, getlink=True)
            if not isinstance(kind, h5py.HardLink):
                raise ValueError(f"{name}: a link, {type(kind).__name__}")
            item = group[name]
            if isinstance(item, h5py.Group):
                self.group(item, depth - 1)
            elif isinstance(item, h5py.Dataset):
                self._dataset(item)
            else:
                raise ValueError(f"{item.name}: neither a group nor an array")

    def _attributes(self, item: h5py.HLObject) -> None:
        for name in item.attrs:
            about = h5py.h5a.open(item.id, name.encode())
            kind = about.dtype
            if kind.kind not in "biufS" and h5py.check_string_dtype(kind) is None:
                raise ValueError(f"{item.name}: an attribute {name} of type {kind}")
            self._count(about.get_storage_size(), f"{item.name}: the attribute {name}")

    def _dataset(self, item: h5py.Dataset) -> None:
        self._attributes(item)
        properties = item.id.get_create_plist()
        if item.dtype.kind not in "biuf" or item.shape is None:
            raise ValueError(f"{item.name}: of type {item.dtype}")
        if properties.get_layout() not in LAYOUTS or properties.get_external_count():
            raise ValueError(f"{item.name}: its values lie in another place")
        filters = [properties.get_filter(index)[0] for index in range(properties.get_nfilters())]
        if not FILTERS.issuperset(filters) or len(set(filters)) < len(filters):
            raise ValueError(f"{item.name}: filters other than gzip and shuffle")
        self._count(item.nbytes, item.name)
        if properties.get_layout() == h5py.h5d.CHUNKED:
            self._pieces(item, h5py.h5z.FILTER_DEFLATE in filters)

    def _pieces(self, item: h5py.Dataset, packed: bool) -> None:
        size = item.dtype.itemsize
        for side in item.chunks:
            size *= side
        self._count(size, f"{item.name}: a piece of it")
        for index in range(item.id.get_num_chunks()):
            about = item.id.get_chunk_info(index)
            if about.size > size + 4096 + size // 100:
                raise ValueError(f"{item.name}: a piece of {about.size:,} bytes for {size:,}")
            if packed:
                skipped, content = item.id.read_direct_chunk(about.chunk_offset)
                unpacked = len(content) if skipped else len(zlib.decompressobj().decompress(content, size + 1))
                if unpacked != size:
                    raise ValueError(f"{item.name}: a compressed piece that does not hold {size:,} bytes")

    def _count(self, size: int, name: str) -> None:
        self.bytes += size
        if self.bytes > self.limit:
            raise ValueError(f"{name}: with it more than the {self.limit:,} bytes of the model")
