"""Why a product is in the answer: the causes of its score, checked against the facts."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.attribute_names import display_groups
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.causes import CAUSES
from modiste.recommender.collaborative import Factors
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.features import COLUMN
from modiste.recommender.history import History
from modiste.recommender.history_counts import EVENT_WEIGHTS
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.pool import Pool
from modiste.recommender.purchase_evidence import PurchaseEvidence
from modiste.recommender.recommendation import Reason

MAX_REASONS: Final = 3
#: An item is called new for this many days.
NEW_DAYS: Final = 30.0
#: An attribute is named if the item has it with at least this score.
MIN_ATTRIBUTE_SCORE: Final = 0.3
#: An item is called popular if it is in this share of the items with any popularity, ...
POPULAR_SHARE: Final = 0.25
#: ... and has at least the popularity that one view at the end of the history brings.
MIN_POPULARITY: Final = EVENT_WEIGHTS[columns.VIEW_ITEM]
_MAX_NAMES = 3
_SECONDS_A_DAY = 86_400.0


class Explainer:
    """Turns contributions into reasons; every reason names a cause and is true.

    A cause becomes a reason only if it adds to the score and its fact holds: the item has
    the attribute, was bought, goes with one bought or is much like one, is popular in the
    whole shop, or is new. Its strength is the cause's share of everything that adds to the score.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    factors : Factors, optional
        Of the collaborative source, to find the purchase that speaks for an item.
    item_weights : ItemWeights, optional
        Of the item-to-item source, for the same.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        history: History,
        factors: Factors | None = None,
        item_weights: ItemWeights | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._is_popular = most_popular(history.popularity)
        self._ages = history.as_of.timestamp() / _SECONDS_A_DAY - catalogue.available_from_days
        self.purchases = PurchaseEvidence(catalogue, factors, item_weights)

    def with_catalogue(self, catalogue: Catalogue) -> Explainer:
        """Return it for the same items at other prices, in stock or taken out."""
        changed = copy.copy(self)
        changed.catalogue = catalogue
        changed.purchases = self.purchases.with_catalogue(catalogue)
        return changed

    def reasons(
        self,
        rows: NDArray[np.int64],
        pool: Pool,
        queries: Sequence[EncodedQuery],
        features: NDArray[np.float32],
        contributions: NDArray[np.float32],
    ) -> list[tuple[Reason, ...]]:
        """Return the reasons of some rows of a pool.

        Parameters
        ----------
        rows : ndarray
            Positions in the pool, shape ``(n,)`` int; few, such as the ten shown.
        pool : Pool
        queries : sequence of EncodedQuery
        features, contributions : ndarray
            Of those rows only, shape ``(n, n_features)`` and ``(n, n_causes)`` float32.

        Returns
        -------
        list of tuple of Reason
            One to `MAX_REASONS` a row, strongest first.
        """
        result: list[tuple[Reason, ...]] = [()] * len(rows)
        for query_index in np.unique(pool.query_index[rows]):
            places = np.flatnonzero(pool.query_index[rows] == query_index)
            query = queries[query_index]
            items = pool.item_index[rows[places]]
            bought = self.purchases.behind_factors(query, items)
            goes_with = self.purchases.behind_item_weights(query, items)
            liked = self.purchases.alike(query, items)
            for nth, place in enumerate(places):
                share = _shares(contributions[place])
                found = self._of_row(query, int(items[nth]), features[place], share, bought[nth])
                found += self._of_purchase(
                    "goes with {}, which you bought", share["item_to_item"], goes_with[nth]
                )
                found += self._of_purchase(
                    "much like {}, which you bought", share["taste"], liked[nth]
                )
                result[place] = strongest(found) or (
                    self._fallback(query, int(items[nth]), features[place]),
                )
        return result

    def _of_row(
        self,
        query: EncodedQuery,
        item: int,
        features: NDArray[np.float32],
        share: Mapping[str, float],
        bought: int,
    ) -> list[Reason]:
        found: list[Reason] = []
        if share["visual"] > 0 and not np.isnan(features[COLUMN["visual_score"]]):
            found.append(self._looks_like(query, share["visual"]))
        names = self._shared_names(query, item)
        if share["attributes"] > 0 and names:
            text = f"matches {', '.join(names)}"
            found.append(Reason("attributes", text, share["attributes"], names))
        if share["collaborative"] > 0 and features[COLUMN["collaborative_score"]] > 0:
            found += self._of_purchase("because you bought {}", share["collaborative"], bought) or [
                Reason("shoppers_like_you", "shoppers like you chose it", share["collaborative"])
            ]
        if share["repeat"] > 0 and features[COLUMN["times_bought"]] > 0:
            found.append(Reason("bought_again", "you bought this before", share["repeat"]))
        if share["popular"] > 0 and self._is_popular[item]:
            found.append(Reason("popular", "popular now", share["popular"]))
        # What arrived after the history ends may have done so long ago.
        age = float(self._ages[item])
        if share["new"] > 0 and 0 <= age <= NEW_DAYS:
            text = "new this week" if age <= 7 else "new this month"
            found.append(Reason("new", text, share["new"]))
        return found

    def _of_purchase(self, text: str, share: float, bought: int) -> list[Reason]:
        if share <= 0 or bought < 0:
            return []
        title = self.catalogue.titles[bought]
        item_id = self.catalogue.item_ids.ids[bought]
        return [Reason("because_you_bought", text.format(title), share, (item_id,))]

    def _looks_like(self, query: EncodedQuery, strength: float) -> Reason:
        if query.garment is None and query.item_index >= 0:
            title = self.catalogue.titles[query.item_index]
            item_id = self.catalogue.item_ids.ids[query.item_index]
            return Reason("looks_like", f"looks like {title}", strength, (item_id,))
        return Reason("looks_like", "looks like your photo", strength)

    def _shared_names(self, query: EncodedQuery, item: int) -> tuple[str, ...]:
        """Return what the query wants and the item has, most telling first."""
        vocabulary = self.catalogue.vocabulary
        names: list[str] = []
        category = self.catalogue.categories[item]
        if query.attributes is not None:
            of_item = slice(*self.catalogue.attributes.indptr[item : item + 2])
            column = self.catalogue.attributes.indices[of_item]
            value = self.catalogue.attributes.data[of_item]
            wanted = query.attributes[column]
            weight = wanted * value * self.catalogue.attribute_idf[column]
            both = (wanted > 0) & (value >= MIN_ATTRIBUTE_SCORE)
            order = [i for i in np.argsort(-weight, kind="stable") if both[i]]
            # Spellings of one name are one reason.
            shown = display_groups(vocabulary)
            names = [shown[vocabulary.attributes[column[i]]] for i in order]
            names = list(dict.fromkeys(names))[:_MAX_NAMES]
        if query.categories is not None and category >= 0:
            wanted_most = query.categories[category] == query.categories.max()
            if wanted_most and query.categories[category] > 0:
                names.append(vocabulary.categories[category])
        color = self.catalogue.colors[item]
        if query.colors is not None and color >= 0 and query.colors[color] > 0:
            names.append(self.catalogue.color_names[color])
        return tuple(dict.fromkeys(names))

    def _fallback(self, query: EncodedQuery, item: int, features: NDArray[np.float32]) -> Reason:
        """Return a fact that holds, for a row that nothing raised above the average."""
        if query.embedding is not None and not np.isnan(features[COLUMN["visual_rank"]]):
            return self._looks_like(query, 0.0)
        names = self._shared_names(query, item)
        if names:
            return Reason("attributes", f"matches {', '.join(names)}", 0.0, names)
        if features[COLUMN["times_bought"]] > 0:
            return Reason("bought_again", "you bought this before", 0.0)
        if not np.isnan(
            features[[COLUMN["collaborative_rank"], COLUMN["item_to_item_rank"]]]
        ).all():
            return Reason("shoppers_like_you", "shoppers like you chose it", 0.0)
        if self._is_popular[item]:
            return Reason("popular", "popular now", 0.0)
        return Reason("backfill", "completes the list", 0.0)


def most_popular(popularity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which items are popular in the whole shop, shape ``(n_items,)`` bool.

    In the whole shop, because the best of a category that nobody buys is not popular.
    """
    ascending = np.sort(popularity[popularity > 0])
    # Equal items are all in the share or all outside it.
    n_at_least = len(ascending) - np.searchsorted(ascending, popularity)
    in_share = n_at_least <= np.ceil(POPULAR_SHARE * len(ascending))
    found: NDArray[np.bool_] = in_share & (popularity >= MIN_POPULARITY)
    return found


def _shares(contributions: NDArray[np.float32]) -> dict[str, float]:
    raised = np.maximum(contributions, 0.0)
    total = float(raised.sum())
    if total <= 0:
        return dict.fromkeys(CAUSES, 0.0)
    return {cause: float(raised[column]) / total for column, cause in enumerate(CAUSES)}


def strongest(found: list[Reason]) -> tuple[Reason, ...]:
    """Keep the strongest reasons, one of a kind: a second purchase would say little more."""
    order = sorted(found, key=lambda reason: -reason.strength)
    merged: dict[str, Reason] = {}
    for reason in order:
        first = merged.get(reason.kind, reason)
        total = reason.strength if first is reason else first.strength + reason.strength
        merged[reason.kind] = replace(first, strength=min(total, 1.0))
    return tuple(sorted(merged.values(), key=lambda reason: -reason.strength)[:MAX_REASONS])
