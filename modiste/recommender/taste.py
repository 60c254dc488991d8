"""How an item fits what a shopper liked before: attributes, look, colours, brands, price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pairs import joined, lookup, row_dots
from modiste.recommender.pool import Pool

TASTE_FEATURES: Final = (
    "taste_attributes",
    "taste_embedding",
    "taste_category",
    "taste_color",
    "taste_brand",
    "taste_price",
)

# Rows whose embeddings are gathered at once: 16,384 x 512 float32 are 32 MiB.
_CHUNK_ROWS = 16_384


def taste_columns(
    pool: Pool, queries: Sequence[EncodedQuery], catalogue: Catalogue
) -> dict[str, NDArray[np.float64]]:
    """Return how each row's item fits the shopper's history, weighted as the history is.

    Parameters
    ----------
    pool : Pool
    queries : sequence of EncodedQuery
    catalogue : Catalogue

    Returns
    -------
    dict of str to ndarray
        By the names of `TASTE_FEATURES`, shape ``(n_rows,)`` float64, NaN where the shopper
        has no history or the item's value is unknown. Attributes and embedding are cosines
        with the mean of the history, category, colour and brand the share of the history
        that is of the same one, and price the difference of the logarithms.
    """
    taste = taste_matrix(queries, catalogue.n_items)  # (n_queries, n_items)
    has_taste = (np.diff(taste.indptr) > 0)[pool.query_index]
    columns = {
        "taste_attributes": _attribute_cosine(taste, pool, catalogue),
        "taste_embedding": _embedding_cosine(taste, pool, catalogue),
        "taste_category": _share(taste, pool, catalogue.categories),
        "taste_color": _share(taste, pool, catalogue.colors),
        "taste_brand": _share(taste, pool, catalogue.brands),
        "taste_price": _price_difference(taste, pool, catalogue),
    }
    return {name: np.where(has_taste, values, np.nan) for name, values in columns.items()}


def _attribute_cosine(
    taste: sparse.csr_matrix, pool: Pool, catalogue: Catalogue
) -> NDArray[np.float64]:
    profile = (taste @ catalogue.attribute_profiles).toarray()  # (n_queries, n_attributes)
    return row_dots(_normalised(profile), catalogue.attribute_profiles, pool)


def _embedding_cosine(
    taste: sparse.csr_matrix, pool: Pool, catalogue: Catalogue
) -> NDArray[np.float64]:
    cosine = np.full(len(pool), np.nan)
    seen = np.unique(taste.indices)
    if not seen.size or not catalogue.embeddings.shape[1]:
        return cosine
    vectors = np.asarray(catalogue.embeddings[seen], dtype=np.float32)
    compact = sparse.csr_matrix(
        (taste.data, np.searchsorted(seen, taste.indices), taste.indptr),
        shape=(taste.shape[0], len(seen)),
    )
    mean = _normalised(compact @ vectors)  # (n_queries, embedding_size)
    has_mean = np.asarray(mean.any(axis=1))
    known = has_mean[pool.query_index] & catalogue.has_embedding[pool.item_index]
    rows = np.flatnonzero(known)
    for start in range(0, len(rows), _CHUNK_ROWS):
        part = rows[start : start + _CHUNK_ROWS]
        of_items = np.asarray(catalogue.embeddings[pool.item_index[part]], dtype=np.float32)
        cosine[part] = np.einsum("rd,rd->r", of_items, mean[pool.query_index[part]])
    return cosine


def _share(taste: sparse.csr_matrix, pool: Pool, codes: NDArray[np.int32]) -> NDArray[np.float64]:
    of_rows = codes[pool.item_index]
    query = np.repeat(np.arange(taste.shape[0]), np.diff(taste.indptr))
    share = lookup(query, codes[taste.indices], taste.data, pool.query_index, of_rows)
    return np.where(of_rows >= 0, share, np.nan)


def _price_difference(
    taste: sparse.csr_matrix, pool: Pool, catalogue: Catalogue
) -> NDArray[np.float64]:
    paid = catalogue.log_prices[taste.indices]
    known = ~np.isnan(paid)
    query = np.repeat(np.arange(taste.shape[0]), np.diff(taste.indptr))[known]
    weights = np.bincount(query, taste.data[known], minlength=taste.shape[0])
    spent = np.bincount(query, taste.data[known] * paid[known], minlength=taste.shape[0])
    usual = np.divide(spent, weights, out=np.full(len(weights), np.nan), where=weights > 0)
    difference: NDArray[np.float64] = (
        catalogue.log_prices[pool.item_index] - usual[pool.query_index]
    )
    return difference


def taste_matrix(queries: Sequence[EncodedQuery], n_items: int) -> sparse.csr_matrix:
    """Return each shopper's history weights, every row summing to 1 or empty."""
    lengths = [len(query.history) for query in queries]
    weights = joined(
        [
            query.history_weights / max(float(query.history_weights.sum()), 1e-12)
            for query in queries
        ]
    )
    return sparse.csr_matrix(
        (
            weights,
            joined([query.history for query in queries]).astype(np.int32),
            np.concatenate([[0], np.cumsum(lengths)]),
        ),
        shape=(len(queries), n_items),
    )


def _normalised(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    return scaled
