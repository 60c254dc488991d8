"""The release that answers, and what the service keeps beside it."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from werkzeug.exceptions import ServiceUnavailable

from modiste.api.config import ApiConfig
from modiste.api.item_images import ItemImages
from modiste.api.item_table import ItemTable
from modiste.errors import DatasetError, ReleaseError, StoreError
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
    #: Version and position of each item that the store has; None without a store.
    versions: Mapping[str, tuple[int, int]] | None = field(default=None, repr=False)

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
        self._loaded: LiveRelease | None = None
        self._release: LiveRelease | None = None
        #: Brings into a loaded release what changed since; see `LiveCatalogue.applied`.
        self.with_changes: Callable[[LiveRelease], LiveRelease] = lambda release: release

    def load(self) -> LiveRelease:
        """Return the release in use, loading it if there is none yet.

        Raises
        ------
        ReleaseError
            If no whole release is published.
        DatasetError
            If the photos of its items cannot be read.
        StoreError
            If what changed since cannot be read.
        """
        with self._lock:
            if self._release is None:
                recommender = self._load()
                recommender.warm()
                one_blas_thread()
                items = recommender.catalogue.items
                images = ItemImages.of(items, self._images_dir)
                loaded = LiveRelease(recommender, ItemTable(items, images), images)
                self._release = self.with_changes(loaded)
                self._loaded = loaded
                logger.info("release %s loaded", self._release.release_id)
            return self._release

    def refresh(self) -> None:
        """Bring into the release in use what changed since, if one is loaded."""
        with self._lock:
            if self._loaded is not None:
                self._release = self.with_changes(self._loaded)

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
        except (DatasetError, ReleaseError, StoreError) as error:
            logger.warning("no release to serve: %s", error)
            raise ServiceUnavailable(
                "No release is loaded. The log says why.",
                retry_after=_RETRY_SECONDS,
            ) from error
