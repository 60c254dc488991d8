"""The release that answers; another may take its place between two answers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from werkzeug.exceptions import ServiceUnavailable

from modiste.api.config import ApiConfig
from modiste.api.live.live_release import UNPUBLISHED, LiveRelease, ServedRecommender
from modiste.api.metrics import Metrics
from modiste.errors import DatasetError, ReleaseError, StoreError

__all__ = ["UNPUBLISHED", "Live", "LiveRelease", "Refused", "ServedRecommender", "unready"]

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5
#: Between two tries to bring into a loaded release what the store has.
_STORE_SECONDS = 2.0


@dataclass(frozen=True)
class Refused:
    """A release that was to serve and could not.

    Parameters
    ----------
    release_id : str
    why : str
        For the log and those who run the service: it may name folders of this machine.
    code : str
        The kind of fault, for everybody.
    when : datetime
        UTC.
    """

    release_id: str
    why: str
    code: str
    when: datetime


class Live:
    """The release in use, loaded when first asked for.

    Whoever answers takes it once, with `release`, and reads nothing else: after a `swap` the
    answers begun before it still come from the old one, which is freed with the last of them.

    Parameters
    ----------
    load : callable
        Returns the recommender to serve; raises `ReleaseError` while there is none.
    config : ApiConfig
    metrics : Metrics, optional
        Where loads and swaps are counted; of its own by default.

    Attributes
    ----------
    loading : threading.Lock
        Held by whoever loads a release: one at a time, since each takes its whole memory.
    refused : Refused or None
        The last release that could not take over.
    """

    def __init__(
        self,
        load: Callable[[], ServedRecommender],
        config: ApiConfig,
        metrics: Metrics | None = None,
    ) -> None:
        self._load = load
        self._images_dir = config.images_dir
        self._loaded: LiveRelease | None = None
        self._release: LiveRelease | None = None
        self._replacing = threading.Lock()
        self._store_away: str | None = None
        self._not_before = 0.0
        self.metrics = metrics or Metrics()
        self.loading = threading.Lock()
        self.refused: Refused | None = None
        #: Brings into a loaded release what changed since; see `LiveCatalogue.applied`.
        self.with_changes: Callable[[LiveRelease], LiveRelease] = lambda release: release

    @property
    def release_id(self) -> str | None:
        """Name of the release in use; None while there is none. Loads nothing."""
        release = self._release
        return None if release is None else release.release_id

    @property
    def in_use(self) -> LiveRelease | None:
        """The release in use; None while there is none. Loads nothing."""
        return self._release

    def load(self) -> LiveRelease:
        """Return the release in use, loading it if there is none yet.

        Raises
        ------
        ReleaseError
            If no whole release is published.
        DatasetError
            If the photos of its items cannot be read.
        StoreError
            If what changed since cannot be read. The release is kept and that alone tried
            again, by whoever asks first some seconds later.
        """
        with self.loading:
            if self._release is None:
                if self._store_away is not None and time.monotonic() < self._not_before:
                    raise StoreError(self._store_away)
                if self._loaded is None:
                    self._loaded = self.prepared(self._load)
                try:
                    self.swap(self._loaded)
                except StoreError as error:
                    self._store_away = str(error)
                    self._not_before = time.monotonic() + _STORE_SECONDS
                    raise
                logger.info("release %s loaded", self.release_id)
            return self._release  # type: ignore[return-value]

    def prepared(self, load: Callable[[], ServedRecommender]) -> LiveRelease:
        """Load a release beside the one in use and warm it; the caller holds `loading`."""
        start = time.monotonic()
        release = LiveRelease.warmed(load(), self._images_dir)
        self.metrics.release_load_seconds.observe(time.monotonic() - start)
        return release

    def swap(
        self, loaded: LiveRelease, announce: Callable[[], object] = lambda: None
    ) -> LiveRelease | None:
        """Answer from another release from now on, and return the one before.

        Parameters
        ----------
        loaded : LiveRelease
        announce : callable
            Called once the release can serve, and before it does; where it raises, nothing is
            swapped.

        Raises
        ------
        StoreError
            If what changed since `loaded` was made cannot be read; nothing is swapped then.
        """
        with self._replacing:
            release = self.with_changes(loaded)
            announce()
            before, self._release, self._loaded = self._release, release, loaded
        if before is not release:
            self.metrics.serves(release.release_id)
        return before

    def prepared_already(self, release_id: str) -> LiveRelease | None:
        """Return a release as it was prepared, if it is the one in use."""
        loaded = self._loaded
        return loaded if loaded is not None and loaded.release_id == release_id else None

    def refresh(self) -> None:
        """Bring into the release in use what changed since, if one is loaded."""
        with self._replacing:
            if self._loaded is None:
                return
            before, self._release = self._release, self.with_changes(self._loaded)
            if before is None:
                self.metrics.serves(self._release.release_id)

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
            raise unready() from error


def unready() -> ServiceUnavailable:
    """Return what is answered while there is no release."""
    return ServiceUnavailable("No release is loaded. The log says why.", retry_after=_RETRY_SECONDS)
