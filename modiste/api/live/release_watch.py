"""Notices that another release is published, and lets it take over without a pause."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from modiste.api.live.live import Live, LiveRelease, Refused, ServedRecommender
from modiste.api.live.memory import collect_cycles, give_back
from modiste.errors import DatasetError, ModisteError, ReleaseError, StoreError, UnknownReleaseError
from modiste.recommender.release import (
    CURRENT_FILE,
    check_release,
    live_ids,
    publish,
    release_folder,
    rollback,
)

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
#: A request that holds its release longer than this is worth a line in the log.
_DRAIN_SECONDS: Final = 60.0
#: Between two tries while the store is away.
_STORE_SECONDS: Final = 10.0

_MEANWHILE: Final = "Another release was published meanwhile; look which one is live"
#: What is told to everybody of a release that is refused, by the error that it raised.
_CODES: Final = (
    (UnknownReleaseError, "unknown_release"),
    (ReleaseError, "unreadable_release"),
    (DatasetError, "unreadable_photos"),
    (MemoryError, "too_large"),
)


class ReleaseBusyError(ModisteError):
    """Another release is being loaded; try again when it serves or is refused."""


@dataclass(frozen=True)
class _Published:
    """What ``CURRENT`` says, and which file said it: publishing one id again is a change."""

    release_id: str
    inode: int
    mtime_ns: int


@dataclass(frozen=True)
class _Draining:
    recommender: weakref.ref[ServedRecommender]
    release_id: str
    until: float


class ReleaseWatch:
    """Keeps a service at the release that ``CURRENT`` names.

    The new release is loaded beside the old one, every file of it checked, and warmed; then
    answers come from it. One that cannot be loaded is refused and the old one serves on,
    until ``CURRENT`` changes again. Each process of several over one directory does so on
    its own.

    Parameters
    ----------
    releases_dir : path
    live : Live
    load : callable
        Loads the release of a directory.
    seconds : float
        Between two looks at ``CURRENT``.
    """

    def __init__(
        self,
        releases_dir: Path,
        live: Live,
        load: Callable[[Path], ServedRecommender],
        *,
        seconds: float = LOOK_SECONDS,
    ) -> None:
        self.releases_dir = releases_dir
        self._live = live
        self._load = load
        self._seconds = seconds
        self._seen: _Published | None = None
        self._not_before = 0.0
        #: Loaded, and kept from serving by a store that is away.
        self._waiting: LiveRelease | None = None
        #: All releases come from one thread: glibc keeps a heap a thread, and each that loads one
        #: would keep some megabytes of it.
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="release loader")
        self._draining: list[_Draining] = []
        self._drains = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look again and again in a thread of its own, until `stop`.

        Under a server that forks, call it in each worker.
        """
        self._thread = threading.Thread(target=self._run, name="release watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; a release being loaded is finished first."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Let a release that was published since the last look take over, or refuse it."""
        self._drain()
        published = self._published()
        if published is None or published == self._seen or time.monotonic() < self._not_before:
            return
        with self._live.loading:
            # Somebody may have published another one while this waited for the lock.
            published = self._published() or published
            self._seen = published
            if published.release_id != self._live.release_id:
                self._take(published.release_id)

    def publish(self, release_id: str) -> LiveRelease:
        """Load a release, name it in ``CURRENT`` and serve it.

        Raises
        ------
        ReleaseError
            If it is not there or not whole; ``CURRENT`` and the release in use stay.
        ReleaseBusyError
            If another is being loaded.
        StoreError
            If what changed since it was made cannot be read.
        OSError
            If ``CURRENT`` cannot be written.
        """
        with self._alone():
            release = self._checked(release_id)
            return self._serve(release, lambda: publish(self.releases_dir, release_id, check=False))

    def rollback(self) -> LiveRelease:
        """Serve the release that was live before the current one; as `publish` does."""
        with self._alone():
            earlier = live_ids(self.releases_dir)[1:2]
            if not earlier:
                rollback(self.releases_dir)  # says why it cannot be done
                raise ReleaseBusyError(f"{_MEANWHILE}. Received: none before")
            release = self._checked(earlier[0])

            def announce() -> None:
                found = rollback(self.releases_dir, check=False).name
                if release.release_id != found:
                    # Somebody published in between; the next look finds what they did.
                    raise ReleaseBusyError(f"{_MEANWHILE}. Received: {found}")

            return self._serve(release, announce)

    @property
    def refused(self) -> Refused | None:
        """The last release that could not take over."""
        return self._live.refused

    def why(self, error: Exception) -> str:
        """Return an error in words that name no folder of this machine."""
        words = str(error) if isinstance(error, ModisteError | OSError) else repr(error)
        return words.replace(f"{self.releases_dir}{os.sep}", "").replace(
            str(self.releases_dir), "the releases directory"
        )

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self.look()
            except Exception:
                # Whatever it is, it must not end the watch.
                logger.exception("the releases directory could not be looked at")

    def _published(self) -> _Published | None:
        try:
            with (self.releases_dir / CURRENT_FILE).open(
                encoding="utf-8", errors="replace"
            ) as file:
                named, status = file.read().split(), os.fstat(file.fileno())
        except OSError:
            # Unreadable for a moment, or for good: what serves now serves on.
            return None
        return _Published(named[0], status.st_ino, status.st_mtime_ns) if named else None

    def _take(self, release_id: str) -> None:
        loaded, self._waiting = self._waiting, None
        if loaded is None or loaded.release_id != release_id:
            loaded = self._live.prepared_already(release_id)
        try:
            loaded = loaded or self._prepared(release_id)
            self._serve(loaded)
        except StoreError as error:
            self._waiting = loaded
            # It is the store that is away, not the release that is bad.
            logger.warning("release %s waits: %s", release_id, error)
            self._seen, self._not_before = None, time.monotonic() + _STORE_SECONDS
        except Exception as error:
            # What a damaged release raises is anybody's guess, and none of it may pass.
            logger.exception("release %s is refused", release_id)
            self._live.refused = Refused(
                release_id, self.why(error), _code(error), datetime.now(UTC)
            )
            self._live.metrics.releases_refused.inc()
        else:
            return
        # Outside, since the error's traceback holds what was loaded.
        loaded = None
        give_back()

    def _checked(self, release_id: str) -> LiveRelease:
        """Load a release that somebody asks for; whatever is wrong with it is told.

        Its files are read here, and not again while it takes over: changes of items wait then.
        """
        prepared = self._live.prepared_already(release_id)
        if prepared is not None:
            check_release(release_folder(self.releases_dir, release_id))
            return prepared
        try:
            return self._prepared(release_id)
        except ReleaseError:
            raise
        except Exception as error:
            raise ReleaseError(f"{release_id} cannot be served. Received: {error!r}") from error

    def _prepared(self, release_id: str) -> LiveRelease:
        folder = release_folder(self.releases_dir, release_id)
        # Not named: with an error's traceback it would hold what was loaded in a cycle.
        return self._loader.submit(self._live.prepared, lambda: self._load(folder)).result()

    def _serve(
        self, loaded: LiveRelease, announce: Callable[[], object] = lambda: None
    ) -> LiveRelease:
        before = self._live.swap(loaded, announce)
        release = self._live.release()
        if before is not None and before.release_id != release.release_id:
            logger.info("release %s took over from %s", release.release_id, before.release_id)
            until = time.monotonic() + _DRAIN_SECONDS
            old = weakref.ref(before.recommender)
            with self._drains:
                self._draining.append(_Draining(old, before.release_id, until))
        return release

    def _drain(self) -> None:
        """Free what the last answers from an old release have let go."""
        now = time.monotonic()
        with self._drains:
            draining = list(self._draining)
        held = [one for one in draining if one.recommender() is not None]
        late = [one for one in held if one.until < now]
        if late:
            # Not before: every request waits for a collection, and what is in cycles, some
            # megabytes of a release, Python finds by itself every few swaps.
            collect_cycles()
        if len(held) < len(draining) or late:
            give_back()
        for one in late:
            if one.recommender() is not None:
                logger.warning("release %s is still held by a request", one.release_id)
        done = [one for one in draining if one not in held or one in late]
        with self._drains:
            self._draining = [one for one in self._draining if one not in done]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._live.loading.acquire(blocking=False):
            raise ReleaseBusyError(
                "Another release is being loaded; try again in a moment. Received: a second one"
            )
        try:
            yield
        finally:
            self._live.loading.release()


def _code(error: Exception) -> str:
    """Return the kind of a fault."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), "failed")
