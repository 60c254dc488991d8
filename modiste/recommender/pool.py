"""What the sources proposed for a batch of queries, as one table of rows to rank."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import NO_ITEM, Candidates, CandidateSource
from modiste.recommender.encoded_query import EncodedQuery

#: The sources, in the order of the columns of `Pool.scores` and `Pool.ranks`.
SOURCES: Final = (
    "visual",
    "attribute",
    "collaborative",
    "item_to_item",
    "repeat",
    "taste",
    "popular",
    "new",
)


@dataclass(frozen=True)
class Pool:
    """One row for each item that any source proposed for a query.

    Rows are grouped by query, and within a query ordered by item index.

    Parameters
    ----------
    n_queries : int
        Queries of the batch, with or without rows.
    query_index : ndarray
        Position of the query in the batch, shape ``(n_rows,)`` int32, never falling.
    item_index : ndarray
        Shape ``(n_rows,)`` int32.
    scores : ndarray
        Score that each source of `SOURCES` gives the item, shape ``(n_rows, n_sources)``
        float32; NaN where the source has nothing to say.
    ranks : ndarray
        Rank, from 1, that each source proposed the item at, shape
        ``(n_rows, n_sources)`` float32; NaN where it did not propose it.
    """

    n_queries: int
    query_index: NDArray[np.int32]
    item_index: NDArray[np.int32]
    scores: NDArray[np.float32]
    ranks: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.item_index)

    @property
    def proposed(self) -> NDArray[np.bool_]:
        """Whether any source proposed the row, shape ``(n_rows,)`` bool."""
        return np.logical_not(np.isnan(self.ranks).all(axis=1))

    @functools.cached_property
    def group_sizes(self) -> NDArray[np.int64]:
        """Rows of each query, shape ``(n_queries,)`` int64; what LightGBM calls group."""
        return np.bincount(self.query_index, minlength=self.n_queries).astype(np.int64)

    @functools.cached_property
    def indptr(self) -> NDArray[np.int64]:
        """Query ``i`` has the rows ``indptr[i]`` to ``indptr[i + 1]``; ``(n_queries + 1,)``."""
        return np.concatenate([[0], np.cumsum(self.group_sizes)]).astype(np.int64)


class PoolSource(CandidateSource, Protocol):
    """A source that can also score an item another source proposed."""

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the score of each (query, item) row, shape ``(n_rows,)`` float32.

        The same score that `candidates` gives; NaN where the source has nothing to say.
        """
        ...


def merge(candidates: Mapping[str, Candidates]) -> Pool:
    """Bring the candidates of several sources together, each item once a query.

    Parameters
    ----------
    candidates : mapping of str to Candidates
        By source name, any of `SOURCES`; all of the same number of queries.

    Raises
    ------
    ValueError
        If a name is not in `SOURCES` or the numbers of queries differ.
    """
    unknown = sorted(set(candidates) - set(SOURCES))
    if unknown or not candidates:
        raise ValueError(f"candidates must be of {', '.join(SOURCES)}. Received: {unknown}")
    counts = {len(found.item_index) for found in candidates.values()}
    if len(counts) > 1:
        raise ValueError(f"Every source must answer every query. Received: {sorted(counts)}")
    columns = [(SOURCES.index(name), *_rows(found)) for name, found in candidates.items()]
    # One key a (query, item), so that one sort finds the rows of all sources.
    stride = 1 + max((int(items.max(initial=0)) for _, _, items, _, _ in columns), default=0)
    keys = [queries.astype(np.int64) * stride + items for _, queries, items, _, _ in columns]
    every = np.unique(np.concatenate(keys))
    scores = np.full((len(every), len(SOURCES)), np.nan, dtype=np.float32)
    ranks = np.full_like(scores, np.nan)
    for key, (column, _, _, score, rank) in zip(keys, columns, strict=True):
        rows = np.searchsorted(every, key)
        scores[rows, column] = score
        ranks[rows, column] = rank
    return Pool(
        n_queries=counts.pop(),
        query_index=(every // stride).astype(np.int32),
        item_index=(every % stride).astype(np.int32),
        scores=scores,
        ranks=ranks,
    )


def propose(
    sources: Mapping[str, PoolSource],
    queries: Sequence[EncodedQuery],
    k: int,
    allowed: NDArray[np.bool_],
) -> Pool:
    """Ask every source for `k` items a query, and every source for a score of each.

    The Recommender and the training sets both use this, so a ranker is fitted on what it
    will see.

    Parameters
    ----------
    sources : mapping of str to PoolSource
        By name, any of `SOURCES`.
    queries : sequence of EncodedQuery
    k : int
        Items a source and query.
    allowed : ndarray
        Shape ``(n_queries, n_items)`` bool.
    """
    found = {name: source.candidates(queries, k, allowed) for name, source in sources.items()}
    pool = merge(found)
    _fill_scores(pool, sources, queries)
    return pool


def with_rows(
    pool: Pool,
    sources: Mapping[str, PoolSource],
    queries: Sequence[EncodedQuery],
    query_index: NDArray[np.int32],
    item_index: NDArray[np.int32],
) -> Pool:
    """Return the pool with more rows, which no source proposed, so that they have no ranks.

    Parameters
    ----------
    pool : Pool
    sources : mapping of str to PoolSource
        They score the new rows.
    queries : sequence of EncodedQuery
    query_index, item_index : ndarray
        The new rows, shape ``(n_new,)`` int32; none may be in the pool already.
    """
    if not len(item_index):
        return pool
    unknown = np.full((len(item_index), len(SOURCES)), np.nan, dtype=np.float32)
    new = Pool(pool.n_queries, query_index, item_index, unknown, unknown.copy())
    _fill_scores(new, sources, queries)
    queries_of_rows = np.concatenate([pool.query_index, new.query_index])
    items_of_rows = np.concatenate([pool.item_index, new.item_index])
    order = np.lexsort((items_of_rows, queries_of_rows))
    return Pool(
        n_queries=pool.n_queries,
        query_index=queries_of_rows[order],
        item_index=items_of_rows[order],
        scores=np.concatenate([pool.scores, new.scores])[order],
        ranks=np.concatenate([pool.ranks, new.ranks])[order],
    )


def _fill_scores(
    pool: Pool, sources: Mapping[str, PoolSource], queries: Sequence[EncodedQuery]
) -> None:
    """Let each source score, in place, the rows that another one proposed."""
    for name, source in sources.items():
        column = pool.scores[:, SOURCES.index(name)]
        missing = np.isnan(column)
        if missing.any():
            column[missing] = source.pair_scores(
                queries, pool.query_index[missing], pool.item_index[missing]
            )


def _rows(
    found: Candidates,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    queries, places = np.nonzero(found.item_index != NO_ITEM)
    return (
        queries,
        found.item_index[queries, places],
        found.score[queries, places],
        (places + 1).astype(np.float32),
    )
