"""What the frozen part of a network makes of each photo, kept on disk.

A cache folder holds shards, each a directory with ``keys.npy`` and one ``.npy`` per tensor,
memory-mapped. Shards are written under a temporary name, then renamed, and never changed:
an interrupted run loses at most one shard, and runs may share a folder.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[np.generic]]

_KEYS_FILE = "keys.npy"
_UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class CachedRows:
    """Rows of a cache, by the position of their keys.

    Parameters
    ----------
    shards : list of list of ndarray
        The memory-mapped tensors of each shard.
    shard_index, row_index : ndarray
        Where each row is, shape ``(n_rows,)`` int64.
    """

    shards: list[Arrays]
    shard_index: NDArray[np.int64]
    row_index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.row_index)

    def gather(self, rows: NDArray[np.int64]) -> Arrays:
        """Return the tensors of these rows, ``(len(rows), ...)`` each, in their order."""
        found: Arrays = [
            np.empty((len(rows), *array.shape[1:]), dtype=array.dtype) for array in self.shards[0]
        ]
        of_shard = self.shard_index[rows]
        for shard in np.unique(of_shard):
            here = np.flatnonzero(of_shard == shard)
            source = self.row_index[rows[here]]
            for array, stored in zip(found, self.shards[shard], strict=True):
                array[here] = stored[source]
        return found


class FeatureCache:
    """Compute rows once, by key.

    Parameters
    ----------
    folder : path
        One folder for one frozen part: its name should hold a fingerprint of the weights.
    shard_size : int
        Most rows that an interruption can lose.
    """

    def __init__(self, folder: str | Path, *, shard_size: int = 4096) -> None:
        self.folder = Path(folder)
        self.shard_size = shard_size

    def rows(
        self,
        keys: Sequence[str],
        compute: Callable[[NDArray[np.int64]], Iterator[Arrays]],
    ) -> CachedRows:
        """Return the rows of `keys`, computing those that are not there yet.

        Parameters
        ----------
        keys : sequence of str
            One a row; equal keys share a row. At least one.
        compute : callable
            Takes positions in `keys`, shape ``(n,)`` int64, and yields their tensors in
            batches, in that order.
        """
        place, shards = self._read()
        missing: dict[str, int] = {}
        for position, key in enumerate(keys):
            if key not in place:
                missing.setdefault(key, position)
        absent = list(missing.items())
        for start in range(0, len(absent), self.shard_size):
            part = absent[start : start + self.shard_size]
            positions = np.array([position for _, position in part], dtype=np.int64)
            self._write([key for key, _ in part], compute(positions))
        if absent:
            place, shards = self._read()
        where = np.array([place[key] for key in keys], dtype=np.int64).reshape(-1, 2)
        return CachedRows(shards, where[:, 0], where[:, 1])

    def _read(self) -> tuple[dict[str, tuple[int, int]], list[Arrays]]:
        place: dict[str, tuple[int, int]] = {}
        shards: list[Arrays] = []
        for keys_file in sorted(self.folder.glob(f"[!.]*/{_KEYS_FILE}")):
            files = sorted(keys_file.parent.glob("tensor_*.npy"))
            arrays = [np.load(file, mmap_mode="r", allow_pickle=False) for file in files]
            for row, key in enumerate(np.load(keys_file, allow_pickle=False).tolist()):
                place[key] = (len(shards), row)
            shards.append(arrays)
        return place, shards

    def _write(self, keys: list[str], batches: Iterator[Arrays]) -> None:
        unfinished = self.folder / f"{_UNFINISHED}{uuid.uuid4().hex}"
        unfinished.mkdir(parents=True)
        try:
            stored: list[np.memmap] = []
            n_done = 0
            for batch in batches:
                if not stored:
                    stored = [
                        np.lib.format.open_memmap(
                            unfinished / f"tensor_{i:02d}.npy",
                            mode="w+",
                            dtype=array.dtype,
                            shape=(len(keys), *array.shape[1:]),
                        )
                        for i, array in enumerate(batch)
                    ]
                for target, array in zip(stored, batch, strict=True):
                    target[n_done : n_done + len(array)] = array
                n_done += len(batch[0])
            if n_done != len(keys):
                raise ValueError(
                    f"compute must yield one row for each key, {len(keys)}. Received: {n_done}"
                )
            for target in stored:
                target.flush()
            np.save(unfinished / _KEYS_FILE, np.array(keys), allow_pickle=False)
            name = hashlib.sha256("".join(keys).encode()).hexdigest()[:24]
            finished = self.folder / name
            if not finished.exists():
                unfinished.rename(finished)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
