"""What waits for the database, and for how long: requests a little, jobs as long as they need."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from modiste.data.store.database import Database
from modiste.data.store.dataset_export import export_dataset
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.item_log import ItemLog
from modiste.data.store.item_queue import ItemQueue, Read
from modiste.data.store.kept_answers import KEPT, KeptAnswers
from modiste.data.store.live_item import ItemRow, Upsert
from modiste.data.store.search_log import SearchLog
from modiste.data.store.shopper_data import ShopperData
from modiste.data.store.shopper_history import ShopperHistory, Since
from modiste.data.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_pairs([("Dress", "full")], [("striped", "texture")])
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
HASTY = "-c%20lock_timeout%3D50%20-c%20idle_in_transaction_session_timeout%3D50"


def event(number: int, user: str = "ana") -> Event:
    return Event(f"{user}-{number}", user, "purchase", NOW - number * HOUR, f"i{number}")


@pytest.fixture
def emptied(database: Database) -> Iterator[Database]:
    names = "events, quarantined_events, items, item_photos, item_queue, tombstones, kept_answers"
    for nth in range(2):
        with database.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names}"))
        if nth == 0:
            yield database


@pytest.fixture
def hasty(server: EmbeddedServer, emptied: Database) -> Iterator[Database]:
    """A database of the same server whose operator gives requests next to no time."""
    opened = Database.connect(f"{server.url}&options={HASTY}")
    yield opened
    opened.close()


@pytest.fixture
def one_connection(server: EmbeddedServer, emptied: Database) -> Iterator[Database]:
    url = server.url.replace("postgresql", "postgresql+psycopg", 1)
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=10)
    yield Database(engine, emptied.reading)
    engine.dispose()


@contextmanager
def held_a_while(database: Database, statement: str, seconds: float = 0.3) -> Iterator[None]:
    """Hold what a statement locks, until a moment after the block has begun."""
    with database.engine.connect() as connection:
        connection.execute(text(statement))
        timer = threading.Timer(seconds, connection.rollback)
        timer.start()
        yield
        timer.join()


def setting(database: Database, name: str, *, of_searches: bool = False) -> str:
    engine = database.reading if of_searches else database.engine
    with engine.connect() as connection:
        return str(connection.execute(text(f"SHOW {name}")).scalar_one())


def test_every_wait_has_an_end(database: Database) -> None:
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert setting(database, name) == "10s"
        assert setting(database, name, of_searches=True) == "250ms"


def test_what_an_operator_sets_counts(hasty: Database) -> None:
    assert setting(hasty, "lock_timeout") == "50ms"
    assert setting(hasty, "statement_timeout") == "10s"


def test_a_request_does_not_wait_for_a_lock(hasty: Database, emptied: Database) -> None:
    held = held_a_while(emptied, "LOCK TABLE events")
    with held, pytest.raises(OperationalError, match="lock timeout"):
        EventLog(hasty).record([event(1)])


def test_the_tables_are_brought_up_to_date_however_long_another_does_it(
    hasty: Database, emptied: Database
) -> None:
    with held_a_while(emptied, "SELECT pg_advisory_xact_lock(6620731)"):
        hasty.upgrade()


def test_an_export_takes_the_time_it_needs(
    hasty: Database, emptied: Database, tmp_path: Path
) -> None:
    EventLog(emptied).record([Event("e", "ana", "search", NOW, search_term="dress")])
    with held_a_while(emptied, "LOCK TABLE events"):
        assert export_dataset(hasty, tmp_path / "dataset", VOCABULARY).n_events == 1


def test_searches_are_pruned_and_shoppers_erased_again_in_the_time_it_takes(
    hasty: Database, emptied: Database
) -> None:
    with held_a_while(emptied, "LOCK TABLE searches"):
        SearchLog(hasty).prune()
    with held_a_while(emptied, "LOCK TABLE searches"):
        assert ShopperData(hasty).erase_again([]) == 0


def test_a_worker_describes_as_long_as_it_likes(hasty: Database, emptied: Database) -> None:
    ItemLog(emptied).write([Upsert("a", ItemRow("Dress"))], lambda _item_id: None)

    def slowly(waiting: object) -> list[Read]:
        threading.Event().wait(0.3)
        return [Read(said_category="Dress")]

    assert ItemQueue(hasty).work(slowly, "network") == 1
    found = ItemLog(emptied).get("a")
    assert found is not None
    assert found.said_category == "Dress"


def test_events_and_the_kept_answer_need_one_connection_and_are_kept_together(
    one_connection: Database,
) -> None:
    log, kept = EventLog(one_connection), KeptAnswers(one_connection)
    kept.once("k", b"", lambda used: str(log.record([event(1)], connection=used).n_new))
    assert len(log) == 1

    def fails(used: object) -> str:
        log.record([event(2)], connection=used)  # type: ignore[arg-type]
        raise KeyError("after the events")

    with pytest.raises(KeyError, match="after the events"):
        kept.once("other", b"", fails)
    assert len(log) == 1


def test_old_answers_that_another_is_dropping_keep_nobody_waiting(
    hasty: Database, emptied: Database
) -> None:
    kept = KeptAnswers(hasty)
    kept.once("old", b"", lambda _: "old", now=NOW - KEPT)
    with emptied.engine.connect() as another:
        another.execute(text("SELECT * FROM kept_answers FOR UPDATE"))
        assert kept.once("new", b"", lambda _: "new", now=NOW) == "new"
    assert kept.once("newer", b"", lambda _: "newer", now=NOW) == "newer"
    with emptied.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept_answers")).scalar_one() == 2


def test_a_search_reads_events_and_erasure_beside_those_who_erase(emptied: Database) -> None:
    log, history = EventLog(emptied), ShopperHistory(emptied)
    assert history.since("ana", NOW - 9 * HOUR) == Since((), None)
    log.record([event(number) for number in range(5)])
    log.record([event(1, "ben")])
    moment = NOW - 3 * HOUR
    assert history.since("ana", moment) == Since((event(2), event(1), event(0)), None)
    erased_at = ShopperData(emptied).erase("ana").erased_at
    with held_a_while(emptied, "SELECT pg_advisory_xact_lock(6620732)", 1.0):
        assert history.since("ana", moment) == Since((), erased_at)
        assert history.since("ben", moment) == Since((event(1, "ben"),), None)
        assert ShopperData(emptied).tombstones.erased(["ana"]) == {"ana": erased_at}
