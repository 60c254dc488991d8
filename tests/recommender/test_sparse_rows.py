from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from modiste.recommender.sparse_rows import dense_rows, row_entries, row_products


def matrix_of(seed, n_rows=12, n_columns=7, density=0.3):
    return sparse.random(
        n_rows, n_columns, density, format="csr", dtype=np.float32, random_state=seed
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 11), max_size=20))
def test_rows_are_those_of_the_matrix(seed, rows):
    matrix, asked = matrix_of(seed), np.array(rows, dtype=np.int64)
    whole = matrix.toarray()
    np.testing.assert_array_equal(dense_rows(matrix, asked), whole[asked])
    entries = row_entries(matrix, asked)
    assert (np.diff(entries.place) >= 0).all()
    rebuilt = np.zeros((len(rows), 7), dtype=np.float32)
    rebuilt[entries.place, entries.column] = entries.value
    np.testing.assert_array_equal(rebuilt, whole[asked])
    dense = np.random.default_rng(seed).normal(size=(3, 7))
    np.testing.assert_allclose(
        row_products(matrix, asked, dense), whole[asked] @ dense.T, atol=1e-6
    )


@pytest.mark.parametrize("rows", [[], [0, 0], [11]])
def test_empty_rows_and_no_rows(rows):
    nothing = sparse.csr_matrix((12, 7), dtype=np.float32)
    asked = np.array(rows, dtype=np.int32)
    assert len(row_entries(nothing, asked).place) == 0
    assert row_products(nothing, asked, np.ones((2, 7))).tolist() == [[0.0, 0.0]] * len(rows)
