"""Events as they come in: kept once however often they are sent, acknowledged when committed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from modiste.data.columns import EVENT_NAMES, SEARCH
from modiste.data.store.database import Database
from modiste.data.store.moments import check_moment
from modiste.data.store.schema import EVENTS, QUARANTINED
from modiste.data.store.tombstones import Tombstones

#: Clocks of phones are a little fast; past this an event is from the future.
TOLERANCE: Final = timedelta(minutes=5)
MAX_QUANTITY: Final = 1_000_000
#: The columns of an `Event`.
EVENT_COLUMNS: Final = (
    "event_id",
    "user_id",
    "event_name",
    "event_time",
    "item_id",
    "quantity",
    "search_term",
)


@dataclass(frozen=True)
class Event:
    """One thing that a shopper did.

    Parameters
    ----------
    event_id : str
        Of the sender's choosing; the same id is the same event.
    user_id : str
    event_name : str
        One of ``modiste.data.columns.EVENT_NAMES``.
    event_time : datetime
        With a zone; one that `check_moment` lets pass.
    item_id : str, optional
        Needed by every event but a search.
    quantity : int, optional
        At least 1.
    search_term : str, optional

    Raises
    ------
    ValueError
        If a field is not as described.
    """

    event_id: str
    user_id: str
    event_name: str
    event_time: datetime
    item_id: str | None = None
    quantity: int | None = None
    search_term: str | None = None

    def __post_init__(self) -> None:
        for name in ("event_id", "user_id", "item_id", "search_term"):
            value = getattr(self, name)
            if value is not None and "\x00" in value:
                raise ValueError(f"{name} must not hold the character NUL. Received: {value!r}")
        if not self.event_id or not self.user_id:
            raise ValueError(
                "An event needs an event_id and a user_id. "
                f"Received: {self.event_id!r} and {self.user_id!r}"
            )
        if self.event_name not in EVENT_NAMES:
            raise ValueError(
                f"event_name must be one of {', '.join(EVENT_NAMES)}. Received: {self.event_name!r}"
            )
        if self.item_id is None and self.event_name != SEARCH:
            raise ValueError(f"{self.event_name} needs an item_id. Received: none")
        check_moment("event_time", self.event_time)
        if self.quantity is not None and not 1 <= self.quantity <= MAX_QUANTITY:
            raise ValueError(
                f"quantity must be 1 to {MAX_QUANTITY:,}, or left out. Received: {self.quantity}"
            )


@dataclass(frozen=True)
class Recorded:
    """What became of some events.

    Parameters
    ----------
    n_new : int
        Kept now.
    n_known : int
        Kept before, twice among these, or of a shopper who was erased after it.
    n_quarantined : int
        From the future: set aside, to be listed with `quarantined`.
    """

    n_new: int
    n_known: int
    n_quarantined: int


class EventLog:
    """The events of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._tombstones = Tombstones(database)

    def record(
        self,
        events: Sequence[Event],
        *,
        now: datetime | None = None,
        connection: Connection | None = None,
    ) -> Recorded:
        """Keep events; all of them are on disk when this returns, or none.

        Parameters
        ----------
        events : sequence of Event
            Of one event_id, the first is kept.
        now : datetime, optional
            The present by default. With a zone.
        connection : Connection, optional
            In whose transaction they are written; they are on disk once that has committed.
            Without it they have a transaction of their own.

        Raises
        ------
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot take them; nothing is kept then.
        """
        latest = (now or datetime.now(UTC)) + TOLERANCE
        known = {event.event_id: event for event in reversed(events)}
        # One order for all writers, so that two batches never wait for each other.
        ordered = [known[event_id] for event_id in sorted(known)]
        n_new = n_quarantined = 0
        with nullcontext(connection) if connection is not None else self._engine.begin() as used:
            erased = self._tombstones.erased_in(used, {one.user_id for one in ordered})
            # A phone that sends again must not bring back what was erased.
            ordered = [
                event
                for event in ordered
                if event.user_id not in erased or event.event_time > erased[event.user_id]
            ]
            due = [asdict(event) for event in ordered if event.event_time <= latest]
            early = [asdict(event) for event in ordered if event.event_time > latest]
            if due:
                statement = insert(EVENTS).on_conflict_do_nothing(index_elements=["event_id"])
                kept = used.execute(statement.returning(EVENTS.c.event_id), due)
                n_new = len(kept.all())
            if early:
                statement = insert(QUARANTINED).on_conflict_do_nothing(index_elements=["event_id"])
                used.execute(statement, early)
                n_quarantined = len(early)
        return Recorded(n_new, len(events) - n_new - n_quarantined, n_quarantined)

    def since(self, user_id: str, moment: datetime, *, limit: int = 1_000) -> list[Event]:
        """Return what a shopper did after a moment, oldest first; of more, the latest `limit`."""
        statement = (
            select(*(EVENTS.c[name] for name in EVENT_COLUMNS))
            .where(EVENTS.c.user_id == user_id, EVENTS.c.event_time > moment)
            .order_by(EVENTS.c.event_time.desc(), EVENTS.c.event_id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        return [Event(**row) for row in reversed(rows)]

    def quarantined(self, *, limit: int = 1_000) -> list[Event]:
        """Return the events that came from the future, latest first."""
        table = QUARANTINED
        statement = (
            select(*(table.c[name] for name in EVENT_COLUMNS))
            .order_by(table.c.event_time.desc(), table.c.event_id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [Event(**row) for row in connection.execute(statement).mappings()]

    def __len__(self) -> int:
        """Return how many events count."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(EVENTS)).scalar_one())
