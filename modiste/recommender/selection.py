"""Lists that are never too short, and scores that fall along them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.pool import Pool

#: Items of one item group (sizes or colours of one product) in an answer.
MAX_PER_GROUP: Final = 1


def backfill_rows(
    pool: Pool,
    allowed: NDArray[np.bool_],
    groups: NDArray[np.int32],
    order: NDArray[np.int32],
    k: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the rows to add so that each query has `k` item groups, or else `k` items.

    Parameters
    ----------
    pool : Pool
    allowed : ndarray
        Shape ``(n_queries, n_items)`` bool.
    groups : ndarray
        Item group of each item, shape ``(n_items,)`` int32.
    order : ndarray
        All items, those to add first at the start, shape ``(n_items,)`` int32.
    k : int

    Returns
    -------
    query_index, item_index : ndarray
        Shape ``(n_new,)`` int32; allowed and not in the pool. Nothing for a query that has
        `k` groups already.
    """
    queries, items = [], []
    indptr = pool.indptr
    for query in range(pool.n_queries):
        own = pool.item_index[indptr[query] : indptr[query + 1]]
        own_groups = np.unique(groups[own])
        if len(own_groups) * MAX_PER_GROUP >= k:
            continue
        free = allowed[query].copy()
        free[own] = False
        left = order[free[order]]
        _, firsts = np.unique(groups[left], return_index=True)
        firsts = np.sort(firsts[~np.isin(groups[left[firsts]], own_groups)])
        added = np.union1d(left[firsts[:k]], left[:k]).astype(np.int32)
        items.append(added)
        queries.append(np.full(len(added), query, dtype=np.int32))
    if not items:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    return np.concatenate(queries), np.concatenate(items)


def falling(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return scores that never rise along an answer, shape ``(n,)`` float32.

    A backfilled item may score above a proposed one, and still comes after it.
    """
    return np.minimum.accumulate(scores) if len(scores) else scores
