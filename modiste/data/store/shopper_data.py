"""All that the store has of a shopper: to hand it over, and to erase it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, select, union

from modiste.data.store.database import Database
from modiste.data.store.event_log import EVENT_COLUMNS, Event
from modiste.data.store.schema import EVENTS, FEEDBACK, QUARANTINED, SEARCHES
from modiste.data.store.search_log import Feedback, Search
from modiste.data.store.silence import be_patient
from modiste.data.store.tombstones import Tombstone, Tombstones

_OF_EVENTS: Final = (EVENTS, QUARANTINED)
_ROWS_AT_A_TIME: Final = 500


@dataclass(frozen=True)
class ShopperRecord:
    """Everything the store has of one shopper, oldest first.

    Parameters
    ----------
    events, quarantined : tuple of Event
    searches : tuple of Search
    feedback : tuple of Feedback
        On those searches.
    """

    events: tuple[Event, ...]
    quarantined: tuple[Event, ...]
    searches: tuple[Search, ...]
    feedback: tuple[Feedback, ...]


@dataclass(frozen=True)
class ShopperRows:
    """As `ShopperRecord`, of which each part is read as it is gone through, and once."""

    events: Iterator[Event]
    quarantined: Iterator[Event]
    searches: Iterator[Search]
    feedback: Iterator[Feedback]


@dataclass(frozen=True)
class Erased:
    """How much of a shopper was erased, and when."""

    erased_at: datetime
    n_events: int
    n_searches: int
    n_feedback: int


class ShopperData:
    """What a database has of shoppers.

    Parameters
    ----------
    database : Database

    Attributes
    ----------
    tombstones : Tombstones
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self.tombstones = Tombstones(database)

    def record(self, user_id: str) -> ShopperRecord:
        """Return all there is of a shopper; empty parts where there is nothing."""
        with self.reading(user_id) as rows:
            return ShopperRecord(
                tuple(rows.events),
                tuple(rows.quarantined),
                tuple(rows.searches),
                tuple(rows.feedback),
            )

    @contextmanager
    def reading(self, user_id: str) -> Iterator[ShopperRows]:
        """Read all there is of a shopper a piece at a time, however much it is.

        A connection of the database is held as long as this context is open.
        """
        searches = select(SEARCHES).where(SEARCHES.c.user_id == user_id)
        searches = searches.order_by(SEARCHES.c.made_at, SEARCHES.c.search_id, SEARCHES.c.page)
        feedback = select(FEEDBACK).where(FEEDBACK.c.search_id.in_(_searches_of(user_id)))
        feedback = feedback.order_by(FEEDBACK.c.made_at)
        events, quarantined = (
            select(*(table.c[name] for name in EVENT_COLUMNS))
            .where(table.c.user_id == user_id)
            .order_by(table.c.event_time, table.c.event_id)
            for table in _OF_EVENTS
        )
        with self._engine.connect() as connection, ExitStack() as cursors:
            # One moment for all of it.
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", yield_per=_ROWS_AT_A_TIME
            )

            def rows(statement: Select[Any]) -> Iterator[Mapping[str, Any]]:
                return cursors.enter_context(closing(_rows(connection, statement)))

            yield ShopperRows(
                events=(Event(**row) for row in rows(events)),
                quarantined=(Event(**row) for row in rows(quarantined)),
                searches=(Search.of_row(row) for row in rows(searches)),
                feedback=(Feedback(**row) for row in rows(feedback)),
            )

    def erase(self, user_id: str, *, now: datetime | None = None) -> Erased:
        """Erase a shopper in one transaction and leave a tombstone; again is harmless.

        Parameters
        ----------
        user_id : str
        now : datetime, optional
            The present by default. With a zone.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot; nothing is erased then.
        """
        with self._engine.begin() as connection:
            self.tombstones.lock(connection)
            erased_at = now or datetime.now(UTC)
            user_hash = self.tombstones.user_hash(connection, user_id)
            self.tombstones.add(connection, [Tombstone(user_hash, erased_at)])
            return _erase(connection, user_id, erased_at, everything=True)

    def erase_again(self, tombstones: Sequence[Tombstone]) -> int:
        """Erase what a restored backup brought back, and return of how many shoppers.

        Parameters
        ----------
        tombstones : sequence of Tombstone
            From `Tombstones.all` of the same database, before the backup was restored.
        """
        with self._engine.begin() as connection:
            be_patient(connection)
            self.tombstones.lock(connection)
            self.tombstones.add(connection, tombstones)
            moments = {one.user_hash: one.erased_at for one in self.tombstones.all_in(connection)}
            held = union(
                *(
                    select(table.c.user_id).where(table.c.user_id.is_not(None))
                    for table in (*_OF_EVENTS, SEARCHES)
                )
            )
            n_shoppers = 0
            for user_id in connection.execute(held).scalars().all():
                erased_at = moments.get(self.tombstones.user_hash(connection, user_id))
                if erased_at is not None:
                    gone = _erase(connection, user_id, erased_at, everything=False)
                    n_shoppers += gone.n_events + gone.n_searches + gone.n_feedback > 0
            return n_shoppers


def _rows(
    connection: Connection, statement: Select[Any]
) -> Generator[Mapping[str, Any], None, None]:
    # Not asked before somebody wants the first row.
    with connection.execute(statement) as found:
        for row in found.mappings():
            yield {str(name): cell for name, cell in row.items()}


def _erase(
    connection: Connection, user_id: str, erased_at: datetime, *, everything: bool
) -> Erased:
    # What was done after an earlier erasure is kept when a backup is cleaned.
    own = _searches_of(user_id)
    feedback = FEEDBACK.delete().where(FEEDBACK.c.search_id.in_(own))
    searches = SEARCHES.delete().where(SEARCHES.c.user_id == user_id)
    events = [(table, table.delete().where(table.c.user_id == user_id)) for table in _OF_EVENTS]
    if not everything:
        feedback = feedback.where(FEEDBACK.c.made_at <= erased_at)
        searches = searches.where(SEARCHES.c.made_at <= erased_at)
        events = [(table, one.where(table.c.event_time <= erased_at)) for table, one in events]
    # Feedback first: it is known by its searches.
    n_feedback = connection.execute(feedback).rowcount
    n_searches = connection.execute(searches).rowcount
    n_events = sum(connection.execute(one).rowcount for _, one in events)
    return Erased(erased_at, n_events, n_searches, n_feedback)


def _searches_of(user_id: str) -> Select[tuple[str]]:
    return select(SEARCHES.c.search_id).where(SEARCHES.c.user_id == user_id)
