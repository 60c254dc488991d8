"""Which purchase of a shopper speaks for an item, and by which of the sources."""

from __future__ import annotations

import copy
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.item_to_item import ItemToItem, ItemWeights
from modiste.recommender.sparse_rows import dense_rows, row_products

#: Two items are called much alike from this cosine of their attribute profiles, ...
MIN_PROFILE_COSINE: Final = 0.5
#: ... or from this cosine of their embeddings.
MIN_EMBEDDING_COSINE: Final = 0.6
#: A bought item is named if it brings at least this share of what the history brings.
_MIN_EXPLAINED = 0.1


class PurchaseEvidence:
    """Finds for an item the purchase that a source's score owes most to.

    Parameters
    ----------
    catalogue : Catalogue
    factors : Factors, optional
    item_weights : ItemWeights, optional
    """

    def __init__(
        self,
        catalogue: Catalogue,
        factors: Factors | None = None,
        item_weights: ItemWeights | None = None,
    ) -> None:
        self.catalogue = catalogue
        self._item_to_item = None if item_weights is None else ItemToItem(item_weights)
        self._factors = factors
        if factors is not None:
            vectors = factors.item_factors.astype(np.float64)
            self._gram = vectors.T @ vectors  # (n_factors, n_factors)

    def with_catalogue(self, catalogue: Catalogue) -> PurchaseEvidence:
        """Return it for the same items at other prices, in stock or taken out."""
        changed = copy.copy(self)
        changed.catalogue = catalogue
        return changed

    def _purchased(self, query: EncodedQuery) -> NDArray[np.int32]:
        """Return the purchases that may be named."""
        removed = self.catalogue.removed
        return query.purchased if removed is None else query.purchased[~removed[query.purchased]]

    def behind_factors(self, query: EncodedQuery, items: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return for each item the purchase that the collaborative score owes most to.

        The score is linear in the shopper's history, so each past item has its part of it
        (Hu, Koren and Volinsky 2008, section 5). -1 where no purchase has a fair part.
        """
        purchased = self._purchased(query)
        if self._factors is None or not purchased.size:
            return np.full(len(items), -1, dtype=np.int64)
        vectors = self._factors.item_factors
        past = vectors[query.history].astype(np.float64)  # (n_history, n_factors)
        confidence = self._factors.alpha * query.history_weights.astype(np.float64)
        system = self._gram + (past.T * (confidence - 1.0)) @ past
        system[np.diag_indices_from(system)] += self._factors.regularization + 1e-9
        parts = vectors[items].astype(np.float64) @ np.linalg.solve(system, (past.T * confidence))
        return _greatest_part(parts, query, purchased, items)

    def behind_item_weights(
        self, query: EncodedQuery, items: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        """Return for each item the purchase that the item-to-item score owes most to.

        -1 where no purchase has a fair part.
        """
        purchased = self._purchased(query)
        if self._item_to_item is None or not purchased.size:
            return np.full(len(items), -1, dtype=np.int64)
        parts = self._item_to_item.parts(query.history, items).astype(np.float64)
        return _greatest_part(parts, query, purchased, items)

    def alike(self, query: EncodedQuery, items: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the purchase most like each item in attributes and looks.

        -1 where no purchase is much alike.
        """
        answer = np.full(len(items), -1, dtype=np.int64)
        purchased = self._purchased(query)
        if not purchased.size:
            return answer
        profiles = self.catalogue.attribute_profiles
        alike = row_products(profiles, items, dense_rows(profiles, purchased))
        near = alike >= MIN_PROFILE_COSINE  # (n_items, n_purchased)
        if self.catalogue.embeddings.shape[1]:
            of_items = np.asarray(self.catalogue.embeddings[items], dtype=np.float64)
            of_past = np.asarray(self.catalogue.embeddings[purchased], dtype=np.float64)
            looks = of_items @ of_past.T
            alike += np.maximum(looks, 0.0)
            near |= looks >= MIN_EMBEDDING_COSINE
        near &= purchased[None, :] != items[:, None]
        alike[~near] = 0.0
        best = alike.argmax(axis=1)
        found = alike[np.arange(len(items)), best] > 0
        answer[found] = purchased[best[found]]
        return answer


def _greatest_part(
    parts: NDArray[np.float64],
    query: EncodedQuery,
    purchased: NDArray[np.int32],
    items: NDArray[np.int32],
) -> NDArray[np.int64]:
    """Return the purchase with the greatest part, of ``(n_items, n_history)``, or -1."""
    answer = np.full(len(items), -1, dtype=np.int64)
    # An item is no reason for itself; that it was bought before is one of its own.
    parts[query.history[None, :] == items[:, None]] = 0.0
    total = np.maximum(parts, 0.0).sum(axis=1)
    parts[:, ~np.isin(query.history, purchased)] = -np.inf
    best = parts.argmax(axis=1)
    strong = parts[np.arange(len(items)), best] > _MIN_EXPLAINED * np.maximum(total, 1e-12)
    answer[strong] = query.history[best[strong]]
    return answer
