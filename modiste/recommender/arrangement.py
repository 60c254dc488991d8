"""From scored rows to the list shown, by the shop's rules: places, variety, news, no repeats."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.eligibility import just_arrived
from modiste.recommender.history import History
from modiste.recommender.likeness import Likeness
from modiste.recommender.pool import Pool
from modiste.recommender.rules import Rules
from modiste.recommender.selection import MAX_PER_GROUP

#: Where a row may stand, before its score decides.
PINNED, MATCHING, WEAK, BACKFILL, BURIED = range(5)
#: Rows that maximal marginal relevance chooses among, at least, and for each product shown.
_WINDOW, _WINDOW_A_PRODUCT = 50, 4
#: Unknown items that a note names.
_NAMED = 5


@dataclass(frozen=True)
class Shown:
    """The rows shown of one query, best first.

    Parameters
    ----------
    rows : ndarray
        Positions in the pool, shape ``(n_shown,)`` int64.
    pinned : ndarray
        Whether the shop put it there, shape ``(n_shown,)`` bool.
    lifted : ndarray
        Whether only the share of new arrivals put it there, shape ``(n_shown,)`` bool.
    n_over_brand : int
        Products of a brand past its limit, since others could not fill the list.
    """

    rows: NDArray[np.int64]
    pinned: NDArray[np.bool_]
    lifted: NDArray[np.bool_]
    n_over_brand: int = 0


class Arranger:
    """Cuts scored pools to lists; made once of a release and a shop's rules.

    Proposed items come by score, `MAX_PER_GROUP` of each group. The shop's pinned items stand
    before them; behind them what matches badly, then what completes the list, then buried
    items, and only then further items of the same groups.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
        Its end is the present that `Rules.fresh_days` counts from.
    rules : Rules
    """

    def __init__(self, catalogue: Catalogue, history: History, rules: Rules) -> None:
        self.rules = rules
        self._groups, self._brands = catalogue.groups, catalogue.brands
        self._likeness = Likeness(catalogue)
        self._ids = catalogue.item_ids
        pinned, buried, excluded = (
            self._ids.indices(ids) for ids in (rules.pinned, rules.buried, rules.excluded)
        )
        self.pinned, self.excluded = pinned[pinned >= 0], excluded[excluded >= 0]
        self._place = np.full(catalogue.n_items, len(self.pinned), dtype=np.int64)
        self._place[self.pinned] = np.arange(len(self.pinned))
        self.buried = np.zeros(catalogue.n_items, dtype=np.bool_)
        self.buried[buried[buried >= 0]] = True
        named = zip((*rules.pinned, *rules.buried), (*pinned, *buried), strict=True)
        self.unknown = tuple(name for name, index in named if index < 0)
        self.is_fresh = just_arrived(catalogue, history.as_of.timestamp(), rules.fresh_days)
        order = np.lexsort((-history.popularity, self.buried))
        self.backfill_order = order.astype(np.int32)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the rules this release cannot follow."""
        if not self.unknown:
            return ()
        more = len(self.unknown) - _NAMED
        named = ", ".join(self.unknown[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        return (f"Items of the rules not in this release: {named}.",)

    def excluded_for(self, user_id: str | None) -> NDArray[np.int32]:
        """Return the items that are not shown to a shopper, shape ``(n,)`` int32."""
        own = self.rules.excluded_for.get(user_id, ()) if user_id is not None else ()
        found = self._ids.indices(own)
        return found[found >= 0]

    def pinned_rows(
        self, pool: Pool, allowed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the pinned items that may be shown and that no source proposed.

        Parameters
        ----------
        pool : Pool
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.

        Returns
        -------
        query_index, item_index : ndarray
            Shape ``(n_new,)`` int32.
        """
        queries, items = [], []
        for query in range(pool.n_queries if len(self.pinned) else 0):
            own = pool.item_index[pool.indptr[query] : pool.indptr[query + 1]]
            wanted = self.pinned[allowed[query, self.pinned]]
            missing = np.setdiff1d(wanted, own).astype(np.int32)
            items.append(missing)
            queries.append(np.full(len(missing), query, dtype=np.int32))
        nothing = np.empty(0, dtype=np.int32)
        return np.concatenate([nothing, *queries]), np.concatenate([nothing, *items])

    def arrange(
        self,
        pool: Pool,
        scores: NDArray[np.float32],
        weak: NDArray[np.bool_],
        k: int,
    ) -> list[Shown]:
        """Return what to show of each query.

        Parameters
        ----------
        pool : Pool
        scores : ndarray
            Shape ``(n_rows,)`` float32. Ties go to the lower item index.
        weak : ndarray
            Rows that fit badly what was asked for, shape ``(n_rows,)`` bool.
        k : int

        Returns
        -------
        list of Shown
            At most `k` rows a query.
        """
        tiers = np.where(pool.proposed, np.where(weak, WEAK, MATCHING), BACKFILL)
        tiers[self.buried[pool.item_index]] = BURIED
        place = np.where(weak, len(self.pinned), self._place[pool.item_index])
        tiers[place < len(self.pinned)] = PINNED
        # Stable, so that ties keep the order of the items.
        order = np.lexsort((-scores, place, tiers, pool.query_index))
        indptr = pool.indptr
        shown = []
        for query in range(pool.n_queries):
            rows = order[indptr[query] : indptr[query + 1]]
            shown.append(self._of_query(rows, pool.item_index[rows], tiers[rows], scores[rows], k))
        return shown

    def _of_query(
        self,
        rows: NDArray[np.int64],
        items: NDArray[np.int32],
        tiers: NDArray[np.int64],
        scores: NDArray[np.float32],
        k: int,
    ) -> Shown:
        rules = self.rules
        groups, brands = self._groups[items], self._brands[items]
        if not rules.reorders:
            return _by_score(rows, groups, k)
        fresh = self.is_fresh[items] & (tiers <= MATCHING)
        wanted = math.ceil(rules.fresh_share * min(k, len(rows)))
        n_fresh = min(wanted, len(np.unique(groups[fresh])))
        free = np.ones(len(rows), dtype=np.bool_)
        over_brand = np.zeros(len(rows), dtype=np.bool_)
        n_of: dict[int, int] = {}
        n_of_brand: dict[int, int] = {}
        variety = _Variety(self._likeness, items, tiers, scores, k) if rules.diversity else None
        chosen: list[int] = []
        lifted: list[bool] = []
        while len(chosen) < k:
            # The shop's own places stand above its limit of a brand.
            left = np.flatnonzero(free & (~over_brand | (tiers == PINNED)))
            if not len(left):
                break
            held_back = free & over_brand & (tiers != BURIED)
            if tiers[left[0]] == BURIED and held_back.any():
                break  # what is buried stands behind those too
            best = left[tiers[left] == tiers[left[0]]]
            place = int(best[0])
            if variety is not None and tiers[place] != PINNED:
                place = variety.next(best, rules.diversity)
            missing = n_fresh - int(fresh[chosen].sum())
            news = left[fresh[left]]
            late = missing >= k - len(chosen) and len(news) > 0 and not fresh[place]
            place = int(news[0]) if late else place
            chosen.append(place)
            lifted.append(late)
            if variety is not None:
                variety.add(place)
            free[place] = False
            group, brand = int(groups[place]), int(brands[place])
            n_of[group] = n_of.get(group, 0) + 1
            if n_of[group] >= MAX_PER_GROUP:
                free &= groups != group
            n_of_brand[brand] = n_of_brand.get(brand, 0) + 1
            limit = rules.max_per_brand
            if limit is not None and brand >= 0 and n_of_brand[brand] >= limit:
                over_brand |= brands == brand
        # Others of the brands first, then of the groups.
        spare = [*np.flatnonzero(free & over_brand).tolist()]
        n_over_brand = min(len(spare), k - len(chosen))
        taken = {*chosen, *spare}
        spare += [place for place in range(len(rows)) if place not in taken]
        own = np.array([*chosen, *spare][:k], dtype=np.int64)
        is_chosen = np.arange(len(own)) < len(chosen)
        is_lifted = np.zeros(len(own), dtype=np.bool_)
        is_lifted[: len(lifted)] = lifted
        return Shown(rows[own], is_chosen & (tiers[own] == PINNED), is_lifted, n_over_brand)


def _by_score(rows: NDArray[np.int64], groups: NDArray[np.int32], k: int) -> Shown:
    """Return the first rows of each group, then, where they are too few, the others."""
    n_of: dict[int, int] = {}
    chosen: list[int] = []
    spare: list[int] = []
    for place, group in enumerate(groups.tolist()):
        n_of[group] = n_of.get(group, 0) + 1
        if n_of[group] > MAX_PER_GROUP:
            spare.append(place)
            continue
        chosen.append(place)
        if len(chosen) == k:
            break
    own = np.array([*chosen, *spare][:k], dtype=np.int64)
    nothing = np.zeros(len(own), dtype=np.bool_)
    return Shown(rows[own], nothing, nothing)


class _Variety:
    """Maximal marginal relevance over the rows of one query."""

    def __init__(
        self,
        likeness: Likeness,
        items: NDArray[np.int32],
        tiers: NDArray[np.int64],
        scores: NDArray[np.float32],
        k: int,
    ) -> None:
        self._window = max(_WINDOW, _WINDOW_A_PRODUCT * k)
        self._likeness, self._items = likeness, items
        self._most = np.zeros(len(items), dtype=np.float32)
        # From 0 to 1 over the rows of a tier that can be chosen.
        self._relevance = np.zeros(len(items), dtype=np.float32)
        for tier in np.unique(tiers):
            own = np.flatnonzero(tiers == tier)[: self._window]
            low, high = scores[own].min(), scores[own].max()
            self._relevance[own] = (scores[own] - low) / (high - low if high > low else 1.0)

    def next(self, places: NDArray[np.int64], strength: float) -> int:
        near = places[: self._window]
        gain = (1.0 - strength) * self._relevance[near] - strength * self._most[near]
        return int(near[np.argmax(gain)])

    def add(self, place: int) -> None:
        alike = self._likeness.to(int(self._items[place]), self._items)
        self._most = np.maximum(self._most, alike)
