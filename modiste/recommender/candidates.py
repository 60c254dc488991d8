"""The one contract of everything that proposes items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.encoded_query import EncodedQuery

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
        masks = np.broadcast_to(allowed, scores.shape)
        rows = [_best(row, mask, k) for row, mask in zip(scores, masks, strict=True)]
        return cls.from_rows(rows, k)

    @classmethod
    def from_rows(
        cls, rows: Sequence[tuple[NDArray[np.int32], NDArray[np.float32]]], k: int
    ) -> Candidates:
        """Keep the `k` best of a few items and scores for each query.

        Parameters
        ----------
        rows : sequence of (ndarray, ndarray)
            For each query, item indices without repeats, shape ``(n,)`` int32, and the
            finite score of each, shape ``(n,)`` float32; in any order.
        k : int
            Number of columns of the result, at least 1.

        Returns
        -------
        Candidates
            Ties go to the lower item index.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1. Received: {k}")
        item_index = np.full((len(rows), k), NO_ITEM, dtype=np.int32)
        score = np.full((len(rows), k), NO_SCORE, dtype=np.float32)
        for row, (items, scores) in enumerate(rows):
            order = np.lexsort((items, -scores))[:k]
            item_index[row, : len(order)] = items[order]
            score[row, : len(order)] = scores[order]
        return cls(item_index, score)


def _best(
    scores: NDArray[np.float32], allowed: NDArray[np.bool_], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the allowed items that can be among the `k` best, with every tie of the last one.

    A partition reads 100,000 scores ten times faster than a sort.
    """
    items = np.flatnonzero(np.isfinite(scores) & allowed)
    if max(k, 1) < len(items):
        found = scores[items]
        worst_kept = np.partition(found, len(found) - max(k, 1))[len(found) - max(k, 1)]
        items = items[found >= worst_kept]
    return items.astype(np.int32), scores[items].astype(np.float32)


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
