"""How many events came in, minute by minute or hour by hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Integer, Table, cast, extract, func, select

from modiste.data.store.database import Database
from modiste.data.store.schema import EVENTS, QUARANTINED

#: Quarantined events that are told one by one.
N_QUARANTINED: Final = 20


@dataclass(frozen=True)
class EarlyEvent:
    """An event whose time had not come; whose it is, is not told."""

    event_name: str
    item_id: str | None
    event_time: datetime
    received_at: datetime


@dataclass(frozen=True)
class EventFlow:
    """Events by when they were received.

    Parameters
    ----------
    start : datetime
        Of the first step, UTC, a multiple of `step` since 1970.
    step : timedelta
    counts : mapping of str to sequence of int
        Of each kind that came, events in each step; the last step is not over yet.
    quarantined : sequence of int
        Events set aside in each step, of any kind.
    n_quarantined : int
        All that are set aside, whenever they came.
    latest_quarantined : sequence of EarlyEvent
        Those that came last, at most `N_QUARANTINED`.
    """

    start: datetime
    step: timedelta
    counts: Mapping[str, Sequence[int]]
    quarantined: Sequence[int]
    n_quarantined: int
    latest_quarantined: Sequence[EarlyEvent]


def event_flow(
    database: Database, step: timedelta, n_steps: int, *, now: datetime | None = None
) -> EventFlow:
    """Count what came in of late.

    Parameters
    ----------
    database : Database
    step : timedelta
        Whole seconds.
    n_steps : int
        The last of which holds the present.
    now : datetime, optional
        With a zone; the present by default.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database cannot be read.
    """
    moment = now or datetime.now(UTC)
    seconds = int(step.total_seconds())
    end = datetime.fromtimestamp((int(moment.timestamp()) // seconds + 1) * seconds, UTC)
    start = end - n_steps * step
    table = QUARANTINED
    latest = (
        select(*(table.c[name] for name in EarlyEvent.__dataclass_fields__))
        .order_by(table.c.received_at.desc(), table.c.event_id)
        .limit(N_QUARANTINED)
    )
    with database.engine.connect() as connection:
        by_kind = _by_kind(connection, EVENTS, start, seconds, n_steps)
        early = _by_kind(connection, table, start, seconds, n_steps)
        n_early = connection.execute(select(func.count()).select_from(table)).scalar_one()
        told = [EarlyEvent(**row) for row in connection.execute(latest).mappings()]
    return EventFlow(
        start,
        step,
        by_kind,
        [sum(column) for column in zip(*early.values(), strict=True)] or [0] * n_steps,
        int(n_early),
        told,
    )


def _by_kind(
    connection: Connection, table: Table, start: datetime, seconds: int, n_steps: int
) -> dict[str, list[int]]:
    received = table.c.received_at
    since = extract("epoch", received) - start.timestamp()
    step = cast(func.floor(since / seconds), Integer)
    statement = (
        select(table.c.event_name, step, func.count())
        .where(received >= start, received < start + timedelta(seconds=seconds * n_steps))
        .group_by(table.c.event_name, step)
        .order_by(table.c.event_name)
    )
    counts: dict[str, list[int]] = {}
    for name, nth, n_events in connection.execute(statement):
        counts.setdefault(name, [0] * n_steps)[nth] = n_events
    return counts
