"""The release that answers, and what the service keeps beside it."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from werkzeug.exceptions import ServiceUnavailable

from modiste.api.config import ApiConfig
from modiste.api.item_images import ItemImages
from modiste.api.item_table import ItemTable
from modiste.errors import DatasetError, ReleaseError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import History
from modiste.recommender.manifest import Manifest
from modiste.recommender.query import Query
from modiste.recommender.recommendation import Recommendations
from modiste.recommender.threads import one_blas_thread

logger = logging.getLogger(__name__)

UNPUBLISHED = "unpublished"
_RETRY_SECONDS = 5


class ServedRecommender(Protocol):
    """What the service asks of a recommender; `modiste.Recommender` has it."""

    catalogue: Catalogue
    history: History
    manifest: Manifest | None

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

    def warm(self) -> None:
        """Make what the first queries need."""
        ...


@dataclass(frozen=True)
class LiveRelease:
    """One loaded release and its views for HTTP; an answer reads one of these only."""

    recommender: ServedRecommender
    items: ItemTable
    images: ItemImages

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


class Live:
    """The release in use, loaded when first asked for.

    Parameters
    ----------
    load : callable
        Returns the recommender to serve; raises `ReleaseError` while there is none.
    config : ApiConfig
    """

    def __init__(self, load: Callable[[], ServedRecommender], config: ApiConfig) -> None:
        self._load = load
        self._images_dir = config.images_dir
        self._lock = threading.Lock()
        self._release: LiveRelease | None = None

    @property
    def loaded_id(self) -> str | None:
        """Name of the release in use; None while there is none. Loads nothing."""
        release = self._release
        return None if release is None else release.release_id

    def load(self) -> LiveRelease:
        """Return the release in use, loading it if there is none yet.

        Raises
        ------
        ReleaseError
            If no whole release is published.
        DatasetError
            If the photos of its items cannot be read.
        """
        with self._lock:
            if self._release is None:
                recommender = self._load()
                recommender.warm()
                one_blas_thread()
                items = recommender.catalogue.items
                images = ItemImages.of(items, self._images_dir)
                self._release = LiveRelease(recommender, ItemTable(items, images), images)
                logger.info("release %s loaded", self._release.release_id)
            return self._release

    def release(self) -> LiveRelease:
        """Return the release in use.

        Raises
        ------
        ServiceUnavailable
            If there is none yet, or it cannot be loaded; becomes 503 with ``Retry-After``.
        """
        release = self._release
        if release is not None:
            return release
        try:
            return self.load()
        except (DatasetError, ReleaseError) as error:
            logger.warning("no release to serve: %s", error)
            raise ServiceUnavailable(
                "No release is loaded. The log says why.",
                retry_after=_RETRY_SECONDS,
            ) from error
