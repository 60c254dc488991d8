"""Pairs bought together, counted by the traits and categories of the two items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True)
class PairCounts:
    """Sums over pairs of items: what some of the pairs bring can be added and taken away.

    Parameters
    ----------
    traits : ndarray
        Pairs by the traits of the two, shape ``(n_traits, n_traits)`` float64.
    categories : ndarray
        Pairs by their categories, shape ``(n_categories + 1, n_categories + 1)`` float64.
    traits_in : ndarray
        Pairs by a trait and the category of the same item, shape
        ``(n_traits, n_categories + 1)`` float64.
    """

    traits: NDArray[np.float64]
    categories: NDArray[np.float64]
    traits_in: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        pairs: sparse.csr_matrix,
        traits: sparse.csr_matrix,
        category: NDArray[np.int32],
        n_categories: int,
    ) -> PairCounts:
        """Count pairs.

        Parameters
        ----------
        pairs : csr_matrix
            Shape ``(n_items, n_items)``, symmetric.
        traits : csr_matrix
            Shape ``(n_items, n_traits)``; whatever is not 0 counts.
        category : ndarray
            Of each item, shape ``(n_items,)`` int32, in [0, `n_categories`].
        n_categories : int
        """
        # Most items may be in no pair.
        rows = np.flatnonzero(np.diff(pairs.indptr))
        pairs = pairs[rows][:, rows].astype(np.float64)
        has = traits[rows].astype(np.float64)
        has.data[:] = 1.0
        of_category = sparse.csr_matrix(
            (np.ones(len(rows)), (np.arange(len(rows)), category[rows])),
            shape=(len(rows), n_categories + 1),
        )
        number = sparse.diags(np.asarray(pairs.sum(axis=1)).ravel())
        return cls(
            traits=(has.T @ (pairs @ has)).toarray(),
            categories=(of_category.T @ (pairs @ of_category)).toarray(),
            traits_in=(has.T @ number @ of_category).toarray(),
        )

    def __add__(self, other: PairCounts) -> PairCounts:
        return PairCounts(
            self.traits + other.traits,
            self.categories + other.categories,
            self.traits_in + other.traits_in,
        )

    def __sub__(self, other: PairCounts) -> PairCounts:
        return PairCounts(
            self.traits - other.traits,
            self.categories - other.categories,
            self.traits_in - other.traits_in,
        )


def pairs_touching(pairs: sparse.csr_matrix, items: NDArray[np.bool_]) -> sparse.csr_matrix:
    """Return the pairs of which one is among some items.

    Parameters
    ----------
    pairs : csr_matrix
        Shape ``(n_items, n_items)``.
    items : ndarray
        Shape ``(n_items,)`` bool.
    """
    rows = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr))
    kept = items[rows] | items[pairs.indices]
    return sparse.csr_matrix(
        (pairs.data[kept], (rows[kept], pairs.indices[kept])), shape=pairs.shape
    )
