"""Events in a real PostgreSQL: kept once, in any order, from any number of writers."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from modiste.data.store.event_log import TOLERANCE, Event, EventLog, Recorded

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def event(number: int, **changed: object) -> Event:
    some = Event(
        f"e{number}", f"u{number % 3}", "view_item", NOW - timedelta(minutes=number), f"i{number}"
    )
    return replace(some, **changed)


def test_the_same_event_counts_once(log: EventLog) -> None:
    assert log.record([event(1), event(2)], now=NOW) == Recorded(2, 0, 0)
    assert log.record([event(2), event(3), event(3)], now=NOW) == Recorded(1, 2, 0)
    assert len(log) == 3
    assert log.record([], now=NOW) == Recorded(0, 0, 0)


def test_of_one_id_the_first_is_kept(log: EventLog) -> None:
    first = event(1, item_id="first")
    log.record([first, event(1, item_id="second")], now=NOW)
    log.record([event(1, item_id="third")], now=NOW)
    assert log.since("u1", NOW - timedelta(days=1)) == [first]


def test_a_shoppers_events_since_a_moment_are_oldest_first(log: EventLog) -> None:
    shuffled = [event(number) for number in range(30)]
    random.Random(1).shuffle(shuffled)
    log.record(shuffled, now=NOW)
    found = log.since("u0", NOW - timedelta(minutes=13))
    assert [one.event_id for one in found] == ["e12", "e9", "e6", "e3", "e0"]
    assert [one.event_id for one in log.since("u0", NOW - timedelta(minutes=13), limit=2)] == [
        "e3",
        "e0",
    ]
    assert found[0] == event(12)
    assert found[0].event_time.tzinfo is not None
    assert log.since("nobody", NOW - timedelta(days=1)) == []


def test_events_from_the_future_are_set_aside_and_listed(log: EventLog) -> None:
    fast = event(1, event_time=NOW + TOLERANCE)
    early = event(2, event_time=NOW + timedelta(hours=48))
    assert log.record([fast, early], now=NOW) == Recorded(1, 0, 1)
    assert log.quarantined() == [early]
    assert log.since("u2", NOW - timedelta(days=1)) == []


def test_any_order_and_any_number_of_writers_give_one_state(log: EventLog) -> None:
    events = [event(number) for number in range(400)]
    sent = events + random.Random(2).sample(events, 80)
    random.Random(3).shuffle(sent)
    batches = [sent[start : start + 20] for start in range(0, len(sent), 20)]
    with ThreadPoolExecutor(4) as writers:
        found = list(writers.map(lambda batch: log.record(batch, now=NOW), batches))
    assert sum(one.n_new for one in found) == len(log) == 400
    assert sum(one.n_known for one in found) == 80
    for user in range(3):
        expected = [one for one in reversed(events) if one.user_id == f"u{user}"]
        assert log.since(f"u{user}", NOW - timedelta(days=9)) == expected


def test_a_batch_is_kept_whole_or_not_at_all(log: EventLog) -> None:
    broken = event(2)
    object.__setattr__(broken, "quantity", 2**40)  # past the column's own range
    with pytest.raises(SQLAlchemyError):
        log.record([event(1), broken], now=NOW)
    assert len(log) == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"event_name": "stared_at"}, "event_name must be one of search, view_item"),
        ({"item_id": None}, "view_item needs an item_id"),
        ({"event_time": datetime(2026, 1, 1)}, "must have a time zone"),
        ({"quantity": 0}, "quantity must be 1"),
        ({"event_id": ""}, "needs an event_id"),
        ({"user_id": "a\x00b"}, "character NUL"),
    ],
)
def test_an_event_that_is_none_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        event(1, **changed)


def test_hostile_texts_come_back_as_they_were(log: EventLog) -> None:
    texts = ["'; DROP TABLE events; --", "ünïcödé 👗", "a" * 200, "%s %(x)s :name", "\\", '"']
    events = [
        Event(f"h{nth} {one}", f"u {one}", "search", NOW, search_term=one)
        for nth, one in enumerate(texts)
    ]
    log.record(events, now=NOW)
    for one in events:
        assert log.since(one.user_id, NOW - timedelta(seconds=1)) == [one]
