"""From scored rows to the list shown: one of each item group, and never too short."""

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


def select(
    pool: Pool, scores: NDArray[np.float32], groups: NDArray[np.int32], k: int
) -> list[NDArray[np.int64]]:
    """Return the rows to show of each query, best first.

    Proposed items come by score, `MAX_PER_GROUP` of each group; where they are fewer than
    `k`, backfilled items follow, and only then further items of the same groups.

    Parameters
    ----------
    pool : Pool
    scores : ndarray
        Shape ``(n_rows,)`` float32. Ties go to the lower item index.
    groups : ndarray
        Item group of each item, shape ``(n_items,)`` int32.
    k : int

    Returns
    -------
    list of ndarray
        Positions in the pool, at most `k`, one array a query.
    """
    proposed = pool.proposed
    # Proposed rows before backfilled ones, then by score; stable, so ties keep item order.
    order = np.lexsort((-scores, ~proposed, pool.query_index))
    indptr = pool.indptr
    return [
        _of_query(order[indptr[query] : indptr[query + 1]], groups[pool.item_index], k)
        for query in range(pool.n_queries)
    ]


def _of_query(
    ordered: NDArray[np.int64], row_groups: NDArray[np.int32], k: int
) -> NDArray[np.int64]:
    shown: list[int] = []
    spare: list[int] = []
    seen: dict[int, int] = {}
    for row in ordered.tolist():
        group = int(row_groups[row])
        if seen.get(group, 0) < MAX_PER_GROUP:
            seen[group] = seen.get(group, 0) + 1
            shown.append(row)
            if len(shown) == k:
                break
        else:
            spare.append(row)
    return np.array([*shown, *spare][:k], dtype=np.int64)


def falling(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return scores that never rise along an answer, shape ``(n,)`` float32.

    A backfilled item may score above a proposed one, and still comes after it.
    """
    return np.minimum.accumulate(scores) if len(scores) else scores
