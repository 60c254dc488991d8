"""Why a product is in a look: facts about the two items and the shopper."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.looks import Looks, LookScores
from modiste.recommender.purchase_evidence import PurchaseEvidence
from modiste.recommender.reasons import most_popular, strongest
from modiste.recommender.recommendation import Reason
from modiste.recommender.sparse_rows import row_entries

#: Shoppers who bought both, at least, to be told of.
MIN_SHOPPERS: Final = 2
#: Two traits, or categories, go together if they were bought so this much more often than by
#: chance, ...
MIN_LIFT: Final = float(np.log(1.2))
#: ... and by this many pairs at least.
MIN_PAIRS: Final = 5.0
#: Common attributes that are named.
_MAX_NAMES: Final = 3


class LookExplainer:
    """Names what speaks for an item in a look; every reason is true.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    looks : Looks
    purchases : PurchaseEvidence
    """

    def __init__(
        self, catalogue: Catalogue, history: History, looks: Looks, purchases: PurchaseEvidence
    ) -> None:
        self._catalogue, self._looks, self._purchases = catalogue, looks, purchases
        self._is_popular = most_popular(history.popularity)
        self._names = (*catalogue.color_names, *catalogue.vocabulary.attributes)

    def with_catalogue(self, catalogue: Catalogue) -> LookExplainer:
        """Return it for the same items at other prices, in stock or taken out."""
        changed = copy.copy(self)
        changed._catalogue = catalogue  # noqa: SLF001 - a copy of this one
        changed._purchases = self._purchases.with_catalogue(catalogue)  # noqa: SLF001
        return changed

    def reasons(
        self,
        query: EncodedQuery,
        items: NDArray[np.int32],
        look: LookScores,
        personal: Mapping[str, NDArray[np.float64]],
    ) -> list[tuple[Reason, ...]]:
        """Return the reasons of some items in a look with that of a query, strongest first.

        Parameters
        ----------
        query : EncodedQuery
        items : ndarray
            Shape ``(n,)`` int32.
        look : LookScores
        personal : mapping of str to ndarray
            What the sources ``repeat``, ``collaborative`` and ``taste`` add, ``(n,)`` each;
            empty without a shopper.
        """
        item = query.item_index
        pairs = row_entries(self._looks.shoppers, np.array([item]))
        shoppers = dict(zip(pairs.column.tolist(), pairs.value.tolist(), strict=True))
        bought = self._purchases.behind_factors(query, items)
        alike = self._purchases.alike(query, items)
        result = []
        for nth, other in enumerate(items.tolist()):
            parts = {
                "together": look.together[other],
                "traits": look.traits[other],
                "category": look.category[other],
                "likeness": look.likeness[other],
                **{name: added[nth] for name, added in personal.items()},
            }
            raised = {name: max(float(part), 0.0) for name, part in parts.items()}
            total = max(sum(raised.values()), 1e-12)
            share = {name: part / total for name, part in raised.items()}
            found = self._of_pair(item, other, share, int(shoppers.get(other, 0.0)))
            if share.get("repeat", 0.0) > 0:
                found.append(Reason("bought_again", "you bought this before", share["repeat"]))
            for name, text, behind in (
                ("collaborative", "because you bought {}", int(bought[nth])),
                ("taste", "much like {}, which you bought", int(alike[nth])),
            ):
                if share.get(name, 0.0) > 0 and behind >= 0 and behind != item:
                    found.append(self._of_purchase(text, behind, share[name]))
            result.append(strongest(found) or (self._fallback(other),))
        return result

    def _of_pair(
        self, item: int, other: int, share: Mapping[str, float], n_shoppers: int
    ) -> list[Reason]:
        found: list[Reason] = []
        item_id = self._catalogue.item_ids.ids[item]
        if n_shoppers >= MIN_SHOPPERS and share["together"] > 0:
            title = self._catalogue.titles[item]
            text = f"bought together with {title} by {n_shoppers} shoppers"
            found.append(Reason("bought_together", text, share["together"], (item_id,)))
        goes = self._goes_with(item, other, share)
        if goes is not None:
            found.append(goes)
        if share["likeness"] > 0:
            names = self._common(item, other)
            if names:
                text = f"{', '.join(names)} as {self._catalogue.titles[item]}"
                found.append(Reason("attributes", text, share["likeness"], names))
        return found

    def _goes_with(self, item: int, other: int, share: Mapping[str, float]) -> Reason | None:
        """Return that the traits go together, or else the categories."""
        learnt = self._looks.compatibility
        category = self._category(item)
        trait, its, lift, n_pairs = learnt.best_pair(item, other)
        if trait >= 0 and lift >= MIN_LIFT and n_pairs >= MIN_PAIRS and share["traits"] > 0:
            names = (self._names[its], self._names[trait])
            what = f"{names[1]} {category.lower()}".strip()
            return Reason("goes_with", f"{names[0]} goes with {what}", share["traits"], names)
        of_other = self._category(other)
        if not category or not of_other or share["category"] <= 0:
            return None
        index = self._catalogue.categories
        n_pairs = float(learnt.category_pairs[index[item], index[other]])
        lift = float(
            np.log(learnt.category_chances[index[item], index[other]])
            - np.log(learnt.category_shares[index[other]])
        )
        if lift < MIN_LIFT or n_pairs < MIN_PAIRS:
            return None
        text = f"{of_other.lower()} goes with {category.lower()}"
        return Reason("goes_with", text, share["category"], (of_other, category))

    def _category(self, item: int) -> str:
        index = int(self._catalogue.categories[item])
        return self._catalogue.vocabulary.categories[index] if index >= 0 else ""

    def _common(self, item: int, other: int) -> tuple[str, ...]:
        traits = self._looks.compatibility.traits
        own, its = (row_entries(traits, np.array([one])).column for one in (item, other))
        both = np.intersect1d(own, its)[:_MAX_NAMES]
        return tuple(self._names[trait] for trait in both.tolist())

    def _of_purchase(self, text: str, bought: int, share: float) -> Reason:
        title = self._catalogue.titles[bought]
        item_id = self._catalogue.item_ids.ids[bought]
        return Reason("because_you_bought", text.format(title), share, (item_id,))

    def _fallback(self, other: int) -> Reason:
        if self._is_popular[other]:
            return Reason("popular", "popular now", 0.0)
        return Reason("backfill", "completes the list", 0.0)
