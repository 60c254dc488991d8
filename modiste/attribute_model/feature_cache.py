"""What the frozen part of a network makes of each photo, kept on disk.

A cache folder holds shards; see `modiste.attribute_model.cache_shard`. A run that is killed
loses at most the shard it was writing, runs may share a folder, and a damaged shard is
computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike, NDArray

from modiste.attribute_model import cache_shard
from modiste.attribute_model.cache_room import CacheRoom, CacheRoomError
from modiste.attribute_model.cache_shard import KEY_DTYPE, Arrays, Shard

__all__ = ["DEFAULT_MAX_BYTES", "Arrays", "CacheRoomError", "CachedRows", "FeatureCache", "Layout"]

#: Shape of one row, without the rows' own axis, and dtype of each tensor.
Layout = Sequence[tuple[tuple[int, ...], DTypeLike]]
#: Takes positions, shape ``(n,)`` int64, and yields their tensors in batches, in that order.
Compute = Callable[[NDArray[np.int64]], Iterator[Arrays]]

DEFAULT_MAX_BYTES = 50_000_000_000
_SHARD_BYTES = 2**29  # each shard is one open file: 1,000 of them are 500 GB
_HELD_BYTES = 2**29  # of mapped files in memory before it is given back
_PAGE_BYTES = 2**21  # the kernel may map as much round each byte that is read


class CachedRows:
    """Rows of a cache, by the position of their keys.

    Parameters
    ----------
    shards : list of Shard
        At least one.
    shard_index, row_index : ndarray
        Where each row is, shape ``(n_rows,)`` int32.
    """

    def __init__(
        self,
        shards: list[Shard],
        shard_index: NDArray[np.int32],
        row_index: NDArray[np.int32],
    ) -> None:
        self.shards = shards
        self.shard_index = shard_index
        self.row_index = row_index
        self._n_held = 0

    def __len__(self) -> int:
        return len(self.row_index)

    def gather(self, rows: NDArray[np.int64]) -> Arrays:
        """Return the tensors of these rows, ``(len(rows), ...)`` each, in their order."""
        found: Arrays = [
            np.empty((len(rows), *field.shape[1:]), dtype=field.dtype)
            for field in self.shards[0].fields
        ]
        places = zip(self.shard_index[rows].tolist(), self.row_index[rows].tolist(), strict=True)
        for place, (shard, row) in enumerate(places):
            for array, field in zip(found, self.shards[shard].fields, strict=True):
                array[place] = field[row]
        self._n_held += sum(array.nbytes for array in found) + len(rows) * _PAGE_BYTES
        if self._n_held > _HELD_BYTES:
            self._n_held = 0
            for used in self.shards:
                used.leave_pages()
        return found


class FeatureCache:
    """Compute rows once, by key.

    Parameters
    ----------
    folder : path
        One folder for one frozen part: its name should hold a fingerprint of the weights.
    shard_size : int
        Most rows that an interruption can lose; fewer where they are large.
    max_bytes : int
        Most that shards may take. Where a new one would pass it, those used least recently
        are removed, but none that a process has open.
    root : path, optional
        The folder whose caches share `max_bytes`, `folder` among them; `folder` alone if
        None.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        shard_size: int = 4096,
        max_bytes: int = DEFAULT_MAX_BYTES,
        root: str | Path | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.shard_size = shard_size
        self.room = CacheRoom(Path(root) if root is not None else self.folder, max_bytes)

    def rows(self, keys: NDArray[np.bytes_], compute: Compute, layout: Layout) -> CachedRows:
        """Return the rows of `keys`, computing those that are not there yet.

        Parameters
        ----------
        keys : ndarray
            SHA-256 digests, shape ``(n_rows,)``, dtype ``S32``; equal keys share a row.
        compute : callable
        layout : sequence of (shape, dtype)
            Of the tensors that `compute` yields.

        Raises
        ------
        CacheRoomError
            If the rows do not fit on the disk or within `max_bytes`; before any is computed,
            unless another process takes the room meanwhile.
        ValueError
            If `compute` yields another number of rows than it was asked for, or the keys are
            no digests.
        """
        if keys.dtype != KEY_DTYPE:
            raise ValueError(f"keys must be digests, dtype {KEY_DTYPE}. Received: {keys.dtype}")
        dtype = np.dtype(
            [(f"tensor_{i:02d}", entry, shape) for i, (shape, entry) in enumerate(layout)]
        )
        self.room.sweep()
        wanted, first, place = np.unique(keys, return_index=True, return_inverse=True)
        shards: list[Shard] = []
        shard_index = np.full(len(wanted), -1, dtype=np.int32)
        row_index = np.full(len(wanted), -1, dtype=np.int32)

        def take(shard: Shard, rows: NDArray[np.int64], found: NDArray[np.int64]) -> None:
            shard_index[found], row_index[found] = len(shards), rows
            shards.append(shard)

        for folder in self._shard_folders() if len(wanted) else ():
            self._take_from(folder, dtype, wanted, take)
        absent = np.flatnonzero(shard_index < 0)
        absent = absent[np.argsort(first[absent])]
        if len(absent):
            self.room.check(len(absent) * dtype.itemsize)
        n_rows = max(1, min(self.shard_size, _SHARD_BYTES // dtype.itemsize))
        for start in range(0, len(absent), n_rows):
            part = absent[start : start + n_rows]
            self.room.make(len(part) * dtype.itemsize)
            shard = self._written(wanted[part], dtype, compute(first[part]))
            take(shard, np.arange(len(part)), part)
        return CachedRows(shards, shard_index[place], row_index[place])

    def _shard_folders(self) -> list[Path]:
        files = (cache_shard.KEYS_FILE, cache_shard.ROWS_FILE)
        return sorted({path.parent for name in files for path in self.folder.glob(f"[!.]*/{name}")})

    def _take_from(
        self,
        folder: Path,
        dtype: np.dtype[np.void],
        wanted: NDArray[np.bytes_],
        take: Callable[[Shard, NDArray[np.int64], NDArray[np.int64]], None],
    ) -> None:
        """Take the rows wanted out of a shard; one that is damaged is removed."""
        try:
            keys = cache_shard.read_keys(folder)
            found = np.searchsorted(wanted, keys).clip(max=len(wanted) - 1)
            rows = np.flatnonzero(wanted[found] == keys)
            if len(rows):
                take(Shard.open(folder, dtype), rows, found[rows])
        except BlockingIOError:  # another process is removing it
            return
        except cache_shard.DAMAGED:
            cache_shard.remove(folder)

    def _written(
        self, keys: NDArray[np.bytes_], dtype: np.dtype[np.void], batches: Iterator[Arrays]
    ) -> Shard:
        name = hashlib.sha256(keys.tobytes()).hexdigest()[:24]
        with cache_shard.unfinished_folder(self.folder) as unfinished:
            cache_shard.write_rows(unfinished, keys, dtype, batches)
            shard = Shard.open(unfinished, dtype)
            try:
                unfinished.rename(self.folder / name)
            except OSError:  # another process has written the same rows
                with contextlib.suppress(OSError, ValueError):
                    return Shard.open(self.folder / name, dtype)
        # Even where it could not be renamed, what is mapped stays until it is let go.
        return shard
