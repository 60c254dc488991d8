"""What goes with what: categories, colours and attributes that shoppers buy together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.facet_columns import ATTRIBUTE_PRESENT
from modiste.recommender.pair_counts import PairCounts, pairs_touching
from modiste.recommender.sparse_rows import row_entries

#: Pairs as chance would have it that are added to those counted, of two traits ...
TRAIT_PRIOR: Final = 10.0
#: ... and of a category.
CATEGORY_PRIOR: Final = 20.0


@dataclass(frozen=True)
class Compatibility:
    """How much more often two traits were bought together than chance would have it.

    Traits are the colours and then the attributes. Chance knows the categories of the two
    items: that jeans are blue says nothing of what goes with blue.

    Parameters
    ----------
    traits : csr_matrix
        Shape ``(n_items, n_colors + n_attributes)`` float32: each item's colour, 1, and each of
        its n attributes, ``1 / sqrt(n)``.
    lifts : ndarray
        Logarithm of the ratio, shape ``(n_traits, n_traits)`` float32, symmetric; near 0 where
        little is known.
    category_chances : ndarray
        Share of what is bought together with an item of a category that is of another, shape
        ``(n_categories + 1, n_categories + 1)`` float64, the last for unknown categories;
        rows sum to 1.
    category_shares : ndarray
        The same share whatever it is bought with, shape ``(n_categories + 1,)`` float64.
    counts : PairCounts
        What it is learnt from.
    """

    traits: sparse.csr_matrix
    lifts: NDArray[np.float32]
    category_chances: NDArray[np.float64]
    category_shares: NDArray[np.float64]
    counts: PairCounts = field(repr=False)

    @classmethod
    def learnt(
        cls, catalogue: Catalogue, together: sparse.csr_matrix, sells: NDArray[np.float64]
    ) -> Compatibility:
        """Learn from what was bought together.

        Parameters
        ----------
        catalogue : Catalogue
        together : csr_matrix
            Shoppers who bought both, shape ``(n_items, n_items)``, symmetric; pairs that are no
            look, such as two of a kind, left out.
        sells : ndarray
            How much each item sells, shape ``(n_items,)``, above 0: the chances of categories
            that were bought with nothing.
        """
        traits = _traits(catalogue)
        counts = PairCounts.of(together, traits, _category(catalogue), catalogue.n_categories)
        return cls(traits, *_learnt(counts, _category(catalogue), sells), counts)

    def relearnt(
        self,
        before: Catalogue,
        catalogue: Catalogue,
        pairs: tuple[sparse.csr_matrix, sparse.csr_matrix],
        changed: NDArray[np.bool_],
        sells: NDArray[np.float64],
    ) -> Compatibility:
        """Return what `learnt` does of a changed catalogue, counting again what changed only.

        Parameters
        ----------
        before, catalogue : Catalogue
            The one that this was learnt of, and one whose first items are its, with the same
            names of colours.
        pairs : tuple of csr_matrix
            Of the two, as `learnt` takes them.
        changed : ndarray
            Items whose kind, category or group changed, or were added; shape ``(n_items,)`` bool.
        sells : ndarray
            As `learnt` takes it.
        """
        traits = _traits(catalogue)
        n_before, width = before.n_items, catalogue.n_categories
        differ = self.traits != traits[:n_before]
        changed = changed.copy()
        changed[np.flatnonzero(np.diff(differ.indptr))] = True
        counts = self.counts
        gone = pairs_touching(pairs[0], changed[:n_before])
        come = pairs_touching(pairs[1], changed)
        if gone.nnz:
            counts = counts - PairCounts.of(gone, self.traits, _category(before), width)
        if come.nnz:
            counts = counts + PairCounts.of(come, traits, _category(catalogue), width)
        learnt = _learnt(counts, _category(catalogue), sells)
        return Compatibility(traits, *learnt, counts)

    @property
    def pairs(self) -> NDArray[np.float64]:
        """Pairs of items counted with two traits, shape ``(n_traits, n_traits)`` float64."""
        return self.counts.traits

    @property
    def category_pairs(self) -> NDArray[np.float64]:
        """Pairs counted, shape ``(n_categories + 1, n_categories + 1)`` float64."""
        return self.counts.categories

    def fit(self, item: int) -> NDArray[np.float32]:
        """Return how well the traits of every item go with those of one, ``(n_items,)`` float32.

        The lift of the two colours, and of the attributes with each other and with the colour,
        many attributes counting as a few.
        """
        own = row_entries(self.traits, np.array([item]))
        wanted = own.value @ self.lifts[own.column] if len(own.column) else 0 * self.lifts[:1, :]
        return np.asarray(self.traits @ np.ravel(wanted), dtype=np.float32)

    def best_pair(self, item: int, other: int) -> tuple[int, int, float, float]:
        """Return the trait of `item` and of `other` that go together best, their lift and pairs.

        -1 for the traits where one of the two has none.
        """
        own = row_entries(self.traits, np.array([item])).column
        its = row_entries(self.traits, np.array([other])).column
        if not len(own) or not len(its):
            return -1, -1, 0.0, 0.0
        lifts = self.lifts[np.ix_(own, its)]
        row, column = np.unravel_index(int(lifts.argmax()), lifts.shape)
        trait, of_other = int(own[row]), int(its[column])
        return trait, of_other, float(lifts[row, column]), float(self.pairs[trait, of_other])


def _learnt(
    counts: PairCounts, category: NDArray[np.int32], sells: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
    """Return the lifts, and the chances and shares of categories."""
    in_category = counts.categories.sum(axis=1)
    # Share of the pairs of a category whose item has the trait, (n_traits, n_categories + 1).
    shares = counts.traits_in / np.maximum(in_category, 1e-9)
    expected = shares @ counts.categories @ shares.T
    lifts = np.log((counts.traits + TRAIT_PRIOR) / (expected + TRAIT_PRIOR))
    sold = np.bincount(category, sells, minlength=len(in_category))
    of_all = in_category + CATEGORY_PRIOR * sold / max(sold.sum(), 1e-9)
    of_all = of_all / max(of_all.sum(), 1e-9)
    chances = counts.categories + CATEGORY_PRIOR * of_all
    return lifts.astype(np.float32), chances / chances.sum(axis=1, keepdims=True), of_all


def _category(catalogue: Catalogue) -> NDArray[np.int32]:
    """Return the category of each item, the last for unknown ones."""
    category = np.where(catalogue.categories < 0, catalogue.n_categories, catalogue.categories)
    return np.asarray(category, dtype=np.int32)


def _traits(catalogue: Catalogue) -> sparse.csr_matrix:
    known = np.flatnonzero(catalogue.colors >= 0)
    colors = sparse.csr_matrix(
        (np.ones(len(known), dtype=np.float32), (known, catalogue.colors[known])),
        shape=(catalogue.n_items, len(catalogue.color_names)),
    )
    attributes = catalogue.attributes.copy()
    attributes.data = (attributes.data >= ATTRIBUTE_PRESENT).astype(np.float32)
    attributes.eliminate_zeros()
    number = np.diff(attributes.indptr)
    scale = np.divide(1.0, np.sqrt(number), out=np.zeros(len(number)), where=number > 0)
    scaled = sparse.diags(scale.astype(np.float32)) @ attributes
    return sparse.csr_matrix(sparse.hstack([colors, scaled]), dtype=np.float32)
