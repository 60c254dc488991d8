"""A few rows of a large sparse matrix, without making a matrix of them.

SciPy builds and checks a new matrix for every selection, which takes longer than reading the
few hundred numbers that one request needs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


class RowEntries(NamedTuple):
    """The stored values of some rows, row by row.

    Parameters
    ----------
    place : ndarray
        Which of the rows asked for each value is of, from 0, shape ``(n_entries,)`` int64.
    column : ndarray
        Shape ``(n_entries,)`` int32.
    value : ndarray
        Shape ``(n_entries,)`` float32.
    """

    place: NDArray[np.int64]
    column: NDArray[np.int32]
    value: NDArray[np.float32]


def row_entries(matrix: sparse.csr_matrix, rows: NDArray[np.integer[Any]]) -> RowEntries:
    """Return the stored values of some rows, in their order; a row may be asked for twice."""
    starts = matrix.indptr[rows].astype(np.int64)
    counts = matrix.indptr[np.asarray(rows) + 1] - starts
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    # The position in the matrix's arrays of every value of every row.
    at = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    place = np.repeat(np.arange(len(starts)), counts)
    return RowEntries(place, matrix.indices[at], matrix.data[at])


def row_products(
    matrix: sparse.csr_matrix, rows: NDArray[np.integer[Any]], dense: NDArray[np.floating[Any]]
) -> NDArray[np.float64]:
    """Return ``matrix[rows] @ dense.T``, shape ``(n_rows, n)``, of a `dense` ``(n, n_columns)``."""
    entries = row_entries(matrix, rows)
    products = entries.value[:, None] * dense.T[entries.column]  # (n_entries, n)
    summed = np.zeros((len(rows), len(dense)))
    if len(products):
        # Where each row that has any begins; they follow each other without a gap.
        present, starts = np.unique(entries.place, return_index=True)
        summed[present] = np.add.reduceat(products, starts, axis=0, dtype=np.float64)
    return summed


def dense_rows(matrix: sparse.csr_matrix, rows: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """Return some rows as a dense array, ``(n_rows, n_columns)`` float32."""
    entries = row_entries(matrix, rows)
    dense = np.zeros((len(rows), matrix.shape[1]), dtype=np.float32)
    dense[entries.place, entries.column] = entries.value
    return dense
