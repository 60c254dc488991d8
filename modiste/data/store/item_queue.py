"""What waits to be described: taken by any number of workers, each item by one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from modiste.data.store.database import Database
from modiste.data.store.item_log import lock_positions, next_positions
from modiste.data.store.item_rows import live_item
from modiste.data.store.live_item import DESCRIBED, FAILED, LiveItem
from modiste.data.store.schema import ITEM_PHOTOS, ITEM_QUEUE, ITEMS
from modiste.data.store.silence import may_pause


@dataclass(frozen=True)
class Read:
    """What was read of an item; see ``modiste.recommender.item_description.Description``."""

    said_category: str | None = None
    said_attributes: tuple[str, ...] | None = None
    seen: dict[str, float] = field(default_factory=dict)
    embedding: NDArray[np.float16] | None = None
    error: str | None = None


#: Describes items with their photos, one `Read` each.
Describe = Callable[[Sequence[tuple[LiveItem, bytes | None]]], Sequence[Read]]


class ItemQueue:
    """The queue of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def work(self, describe: Describe, described_by: str, *, limit: int = 8) -> int:
        """Describe some of the items that wait, and return how many jobs are done with.

        They are this worker's until it is done or dies: then they wait again. What changed
        while it was described waits again too.

        Parameters
        ----------
        describe : callable
            Given items that are all pending.
        described_by : str
            The network and vocabulary that it reads with.
        limit : int
            At most so many at once.
        """
        with self._engine.begin() as connection:
            # A network that describes for long must not lose what it describes.
            may_pause(connection)
            jobs = _taken(connection, limit)
            if not jobs:
                return 0
            waiting = _waiting(connection, jobs)
            reads = describe(waiting) if waiting else ()
            _store(connection, waiting, reads, described_by)
            connection.execute(
                delete(ITEM_QUEUE).where(ITEM_QUEUE.c.job_id.in_([job for job, _, _ in jobs]))
            )
        return len(jobs)

    def add_described_otherwise(self, described_by: str) -> int:
        """Let what was described by another network wait for this one; return how many."""
        waits = select(ITEM_QUEUE.c.item_id)
        others = select(ITEMS.c.item_id, ITEMS.c.looks_version).where(
            ~ITEMS.c.deleted,
            ITEMS.c.state.in_([DESCRIBED, FAILED]),
            ITEMS.c.described_by != described_by,
            ITEMS.c.item_id.not_in(waits),
        )
        with self._engine.begin() as connection:
            statement = insert(ITEM_QUEUE).from_select(["item_id", "looks_version"], others)
            return len(connection.execute(statement.returning(ITEM_QUEUE.c.job_id)).all())

    def __len__(self) -> int:
        """Return how many jobs there are, taken ones too."""
        with self._engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM item_queue")).scalar_one())


def _taken(connection: Connection, limit: int) -> list[tuple[int, str, int]]:
    statement = (
        select(ITEM_QUEUE.c.job_id, ITEM_QUEUE.c.item_id, ITEM_QUEUE.c.looks_version)
        .order_by(ITEM_QUEUE.c.job_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(job, item_id, version) for job, item_id, version in connection.execute(statement)]


def _waiting(
    connection: Connection, jobs: Sequence[tuple[int, str, int]]
) -> list[tuple[LiveItem, bytes | None]]:
    """Return the items of some jobs, each once, but those that have changed since."""
    version_of = {item_id: version for _, item_id, version in jobs}
    photos = ITEM_PHOTOS.c.content.label("content")
    statement = (
        select(ITEMS, photos)
        .outerjoin(ITEM_PHOTOS, ITEM_PHOTOS.c.item_id == ITEMS.c.item_id)
        .where(ITEMS.c.item_id.in_(list(version_of)), ~ITEMS.c.deleted)
        .order_by(ITEMS.c.item_id)
    )
    return [
        (live_item(row), None if row["content"] is None else bytes(row["content"]))
        for row in connection.execute(statement).mappings()
        if row["looks_version"] == version_of[row["item_id"]]
    ]


def _store(
    connection: Connection,
    waiting: Sequence[tuple[LiveItem, bytes | None]],
    reads: Sequence[Read],
    described_by: str,
) -> None:
    if not waiting:
        return
    # Only now, so that no writer waits for a network.
    lock_positions(connection)
    positions = next_positions(connection, len(waiting))
    statement = (
        update(ITEMS)
        .where(
            ITEMS.c.item_id == bindparam("key"),
            ITEMS.c.looks_version == bindparam("read_version"),
        )
        .values({name: bindparam(f"new_{name}") for name in _WRITTEN})
    )
    values: list[dict[str, Any]] = []
    for (item, _), read, position in zip(waiting, reads, positions, strict=True):
        cells = {
            "state": DESCRIBED if read.error is None else FAILED,
            "error": read.error,
            "described_by": described_by,
            "said_category": read.said_category,
            "said_attributes": None if read.said_attributes is None else [*read.said_attributes],
            "seen": read.seen,
            "embedding": None if read.embedding is None else read.embedding.tobytes(),
            "position": position,
        }
        named = {f"new_{name}": cells[name] for name in _WRITTEN}
        values.append({"key": item.item_id, "read_version": item.looks_version, **named})
    connection.execute(statement, values)


_WRITTEN = (
    "state",
    "error",
    "described_by",
    "said_category",
    "said_attributes",
    "seen",
    "embedding",
    "position",
)
