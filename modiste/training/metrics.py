"""Ranking metrics: plain functions that give one figure a query.

A query is one row: `ranked` holds the items shown, best first, and `relevant` the items
that were right. Means and intervals (`modiste.training.bootstrap`) are taken afterwards, by
shopper, so that a shopper with many queries does not count as many shoppers.

References
----------
Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 2002.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def hits_at_k(ranked: NDArray[np.int32], relevant: sp.csr_matrix, k: int) -> NDArray[np.bool_]:
    """Return which of the first `k` items of each row are relevant.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, n_ranked)`` int32, item indices best first, no item twice in a
        row, -1 where there is none.
    relevant : csr_matrix
        Shape ``(n_queries, n_items)``; an item is relevant where the value is above 0.
    k : int
        At least 1; may exceed `n_ranked`.

    Returns
    -------
    ndarray
        Shape ``(n_queries, min(k, n_ranked))`` bool.

    Raises
    ------
    ValueError
        If `k` is below 1 or the rows of the two disagree.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1. Received: {k}")
    if ranked.ndim != 2 or ranked.shape[0] != relevant.shape[0]:
        raise ValueError(
            "ranked must be (n_queries, n_ranked) with one row for each row of relevant. "
            f"Received: {ranked.shape} and {relevant.shape}"
        )
    top = ranked[:, :k]
    if not top.size:
        return np.zeros(top.shape, dtype=np.bool_)
    rows = np.repeat(np.arange(len(top)), top.shape[1])
    gains = np.asarray(relevant[rows, np.maximum(top, 0).ravel()]).reshape(top.shape)
    hit: NDArray[np.bool_] = (gains > 0) & (top >= 0)
    return hit


def ndcg_at_k(ranked: NDArray[np.int32], relevant: sp.csr_matrix, k: int) -> NDArray[np.float64]:
    """Return the normalised discounted cumulated gain of each row, with gains of 0 and 1.

    The ideal order has all relevant items (at most `k`) first, so 1 can always be reached.

    Parameters
    ----------
    ranked, relevant, k
        As in `hits_at_k`; every row of `relevant` needs at least one item.

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64 in [0, 1].

    Raises
    ------
    ValueError
        If a row of `relevant` is empty.
    """
    hits = hits_at_k(ranked, relevant, k)
    discounts = 1.0 / np.log2(np.arange(2, k + 2))  # (k,)
    ideal = np.cumsum(discounts)[np.minimum(_n_relevant(relevant), k) - 1]
    gained: NDArray[np.float64] = hits @ discounts[: hits.shape[1]]
    return np.asarray(gained / ideal, dtype=np.float64)


def recall_at_k(ranked: NDArray[np.int32], relevant: sp.csr_matrix, k: int) -> NDArray[np.float64]:
    """Return the share of each row's relevant items that the first `k` hold.

    Parameters
    ----------
    ranked, relevant, k
        As in `ndcg_at_k`.

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64 in [0, 1]; below 1 wherever more than `k` are relevant.
    """
    found = hits_at_k(ranked, relevant, k).sum(axis=1)
    return np.asarray(found / _n_relevant(relevant), dtype=np.float64)


def hit_rate_at_k(
    ranked: NDArray[np.int32], relevant: sp.csr_matrix, k: int
) -> NDArray[np.float64]:
    """Return 1 for each row with a relevant item among the first `k`, else 0.

    Parameters
    ----------
    ranked, relevant, k
        As in `ndcg_at_k`.

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64.
    """
    _n_relevant(relevant)
    found = hits_at_k(ranked, relevant, k).any(axis=1)
    return np.asarray(found, dtype=np.float64)


def reciprocal_rank_at_k(
    ranked: NDArray[np.int32], relevant: sp.csr_matrix, k: int
) -> NDArray[np.float64]:
    """Return one over the rank of each row's first relevant item, 0 past rank `k`.

    Its mean is the MRR.

    Parameters
    ----------
    ranked, relevant, k
        As in `ndcg_at_k`.

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64 in [0, 1].
    """
    _n_relevant(relevant)
    hits = hits_at_k(ranked, relevant, k)
    if not hits.shape[1]:
        return np.zeros(len(hits), dtype=np.float64)
    first = hits.argmax(axis=1)
    return np.where(hits.any(axis=1), 1.0 / (first + 1.0), 0.0)


def average_precision_at_k(
    ranked: NDArray[np.int32], relevant: sp.csr_matrix, k: int
) -> NDArray[np.float64]:
    """Return the mean precision at the rank of each relevant item of each row.

    Over as many as are relevant, at most `k`; its mean is the MAP.

    Parameters
    ----------
    ranked, relevant, k
        As in `ndcg_at_k`.

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64 in [0, 1].
    """
    hits = hits_at_k(ranked, relevant, k)
    precisions = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    found = (precisions * hits).sum(axis=1)
    return np.asarray(found / np.minimum(_n_relevant(relevant), k), dtype=np.float64)


def coverage_at_k(ranked: NDArray[np.int32], n_items: int, k: int) -> float:
    """Return the share of the catalogue that is in anyone's first `k`.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, n_ranked)`` int32, -1 where there is none.
    n_items : int
        Size of the catalogue, at least 1.
    k : int

    Returns
    -------
    float
        In [0, 1].
    """
    if n_items < 1:
        raise ValueError(f"n_items must be at least 1. Received: {n_items}")
    shown = np.unique(ranked[:, :k])
    return float(np.count_nonzero(shown >= 0) / n_items)


def _n_relevant(relevant: sp.csr_matrix) -> NDArray[np.int64]:
    n_relevant = np.asarray((relevant > 0).sum(axis=1), dtype=np.int64).ravel()
    if len(n_relevant) and n_relevant.min() == 0:
        raise ValueError(
            "Every query needs at least one relevant item; leave the others out. "
            f"Received: {int((n_relevant == 0).sum())} of {len(n_relevant)} queries without"
        )
    return n_relevant
