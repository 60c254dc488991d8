"""The one contract of everything that proposes items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.encoder import EncodedQuery

NO_ITEM = -1
NO_SCORE = -np.inf


@dataclass(frozen=True)
class Candidates:
    """Proposed items of a batch of queries, best first.

    Parameters
    ----------
    item_index : ndarray
        Shape ``(n_queries, k)`` int32; -1 where there is none. No item twice in a row.
    score : ndarray
        Shape ``(n_queries, k)`` float32, never rising along a row; ``-inf`` exactly
        where `item_index` is -1.
    """

    item_index: NDArray[np.int32]
    score: NDArray[np.float32]

    @classmethod
    def from_scores(
        cls, scores: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Keep the `k` best finite scores of each row among the allowed items.

        Parameters
        ----------
        scores : ndarray
            Shape ``(n_queries, n_items)`` float32; ``-inf`` or NaN means not a candidate.
        k : int
            Number of columns of the result, at least 1.
        allowed : ndarray
            Shape ``(n_items,)`` or ``(n_queries, n_items)`` bool.

        Returns
        -------
        Candidates
            Ties go to the lower item index.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1. Received: {k}")
        usable = np.where(np.isfinite(scores) & allowed, scores, NO_SCORE).astype(np.float32)
        n_queries, n_items = usable.shape
        width = min(k, n_items)
        order = np.argsort(-usable, axis=1, kind="stable")[:, :width]
        best = np.take_along_axis(usable, order, axis=1)
        item_index = np.full((n_queries, k), NO_ITEM, dtype=np.int32)
        score = np.full((n_queries, k), NO_SCORE, dtype=np.float32)
        found = np.isfinite(best)
        item_index[:, :width] = np.where(found, order, NO_ITEM)
        score[:, :width] = best
        return cls(item_index, score)


class CandidateSource(Protocol):
    """Proposes items for a batch of encoded queries."""

    @property
    def name(self) -> str:
        """Name of the source: ``visual``, ``attribute``, ``collaborative``, ..."""
        ...

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` best allowed items of each query.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        ...
