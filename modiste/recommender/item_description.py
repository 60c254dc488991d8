"""What the network and the texts say of an item: the same in a fit and while serving."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.attribute_model.garment import Garment
from modiste.data.attribute_names import same_names
from modiste.data.images import decode
from modiste.data.vocabulary import Vocabulary
from modiste.errors import InvalidImageError
from modiste.nlp.tagging import Tagger
from modiste.recommender.readers import PhotoReader

#: The type of a vocabulary's attributes that name colours, as the demo shop and Fashion
#: Product Images have it; DeepFashion has none.
COLOUR_TYPE: Final = "colour"
#: Photos of items are decoded to at most this many pixels a side.
MAX_SIDE_PX: Final = 512


@dataclass(frozen=True)
class Undescribed:
    """An item as its shop gives it.

    Parameters
    ----------
    title : str
    description : str
        Empty where there is none.
    category : str or None
    attributes : tuple of str or None
        None where the shop says nothing of them.
    photo : bytes or None
    """

    title: str
    description: str = ""
    category: str | None = None
    attributes: tuple[str, ...] | None = None
    photo: bytes | None = None


@dataclass(frozen=True)
class Description:
    """What was read of an item.

    Parameters
    ----------
    category : str or None
        What the texts say, where the shop names none.
    attributes : tuple of str or None
        The same.
    seen : mapping of str to float
        Score of each attribute that the network saw, in [0, 1].
    embedding : ndarray or None
        Shape ``(embedding_size,)`` float16, L2-normalised; None without a photo that can be
        used.
    error : str or None
        Why the photo cannot be used.
    """

    category: str | None = None
    attributes: tuple[str, ...] | None = None
    seen: Mapping[str, float] = field(default_factory=dict)
    embedding: NDArray[np.float16] | None = None
    error: str | None = None


class ItemReader:
    """Describes items by their photo and their texts.

    What a shop gives is left as it is, as `modiste tag` does: texts only fill in what it does
    not say.

    Parameters
    ----------
    vocabulary : Vocabulary
    photo_reader : PhotoReader, optional
        Without one, photos are not looked at.
    language : str
        Of the texts; one of `modiste.nlp.lexicon.LANGUAGES`.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        photo_reader: PhotoReader | None = None,
        *,
        language: str = "en",
    ) -> None:
        self.vocabulary = vocabulary
        self._photo_reader = photo_reader
        self._language = language

    @functools.cached_property
    def _tagger(self) -> Tagger:
        return Tagger(self.vocabulary, self._language)

    def describe(self, items: Sequence[Undescribed]) -> list[Description]:
        """Return the description of each item, all photos in one call of the network."""
        photos: dict[int, NDArray[np.uint8]] = {}
        errors: dict[int, str] = {}
        for row, item in enumerate(items):
            if item.photo is None or self._photo_reader is None:
                continue
            try:
                photos[row] = decode(item.photo, max_side=MAX_SIDE_PX)
            except InvalidImageError as error:
                errors[row] = str(error)
        garments: dict[int, Garment] = {}
        if photos and self._photo_reader is not None:
            found = self._photo_reader.detect(list(photos.values()))
            garments = dict(zip(photos, found, strict=True))
        return [
            self._described(item, garments.get(row), errors.get(row))
            for row, item in enumerate(items)
        ]

    def _described(
        self, item: Undescribed, garment: Garment | None, error: str | None
    ) -> Description:
        category, attributes = self._said(item)
        if garment is None:
            return Description(category, attributes, error=error)
        embedding = garment.embedding.astype(np.float16)
        seen = dict(seen_names(garment, self.vocabulary))
        if not (np.isfinite(embedding).all() and np.isfinite(list(seen.values())).all()):
            told = "The network must give finite numbers. Received: NaN or infinite ones"
            return Description(category, attributes, error=told)
        return Description(category, attributes, seen, embedding)

    def _said(self, item: Undescribed) -> tuple[str | None, tuple[str, ...] | None]:
        """Return what the texts say of category and attributes that the shop does not name."""
        if item.category is not None and item.attributes is not None:
            return None, None
        tags = [tag.name for tag in self._tagger.tag(item.title, item.description)]
        categories = [name for name in tags if name in self.vocabulary.category_index]
        names = tuple(name for name in tags if name in self.vocabulary.attribute_index)
        return (
            categories[0] if categories and item.category is None else None,
            names if names and item.attributes is None else None,
        )


def seen_names(garment: Garment, vocabulary: Vocabulary) -> Iterator[tuple[str, float]]:
    """Yield each attribute that the network saw, with its score.

    All spellings of a name, so that whichever a query uses is found.
    """
    members = same_names(vocabulary)
    for name, score in garment.attributes.items():
        for member in members[name]:
            yield member, float(score)


def merged_attributes(
    listed: sparse.csr_matrix, seen: Iterable[tuple[int, int, float]], vocabulary: Vocabulary
) -> sparse.csr_matrix:
    """Keep the greater of what the shop lists (1) and what the network saw.

    The shop knows the colours of its item: where it lists any, the network's do not count.

    Parameters
    ----------
    listed : csr_matrix
        Shape ``(n_items, n_attributes)`` float32.
    seen : iterable of tuple of int, int and float
        Row, attribute and score; several photos of one item may show the same attribute.
    vocabulary : Vocabulary
    """
    triples = list(seen)
    if not triples:
        return listed
    is_colour = np.array(vocabulary.attribute_types) == COLOUR_TYPE
    rows, names, scores = zip(*triples, strict=True)
    frame = pd.DataFrame({"row": rows, "name": names, "score": scores})
    has_colour = np.asarray(listed[:, np.flatnonzero(is_colour)].sum(axis=1)).ravel() > 0
    frame = frame[~(has_colour[frame["row"]] & is_colour[frame["name"]])]
    best = frame.groupby(["row", "name"], sort=True)["score"].max().reset_index()
    network = sparse.csr_matrix(
        (best["score"].to_numpy(np.float32), (best["row"], best["name"])), shape=listed.shape
    )
    return sparse.csr_matrix(listed.maximum(network))
