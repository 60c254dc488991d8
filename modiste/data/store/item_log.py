"""The shop's items as they are now: written in batches, followed by position."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from modiste.data.store.database import Database
from modiste.data.store.item_rows import live_item, store_items, store_photos
from modiste.data.store.item_writes import Known, written
from modiste.data.store.live_item import PENDING, Delete, LiveItem, Refused, Write
from modiste.data.store.schema import ITEM_PHOTOS, ITEM_POSITIONS, ITEM_QUEUE, ITEMS, SALTS

#: Whoever gives items their position holds this lock until it has committed.
_LOCK: Final = 6_620_733
_STORE_ID: Final = "store"


class ItemLog:
    """The items of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self.engine = database.engine

    @functools.cached_property
    def store_id(self) -> str:
        """Name of this store alone, which a copy of it shares; made when first asked for."""
        row = {"name": _STORE_ID, "salt": secrets.token_bytes(16)}
        with self.engine.begin() as connection:
            connection.execute(insert(SALTS).values(row).on_conflict_do_nothing())
            statement = select(SALTS.c.salt).where(SALTS.c.name == _STORE_ID)
            return bytes(connection.execute(statement).scalar_one()).hex()

    def write(
        self,
        writes: Sequence[Write],
        known: Known,
        *,
        contained: Mapping[str, int] = MappingProxyType({}),
    ) -> list[LiveItem | Refused]:
        """Make some changes, in their order; those that can be made are on disk when this returns.

        Parameters
        ----------
        writes : sequence of Upsert, Patch or Delete
        known : callable
            What the release in use says of an item; None where it has none.
        contained : mapping of str to int
            The versions that the release has of this store's items. Where the store has older
            ones, being a copy, what is written is newer than the release's all the same.

        Returns
        -------
        list of LiveItem or Refused
            One a write: the item as it is after it, or why it was not made.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot take them; nothing is written then.
        """
        ids = sorted({write.item_id for write in writes})
        with self.engine.begin() as connection:
            lock_positions(connection)
            found = connection.execute(select(ITEMS).where(ITEMS.c.item_id.in_(ids))).mappings()
            before = {row["item_id"]: live_item(row) for row in found}
            now = dict(before)
            photos: dict[str, bytes | None] = {}
            results: list[LiveItem | Refused] = []
            for write in writes:
                least = contained.get(write.item_id, 0)
                result = written(write, now.get(write.item_id), known, least)
                results.append(result)
                if isinstance(result, LiveItem):
                    now[write.item_id] = result
                    if isinstance(write, Delete):
                        photos[write.item_id] = None
                    elif write.photo is not None:
                        photos[write.item_id] = write.photo
            changed = [item for item_id, item in now.items() if item is not before.get(item_id)]
            positions = next_positions(connection, len(changed))
            at = {item.item_id: n for item, n in zip(changed, positions, strict=True)}
            store_items(connection, [replace(item, position=at[item.item_id]) for item in changed])
            store_photos(connection, photos)
            read = {item_id: item.looks_version for item_id, item in before.items()}
            jobs = [
                {"item_id": item.item_id, "looks_version": item.looks_version}
                for item in changed
                if item.state == PENDING and item.looks_version > read.get(item.item_id, 0)
            ]
            if jobs:
                connection.execute(insert(ITEM_QUEUE), jobs)
        return [
            replace(one, position=at[one.item_id]) if isinstance(one, LiveItem) else one
            for one in results
        ]

    def since(
        self,
        position: int,
        *,
        limit: int = 5_000,
        contained: Mapping[str, int] = MappingProxyType({}),
    ) -> list[LiveItem]:
        """Return what changed after a position, in the order of the changes.

        Deleted items come without a row. Whoever reads on from the position of the last one
        misses nothing: positions are given in the order of the commits.

        Parameters
        ----------
        position, limit : int
        contained : mapping of str to int
            Versions whose looks nobody needs: those items come without.
        """
        looks = () if not contained else (ITEMS.c.seen, ITEMS.c.embedding)
        light = [column for column in ITEMS.c if all(column is not one for one in looks)]
        page = select(*light).where(ITEMS.c.position > position)
        page = page.order_by(ITEMS.c.position).limit(limit)
        with self.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(page).mappings()]
            if looks:
                newer = [
                    row["item_id"]
                    for row in rows
                    if row["version"] > contained.get(row["item_id"], -1)
                ]
                heavy = select(ITEMS.c.item_id, *looks).where(ITEMS.c.item_id.in_(newer))
                nothing = {"seen": None, "embedding": None}
                found = {row["item_id"]: row for row in connection.execute(heavy).mappings()}
                rows = [{**row, **found.get(row["item_id"], nothing)} for row in rows]
        return [live_item(row) for row in rows]

    def get(self, item_id: str) -> LiveItem | None:
        """Return an item of the store, deleted or not."""
        with self.engine.connect() as connection:
            statement = select(ITEMS).where(ITEMS.c.item_id == item_id)
            row = connection.execute(statement).mappings().one_or_none()
        return None if row is None else live_item(row)

    def photo(self, item_id: str) -> bytes | None:
        """Return the photo of an item as it was sent, if it has one."""
        with self.engine.connect() as connection:
            statement = select(ITEM_PHOTOS.c.content).where(ITEM_PHOTOS.c.item_id == item_id)
            content = connection.execute(statement).scalar_one_or_none()
        return None if content is None else bytes(content)

    def __len__(self) -> int:
        """Return how many items there are, without the deleted ones."""
        with self.engine.connect() as connection:
            statement = select(func.count()).select_from(ITEMS).where(~ITEMS.c.deleted)
            return int(connection.execute(statement).scalar_one())


def lock_positions(connection: Connection) -> None:
    """Let nobody else give positions until this transaction ends.

    A sequence alone would let a reader see a later position before an earlier one is
    committed, and never come back for it.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def next_positions(connection: Connection, n: int) -> list[int]:
    """Return the next positions, under `lock_positions`."""
    statement = text("SELECT nextval(:name) FROM generate_series(1, :n)")
    return sorted(connection.execute(statement, {"name": ITEM_POSITIONS.name, "n": n}).scalars())
