"""What a search needs to know of its shopper, in one question to the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, true

from modiste.data.store.database import Database
from modiste.data.store.event_log import EVENT_COLUMNS, Event
from modiste.data.store.schema import EVENTS, TOMBSTONES
from modiste.data.store.tombstones import Tombstones

#: Of more events than these, the latest.
_LIMIT: Final = 1_000


@dataclass(frozen=True)
class Since:
    """What became of a shopper since a moment.

    Parameters
    ----------
    events : tuple of Event
        Oldest first.
    erased_at : datetime or None
        When they were erased last, if ever.
    """

    events: tuple[Event, ...]
    erased_at: datetime | None


class ShopperHistory:
    """The shoppers of a database, as searches read them: without a lock, and never beside writers.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.reading
        self._tombstones = Tombstones(database)

    def since(self, user_id: str, moment: datetime) -> Since:
        """Return what a shopper did after a moment, and whether they were erased, as of now.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot be read soon enough.
        """
        with self._engine.connect() as connection:
            user_hash = self._tombstones.user_hash(connection, user_id)
            erased_at = select(TOMBSTONES.c.erased_at).where(TOMBSTONES.c.user_hash == user_hash)
            shopper = select(erased_at.scalar_subquery().label("erased_at")).subquery()
            latest = (
                select(*(EVENTS.c[name] for name in EVENT_COLUMNS))
                .where(EVENTS.c.user_id == user_id, EVENTS.c.event_time > moment)
                .order_by(EVENTS.c.event_time.desc(), EVENTS.c.event_id.desc())
                .limit(_LIMIT)
                .subquery()
            )
            # One row at least, whose event is null where there is none.
            statement = (
                select(shopper.c.erased_at, latest)
                .select_from(shopper.outerjoin(latest, true()))
                .order_by(latest.c.event_time, latest.c.event_id)
            )
            rows = connection.execute(statement).mappings().all()
        events = (
            Event(**{name: row[name] for name in EVENT_COLUMNS})
            for row in rows
            if row["event_id"] is not None
        )
        return Since(tuple(events), rows[0]["erased_at"])
