"""Query to numbers: what a photo, a phrase, an item and a shopper are to the sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box, Garment
from modiste.data import images
from modiste.errors import ReleaseError, UnknownItemError
from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.query import Image, Query
from modiste.recommender.readers import PhotoReader, TextReader
from modiste.recommender.wishes import with_garment, with_phrase

#: Photos are decoded to at most this many pixels a side before the network shrinks them.
MAX_SIDE_PX = 1024


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
            If a phrase is empty, or an embedding has another size than the release's.
        UnknownItemError
            If a query asks for items like one that the release does not hold.
        InvalidImageError
            If a photo cannot be used.
        ReleaseError
            If a photo, phrase or embedding comes and the release has no network, word vectors
            or embeddings, or the network gives numbers that are none.
        """
        garments = self._garments(queries)
        return [
            self._encode(query, garment) for query, garment in zip(queries, garments, strict=True)
        ]

    def _garments(self, queries: Sequence[Query]) -> list[Garment | None]:
        found: list[Garment | None] = [None] * len(queries)
        photos = [
            (row, query.image, query.box)
            for row, query in enumerate(queries)
            if query.image is not None
        ]
        if not photos:
            return found
        rows, images_of, boxes = zip(*photos, strict=True)
        for row, garment in zip(rows, self.garments(images_of, list(boxes)), strict=True):
            found[row] = garment
        return found

    def garments(
        self, photos: Sequence[Image], boxes: Sequence[Box | None] | None = None
    ) -> list[Garment]:
        """Return what the network sees in each of some photos.

        Parameters
        ----------
        photos : sequence of bytes, path or ndarray
        boxes : sequence of tuple or None, optional
            Of the garment meant on each; by default the network's own.

        Raises
        ------
        InvalidImageError
            If a photo cannot be used.
        ReleaseError
            If the release has no network, or the network gives numbers that are none.
        """
        if self.photo_reader is None:
            raise ReleaseError(
                "This release has no network, so it cannot read a photo; publish one that has, "
                "or ask by text, item or shopper. Received: a query with a photo"
            )
        pixels = [images.decode(photo, max_side=MAX_SIDE_PX) for photo in photos]
        garments = self.photo_reader.detect(pixels, boxes)
        for garment in garments:
            numbers = (garment.embedding, garment.attribute_scores)
            if not all(np.isfinite(part).all() for part in numbers):
                raise ReleaseError(
                    "The network must give finite numbers for every photo; publish a release with "
                    "another network, or roll back. Received: NaN or infinite ones"
                )
        return garments

    def _encode(self, query: Query, garment: Garment | None) -> EncodedQuery:
        encoded, notes = self._shopper(query)
        if query.item_id is not None:
            item_index = self.catalogue.item_ids.index(query.item_id)
            if item_index is None or self.catalogue.is_removed(item_index):
                raise UnknownItemError(
                    "item_id must be an item of the release; retrain to add new items. "
                    f"Received: {query.item_id!r}"
                )
            encoded = EncodedQuery.of_item(self.catalogue, item_index, encoded)
        if garment is not None:
            encoded = with_garment(encoded, garment, self.catalogue, query.ignored)
        if query.embedding is not None:
            encoded = replace(encoded, embedding=self._embedding(query.embedding))
        if query.text is not None:
            encoded, told = with_phrase(encoded, self._read(query.text), self.catalogue)
            notes += told
        return replace(encoded, notes=tuple(notes))

    def _embedding(self, embedding: NDArray[np.float32] | Sequence[float]) -> NDArray[np.float32]:
        size = self.catalogue.embeddings.shape[1]
        if size == 0:
            raise ReleaseError(
                "This release knows no item by its looks; publish one with photos, or ask by text, "
                "item or shopper. Received: a query with an embedding"
            )
        if len(embedding) != size:
            raise ValueError(
                f"embedding must be of the release's network, {size} numbers. "
                f"Received: {len(embedding)}"
            )
        return np.asarray(embedding, dtype=np.float32)

    def _shopper(self, query: Query) -> tuple[EncodedQuery, list[str]]:
        notes: list[str] = []
        user_index = -1
        if query.user_id is not None:
            known = self.history.user_ids.index(query.user_id)
            if known is None:
                notes.append(f"Shopper {query.user_id!r} is new to this release.")
            else:
                user_index = known
        since = []
        for what, ids in (("Recent", query.recent), ("Bought", query.bought)):
            found = self.catalogue.item_ids.indices(ids)
            unknown = [item for item, index in zip(ids, found, strict=True) if index < 0]
            if unknown:
                notes.append(f"{what} items not in this release: {', '.join(unknown)}.")
            since.append(found[found >= 0])
        return EncodedQuery.of_user(self.history, user_index, *since), notes

    def _read(self, text: str) -> AttributeQuery:
        if not text.strip():
            raise ValueError(f"text must hold at least one word, or be None. Received: {text!r}")
        if self.text_reader is None:
            raise ReleaseError(
                "This release has no word vectors, so it cannot read a phrase; publish one that "
                "has, or ask by photo, item or shopper. Received: a query with text"
            )
        return self.text_reader.read(text)
