"""Bad input against the real recommender of the checkerboard shop: refused, never a 500."""

from __future__ import annotations

import json

import numpy as np
import pytest
from checkerboard import (
    LAST_DAY,
    N_ITEMS,
    VOCABULARY,
    WordByWord,
    shop_embeddings,
    shop_events,
    shop_items,
)
from flask.testing import FlaskClient

from modiste.api import create_app
from modiste.api.item_table import SHOWN_COLUMNS
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender

URL = "/v1/recommendations"
#: Names and values of the shop's own columns.
HIDDEN = ("season", "supplier", "purchase_cost", "Mill & Sons", "4.25")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    items = shop_items().assign(supplier="Mill & Sons", purchase_cost=4.25)
    catalogue = Catalogue.from_items(items, VOCABULARY, embeddings=shop_embeddings())
    recommender = Recommender(
        catalogue,
        History.from_events(shop_events(), catalogue.item_ids, LAST_DAY),
        Factors(np.random.default_rng(0).normal(size=(N_ITEMS, 2)).astype(np.float32)),
        Ranker.blend_only("a test"),
        text_reader=WordByWord(),
    )
    return create_app(recommender).test_client()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"filters": {"nope": 1}}, "filters.nope"),
        ({"filters": {"season": "spring"}}, "filters.season"),
        ({"filters": {"supplier": "x"}}, "filters.supplier"),
        ({"filters": {"purchase_cost": {"max": 5}}}, "filters.purchase_cost"),
        ({"filters": {"color": "red", "supplier": "Mill"}}, "filters.supplier"),
        ({"filters": {"color": "mauve"}}, None),
        ({"filters": {"color": 5}}, None),
        ({"filters": {"color": True}}, None),
        ({"filters": {"color": ["red", 5]}}, None),
        ({"filters": {"category": "Hat"}}, None),
        ({"filters": {"category": {"min": 1}}}, None),
        ({"filters": {"attributes": ["striped", "wibbly"]}}, None),
        ({"filters": {"description": "x"}}, None),
        ({"filters": {"item_id": "none"}}, None),
        ({"filters": {"price": "cheap"}}, None),
        ({"filters": {"price": ["cheap"]}}, None),
        ({"filters": {"price": [1, 2]}}, None),
        ({"filters": {"price": True}}, None),
        ({"filters": {"price": 10**400}}, "filters.price"),
        ({"filters": {"price": [-(10**400)]}}, "filters.price"),
        ({"filters": {"price": {"max": 10**400}}}, "filters.price"),
        ({"filters": {"price": {"min": 2, "max": 1}}}, "filters.price"),
        ({"filters": {"available_from": "2026-01-01"}}, None),
        ({"k": N_ITEMS + 1}, "k"),
        ({"k": 10**400}, "k"),
        ({"k": 0}, "k"),
        ({"text": "dress " * 10_000}, "text"),
        ({"text": " "}, "text"),
    ],
)
def test_bad_input_is_refused_in_words(
    client: FlaskClient, asked: dict[str, object], field: str | None
) -> None:
    answer = client.post(URL, json=asked)
    assert answer.status_code == 422, answer.data
    assert answer.content_type == "application/problem+json"
    body = answer.get_json(force=True)
    words = " ".join([body["detail"], *(one["message"] for one in body["errors"])])
    assert "Received" in words
    # What the client named itself is no leak.
    named = str(asked)
    assert [one for one in HIDDEN if one in words and one not in named] == []
    if field is not None:
        found = body["errors"][0]["field"]
        assert found == field or found.startswith(f"{field}.")


@pytest.mark.parametrize(
    "asked",
    [
        {"filters": {"price": {"min": 1e300}}},
        {"filters": {"price": 10**30}},
        {"filters": {"price": -(2**53)}},
        {"filters": {"price": {"min": 15, "max": 15}, "category": "Dress"}},
        {"exclude": [f"i{item}" for item in range(N_ITEMS)]},
    ],
)
def test_an_answer_may_be_empty_and_says_why(client: FlaskClient, asked: dict[str, object]) -> None:
    answer = client.post(URL, json=asked)
    assert answer.status_code == 200, answer.data
    body = answer.get_json()
    assert body["recommendations"] == []
    assert body["notes"]


@pytest.mark.parametrize(
    "asked",
    [
        {"user_id": "stranger"},
        {"recent": ["none"], "exclude": ["none"]},
        {"text": "wibbly " * 140},
        {"k": N_ITEMS},
    ],
)
def test_what_is_only_unknown_is_answered(client: FlaskClient, asked: dict[str, object]) -> None:
    answer = client.post(URL, json=asked)
    assert answer.status_code == 200, answer.data
    assert answer.get_json()["recommendations"]


@pytest.mark.parametrize("digits", [310, 4_301])
@pytest.mark.parametrize("body", ['{"k": %s}', '{"filters": {"price": %s}}'])
def test_endless_digits_are_refused(client: FlaskClient, body: str, digits: int) -> None:
    answer = client.post(URL, data=body % ("9" * digits), content_type="application/json")
    assert answer.status_code in {400, 422}


def test_an_unknown_item_is_404(client: FlaskClient) -> None:
    assert client.post(URL, json={"item_id": "none"}).status_code == 404
    assert client.get("/v1/items/none/similar").status_code == 404


def test_a_look_is_completed_and_told(client: FlaskClient) -> None:
    body = client.get("/v1/items/i4/complete?k=6&user_id=a3").get_json()
    assert len(body["recommendations"]) == 6
    assert all(found["reasons"] for found in body["recommendations"])
    own = shop_items().set_index("item_id")["category"]
    assert own["i4"] not in {own[found["item_id"]] for found in body["recommendations"]}
    assert client.get("/v1/items/none/complete").status_code == 404
    assert client.get(f"/v1/items/i0/complete?k={N_ITEMS + 1}").status_code == 422


def test_similar_refuses_more_than_the_catalogue_and_every_filter(client: FlaskClient) -> None:
    for arguments, field in ((f"k={N_ITEMS + 1}", "k"), ("supplier=x", "supplier")):
        answer = client.get(f"/v1/items/i0/similar?{arguments}")
        assert answer.status_code == 422
        errors = json.loads(answer.data)["errors"]
        assert [one["field"] for one in errors] == [field]


def test_every_shown_column_may_be_named(client: FlaskClient) -> None:
    for name in SHOWN_COLUMNS:
        errors = client.post(URL, json={"filters": {name: "x"}}).get_json(force=True)["errors"]
        assert errors == []
