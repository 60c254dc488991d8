"""How an item fits what a shopper liked before: attributes, colours, brands, price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pairs import entries, joined, lookup, row_dots
from modiste.recommender.pool import Pool
from modiste.recommender.sparse_rows import row_entries

TASTE_FEATURES: Final = (
    "taste_attributes",
    "taste_category",
    "taste_color",
    "taste_brand",
    "taste_price",
)


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
        has no history or the item's value is unknown. Attributes are the cosine with the mean
        of the history, category, colour and brand the share of the history that is of the same
        one, and price the difference of the logarithms. How it looks is the source "taste".
    """
    taste = _Taste.of(queries)
    has_taste = np.array([query.history.size > 0 for query in queries], dtype=bool)
    has_taste = has_taste[pool.query_index]
    columns = {
        "taste_attributes": _attribute_cosine(taste, pool, catalogue),
        "taste_category": _share(taste, pool, catalogue.categories),
        "taste_color": _share(taste, pool, catalogue.colors),
        "taste_brand": _share(taste, pool, catalogue.brands),
        "taste_price": _price_difference(taste, pool, catalogue),
    }
    return {name: np.where(has_taste, values, np.nan) for name, values in columns.items()}


class _Taste(NamedTuple):
    """What each shopper of a batch touched, and how much of their history it is.

    Parameters
    ----------
    n_queries : int
    query : ndarray
        Whose each entry is, never falling, shape ``(n_entries,)`` int64.
    item : ndarray
        Shape ``(n_entries,)`` int32.
    share : ndarray
        Shape ``(n_entries,)`` float64; those of a shopper sum to 1.
    """

    n_queries: int
    query: NDArray[np.int64]
    item: NDArray[np.int32]
    share: NDArray[np.float64]

    @classmethod
    def of(cls, queries: Sequence[EncodedQuery]) -> _Taste:
        """Take the histories of some queries."""
        query, item = entries([each.history for each in queries])
        weight = joined([each.history_weights for each in queries])
        total = np.bincount(query, weight, minlength=len(queries))
        return cls(len(queries), query, item, weight / np.maximum(total, 1e-12)[query])


def _attribute_cosine(taste: _Taste, pool: Pool, catalogue: Catalogue) -> NDArray[np.float64]:
    profiles = catalogue.attribute_profiles
    found = row_entries(profiles, taste.item)
    key = taste.query[found.place] * profiles.shape[1] + found.column
    profile = np.bincount(
        key,
        found.value * taste.share[found.place],
        minlength=taste.n_queries * profiles.shape[1],
    ).reshape(taste.n_queries, profiles.shape[1])
    return row_dots(_normalised(profile.astype(np.float32)), profiles, pool)


def _share(taste: _Taste, pool: Pool, codes: NDArray[np.int32]) -> NDArray[np.float64]:
    of_rows = codes[pool.item_index]
    share = lookup(taste.query, codes[taste.item], taste.share, pool.query_index, of_rows)
    return np.where(of_rows >= 0, share, np.nan)


def _price_difference(taste: _Taste, pool: Pool, catalogue: Catalogue) -> NDArray[np.float64]:
    paid = catalogue.log_prices[taste.item]
    known = ~np.isnan(paid)
    query, share = taste.query[known], taste.share[known]
    weights = np.bincount(query, share, minlength=taste.n_queries)
    spent = np.bincount(query, share * paid[known], minlength=taste.n_queries)
    usual = np.divide(spent, weights, out=np.full(len(weights), np.nan), where=weights > 0)
    difference: NDArray[np.float64] = (
        catalogue.log_prices[pool.item_index] - usual[pool.query_index]
    )
    return difference


def _normalised(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    return scaled
