"""Query to numbers: what a photo, a phrase, an item and a shopper are to the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Garment
from modiste.data import images
from modiste.data.attribute_names import same_names
from modiste.errors import ReleaseError, UnknownItemError
from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import RECENT_WEIGHT, History
from modiste.recommender.phrase_limits import items_within, phrase_notes
from modiste.recommender.query import Query
from modiste.recommender.readers import PhotoReader, TextReader

#: Photos are decoded to at most this many pixels a side before the network shrinks them.
MAX_SIDE_PX = 1024


def _no_items() -> NDArray[np.int32]:
    return np.empty(0, dtype=np.int32)


def _no_numbers() -> NDArray[np.float32]:
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True)
class EncodedQuery:
    """One query as arrays; what the sources, the features and the reasons read.

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
    notes : tuple of str
        What was ignored or replaced while reading the query.
    """

    embedding: NDArray[np.float32] | None = None
    attributes: NDArray[np.float32] | None = None
    categories: NDArray[np.float32] | None = None
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
    notes: tuple[str, ...] = ()

    @property
    def has_content(self) -> bool:
        """Whether a photo, a phrase or an item says what is wanted."""
        return any(
            part is not None and bool(np.any(part))
            for part in (self.embedding, self.attributes, self.categories)
        )

    @classmethod
    def of_user(
        cls, history: History, user_index: int, recent: NDArray[np.int32] | None = None
    ) -> EncodedQuery:
        """Encode a shopper's home page.

        Parameters
        ----------
        history : History
        user_index : int
            -1 for a shopper the history does not hold.
        recent : ndarray, optional
            Items seen since the history ends, newest last, shape ``(n_recent,)`` int32.
        """
        items, weights = _no_items(), _no_numbers()
        query = cls(user_index=user_index)
        if user_index >= 0:
            row = history.row(user_index)
            items, weights = history.item_index[row], history.weight[row]
            bought = history.n_purchases[row] > 0
            query = replace(
                query,
                purchased=items[bought],
                purchased_days=history.purchase_days[row][bought],
                purchased_counts=history.n_purchases[row][bought].astype(np.float32),
            )
        if recent is not None and recent.size:
            items, weights = _with_recent(items, weights, recent)
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


def _with_recent(
    items: NDArray[np.int32], weights: NDArray[np.float32], recent: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Move recent items to the end; what they weighed before is kept on top."""
    total = dict(zip(items.tolist(), weights.tolist(), strict=True))
    for item in recent.tolist():
        total[item] = total.pop(item, 0.0) + RECENT_WEIGHT
    return (
        np.fromiter(total.keys(), dtype=np.int32, count=len(total)),
        np.fromiter(total.values(), dtype=np.float32, count=len(total)),
    )


@dataclass(frozen=True)
class QueryEncoder:
    """Turns queries into `EncodedQuery`, all photos of a batch in one call of the network.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    photo_reader : PhotoReader, optional
        Without one, a query with a photo is refused.
    text_reader : TextReader, optional
        Without one, a query with a phrase is refused.
    """

    catalogue: Catalogue
    history: History
    photo_reader: PhotoReader | None = None
    text_reader: TextReader | None = None

    def encode(self, queries: Sequence[Query]) -> list[EncodedQuery]:
        """Encode a batch of queries.

        Raises
        ------
        ValueError
            If a phrase is empty.
        UnknownItemError
            If a query asks for items like one that the release does not hold.
        InvalidImageError
            If a photo cannot be used.
        ReleaseError
            If a photo or phrase comes and the release has no network or word vectors.
        """
        garments = self._garments(queries)
        return [
            self._encode(query, garment) for query, garment in zip(queries, garments, strict=True)
        ]

    def _garments(self, queries: Sequence[Query]) -> list[Garment | None]:
        found: list[Garment | None] = [None] * len(queries)
        rows = [row for row, query in enumerate(queries) if query.image is not None]
        if not rows:
            return found
        if self.photo_reader is None:
            raise ReleaseError(
                "This release has no network, so it cannot read a photo; publish one that has, "
                "or ask by text, item or shopper. Received: a query with a photo"
            )
        photos = [
            images.decode(image, max_side=MAX_SIDE_PX)
            for row in rows
            if (image := queries[row].image) is not None
        ]
        boxes = [queries[row].box for row in rows]
        for row, garment in zip(rows, self.photo_reader.detect(photos, boxes), strict=True):
            found[row] = garment
        return found

    def _encode(self, query: Query, garment: Garment | None) -> EncodedQuery:
        encoded, notes = self._shopper(query)
        if query.item_id is not None:
            item_index = self.catalogue.item_ids.index(query.item_id)
            if item_index is None:
                raise UnknownItemError(
                    "item_id must be an item of the release; retrain to add new items. "
                    f"Received: {query.item_id!r}"
                )
            encoded = EncodedQuery.of_item(self.catalogue, item_index, encoded)
        if garment is not None:
            encoded = self.with_garment(encoded, garment)
        if query.text is not None:
            encoded, told = self._with_phrase(encoded, query.text)
            notes += told
        return replace(encoded, notes=tuple(notes))

    def _shopper(self, query: Query) -> tuple[EncodedQuery, list[str]]:
        notes: list[str] = []
        user_index = -1
        if query.user_id is not None:
            known = self.history.user_ids.index(query.user_id)
            if known is None:
                notes.append(f"Shopper {query.user_id!r} is new to this release.")
            else:
                user_index = known
        recent = self.catalogue.item_ids.indices(query.recent)
        unknown = [item for item, i in zip(query.recent, recent, strict=True) if i < 0]
        if unknown:
            notes.append(f"Recent items not in this release: {', '.join(unknown)}.")
        return EncodedQuery.of_user(self.history, user_index, recent[recent >= 0]), notes

    def with_garment(self, encoded: EncodedQuery, garment: Garment) -> EncodedQuery:
        """Return the query with what the network saw on a photo as what is wanted."""
        vocabulary = self.catalogue.vocabulary
        categories = np.array(
            [garment.category_scores.get(name, 0.0) for name in vocabulary.categories],
            dtype=np.float32,
        )
        # Scores under the threshold are noise that a thousand attributes would add up.
        attributes = np.zeros(self.catalogue.n_attributes, dtype=np.float32)
        members = same_names(vocabulary)
        for name, score in garment.attributes.items():
            for member in members[name]:
                attributes[vocabulary.attribute_index[member]] = score
        return replace(
            encoded,
            embedding=garment.embedding.astype(np.float32),
            attributes=_added(encoded.attributes, attributes),
            categories=categories,
            garment=garment,
        )

    def _with_phrase(self, encoded: EncodedQuery, text: str) -> tuple[EncodedQuery, list[str]]:
        if not text.strip():
            raise ValueError(f"text must hold at least one word, or be None. Received: {text!r}")
        if self.text_reader is None:
            raise ReleaseError(
                "This release has no word vectors, so it cannot read a phrase; publish one that "
                "has, or ask by photo, item or shopper. Received: a query with text"
            )
        phrase = self.text_reader.read(text)
        vocabulary = self.catalogue.vocabulary
        attributes = np.zeros(self.catalogue.n_attributes, dtype=np.float32)
        categories = np.zeros(self.catalogue.n_categories, dtype=np.float32)
        for name, weight in phrase.weights.items():
            # A name may be both: DeepFashion has the attribute and the category "denim".
            if name in vocabulary.attribute_index:
                attributes[vocabulary.attribute_index[name]] = weight
            if name in vocabulary.category_index:
                categories[vocabulary.category_index[name]] = weight
        # A category in words overrules the photo's guess, unless it only says what to avoid.
        if encoded.categories is not None and not (categories > 0).any():
            categories = encoded.categories + categories
        passing, notes = items_within(phrase, self.catalogue)
        encoded = replace(
            encoded,
            attributes=_added(encoded.attributes, attributes),
            categories=categories,
            phrase=phrase,
            passing=passing,
        )
        return encoded, [*phrase_notes(phrase), *notes]


def _added(first: NDArray[np.float32] | None, second: NDArray[np.float32]) -> NDArray[np.float32]:
    return second if first is None else first + second
