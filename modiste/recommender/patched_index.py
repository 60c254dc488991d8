"""The nearest embeddings of a catalogue some of whose items changed since it was indexed."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.patched_rows import PatchedRows
from modiste.recommender.visual_index import VisualIndex


class NearestIndex(Protocol):
    """What finds the nearest embeddings; `VisualIndex` is one."""

    def nearest(
        self, wanted: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> list[NDArray[np.int32]]:
        """Return the allowed items nearest to each embedding, nearest first."""
        ...


class PatchedIndex:
    """An index of what did not change beside a small one of what did.

    The large one is shared with whoever answers from before the change.

    Parameters
    ----------
    base : VisualIndex
        Of the embeddings before any change.
    n_base : int
        How many those are.
    embeddings : PatchedRows
        As they are now.
    """

    def __init__(self, base: VisualIndex, n_base: int, embeddings: PatchedRows) -> None:
        self.base, self.n_base, self._embeddings = base, n_base, embeddings
        self._changed = embeddings.changed.astype(np.int32)
        self._of_changed = VisualIndex(embeddings[self._changed])

    @classmethod
    def of(cls, index: NearestIndex, n_items: int, embeddings: PatchedRows) -> PatchedIndex:
        """Return the index of changed embeddings, from that of the `n_items` before."""
        if isinstance(index, PatchedIndex):
            return cls(index.base, index.n_base, embeddings)
        if not isinstance(index, VisualIndex):
            raise TypeError(f"index must be one of these. Received: {type(index).__name__}")
        return cls(index, n_items, embeddings)

    def nearest(
        self, wanted: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> list[NDArray[np.int32]]:
        """Return the allowed items nearest to each embedding; see `VisualIndex.nearest`."""
        unchanged = allowed.copy()
        unchanged[self._changed] = False
        old = self.base.nearest(wanted, k, unchanged[: self.n_base])
        new = self._of_changed.nearest(wanted, k, allowed[self._changed])
        found = []
        for query, of_old, of_new in zip(wanted, old, new, strict=True):
            items = np.concatenate([of_old, self._changed[of_new]])
            scores = np.asarray(self._embeddings[items], dtype=np.float32) @ query
            found.append(items[np.lexsort((items, -scores))[:k]].astype(np.int32))
        return found
