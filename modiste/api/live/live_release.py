"""One loaded release, as the service reads it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from modiste.api.item_images import ItemImages
from modiste.api.item_table import ItemTable
from modiste.attribute_model.garment import Box, Garment
from modiste.attribute_model.occlusion import Occlusion
from modiste.attribute_model.portable import PortableNetwork
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import History
from modiste.recommender.manifest import Manifest
from modiste.recommender.query import Image, Query
from modiste.recommender.recommendation import Recommendations
from modiste.recommender.threads import one_blas_thread

UNPUBLISHED = "unpublished"
#: What a warmed release has answered once; no shop's own words are needed to be read.
_PHRASE = "striped cotton dress"
_PHOTO_SHAPE = (96, 72, 3)


class ServedRecommender(Protocol):
    """What the service asks of a recommender; `modiste.Recommender` has it."""

    catalogue: Catalogue
    history: History
    manifest: Manifest | None

    @property
    def reads_photos(self) -> bool:
        """Whether a query may have a photo."""
        ...

    @property
    def portable_network(self) -> PortableNetwork | None:
        """The network for a runtime elsewhere, such as a browser; None without one."""
        ...

    @property
    def reads_phrases(self) -> bool:
        """Whether a query may have a phrase."""
        ...

    def recommend(
        self,
        query: Query,
        k: int = 10,
        *,
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        filter_viewed: bool = True,
    ) -> Recommendations:
        """Return the k best items for a query."""
        ...

    def similar(self, item_id: str, k: int = 10) -> Recommendations:
        """Return the k items most like one item."""
        ...

    def complete(
        self,
        item_id: str,
        k: int = 10,
        *,
        user_id: str | None = None,
        recent: Sequence[str] = (),
        bought: Sequence[str] = (),
    ) -> Recommendations:
        """Return the k items that best go with one item."""
        ...

    def detect(self, image: Image, *, box: Box | None = None) -> Garment:
        """Return what the network sees in a photo."""
        ...

    def occlusion(self, image: Image, *, cells: int, seconds: float) -> Occlusion:
        """Return how much of what the network sees hangs on each part of a photo."""
        ...

    def warm(self) -> None:
        """Make what the first queries need."""
        ...


@dataclass(frozen=True)
class LiveRelease:
    """One loaded release and its views for HTTP; an answer reads one of these only.

    Parameters
    ----------
    recommender : ServedRecommender
    items : ItemTable
    images : ItemImages
    since : datetime
        When it was ready to serve, UTC.
    versions : mapping, optional
        Version and position of each item that the store has; None without a store.
    """

    recommender: ServedRecommender
    items: ItemTable
    images: ItemImages
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    versions: Mapping[str, tuple[int, int]] | None = field(default=None, repr=False)

    @classmethod
    def warmed(cls, recommender: ServedRecommender, images_dir: Path | None) -> Self:
        """Answer canned queries with a recommender, and return it ready to serve.

        Parameters
        ----------
        recommender : ServedRecommender
        images_dir : path or None
            See `ItemImages.of`.

        Raises
        ------
        Exception
            Whatever a query raises: such a release must not serve.
        """
        recommender.warm()
        one_blas_thread()
        k = min(10, len(recommender.catalogue))
        for query in _canned_queries(recommender) if k else ():
            recommender.recommend(query, k)
        items = recommender.catalogue.items
        images = ItemImages.of(items, images_dir)
        return cls(recommender, ItemTable(items, images), images)

    @property
    def release_id(self) -> str:
        """Name of the release; `UNPUBLISHED` for parts that were never one."""
        manifest = self.recommender.manifest
        return manifest.release_id if manifest is not None else UNPUBLISHED

    @functools.cached_property
    def attribute_types(self) -> dict[str, str]:
        """Type of each attribute name."""
        vocabulary = self.recommender.catalogue.vocabulary
        return dict(zip(vocabulary.attributes, vocabulary.attribute_types, strict=True))


def _canned_queries(recommender: ServedRecommender) -> list[Query]:
    queries = [Query()]
    if recommender.reads_phrases:
        queries.append(Query(text=_PHRASE))
    if recommender.reads_photos:
        photo = np.random.default_rng(0).integers(0, 256, _PHOTO_SHAPE, dtype=np.uint8)
        queries.append(Query(image=photo))
    return queries
