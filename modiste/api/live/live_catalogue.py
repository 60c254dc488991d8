"""The release's items with what the shop changed since, as the store has it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from modiste.api.live.followed_release import FollowedRelease
from modiste.api.live.live import Live, LiveRelease
from modiste.data import columns
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import ItemRow, LiveItem
from modiste.errors import StoreError
from modiste.recommender.recommender import Recommender

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.25
#: After a change the follower rests this many times as long as the change took, but no
#: longer than `_LONGEST_REST_SECONDS`: searches keep two thirds of the time.
_REST: Final = 2.0
_LONGEST_REST_SECONDS: Final = 1.0
_WAIT_SECONDS: Final = 2.0


class LiveCatalogue:
    """Follows the store and brings what changes into the release that answers.

    An answer reads one `LiveRelease` throughout; each poll with changes makes another.

    Parameters
    ----------
    log : ItemLog
    live : Live
        Its `with_changes` is set to `applied`.

    Attributes
    ----------
    is_following : bool
        Whether a thread does.
    """

    def __init__(self, log: ItemLog, live: Live) -> None:
        self.log = log
        self.is_following = False
        self._live = live
        self._lock = threading.Lock()
        self._state: FollowedRelease | None = None
        self._wanted = threading.Event()
        self._followed = threading.Condition()
        self._in_use = 0
        live.with_changes = self.applied

    def applied(self, loaded: LiveRelease) -> LiveRelease:
        """Return a release with everything that changed since it was made.

        For the release of the call before, only what changed since that is read.

        Raises
        ------
        StoreError
            If the store cannot be read: what was deleted must not come back.
        """
        recommender = loaded.recommender
        if not isinstance(recommender, Recommender):
            # One of the user's own, whose catalogue is theirs to change.
            return loaded
        with self._lock:
            # Whatever fails, the state before stays, and the next call goes on from it.
            state = self._state
            try:
                if state is None or state.loaded is not loaded:
                    state = FollowedRelease.begun(loaded, self.log)
                items = self._read(state)
            except SQLAlchemyError as error:
                raise StoreError(
                    f"The items that changed since the release cannot be read. Received: {error}"
                ) from error
            self._state = state = state.after(items) if items else state
            return state.shown

    @property
    def position(self) -> int:
        """Position of the last change that is in use; 0 before the first."""
        return 0 if self._state is None else self._state.position

    @property
    def contained(self) -> Mapping[str, int]:
        """The versions that the release has of the store's items."""
        return {} if self._state is None else self._state.contained

    def follow_to(self, position: int) -> None:
        """Wait until a change is in use here, for two seconds at most."""
        if not self.is_following:
            self._refresh()
            return
        self._wanted.set()
        with self._followed:
            self._followed.wait_for(lambda: self._in_use >= position, _WAIT_SECONDS)

    def wake(self) -> None:
        """Have the changes looked for now."""
        self._wanted.set()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow the store from a thread of its own, as long as this context is open."""
        stopping = threading.Event()

        def follow() -> None:
            rest = 0.0
            while not stopping.wait(rest):
                self._wanted.wait(_POLL_SECONDS)
                self._wanted.clear()
                started = time.monotonic()
                self._refresh()
                rest = min(_REST * (time.monotonic() - started), _LONGEST_REST_SECONDS)
                with self._followed:
                    self._in_use = self.position
                    self._followed.notify_all()

        thread = threading.Thread(target=follow, name="modiste-items", daemon=True)
        self.is_following = True
        thread.start()
        try:
            yield
        finally:
            self.is_following = False
            stopping.set()
            self._wanted.set()
            thread.join()

    def _refresh(self) -> None:
        try:
            self._live.refresh()
        except StoreError as error:
            logger.warning("items are as they were: %s", error)
        except Exception:
            # Whoever follows goes on; the next change may be a better one.
            logger.exception("changed items could not be brought in")

    def known(self, release: LiveRelease, item_id: str) -> ItemRow | None:
        """Return what a release says of an item that the store does not have."""
        catalogue = release.recommender.catalogue
        row = catalogue.item_ids.index(item_id)
        if row is None or catalogue.is_removed(row):
            return None
        body = release.items.answers([item_id])[0].model_dump(exclude={"item_id", "image"})
        if body[columns.ATTRIBUTES] is not None:
            body[columns.ATTRIBUTES] = tuple(body[columns.ATTRIBUTES])
        return ItemRow(**body)

    def _read(self, state: FollowedRelease) -> list[LiveItem]:
        found: list[LiveItem] = []
        position = state.position
        while page := self.log.since(position, contained=state.contained):
            found += page
            position = page[-1].position
        return found
