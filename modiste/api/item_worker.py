"""Describes the items that wait for it: in a thread of the service, or a process of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from modiste.api.live.followed_release import NO_READER
from modiste.data.store.item_queue import ItemQueue, Read
from modiste.data.store.live_item import LiveItem
from modiste.errors import ModisteError
from modiste.recommender.item_description import ItemReader, Undescribed
from modiste.recommender.recommender import Recommender

logger = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.2
_REST_AFTER_ERROR_SECONDS: Final = 2.0


class ItemWorker:
    """Takes items off the queue, a few at a time, and writes back what it reads of them.

    Any number of workers may run, in any number of processes.

    Parameters
    ----------
    queue : ItemQueue
    reader : callable
        Returns the reader in use and the name of its network and vocabulary, or None while
        there is none; asked before every batch.
    """

    def __init__(
        self, queue: ItemQueue, reader: Callable[[], tuple[ItemReader, str] | None]
    ) -> None:
        self._queue = queue
        self._reader = reader
        self._described_by: str | None = None

    def work(self, limit: int = 8) -> int:
        """Describe some items, and return how many jobs are done with.

        Where the network is another than at the last call, what others described waits first.
        """
        found = self._reader()
        if found is None:
            return 0
        reader, described_by = found
        if described_by != self._described_by:
            self._queue.add_described_otherwise(described_by)
            self._described_by = described_by

        def describe(waiting: Sequence[tuple[LiveItem, bytes | None]]) -> list[Read]:
            return _read(reader, [_undescribed(item, photo) for item, photo in waiting])

        return self._queue.work(describe, described_by, limit=limit)

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop."""
        rest = 0.0
        while not stopping.wait(rest):
            try:
                rest = 0.0 if self.work() else _POLL_SECONDS
            except (SQLAlchemyError, ModisteError) as error:
                logger.warning("items wait to be described: %s", error)
                rest = _REST_AFTER_ERROR_SECONDS

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work in a thread of its own, as long as this context is open."""
        stopping = threading.Event()
        thread = threading.Thread(
            target=self.run, args=(stopping,), name="modiste-worker", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


def reader_of(recommender: object, language: str = "en") -> tuple[ItemReader, str] | None:
    """Return what reads items as a recommender's release does, and the name of that."""
    if not isinstance(recommender, Recommender):
        return None
    vocabulary, manifest = recommender.catalogue.vocabulary, recommender.manifest
    reader = ItemReader(vocabulary, recommender.encoder.photo_reader, language=language)
    return reader, NO_READER if manifest is None else manifest.reader_id


class ReleaseReader:
    """The reader of a directory's current release, loaded again when another is published.

    Parameters
    ----------
    releases_dir : path
    language : str
        Of the items' texts.
    """

    def __init__(self, releases_dir: str | Path, language: str = "en") -> None:
        self._releases_dir, self._language = Path(releases_dir), language
        self._loaded: tuple[Path, tuple[ItemReader, str]] | None = None

    def __call__(self) -> tuple[ItemReader, str]:
        """Return the reader and the name of its network and vocabulary.

        Raises
        ------
        ReleaseError
            If no whole release is published.
        """
        from modiste.attribute_model.runtime import Detector
        from modiste.data.vocabulary import Vocabulary
        from modiste.recommender.catalogue_files import VOCABULARY_FILE
        from modiste.recommender.release import check_release, current_release
        from modiste.recommender.release_parts import NETWORK_FILE

        release = current_release(self._releases_dir)
        if self._loaded is None or self._loaded[0] != release:
            manifest = check_release(release)
            vocabulary = Vocabulary.read(release / VOCABULARY_FILE)
            detector = None
            if (release / NETWORK_FILE).is_file():
                detector = Detector.load(release, vocabulary)
            reader = ItemReader(vocabulary, detector, language=self._language)
            self._loaded = release, (reader, manifest.reader_id)
            logger.info("items are described by release %s", release.name)
        return self._loaded[1]


def _undescribed(item: LiveItem, photo: bytes | None) -> Undescribed:
    row = item.row
    if row is None:
        raise ValueError(f"A deleted item is not described. Received: {item.item_id!r}")
    return Undescribed(row.title, row.description or "", row.category, row.attributes, photo)


def _read(reader: ItemReader, items: Sequence[Undescribed]) -> list[Read]:
    try:
        found = reader.describe(items)
    except Exception as error:
        if len(items) > 1:
            # One of them is at fault, and the others need not wait for it.
            return [read for item in items for read in _read(reader, [item])]
        logger.exception("an item could not be described")
        told = f"The item could not be described; the log says why. Received: {type(error)}"
        return [Read(error=told)]
    return [
        Read(one.category, one.attributes, dict(one.seen), one.embedding, one.error)
        for one in found
    ]
