"""Pages, embeddings, facets and detection over the real recommender of the checkerboard shop."""

from __future__ import annotations

import base64
import io
import json
import zlib
from typing import Any

import numpy as np
import pytest
from checkerboard import (
    EMBEDDING_SIZE,
    LAST_DAY,
    N_ITEMS,
    OUT_OF_STOCK,
    VOCABULARY,
    RedMeansEven,
    WordByWord,
    photo,
    shop_embeddings,
    shop_events,
    shop_items,
)
from contract import checked_client
from fake_recommender import FakeRecommender
from fake_recommender import photo as any_photo
from flask.testing import FlaskClient
from PIL import Image

from modiste.api import ApiConfig
from modiste.api.contract.problems import InvalidRequestError
from modiste.api.contract.schemas import RecommendationRequest
from modiste.api.cursor_keys import SIGNATURE_BYTES, CursorKeys
from modiste.api.cursors import MAX_PAGED, Cursor
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.rules import Rules

URL = "/v1/recommendations"


@pytest.fixture(scope="module")
def shop() -> FlaskClient:
    catalogue = Catalogue.from_items(shop_items(), VOCABULARY, embeddings=shop_embeddings())
    recommender = Recommender(
        catalogue,
        History.from_events(shop_events(), catalogue.item_ids, LAST_DAY),
        Factors(np.random.default_rng(0).normal(size=(N_ITEMS, 2)).astype(np.float32)),
        Ranker.blend_only("a test"),
        photo_reader=RedMeansEven(),
        text_reader=WordByWord(),
    )
    return checked_client(recommender, ApiConfig(rules=Rules(excluded=("i8",))))


def encoded(parity: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(parity)).save(file, "PNG")
    return file.getvalue()


def pages(shop: FlaskClient, asked: dict[str, Any]) -> list[dict[str, Any]]:
    found = [shop.post(URL, json=asked).get_json()]
    while (cursor := found[-1]["next_cursor"]) is not None:
        assert len(found) < 100
        found.append(shop.post(URL, json={**asked, "cursor": cursor}).get_json())
    return found


@pytest.mark.parametrize(
    "asked", [{"text": "striped dress"}, {"user_id": "a3"}, {}, {"item_id": "i5"}]
)
def test_pages_go_on_without_repeating_a_product(shop: FlaskClient, asked: dict[str, Any]) -> None:
    found = pages(shop, {**asked, "k": 7})
    shown = [product for page in found for product in page["recommendations"]]
    items = [product["item_id"] for product in shown]
    groups = [product["item"]["item_group_id"] or product["item_id"] for product in shown]
    assert len(found) > 3
    assert len(set(groups)) == len(groups)
    assert [product["rank"] for product in shown] == list(range(1, len(shown) + 1))
    assert len({page["search_id"] for page in found}) == 1
    first = shop.post(URL, json={**asked, "k": 7}).get_json()
    assert [p["item_id"] for p in first["recommendations"]] == items[:7]
    assert first["search_id"] != found[0]["search_id"]


def test_a_photo_is_paged_when_it_is_sent_again(shop: FlaskClient) -> None:
    def ask(parity: int, **fields: str) -> Any:
        form = {"photo": (io.BytesIO(encoded(parity)), "a.png"), "k": "5", **fields}
        return shop.post(URL, data=form)

    first = ask(0).get_json()
    second = ask(0, cursor=first["next_cursor"]).get_json()
    seen = [{p["item_id"] for p in page["recommendations"]} for page in (first, second)]
    assert len(seen[1]) == 5
    assert not seen[0] & seen[1]
    other = ask(1, cursor=first["next_cursor"])
    assert other.status_code == 422
    assert other.get_json(force=True)["errors"][0]["field"] == "cursor"


def test_all_pages_together_are_bounded(recommender: FakeRecommender) -> None:
    many = FakeRecommender(
        recommender.items.loc[recommender.items.index.repeat(20)]
        .reset_index(drop=True)
        .assign(item_id=[f"item-{n}" for n in range(600)])
    )
    shop = checked_client(many, ApiConfig())
    found = pages(shop, {"k": 90})
    assert [len(page["recommendations"]) for page in found] == [90, 90, MAX_PAGED - 180]
    assert max(len(page["next_cursor"] or "") for page in found) < 2_000


def packed(told: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(told).encode())).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "not base64!",
        base64.urlsafe_b64encode(b"no zlib").decode(),
        packed({}),
        packed([1, "0" * 32, "asked", 1]),
        packed([2, "0" * 32, "asked", 1, ["i1"]]),
        packed([1, "0" * 31, "asked", 1, ["i1"]]),
        packed([1, "0" * 32, "asked", True, ["i1"]]),
        packed([1, "0" * 32, "asked", 1, []]),
        packed([1, "0" * 32, "asked", 1, [7]]),
        packed([1, "0" * 32, "asked", 1, ["i"] * MAX_PAGED]),
        packed([1, "0" * 32, "asked", 1, ["i" * 10_000_000]]),
        packed([1, "0" * 32, "another search", 1, ["i1"]]),
        "é",
    ],
)
def test_what_is_no_cursor_is_refused(shop: FlaskClient, cursor: str) -> None:
    answer = shop.post(URL, json={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["field"] == "cursor"


def _changed(cursor: str, **changed: object) -> str:
    """Return a cursor that says something else under the signature it has."""
    said = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    names = ("version", "search_id", "asked", "page", "shown")
    told = dict(zip(names, json.loads(zlib.decompress(said[SIGNATURE_BYTES:])), strict=True))
    forged = zlib.compress(json.dumps(list({**told, **changed}.values())).encode())
    return base64.urlsafe_b64encode(said[:SIGNATURE_BYTES] + forged).decode().rstrip("=")


@pytest.mark.parametrize(
    "changed", [{"search_id": "0" * 32}, {"page": 5}, {"shown": ["\ud800"]}, {"shown": ["i1"]}]
)
def test_nobody_chooses_what_a_cursor_says(
    client: FlaskClient, recommender: FakeRecommender, changed: dict[str, object]
) -> None:
    cursor = client.post(URL, json={"k": 3}).get_json()["next_cursor"]
    recommender.calls.clear()
    answer = client.post(URL, json={"k": 3, "cursor": _changed(cursor, **changed)})
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["code"] == "cursor"
    assert not recommender.calls
    assert client.post(URL, json={"k": 3, "cursor": cursor}).status_code == 200


def test_without_a_store_a_cursor_ends_with_the_process(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    cursor = client.post(URL, json={"k": 3}).get_json()["next_cursor"]
    later = checked_client(recommender, ApiConfig())
    answer = later.post(URL, json={"k": 3, "cursor": cursor})
    assert answer.get_json(force=True)["errors"][0]["code"] == "cursor"


@pytest.mark.parametrize(
    "told",
    [
        {},
        [2, "0" * 32, "asked", 1, ["i1"]],
        [1, "0" * 31, "asked", 1, ["i1"]],
        [1, "0" * 32, "asked", True, ["i1"]],
        [1, "0" * 32, "asked", 1, []],
        [1, "0" * 32, "asked", 1, ["i" * 10_000_000]],
    ],
)
def test_what_another_version_signed_is_refused(told: object) -> None:
    keys, payload = CursorKeys(), zlib.compress(json.dumps(told).encode())
    cursor = base64.urlsafe_b64encode(keys.sign(payload) + payload).decode()
    with pytest.raises(InvalidRequestError, match="cursor must be a next_cursor"):
        Cursor.of(RecommendationRequest(cursor=cursor), None, keys)


def test_a_store_that_comes_back_signs_from_then_on() -> None:
    now, stores = [0.0], [OSError("away"), OSError("away"), b"shared"]

    def read() -> bytes:
        found = stores.pop(0)
        if isinstance(found, OSError):
            raise found
        return found

    keys = CursorKeys(read, clock=lambda: now[0])
    first = keys.sign(b"a")
    assert len(stores) == 2  # it is not asked at each search
    now[0] = 6.0
    assert keys.signed(b"a", first)
    now[0] = 12.0
    shared = keys.sign(b"a")
    assert shared != first
    assert keys.signed(b"a", first)
    assert CursorKeys(lambda: b"shared").signed(b"a", shared)
    assert not CursorKeys(lambda: b"other").signed(b"a", shared)


def test_what_was_detected_may_be_searched_with(shop: FlaskClient) -> None:
    seen = shop.post("/v1/detect", data={"photo": (io.BytesIO(encoded(1)), "a.png")}).get_json()
    assert seen["category"] == "Dress"
    assert len(seen["category_scores"]) == len(VOCABULARY.categories)
    assert len(seen["embedding"]) == EMBEDDING_SIZE
    found = shop.post(URL, json={"embedding": seen["embedding"], "k": 6}).get_json()
    assert all(int(p["item_id"][1:]) % 2 for p in found["recommendations"])


@pytest.mark.parametrize(
    "embedding", [[], [0.0] * EMBEDDING_SIZE, [1.0], [1.0] * 5_000, "abc", [True], [1e400]]
)
def test_a_bad_embedding_is_refused(shop: FlaskClient, embedding: object) -> None:
    answer = shop.post(URL, json={"embedding": embedding})
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["field"].startswith("embedding")


def test_an_embedding_beside_a_photo_is_refused(shop: FlaskClient) -> None:
    form = {"photo": (io.BytesIO(encoded(1)), "a.png"), "embedding": "[1, 2]"}
    answer = shop.post(URL, data=form)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["code"] == "embedding_and_photo"


def test_a_photo_is_detected_whole(client: FlaskClient, recommender: FakeRecommender) -> None:
    form = {"photo": (io.BytesIO(any_photo()), "a.jpg"), "box": "[0, 0, 0.5, 1]"}
    body = client.post("/v1/detect", data=form).get_json()
    assert body["box"] == [0.25, 0.125, 0.75, 0.875]
    assert body["attributes"][0] == {"name": "striped", "score": 0.75, "type": "texture"}
    assert recommender.calls[-1]["box"] == (0.0, 0.0, 0.5, 1.0)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"json": {"box": [0, 0, 1, 1]}}, 415),
        ({"data": {"box": "[0, 0, 1, 1]"}, "content_type": "multipart/form-data"}, 422),
        ({"data": {"photo": (io.BytesIO(b"text"), "a.jpg")}}, 422),
        ({"data": {"photo": (io.BytesIO(b"GIF89a"), "a.jpg")}}, 415),
        ({"data": {"photo": (io.BytesIO(any_photo()), "a.jpg"), "k": "5"}}, 422),
        ({"data": {"photo": (io.BytesIO(any_photo()), "a.jpg"), "box": "[1, 0, 0, 1]"}}, 422),
    ],
)
def test_a_bad_detection_is_refused(
    client: FlaskClient, request_: dict[str, Any], status: int
) -> None:
    assert client.post("/v1/detect", **request_).status_code == status


def test_facets_count_what_a_search_may_show(shop: FlaskClient) -> None:
    items = shop_items()
    shown = items[(items["availability"] == "in_stock") & (items["item_id"] != "i8")]
    body = shop.get("/v1/facets").get_json()
    assert body["count"] == len(shown) == N_ITEMS - len(np.atleast_1d(OUT_OF_STOCK)) - 1
    assert {one["value"]: one["count"] for one in body["color"]} == (
        shown["color"].value_counts().to_dict()
    )
    body = shop.get("/v1/facets?color=red&color=navy&price_max=40&brand=Costa&limit=1").get_json()
    chosen = shown[(shown["price"] <= 40) & (shown["brand"] == "Costa")]
    # What is filtered by is listed whatever the limit.
    assert {one["value"]: one["count"] for one in body["color"]} == {
        name: int((chosen["color"] == name).sum()) for name in ("red", "navy")
    }
    assert body["n_values"]["color"] == 3
    assert body["count"] == int(chosen["color"].isin(["red", "navy"]).sum())
    everything = {"k": N_ITEMS, "filters": {"color": ["red", "navy"], "brand": "Costa"}}
    everything["filters"]["price"] = {"max": 40}
    found = shop.post(URL, json={**everything, "filter_viewed": False}).get_json()
    assert len([p for p in found["recommendations"] if p["item_id"] != "i8"]) == body["count"]


def test_a_chosen_value_without_items_is_listed_past_the_limit(shop: FlaskClient) -> None:
    rare = "color=navy&price_max=0.01&limit=1"
    body = shop.get(f"/v1/facets?{rare}&color=red").get_json()
    assert {one["value"]: one["count"] for one in body["color"]} == {"red": 0, "navy": 0}
    body = shop.get("/v1/facets?limit=1").get_json()
    assert len(body["color"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "color=mauve",
        "type=shoe",
        "wibble=1",
        "price_min=x",
        "price_min=2&price_max=1",
        "price_max=nan",
        "new=maybe",
        "limit=0",
        "limit=1&limit=2",
        "attributes=wibbly",
    ],
)
def test_bad_facet_arguments_are_refused(shop: FlaskClient, arguments: str) -> None:
    answer = shop.get(f"/v1/facets?{arguments}")
    assert answer.status_code == 422
    assert "Received" in answer.get_data(as_text=True)


def test_facets_come_with_an_etag(shop: FlaskClient) -> None:
    first = shop.get("/v1/facets?new=true")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert shop.get("/v1/facets?new=true", headers=tag).status_code == 304
    assert shop.get("/v1/facets?type=full", headers=tag).status_code == 200


def test_a_search_has_an_id_without_a_store(client: FlaskClient) -> None:
    assert len(client.post(URL, json={}).get_json()["search_id"]) == 32
