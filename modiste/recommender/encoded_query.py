"""One query as arrays: what the sources, the features and the reasons read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Garment
from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import History
from modiste.recommender.history_counts import BOUGHT_WEIGHT, RECENT_WEIGHT
from modiste.recommender.refinement import Refinement


def _no_items() -> NDArray[np.int32]:
    return np.empty(0, dtype=np.int32)


def _no_numbers() -> NDArray[np.float32]:
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True)
class EncodedQuery:
    """One query as arrays; build one with `of_user` or `of_item`.

    Parameters
    ----------
    embedding : ndarray or None
        L2-normalised embedding of the photo, or of the item asked about, shape
        ``(embedding_size,)`` float32.
    attributes : ndarray or None
        Weight of each attribute, shape ``(n_attributes,)`` float32: the photo's or the
        item's scores plus the phrase's weights. Below 0 means that it is not wanted.
    categories : ndarray or None
        Weight of each category, shape ``(n_categories,)`` float32, at most 1; below 0
        means that it is not wanted.
    colors : ndarray or None
        How far each of the catalogue's colours grants what a phrase wishes that no attribute
        says, shape ``(n_colors,)`` float32 in [-1, 1].
    user_index : int
        Row of the shopper in `History`; -1 if there is none or the release has not met
        them.
    item_index : int
        The item asked about; -1 if there is none.
    history : ndarray
        Items the shopper interacted with, oldest first, shape ``(n_history,)`` int32: the
        release's history, then the recent ones. No item twice.
    history_weights : ndarray
        Decayed event weight of each, shape ``(n_history,)`` float32, above 0.
    purchased : ndarray
        Items bought and not refunded, oldest first, shape ``(n_purchased,)`` int32. No
        item twice.
    purchased_days : ndarray
        Days between the last purchase of each and the release, shape ``(n_purchased,)``
        float32.
    purchased_counts : ndarray
        How often each was bought, shape ``(n_purchased,)`` float32.
    garment : Garment or None
        What the network saw, if there was a photo.
    phrase : AttributeQuery or None
        How the phrase was read, if there was one.
    passing : ndarray or None
        Items within the limits that the phrase sets, such as a price, shape ``(n_items,)``
        bool; None if it sets none.
    refinement : Refinement or None
        What the phrase made of the photo's or the item's attributes, if there were both.
    notes : tuple of str
        What was ignored or replaced while reading the query.
    """

    embedding: NDArray[np.float32] | None = None
    attributes: NDArray[np.float32] | None = None
    categories: NDArray[np.float32] | None = None
    colors: NDArray[np.float32] | None = None
    user_index: int = -1
    item_index: int = -1
    history: NDArray[np.int32] = field(default_factory=_no_items)
    history_weights: NDArray[np.float32] = field(default_factory=_no_numbers)
    purchased: NDArray[np.int32] = field(default_factory=_no_items)
    purchased_days: NDArray[np.float32] = field(default_factory=_no_numbers)
    purchased_counts: NDArray[np.float32] = field(default_factory=_no_numbers)
    garment: Garment | None = None
    phrase: AttributeQuery | None = None
    passing: NDArray[np.bool_] | None = None
    refinement: Refinement | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_content(self) -> bool:
        """Whether a photo, a phrase or an item says what is wanted."""
        return any(
            part is not None and bool(np.any(part))
            for part in (self.embedding, self.attributes, self.categories, self.colors)
        )

    @property
    def wants_something(self) -> bool:
        """Whether a photo, a phrase or an item says what is wanted, not only what is not."""
        return self.embedding is not None or any(
            part is not None and bool((part > 0).any())
            for part in (self.attributes, self.categories, self.colors)
        )

    @classmethod
    def of_user(
        cls,
        history: History,
        user_index: int,
        recent: NDArray[np.int32] | None = None,
        bought: NDArray[np.int32] | None = None,
    ) -> EncodedQuery:
        """Encode a shopper's home page.

        Parameters
        ----------
        history : History
        user_index : int
            -1 for a shopper the history does not hold.
        recent, bought : ndarray, optional
            Items looked at and items bought since the history ends, newest last, shape
            ``(n,)`` int32.
        """
        items, weights = _no_items(), _no_numbers()
        query = cls(user_index=user_index)
        if user_index >= 0:
            row = history.row(user_index)
            items, weights = history.item_index[row], history.weight[row]
            owned = history.n_purchases[row] > 0
            query = replace(
                query,
                purchased=items[owned],
                purchased_days=history.purchase_days[row][owned],
                purchased_counts=history.n_purchases[row][owned].astype(np.float32),
            )
        for since, weight in ((recent, RECENT_WEIGHT), (bought, BOUGHT_WEIGHT)):
            if since is not None and since.size:
                items, weights = _moved_last(items, weights, since, weight)
        if bought is not None and bought.size:
            purchased, counts = _moved_last(query.purchased, query.purchased_counts, bought, 1.0)
            days = dict(zip(query.purchased.tolist(), query.purchased_days.tolist(), strict=True))
            days |= dict.fromkeys(bought.tolist(), 0.0)
            query = replace(
                query,
                purchased=purchased,
                purchased_counts=counts,
                purchased_days=np.array([days[item] for item in purchased.tolist()], np.float32),
            )
        return replace(query, history=items, history_weights=weights)

    @classmethod
    def of_item(
        cls, catalogue: Catalogue, item_index: int, shopper: EncodedQuery | None = None
    ) -> EncodedQuery:
        """Encode a request for items like one of the catalogue, by this shopper if given."""
        attributes = np.zeros(catalogue.n_attributes, dtype=np.float32)
        row = catalogue.attributes[[item_index]]
        attributes[row.indices] = row.data
        categories = np.zeros(catalogue.n_categories, dtype=np.float32)
        if catalogue.categories[item_index] >= 0:
            categories[catalogue.categories[item_index]] = 1.0
        embedding = None
        if catalogue.has_embedding[item_index]:
            embedding = np.asarray(catalogue.embeddings[item_index], dtype=np.float32)
        return replace(
            shopper or cls(),
            embedding=embedding,
            attributes=attributes,
            categories=categories,
            item_index=item_index,
        )


def _moved_last(
    items: NDArray[np.int32], weights: NDArray[np.float32], since: NDArray[np.int32], weight: float
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Move the latest items to the end; what they weighed before is kept on top."""
    total = dict(zip(items.tolist(), weights.tolist(), strict=True))
    for item in since.tolist():
        total[item] = total.pop(item, 0.0) + weight
    return (
        np.fromiter(total.keys(), dtype=np.int32, count=len(total)),
        np.fromiter(total.values(), dtype=np.float32, count=len(total)),
    )
