"""Values of many (query, item) pairs at once, joined by key instead of by loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.pool import Pool
from modiste.recommender.sparse_rows import row_entries


def row_dots(
    of_query: NDArray[np.float32], of_item: sparse.csr_matrix, pool: Pool
) -> NDArray[np.float64]:
    """Return the dot product of each row's query vector and sparse item vector."""
    if not of_query.any():
        return np.zeros(len(pool))
    row, column, value = row_entries(of_item, pool.item_index)
    products = value * of_query[pool.query_index[row], column]
    return np.asarray(np.bincount(row, products, minlength=len(pool)), dtype=np.float64)


def lookup(
    query: NDArray[np.int64],
    code: NDArray[np.int32],
    value: NDArray[np.floating[Any]],
    row_query: NDArray[np.int32],
    row_code: NDArray[np.int32],
    *,
    missing: float = 0.0,
) -> NDArray[np.float64]:
    """Return for each (query, code) row the sum of the entries with that query and code.

    Entries and rows may come in any order; codes below 0 match nothing, and a row without
    an entry gets `missing`.
    """
    if not len(query):
        return np.full(len(row_query), missing)
    stride = 1 + max(int(code.max()), int(row_code.max(initial=0)))
    known = code >= 0
    keys, entry = np.unique(query[known] * stride + code[known], return_inverse=True)
    if not len(keys):
        return np.full(len(row_query), missing)
    sums = np.bincount(entry, value[known], minlength=len(keys))
    wanted = row_query.astype(np.int64) * stride + row_code
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = (keys[place] == wanted) & (row_code >= 0)
    return np.where(found, sums[place], missing)


def entries(lists: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the query and the item of each entry of one item list a query."""
    lengths = [len(one) for one in lists]
    return np.repeat(np.arange(len(lists), dtype=np.int64), lengths), joined(lists).astype(np.int32)


def joined(lists: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """Return the arrays of all queries one after another, as float64."""
    return np.concatenate(lists).astype(np.float64) if lists else np.empty(0)
