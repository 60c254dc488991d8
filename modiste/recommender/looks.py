"""How well every item of the shop completes a look with one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.bought_together import BoughtTogether
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.compatibility import Compatibility
from modiste.recommender.history import History
from modiste.recommender.history_counts import EVENT_WEIGHTS
from modiste.recommender.kinds import item_kinds
from modiste.recommender.likeness import Likeness
from modiste.recommender.sparse_rows import dense_rows

#: Pairs from which on what was bought together counts as much as common attributes.
LIKENESS_PAIRS: Final = 100.0
#: Of the items as much like one as any, this share is taken to be of its kind, where categories
#: do not tell.
SAME_KIND_SHARE: Final = 0.2
#: A view's worth of popularity is everybody's, so that new items have a chance.
_LEAST_POPULARITY: Final = min(EVENT_WEIGHTS.values())


@dataclass(frozen=True)
class LookWeights:
    """What each part of a look counts; decision 22 says how they were chosen.

    ``make bench NAME=looks ARGS=--choose`` tries others.

    Parameters
    ----------
    prior_pairs : float
        Pairs as the traits have them that are added to an item's own.
    fit : float
        Of the lift of colours and attributes.
    repeat, collaborative, taste : float
        Of the sources that know the shopper, where there is one.
    """

    prior_pairs: float = 50.0
    fit: float = 0.5
    repeat: float = 4.0
    collaborative: float = 1.0
    taste: float = 1.0


@dataclass(frozen=True)
class LookScores:
    """What speaks for each item of the shop in a look with one of them.

    Parameters
    ----------
    total : ndarray
        Chance of being bought next with the item, shape ``(n_items,)`` float64, above 0.
    expected : ndarray
        The same by popularity alone.
    together : ndarray
        What pairs bought together bring: the logarithm of the ratio of `total` with and without
        them.
    traits : ndarray
        What colours and attributes bring, as a logarithm.
    category : ndarray
        What the pair of categories brings, as a logarithm.
    likeness : ndarray
        What common attributes bring, as a logarithm; 0 once purchases say enough.
    """

    total: NDArray[np.float64]
    expected: NDArray[np.float64]
    together: NDArray[np.float64]
    traits: NDArray[np.float64]
    category: NDArray[np.float64]
    likeness: NDArray[np.float64]

    @property
    def has_reason(self) -> NDArray[np.bool_]:
        """Whether anything but what sells speaks for an item, shape ``(n_items,)`` bool."""
        parts = (self.together, self.traits, self.category, self.likeness)
        return np.asarray(np.logical_or.reduce([part > 0 for part in parts]), dtype=np.bool_)


class Looks:
    """Scores looks from the history of a release; nothing is fitted on a request.

    The chance that item ``j`` is bought with ``i`` is ``(w_ij + m p_ij) / (sum_j w_ij + m)``:
    the pairs that were bought together, drawn towards what is expected of their traits, ``m``
    pairs strong. That is the chance of j's category with i's, times j's share of what sells in it,
    times the lift of the two items' colours and attributes. An item nobody bought has the latter.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    weights : LookWeights, optional
    before : Looks, optional
        Of the same history and a catalogue whose items are the first of this one's: what did
        not change since is not counted again.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        history: History,
        weights: LookWeights | None = None,
        *,
        before: Looks | None = None,
    ) -> None:
        self._catalogue = catalogue
        self.weights = weights or LookWeights()
        self._likeness = Likeness(catalogue)
        self.kinds = item_kinds(catalogue)
        bought = BoughtTogether.of(history) if before is None else before.bought
        #: Of the history alone, whatever the items are.
        self.bought: BoughtTogether = bought.widened(catalogue.n_items)
        self.shoppers = self._of_two_kinds(self.bought.shoppers)
        self._pairs = self._of_two_kinds(self.bought.weights)
        sells = history.popularity.astype(np.float64) + _LEAST_POPULARITY
        self._shares = sells / sells.sum()
        self.compatibility = self._learnt(before, sells)
        self._category = np.where(
            catalogue.categories < 0, catalogue.n_categories, catalogue.categories
        )
        in_category = np.bincount(self._category, sells, minlength=catalogue.n_categories + 1)
        self._share_in_category = sells / in_category[self._category]
        n_pairs = self.shoppers.sum() / 2
        self._likeness_weight = 1.0 / (1.0 + n_pairs / LIKENESS_PAIRS)

    def _learnt(self, before: Looks | None, sells: NDArray[np.float64]) -> Compatibility:
        catalogue = self._catalogue
        # Other names are other columns.
        if before is None or before._catalogue.color_names != catalogue.color_names:  # noqa: SLF001
            return Compatibility.learnt(catalogue, self.shoppers, sells)
        was = before._catalogue  # noqa: SLF001 - another of the same class
        same = slice(0, was.n_items)
        changed = np.ones(catalogue.n_items, dtype=np.bool_)
        changed[same] = self.kinds[same] != before.kinds
        changed[same] |= catalogue.categories[same] != was.categories
        changed[same] |= _first_of_group(catalogue.groups)[same] != _first_of_group(was.groups)
        pairs = (before.shoppers, self.shoppers)
        return before.compatibility.relearnt(was, catalogue, pairs, changed, sells)

    def goes_with(self, item: int) -> NDArray[np.bool_]:
        """Return the items of another kind than one, shape ``(n_items,)`` bool.

        Where the kind of one of the two is not known, it is taken to be the same of the
        `SAME_KIND_SHARE` of the shop most like the item. Sizes and colours of the item itself
        never go with it.
        """
        groups = self._catalogue.groups
        others = groups != groups[item]
        unknown = self.kinds < 0 if self.kinds[item] >= 0 else np.ones(len(others), dtype=np.bool_)
        others &= unknown | (self.kinds != self.kinds[item])
        if unknown.any():
            every = np.arange(len(others), dtype=np.int32)
            alike = self._likeness.to(item, every)
            nearest = np.quantile(alike, 1.0 - SAME_KIND_SHARE)
            others &= ~(unknown & (alike > 0) & (alike >= nearest))
        return np.asarray(others, dtype=np.bool_)

    def scores(self, item: int) -> LookScores:
        """Return what speaks for every item in a look with one, `goes_with` or not."""
        learnt = self.compatibility
        own = self._category[item]
        chances = learnt.category_chances[own][self._category]
        usual = learnt.category_shares[self._category]
        category = np.log(np.maximum(chances, 1e-12)) - np.log(np.maximum(usual, 1e-12))
        traits = self.weights.fit * learnt.fit(item).astype(np.float64)
        likeness = self._likeness_weight * self._alike(item)
        by_traits = chances * self._share_in_category * np.exp(traits + likeness)
        pairs = dense_rows(self._pairs, np.array([item]))[0].astype(np.float64)
        prior = self.weights.prior_pairs
        total = (pairs + prior * by_traits) / (pairs.sum() + prior)
        return LookScores(
            total=total,
            expected=self._shares,
            together=np.log1p(pairs / np.maximum(prior * by_traits, 1e-12)),
            traits=traits,
            category=category,
            likeness=likeness,
        )

    def _alike(self, item: int) -> NDArray[np.float64]:
        if self._likeness_weight < 0.01:  # purchases say enough
            return np.zeros(self._catalogue.n_items)
        profiles = self._catalogue.attribute_profiles
        wanted = dense_rows(profiles, np.array([item]))[0]
        colors = self._catalogue.colors
        same_color = (colors == colors[item]) & (colors[item] >= 0)
        alike: NDArray[np.float64] = profiles @ wanted + 0.5 * same_color
        return alike

    def _of_two_kinds(self, pairs: sparse.csr_matrix) -> sparse.csr_matrix:
        """Leave out pairs that are no look: two of a kind, or of a group."""
        found = pairs.tocoo()
        groups, kinds = self._catalogue.groups, self.kinds
        kept = groups[found.row] != groups[found.col]
        kept &= (kinds[found.row] != kinds[found.col]) | (kinds[found.row] < 0)
        return sparse.csr_matrix(
            (found.data[kept], (found.row[kept], found.col[kept])), shape=pairs.shape
        )


def _first_of_group(groups: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the first item of each item's group, which names it whatever its number is."""
    _, firsts, of_item = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(firsts[of_item], dtype=np.int64)
