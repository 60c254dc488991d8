"""External string ids to internal int32 indices, converted at the boundary only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


class IdMap:
    """A fixed, ordered set of external ids and the index of each.

    Parameters
    ----------
    ids : iterable of str
        Unique external ids; the position of each is its index.

    Raises
    ------
    ValueError
        If an id appears twice.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids: tuple[str, ...] = tuple(ids)
        self._index: dict[str, int] = {external: i for i, external in enumerate(self.ids)}
        if len(self._index) != len(self.ids):
            seen: set[str] = set()
            twice = next(i for i in self.ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
            raise ValueError(f"ids must be unique. Received {twice!r} twice.")

    def with_added(self, ids: Sequence[str]) -> IdMap:
        """Return these ids and more after them, none of which is here already."""
        added = IdMap(ids)
        known = [external for external in added.ids if external in self]
        if known:
            raise ValueError(f"ids must be new. Received: {known[0]!r}, which is here already.")
        wider = IdMap(())
        wider.ids = (*self.ids, *added.ids)
        wider._index = self._index | {
            external: len(self.ids) + i for i, external in enumerate(added.ids)
        }
        return wider

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, external: object) -> bool:
        return external in self._index

    def index(self, external: str) -> int | None:
        """Return the index of one id, or None if it is unknown."""
        return self._index.get(external)

    def indices(self, externals: Sequence[str]) -> NDArray[np.int32]:
        """Return the index of each id, shape ``(n,)`` int32, -1 where an id is unknown."""
        get = self._index.get
        return np.fromiter((get(e, -1) for e in externals), dtype=np.int32, count=len(externals))

    def externals(self, indices: Iterable[int]) -> list[str]:
        """Return the external id of each index; indices must be in ``[0, len(self))``."""
        return [self.ids[i] for i in indices]
