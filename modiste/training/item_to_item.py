"""Shoppers' histories to item-to-item weights: EASE, or BM25 where the catalogue is large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights

METHODS: Final = ("auto", "ease", "bm25")
_CHUNK_ROWS = 1_024


@dataclass(frozen=True)
class ItemToItemConfig:
    """Settings of the item-to-item weights.

    Parameters
    ----------
    method : str
        ``ease``, ``bm25``, or ``auto``: EASE up to `max_ease_items` items.
    l2 : float
        Regularisation of EASE, above 0; more for few shoppers.
    n_neighbours : int
        Weights kept of each item.
    max_ease_items : int
        Items of the catalogue up to which ``auto`` is EASE, which inverts a matrix of those
        that anyone touched: 0.4 GB and some 20 s for 10,000 items on one core.
    """

    method: str = "auto"
    l2: float = 500.0
    n_neighbours: int = 200
    max_ease_items: int = 10_000

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(
                f"method must be one of {', '.join(METHODS)}. Received: {self.method!r}"
            )
        if not self.l2 > 0 or self.n_neighbours < 1:
            raise ValueError(f"l2 must be above 0 and n_neighbours at least 1. Received: {self}")


def fit_item_to_item(
    history: History | sparse.csr_matrix, config: ItemToItemConfig | None = None
) -> ItemWeights:
    """Fit item-to-item weights on who touched what; how often and when does not count.

    Parameters
    ----------
    history : History or csr_matrix
        Or event weights of shape ``(n_users, n_items)``; above 0 means touched.
    config : ItemToItemConfig, optional

    References
    ----------
    Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019 (EASE).
    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
    """
    config = config or ItemToItemConfig()
    weights = history.matrix if isinstance(history, History) else history
    touched = sparse.csr_matrix(weights, dtype=np.float32, copy=True)
    touched.data = (touched.data > 0).astype(np.float32)
    touched.eliminate_zeros()
    # What nobody touched has no weights, and need not be inverted.
    seen = np.flatnonzero(np.bincount(touched.indices, minlength=touched.shape[1]))
    if not len(seen):
        return ItemWeights.nothing(touched.shape[1])
    method = config.method
    if method == "auto":
        # By the catalogue, which is the same at every moment: the two score on other scales.
        method = "ease" if touched.shape[1] <= config.max_ease_items else "bm25"
    fit = _ease if method == "ease" else _bm25
    found = fit(sparse.csr_matrix(touched[:, seen]), config).tocoo()
    whole = sparse.csr_matrix(
        (found.data, (seen[found.row], seen[found.col])),
        shape=(touched.shape[1], touched.shape[1]),
        dtype=np.float32,
    )
    whole.sort_indices()
    return ItemWeights(whole, method)


def _ease(touched: sparse.csr_matrix, config: ItemToItemConfig) -> sparse.csr_matrix:
    from scipy.linalg import lapack
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    n_items = touched.shape[1]
    gram = np.empty((n_items, n_items), dtype=np.float32, order="F")
    by_item = sparse.csr_matrix(touched.T)
    for start in range(0, n_items, _CHUNK_ROWS):
        part = slice(start, start + _CHUNK_ROWS)
        gram[part] = (by_item[part] @ touched).toarray()
    gram[np.diag_indices_from(gram)] += np.float32(config.l2)
    # One thread, so that the same histories give the same bytes on every machine's cores.
    with threadpool_limits(limits=1, user_api="blas"):
        factor, info = lapack.spotrf(gram, lower=True, overwrite_a=True)
        inverse, also = lapack.spotri(factor, lower=True, overwrite_c=True)
    if info or also:
        raise ValueError(
            f"EASE needs a larger l2: the matrix cannot be inverted. Received: {config.l2}"
        )
    _mirror_lower(inverse)
    weights = inverse
    weights *= -1.0 / np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0.0)
    return _strongest(weights, config.n_neighbours)


def _mirror_lower(matrix: NDArray[np.float32]) -> None:
    """Make a matrix symmetric of which only the lower half is filled, in place."""
    for start in range(0, len(matrix), _CHUNK_ROWS):
        part = slice(start, min(start + _CHUNK_ROWS, len(matrix)))
        block = matrix[part, part]
        block[:] = np.tril(block) + np.tril(block, -1).T
        matrix[part, part.stop :] = matrix[part.stop :, part].T


def _bm25(touched: sparse.csr_matrix, config: ItemToItemConfig) -> sparse.csr_matrix:
    from implicit.nearest_neighbours import ItemItemRecommender, bm25_weight

    # One more, since each item is its own nearest neighbour. To implicit's weights, items are
    # the documents and shoppers the words.
    model = ItemItemRecommender(K=config.n_neighbours + 1, num_threads=1)
    model.fit(bm25_weight(touched.T, K1=1.2, B=0.75).T.tocsr(), show_progress=False)
    weights = sparse.csr_matrix(model.similarity, dtype=np.float32)
    weights.setdiag(0.0)
    weights.eliminate_zeros()
    # To the scale of EASE's weights: the greatest is 1.
    weights.data /= max(float(weights.data.max(initial=0.0)), 1e-9)
    return weights


def _strongest(weights: NDArray[np.float32], n_kept: int) -> sparse.csr_matrix:
    """Keep the `n_kept` weights of each row that are furthest from 0."""
    parts = []
    for start in range(0, len(weights), _CHUNK_ROWS):
        part = weights[start : start + _CHUNK_ROWS]
        if n_kept < part.shape[1]:
            size = np.abs(part)
            least = -np.partition(-size, n_kept - 1, axis=1)[:, n_kept - 1 : n_kept]
            part = np.where(size >= least, part, 0.0)
        parts.append(sparse.csr_matrix(part, dtype=np.float32))
    return sparse.csr_matrix(sparse.vstack(parts))
