"""A shopper handed over and erased, in a real PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from modiste.data.store.database import Database
from modiste.data.store.event_log import Event, EventLog, Recorded
from modiste.data.store.schema import METADATA
from modiste.data.store.search_log import (
    KEPT,
    MAX_FILTERS,
    Feedback,
    Search,
    SearchLog,
    filters_text,
)
from modiste.data.store.shopper_data import ShopperData
from modiste.errors import UnknownItemError, UnknownSearchError

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
CLEARED = "TRUNCATE events, quarantined_events, searches, feedback, tombstones"


@pytest.fixture
def searches(database: Database, log: EventLog) -> SearchLog:
    with database.engine.begin() as connection:
        connection.execute(text(CLEARED))
    return SearchLog(database)


@pytest.fixture
def shoppers(database: Database, searches: SearchLog) -> ShopperData:
    return ShopperData(database)


def event(number: int, user: str = "ana", **changed: object) -> Event:
    some = Event(f"{user}-{number}", user, "purchase", NOW - number * HOUR, f"i{number}", 1)
    return replace(some, **changed)


def search(number: int, user: str | None = "ana", **changed: object) -> Search:
    some = Search(
        search_id=f"s{number}",
        page=0,
        made_at=NOW - number * HOUR,
        release_id="r",
        shown=(f"i{number}", "i9"),
        user_id=user,
        phrase="striped dress",
        filters=filters_text({"color": ["red", "a\x00b"]}),
    )
    return replace(some, **changed)


def test_filters_of_a_megabyte_are_not_kept() -> None:
    few = {"brand": ["x" * (MAX_FILTERS - 15)]}
    kept = filters_text(few)
    assert kept is not None
    assert len(kept) == MAX_FILTERS
    assert filters_text({"brand": ["x" * (MAX_FILTERS - 14)]}) is None
    assert filters_text({}) is None


def everything_as_text(database: Database) -> str:
    with database.engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in METADATA.tables.values()
            for row in connection.execute(table.select())
        )


def test_a_record_has_all_of_a_shopper_and_nothing_of_others(
    shoppers: ShopperData, searches: SearchLog, log: EventLog
) -> None:
    late = event(8, event_time=NOW + 9 * HOUR)
    log.record([event(1), event(2), late, event(3, "ben")], now=NOW)
    searches.write([search(1), search(2), search(1, page=1, shown=("i5",)), search(3, "ben")])
    thought = Feedback("s1", "i5", "click", NOW)
    assert searches.record(thought)
    assert searches.record(Feedback("s3", "i3", "click", NOW))
    record = shoppers.record("ana")
    assert record.events == (event(2), event(1))
    assert record.quarantined == (late,)
    assert record.searches == (search(2), search(1), search(1, page=1, shown=("i5",)))
    assert record.feedback == (thought,)
    nobody = shoppers.record("nobody")
    assert (nobody.events, nobody.searches, nobody.feedback) == ((), (), ())


def test_an_erased_shopper_leaves_a_hash_only(
    shoppers: ShopperData, searches: SearchLog, log: EventLog, database: Database
) -> None:
    log.record([event(1), event(8, event_time=NOW + 9 * HOUR), event(3, "ben")], now=NOW)
    searches.write([search(1), search(3, "ben")])
    searches.record(Feedback("s1", "i1", "like", NOW))
    assert "ana" in everything_as_text(database)
    erased = shoppers.erase("ana", now=NOW)
    assert (erased.n_events, erased.n_searches, erased.n_feedback) == (2, 1, 1)
    left = everything_as_text(database)
    assert "ana" not in left
    assert "ben" in left
    again = shoppers.erase("ana", now=NOW + HOUR)
    assert (again.n_events, again.n_searches, again.n_feedback) == (0, 0, 0)
    assert [one.erased_at for one in shoppers.tombstones.all()] == [NOW + HOUR]
    assert shoppers.tombstones.erased(["ana", "ben"]) == {"ana": NOW + HOUR}


def test_what_was_erased_does_not_come_back_and_what_is_new_counts(
    shoppers: ShopperData, searches: SearchLog, log: EventLog
) -> None:
    shoppers.erase("ana", now=NOW)
    assert log.record([event(1), event(2, "ben")], now=NOW) == Recorded(1, 1, 0)
    searches.write([search(1)])
    later = event(0, event_time=NOW + HOUR)
    assert log.record([later], now=NOW + HOUR) == Recorded(1, 0, 0)
    searches.write([search(2, made_at=NOW + HOUR)])
    record = shoppers.record("ana")
    assert record.events == (later,)
    assert [one.search_id for one in record.searches] == ["s2"]


def test_a_restored_backup_is_cleaned_by_the_tombstones(
    shoppers: ShopperData, searches: SearchLog, log: EventLog, database: Database
) -> None:
    shoppers.erase("ana", now=NOW)
    kept = shoppers.tombstones.all()
    with database.engine.begin() as connection:
        connection.execute(text(CLEARED))
    log.record([event(1), event(2), event(3, "ben"), event(0, event_time=NOW + HOUR)], now=NOW)
    searches.write([search(1), search(3, "ben")])
    searches.record(Feedback("s1", "i1", "like", NOW))
    assert shoppers.erase_again(kept) == 1
    record = shoppers.record("ana")
    assert record.events == ()
    assert [one.event_time for one in record.quarantined] == [NOW + HOUR]
    assert record.searches == record.feedback == ()
    assert len(shoppers.record("ben").events) == len(shoppers.record("ben").searches) == 1
    assert shoppers.erase_again(()) == 0
    assert shoppers.tombstones.all() == kept


def test_nothing_slips_in_while_a_shopper_is_erased(
    shoppers: ShopperData, searches: SearchLog, log: EventLog
) -> None:
    """Four writers keep at it; what is left was done after the erasure."""
    stop = threading.Event()

    def write(writer: int) -> None:
        for number in range(400):
            if stop.is_set():
                return
            now = datetime.now(UTC)
            log.record([Event(f"{writer}-{number}", "ana", "view_item", now, "i1")])
            searches.write([search(1, search_id=f"{writer}-{number}", made_at=now)])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    moments = [shoppers.erase("ana").erased_at for _ in range(10)]
    stop.set()
    for thread in threads:
        thread.join()
    record = shoppers.record("ana")
    done = [one.event_time for one in record.events] + [one.made_at for one in record.searches]
    assert all(moment > moments[-1] for moment in done)


def test_feedback_is_on_what_a_search_showed_and_counts_once(searches: SearchLog) -> None:
    searches.write([search(1), search(1, page=1, shown=("i77",))])
    for item in ("i1", "i77"):
        assert searches.record(Feedback("s1", item, "click", NOW))
        assert not searches.record(Feedback("s1", item, "click", NOW + HOUR))
    with pytest.raises(UnknownSearchError, match="Received: 's2'"):
        searches.record(Feedback("s2", "i1", "click", NOW))
    with pytest.raises(UnknownItemError, match="Received: 'i2'"):
        searches.record(Feedback("s1", "i2", "click", NOW))


def test_hostile_text_is_kept_and_a_page_is_kept_once(
    searches: SearchLog, shoppers: ShopperData
) -> None:
    hostile = "a\x00'; DROP TABLE searches; --"
    searches.write([search(1, phrase=hostile), search(1, phrase="other"), search(2, user=None)])
    searches.write([search(1, phrase="third")])
    (kept,) = shoppers.record("ana").searches
    assert kept.phrase == hostile.replace("\x00", "\ufffd")


def test_searches_and_feedback_are_kept_for_a_while(
    searches: SearchLog, shoppers: ShopperData
) -> None:
    searches.write([search(1), search(2, made_at=NOW - KEPT - HOUR)])
    searches.write([search(1), search(2, made_at=NOW - KEPT - HOUR)])
    searches.record(Feedback("s2", "i9", "click", NOW - KEPT - HOUR))
    searches.record(Feedback("s1", "i9", "click", NOW))
    searches.prune(now=NOW)
    record = shoppers.record("ana")
    assert [one.search_id for one in record.searches] == ["s1"]
    assert [one.search_id for one in record.feedback] == ["s1"]


def test_a_page_of_anothers_search_is_not_kept(shoppers: ShopperData, searches: SearchLog) -> None:
    searches.write([search(1, "ben", page=1), search(1), search(2, None)])
    searches.write([search(1, "ben", page=2), search(1, page=3), search(2, "ben", page=1)])
    assert [one.page for one in shoppers.record("ana").searches] == [0, 3]
    assert shoppers.record("ben").searches == ()
