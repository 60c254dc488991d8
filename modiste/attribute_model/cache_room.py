"""How much disk feature caches may take, and which of their shards go first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modiste.attribute_model import cache_shard
from modiste.errors import ModisteError

_SHARE_OF_FREE = 0.95


class CacheRoomError(ModisteError):
    """What a fit wants to keep on disk does not fit there."""


@dataclass(frozen=True)
class CacheRoom:
    """The disk that all caches under a folder share.

    Parameters
    ----------
    root : Path
        Caches are this folder and those right under it.
    max_bytes : int
        Most that their shards may take together.
    """

    root: Path
    max_bytes: int

    def sweep(self) -> None:
        """Remove what processes that are no more left unfinished."""
        for folder in (self.root, *self.root.glob("[!.]*")):
            cache_shard.sweep(folder)

    def check(self, n_bytes: int) -> None:
        """Refuse what could not be kept even if every shard that is not in use were removed.

        Raises
        ------
        CacheRoomError
        """
        sizes = dict(self._shards())
        n_used = sum(size for folder, size in sizes.items() if cache_shard.is_used(folder))
        n_bound = self.max_bytes - n_used
        n_disk = int((self._free() + sum(sizes.values()) - n_used) * _SHARE_OF_FREE)
        if n_bytes > min(n_bound, n_disk):
            limit = (
                f"its bound is {_megabytes(self.max_bytes)}, of which shards in use take "
                f"{_megabytes(n_used)}"
                if n_bound <= n_disk
                else f"the disk has room for {_megabytes(n_disk)}"
            )
            raise CacheRoomError(
                f"The cache of frozen features at {self.root} is too small: {limit}. Keep fewer "
                "views of each photo, allow the cache more, or choose trainable_layers so that "
                "the network is cut where its tensors are smaller. "
                f"Received: {_megabytes(n_bytes)} still to be kept"
            )

    def make(self, n_bytes: int) -> None:
        """Remove shards, least recently used first, until this many bytes can be added.

        Raises
        ------
        CacheRoomError
            If shards in use leave too little.
        """
        shards = sorted(self._shards(), key=lambda shard: _last_used(shard[0]))
        total = sum(size for _, size in shards)
        for folder, size in shards:
            if total + n_bytes <= self.max_bytes and n_bytes <= self._free() * _SHARE_OF_FREE:
                return
            if cache_shard.remove(folder):
                total -= size
        self.check(n_bytes)

    def _shards(self) -> Iterator[tuple[Path, int]]:
        for pattern in ("[!.]*", "[!.]*/[!.]*"):
            for file in self.root.glob(f"{pattern}/{cache_shard.ROWS_FILE}"):
                try:
                    size = sum(entry.stat().st_size for entry in file.parent.iterdir())
                except FileNotFoundError:  # another process has just removed it
                    continue
                yield file.parent, size

    def _free(self) -> int:
        there = next(folder for folder in (self.root, *self.root.parents) if folder.exists())
        return shutil.disk_usage(there).free


def _last_used(folder: Path) -> float:
    try:
        return (folder / cache_shard.ROWS_FILE).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB"
