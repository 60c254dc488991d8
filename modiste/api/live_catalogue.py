"""The release's items with what the shop changed since, as the store has it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from modiste.api.item_images import ItemImages
from modiste.api.item_table import ItemTable
from modiste.api.live import Live, LiveRelease
from modiste.data import columns
from modiste.data.store.dataset_export import STORE_VERSION
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import ItemRow, LiveItem
from modiste.errors import StoreError
from modiste.recommender.item_changes import ItemChange, Looks, with_changes
from modiste.recommender.recommender import Recommender

logger = logging.getLogger(__name__)


#: Of a release without a manifest, as in tests.
NO_READER: Final = "no release"
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
    position : int
        Of the last change that was read.
    is_following : bool
        Whether a thread does.
    """

    def __init__(self, log: ItemLog, live: Live) -> None:
        self.log = log
        self.position = 0
        self.is_following = False
        self._live = live
        self._lock = threading.Lock()
        self._loaded: LiveRelease | None = None
        self._shown: LiveRelease | None = None
        self._contained: Mapping[str, int] = {}
        #: Which looks each item has in use: of which network, version and state.
        self._looks: dict[str, tuple[str | None, int, str]] = {}
        self._images: LiveImages
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
            if loaded is not self._loaded or self._shown is None:
                self._begin(loaded)
            # Whatever fails, all is read anew the next time.
            self._loaded = None
            try:
                items = self._read()
            except SQLAlchemyError as error:
                raise StoreError(
                    f"The items that changed since the release cannot be read. Received: {error}"
                ) from error
            shown = self._shown or loaded
            if items:
                shown = self._with(shown, loaded, items)
                self.position = items[-1].position
            self._shown, self._loaded = shown, loaded
            return shown

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

    def _begin(self, loaded: LiveRelease) -> None:
        items = loaded.recommender.catalogue.items
        self._contained = {}
        if STORE_VERSION in items:
            versions = items[[columns.ITEM_ID, STORE_VERSION]].dropna()
            pairs = zip(versions[columns.ITEM_ID], versions[STORE_VERSION], strict=True)
            self._contained = {item_id: int(version) for item_id, version in pairs}
        self._looks = {}
        self.position = 0
        self._images = LiveImages(loaded.images, self.log, {}, frozenset())
        self._shown = replace(loaded, versions={}, images=self._images)

    def _read(self) -> list[LiveItem]:
        found: list[LiveItem] = []
        position = self.position
        while page := self.log.since(position):
            found += page
            position = page[-1].position
        return found

    def _with(self, shown: LiveRelease, loaded: LiveRelease, items: list[LiveItem]) -> LiveRelease:
        latest = {item.item_id: item for item in items}
        before = shown.recommender
        if not isinstance(before, Recommender):
            raise TypeError(f"A recommender of modiste's own. Received: {type(before).__name__}")
        changes = [
            self._change(item, loaded)
            for item in latest.values()
            if item.version > self._contained.get(item.item_id, -1)
        ]
        recommender = with_changes(before, changes)
        catalogue = recommender.catalogue
        images = self._images = self._images.after(latest.values())
        return replace(
            shown,
            recommender=recommender,
            images=images,
            items=ItemTable(
                catalogue.items, images, item_ids=catalogue.item_ids, removed=catalogue.removed
            ),
            versions={
                **(shown.versions or {}),
                **{item.item_id: (item.version, item.position) for item in latest.values()},
            },
        )

    def _change(self, item: LiveItem, loaded: LiveRelease) -> ItemChange:
        if item.row is None:
            self._looks.pop(item.item_id, None)
            return ItemChange(item.item_id, None)
        vocabulary = loaded.recommender.catalogue.vocabulary
        row = item.row.values() | {columns.ITEM_ID: item.item_id}
        # A vocabulary may have been changed since.
        category = item.row.category or item.said_category
        row[columns.CATEGORY] = category if category in vocabulary.category_index else None
        names = item.said_attributes if item.row.attributes is None else item.row.attributes
        if names is not None:
            row[columns.ATTRIBUTES] = [n for n in names if n in vocabulary.attribute_index]
        return ItemChange(item.item_id, row, self._looks_of(item, loaded))

    def _looks_of(self, item: LiveItem, loaded: LiveRelease) -> Looks | None:
        """Return an item's looks if they are others than those in use."""
        if item.looks_version <= max(self._contained.get(item.item_id, -1), 0):
            return None  # as the release has it
        catalogue = loaded.recommender.catalogue
        is_released = item.item_id in catalogue.item_ids and not item.reborn
        manifest = loaded.recommender.manifest
        is_read = item.described_by == (NO_READER if manifest is None else manifest.reader_id)
        if is_released and (item.photo_sha256 is None or not is_read):
            return None
        key = (item.described_by, item.looks_version, item.state)
        if self._looks.get(item.item_id) == key:
            return None
        self._looks[item.item_id] = key
        if not is_read:
            return Looks()
        size, embedding = catalogue.embeddings.shape[1], item.embedding
        if embedding is not None and size not in (0, len(embedding)):
            embedding = None
        known = catalogue.vocabulary.attribute_index
        seen = {name: float(score) for name, score in item.seen.items() if name in known}
        return Looks(seen, None if embedding is None else np.asarray(embedding))


class LiveImages(ItemImages):
    """The photos of a release's items, and in their place those that the shop sent since.

    Parameters
    ----------
    released : ItemImages
    log : ItemLog
    sent : mapping of str to str
        SHA-256 of the photos that were sent, by item.
    gone : frozenset of str
        Items of whose ids the release shows another thing.
    """

    def __init__(
        self,
        released: ItemImages,
        log: ItemLog,
        sent: Mapping[str, str],
        gone: frozenset[str],
    ) -> None:
        super().__init__(None, {})
        self._released, self._log = released, log
        self._sent, self._gone = sent, gone

    def after(self, items: Collection[LiveItem]) -> LiveImages:
        """Return the photos after some items changed."""
        changed = {item.item_id: item.photo_sha256 for item in items}
        sent = {**self._sent, **changed}
        return LiveImages(
            self._released,
            self._log,
            {item_id: sha256 for item_id, sha256 in sent.items() if sha256 is not None},
            self._gone | {item.item_id for item in items if item.reborn},
        )

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._sent or (item_id not in self._gone and item_id in self._released)

    def sent(self, item_id: str) -> tuple[bytes, str] | None:
        """Return a photo that the shop sent since the release, and its SHA-256."""
        sha256 = self._sent.get(item_id)
        content = None if sha256 is None else self._log.photo(item_id)
        return None if sha256 is None or content is None else (content, sha256)

    def path(self, item_id: str) -> Path | None:
        """Return the file of an item's photo in the release, unless it is of another thing."""
        if item_id in self._gone or item_id in self._sent:
            return None
        return self._released.path(item_id)
