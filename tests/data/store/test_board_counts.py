"""What the shop's board counts: events by when they came, and searches that were missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Table, func, select, text

from modiste.data.store.database import Database
from modiste.data.store.event_flow import event_flow
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.missed_searches import missed_searches
from modiste.data.store.schema import EVENTS, QUARANTINED
from modiste.data.store.search_log import Search, SearchLog

NOW = datetime(2026, 7, 1, 12, 34, 56, tzinfo=UTC)
#: Searches of long ago are not kept.
PRESENT = datetime.now(UTC)


def receive(database: Database, received_at: datetime, *, table: Table = EVENTS) -> None:
    """Write a row as if it had come then."""
    with database.engine.begin() as connection:
        n_rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
        row = {
            "event_id": str(n_rows),
            "user_id": "ana",
            "item_id": "i",
            "event_name": "purchase" if n_rows % 2 else "view_item",
            "event_time": received_at,
            "received_at": received_at,
        }
        connection.execute(table.insert(), row)


@pytest.mark.parametrize("step", [timedelta(minutes=1), timedelta(hours=1)])
def test_events_are_counted_by_when_they_came(
    database: Database, log: EventLog, step: timedelta
) -> None:
    last = datetime(2026, 7, 1, 12, 34 if step == timedelta(minutes=1) else 0, tzinfo=UTC)
    for moment in (last, NOW, last - timedelta(microseconds=1), last - 2 * step, last - 3 * step):
        receive(database, moment)
    receive(database, NOW, table=QUARANTINED)
    receive(database, last - 10 * step, table=QUARANTINED)
    flow = event_flow(database, step, 3, now=NOW)
    assert flow.start == last - 2 * step
    assert flow.counts == {"purchase": [1, 0, 1], "view_item": [0, 1, 1]}
    assert list(flow.quarantined) == [0, 0, 1]
    assert flow.n_quarantined == 2
    assert [one.received_at for one in flow.latest_quarantined] == [NOW, last - 10 * step]


def test_nothing_came(database: Database, log: EventLog) -> None:
    flow = event_flow(database, timedelta(hours=1), 24, now=NOW)
    assert flow.counts == {}
    assert list(flow.quarantined) == [0] * 24
    assert flow.n_quarantined == 0


def test_an_event_of_now_is_in_the_last_step(database: Database, log: EventLog) -> None:
    log.record([Event("e", "ana", "purchase", datetime.now(UTC), "i")])
    assert event_flow(database, timedelta(hours=1), 2).counts["purchase"][-1] == 1


@pytest.fixture
def searches(database: Database) -> SearchLog:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE searches, feedback, tombstones"))
    return SearchLog(database)


def search(nth: int, phrase: str | None = None, **other: object) -> Search:
    return Search(
        **{
            "search_id": f"{nth:032x}",
            "page": 0,
            "made_at": PRESENT - timedelta(hours=nth),
            "release_id": "r",
            "shown": ("i1",),
            "phrase": phrase,
            **other,
        }
    )


def test_what_was_missed_is_counted(database: Database, searches: SearchLog) -> None:
    searches.write(
        [
            search(1, "Zorgle dress", not_understood=("Zorgle",)),
            search(2, " zorgle DRESS", not_understood=("zorgle", "")),
            search(3, "blip zorgle", not_understood=("blip", "zorgle"), shown=()),
            search(4, "striped dress", not_understood=()),
            search(5, "red dress", shown=(), filters='{"brand": "none"}', not_understood=()),
            search(6, "Red dress", shown=(), filters='{"brand": "none"}', not_understood=()),
            search(7, shown=(), has_embedding=True),
            search(8, "before the column"),
            # The end of a list is no search that found nothing, and eight days ago is too long ago.
            search(4, "striped dress", page=1, shown=(), not_understood=("striped",)),
            search(24 * 8, "long ago", not_understood=("ago",), shown=()),
        ]
    )
    found = missed_searches(database, days=7, limit=10, now=PRESENT)
    assert (found.n_searches, found.n_phrases, found.n_not_understood, found.n_empty) == (
        8,
        7,
        3,
        4,
    )
    assert [(one.word, one.n_searches) for one in found.words] == [
        ("zorgle", 3),
        ("", 1),
        ("blip", 1),
    ]
    assert found.words[0].last_at == PRESENT - timedelta(hours=1)
    assert found.words[0].first_at == PRESENT - timedelta(hours=3)
    assert [(one.phrase, one.n_searches, list(one.not_understood)) for one in found.phrases] == [
        ("zorgle dress", 2, ["Zorgle"]),
        ("blip zorgle", 1, ["blip", "zorgle"]),
    ]
    assert [(one.phrase, one.filters, one.has_photo, one.n_searches) for one in found.empty] == [
        ("red dress", '{"brand": "none"}', False, 2),
        ("blip zorgle", None, False, 1),
        (None, None, True, 1),
    ]
    few = missed_searches(database, days=7, limit=1, now=PRESENT)
    assert (len(few.words), len(few.phrases), len(few.empty)) == (1, 1, 1)


def test_words_with_a_nul_are_kept(database: Database, searches: SearchLog) -> None:
    searches.write([search(1, "a \x00b", not_understood=("\x00b",))])
    assert missed_searches(database, days=7, limit=9, now=PRESENT).words[0].word == "\ufffdb"
