"""From what goes with an item to a look of `k` products, each with its reasons."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.answer import BACKFILL, many_of_a_brand, shortage, with_rule
from modiste.recommender.arrangement import Arranger
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.eligibility import Limits
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.look_reasons import LookExplainer
from modiste.recommender.looks import Looks, LookScores, LookWeights
from modiste.recommender.pool import SOURCES, Pool, PoolSource
from modiste.recommender.purchase_evidence import PurchaseEvidence
from modiste.recommender.recommendation import Recommendation, Recommendations
from modiste.recommender.selection import backfill_rows, falling

#: Share of a look that one category may have, while others go with the item too.
MAX_CATEGORY_SHARE: Final = 0.4
#: The sources that know the shopper.
_OF_SHOPPER: Final = ("repeat", "collaborative", "taste")
#: Items that are ordered by the shopper's taste, at least.
_N_ORDERED: Final = 500
#: Rows past the share of their category that a list may need, for each product shown.
_SPARE_A_PRODUCT: Final = 4


@dataclass(frozen=True)
class Ordered:
    """What may be shown with an item, best first, one of each group.

    Parameters
    ----------
    items : ndarray
        Shape ``(n,)`` int32.
    scores : ndarray
        Shape ``(n,)`` float64, falling.
    personal : mapping of str to ndarray
        What each source that knows the shopper adds to the logarithm, shape ``(n,)`` float64.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float64]
    personal: Mapping[str, NDArray[np.float64]]


class Completer:
    """Completes looks from one release; made once, and threads may share it.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    sources : mapping of str to PoolSource
        The collaborative, repeat and taste sources are asked for what a shopper likes.
    purchases : PurchaseEvidence
        Finds the purchase that speaks for an item.
    weights : LookWeights, optional
    before : Completer, optional
        Of the same history and a catalogue whose items are the first of this one's.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        history: History,
        sources: Mapping[str, PoolSource],
        purchases: PurchaseEvidence,
        weights: LookWeights | None = None,
        *,
        before: Completer | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._sources = sources
        looks = None if before is None else before.looks
        self.looks: Looks = Looks(catalogue, history, weights, before=looks)
        self._explainer = LookExplainer(catalogue, history, self.looks, purchases)

    def with_catalogue(self, catalogue: Catalogue) -> Completer:
        """Return it for the same items at other prices, in stock or taken out."""
        changed = copy.copy(self)
        changed._catalogue = catalogue  # noqa: SLF001 - a copy of this one
        changed._explainer = self._explainer.with_catalogue(catalogue)  # noqa: SLF001
        return changed

    def complete(
        self, query: EncodedQuery, allowed: NDArray[np.bool_], limits: Limits, arranger: Arranger
    ) -> Recommendations:
        """Return products that go with the item of a query.

        Parameters
        ----------
        query : EncodedQuery
            Its ``item_index`` is the item; its history is the shopper's.
        allowed : ndarray
            What may be shown, shape ``(n_items,)`` bool.
        limits : Limits
        arranger : Arranger
        """
        item = query.item_index
        look = self.looks.scores(item)
        fits = allowed & self.looks.goes_with(item)
        found = self.order(query, look, fits & ~arranger.buried, limits.k)
        pool, scores, weak = self._pool(found, look, fits, allowed, limits.k, arranger)
        shown = arranger.arrange(pool, scores, weak, limits.k)[0]
        items = pool.item_index[shown.rows]
        own = scores[shown.rows] if arranger.rules.reorders else falling(scores[shown.rows])
        filled = ~pool.proposed[shown.rows] & ~shown.pinned
        place = {one: n for n, one in enumerate(found.items.tolist())}
        places = np.array([place.get(one, -1) for one in items.tolist()], dtype=np.int64)
        personal = {
            name: np.where(places >= 0, np.append(added, 0.0)[places], 0.0)
            for name, added in found.personal.items()
        }
        reasons = self._explainer.reasons(query, items, look, personal)
        ratio = look.total[items] / look.expected[items]
        liked = self._personal_scores(query, items)
        products = [
            Recommendation(
                item_id=self._catalogue.item_ids.ids[items[nth]],
                rank=nth + 1,
                score=float(own[nth]),
                match_score=float(ratio[nth] / (1.0 + ratio[nth])) if fits[items[nth]] else 0.0,
                personal_score=float(liked[nth]),
                reasons=BACKFILL if filled[nth] else with_rule(reasons[nth], shown, nth),
            )
            for nth in range(len(items))
        ]
        notes = (
            *query.notes,
            *limits.notes,
            *arranger.notes,
            *shortage(len(items), int(filled.sum()), limits),
            *many_of_a_brand(shown, arranger.rules.max_per_brand),
        )
        return Recommendations(products, notes=notes)

    def order(
        self, query: EncodedQuery, look: LookScores, fits: NDArray[np.bool_], k: int
    ) -> Ordered:
        """Return what something speaks for with the item of a query, best first.

        Parameters
        ----------
        query : EncodedQuery
        look : LookScores
        fits : ndarray
            What may be shown, shape ``(n_items,)`` bool.
        k : int
            How many are wanted.
        """
        owned = np.zeros(len(fits), dtype=np.bool_)
        owned[query.purchased] = True
        items = np.flatnonzero(fits & (look.has_reason | owned)).astype(np.int32)
        items = items[np.argsort(-look.total[items], kind="stable")]
        personal: dict[str, NDArray[np.float64]] = {}
        scores = np.log(look.total[items])
        if query.history.size:
            # A long tail is as the item alone orders it: nobody is shown it.
            near = np.arange(len(items)) < max(_N_ORDERED, 2 * k)
            near |= self._rank_in_category(items) < k
            items = items[near | owned[items]]
            personal = self._liked(query, items)
            scores = np.log(look.total[items])
            for name in _OF_SHOPPER:
                personal[name] = getattr(self.looks.weights, name) * personal[name]
                scores = scores + personal[name]
            order = np.argsort(-scores, kind="stable")
            items, scores = items[order], scores[order]
            personal = {name: added[order] for name, added in personal.items()}
        _, firsts = np.unique(self._catalogue.groups[items], return_index=True)
        firsts = np.sort(firsts)
        return Ordered(
            items[firsts],
            np.exp(scores[firsts]),
            {name: added[firsts] for name, added in personal.items()},
        )

    def _pool(
        self,
        found: Ordered,
        look: LookScores,
        fits: NDArray[np.bool_],
        allowed: NDArray[np.bool_],
        k: int,
        arranger: Arranger,
    ) -> tuple[Pool, NDArray[np.float32], NDArray[np.bool_]]:
        """Return the rows to arrange: what goes with the item, pinned items, and the backfill."""
        share = int(np.ceil(MAX_CATEGORY_SHARE * k))
        over = self._rank_in_category(found.items) >= share
        spare = np.cumsum(over) <= _SPARE_A_PRODUCT * k + 50
        kept = np.flatnonzero(~over | spare)
        n_proposed = len(kept)
        items = found.items[kept]
        pinned = arranger.pinned_rows(_pool_of(items, n_proposed), fits[None])[1]
        items = np.concatenate([items, pinned])
        # Of other kinds first; of the item's own only where there are too few.
        for may_fill in (fits, allowed):
            added = backfill_rows(
                _pool_of(items, n_proposed),
                may_fill[None],
                self._catalogue.groups,
                arranger.backfill_order,
                k,
            )[1]
            items = np.concatenate([items, added])
        score_of = np.where(fits, look.total, 0.0)
        score_of[found.items] = found.scores
        scores = score_of[items].astype(np.float32)
        by_item = np.argsort(items, kind="stable")
        weak = np.zeros(len(items), dtype=np.bool_)
        weak[:n_proposed] = over[kept]
        # The shop's own places may be of any category that goes with the item.
        weak[np.isin(items, arranger.pinned)] = False
        weak |= ~fits[items]
        return _pool_of(items, n_proposed), scores[by_item], weak[by_item]

    def _liked(
        self, query: EncodedQuery, items: NDArray[np.int32]
    ) -> dict[str, NDArray[np.float64]]:
        """Return in [0, 1] how each source that knows the shopper scores some items."""
        rows = np.zeros(len(items), dtype=np.int32)
        return {
            name: np.clip(
                np.nan_to_num(self._sources[name].pair_scores([query], rows, items), nan=0.0), 0, 1
            ).astype(np.float64)
            for name in _OF_SHOPPER
        }

    def _personal_scores(
        self, query: EncodedQuery, items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Return how well items fit the shopper, as ``agreement.personal_scores`` does."""
        if not query.history.size:
            return np.zeros(len(items))
        liked = self._liked(query, items)
        missed = (1 - liked["collaborative"]) * (1 - liked["repeat"]) * (1 - liked["taste"] / 2)
        return 1.0 - missed

    def _rank_in_category(self, items: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the place of each item among those of its category, from 0; 0 where unknown."""
        if (self.looks.kinds < 0).all():  # one kind of item is no reason to show few of it
            return np.zeros(len(items), dtype=np.int64)
        category = self._catalogue.categories[items]
        order = np.argsort(category, kind="stable")
        starts = np.searchsorted(category[order], category[order], side="left")
        rank = np.empty(len(items), dtype=np.int64)
        rank[order] = np.arange(len(items)) - starts
        rank[category < 0] = 0
        return rank


def _pool_of(items: NDArray[np.int32], n_proposed: int) -> Pool:
    """Return a pool of one query whose first items are proposed, ordered by item."""
    ranks = np.full((len(items), len(SOURCES)), np.nan, dtype=np.float32)
    ranks[:n_proposed, 0] = np.arange(1, n_proposed + 1)
    order = np.argsort(items, kind="stable")
    return Pool(
        n_queries=1,
        query_index=np.zeros(len(items), dtype=np.int32),
        item_index=items[order].astype(np.int32),
        scores=np.full_like(ranks, np.nan),
        ranks=ranks[order],
    )
