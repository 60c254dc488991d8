from __future__ import annotations

import io
import json

import pytest
from fake_recommender import RELEASE_ID, SLASHED, FakeRecommender, photo
from flask.testing import FlaskClient

URL = "/v1/recommendations"


def part(data: bytes, name: str = "photo.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_an_empty_query_is_the_shops_home_page(client: FlaskClient) -> None:
    answer = client.post(URL, json={})
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["release_id"] == RELEASE_ID
    assert [r["rank"] for r in body["recommendations"]] == list(range(1, 11))
    assert body["garment"] is None
    assert body["phrase"] is None
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_product_comes_with_its_item_scores_and_reasons(client: FlaskClient) -> None:
    second = client.post(URL, json={"user_id": "ana"}).get_json()["recommendations"][1]
    assert second["item_id"] == "item-1"
    assert (second["match_score"], second["personal_score"]) == (0.5, 0.25)
    assert second["reasons"] == [
        {
            "kind": "popular",
            "text": "popular this month",
            "strength": 0.75,
            "names": ["striped"],
            "titles": [],
        }
    ]
    assert second["item"] == {
        "item_id": "item-1",
        "item_group_id": None,
        "title": "Garment 1",
        "description": None,
        "brand": "Atelier",
        "category": "Dress",
        "attributes": ["striped"],
        "color": "red",
        "price": 11.0,
        "availability": "in_stock",
        "available_from": "2024-01-01T00:00:00Z",
        "image": "/v1/items/item-1/image",
    }


def test_an_unknown_price_is_null_and_the_body_is_strict_json(client: FlaskClient) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    body = json.loads(client.post(URL, json={}).data, parse_constant=refuse)
    assert body["recommendations"][3]["item"]["price"] is None


def test_a_phrase_says_how_it_was_read(client: FlaskClient) -> None:
    body = client.post(URL, json={"text": "  striped wibble "}).get_json()
    assert body["phrase"] == {
        "matched": [{"words": "striped", "name": "striped", "weight": 1.0}],
        "not_understood": ["wibble"],
        "corrected": {},
        "filters": {},
        "colors": {},
        "language": "en",
    }


def test_every_field_reaches_the_recommender(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    asked = {
        "item_id": SLASHED,
        "user_id": "ana",
        "recent": ["item-1", "item-2"],
        "k": 3,
        "filters": {"color": "red"},
        "exclude": ["item-1"],
        "filter_viewed": False,
    }
    body = client.post(URL, json=asked).get_json()
    assert [r["item_id"] for r in body["recommendations"]] == ["item-3", "item-5", SLASHED]
    query = recommender.calls[0]["query"]
    assert (query.item_id, query.user_id, query.recent) == (SLASHED, "ana", ("item-1", "item-2"))


def test_a_range_reaches_the_recommender_as_a_mapping(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    filters = {"price": {"max": 60}, "color": ["red", "navy"], "title": True, "brand": 38}
    client.post(URL, json={"filters": filters})
    assert recommender.calls[0]["filters"] == filters
    assert recommender.calls[0]["filters"]["title"] is True


def test_a_photo_is_named_and_boxed(client: FlaskClient, recommender: FakeRecommender) -> None:
    form = {"photo": part(photo()), "query": '{"k": 2, "box": [0, 0, 0.5, 1], "text": "cotton"}'}
    body = client.post(URL, data=form).get_json()
    assert body["garment"] == {
        "category": "Dress",
        "category_scores": [
            {"name": "Dress", "score": 0.875, "type": None},
            {"name": "Tee", "score": 0.125, "type": None},
        ],
        "box": [0.25, 0.125, 0.75, 0.875],
        "attributes": [
            {"name": "striped", "score": 0.75, "type": "texture"},
            {"name": "cotton", "score": 0.5, "type": "fabric"},
        ],
    }
    query = recommender.calls[0]["query"]
    assert query.image == photo()
    assert query.box == (0.0, 0.0, 0.5, 1.0)
    assert len(body["recommendations"]) == 2


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_are_read_whatever_the_name_says(client: FlaskClient, kind: str) -> None:
    form = {"photo": part(photo(kind=kind), "a.gif")}
    assert client.post(URL, data=form).status_code == 200


def test_the_query_may_be_a_json_part_or_plain_fields(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    as_part = {"photo": part(photo()), "query": part(b'{"k": 4, "text": "5"}', "query.json")}
    as_fields = {"photo": part(photo()), "k": "4", "text": "5", "user_id": ""}
    for form in (as_part, as_fields):
        assert len(client.post(URL, data=form).get_json()["recommendations"]) == 4
    assert [call["query"].text for call in recommender.calls] == ["5", "5"]


def test_a_browsers_empty_file_field_is_no_photo(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename=""\r\n\r\n\r\n'
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\ncotton\r\n--b--\r\n'
    )
    answer = client.post(URL, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 200
    assert recommender.calls[0]["query"].image is None


def test_an_unknown_shopper_is_answered_with_a_note(client: FlaskClient) -> None:
    answer = client.post(URL, json={"user_id": "nobody"})
    assert answer.status_code == 200
    assert answer.get_json()["notes"] == ["the shopper is new here"]


def test_filters_may_leave_nothing(client: FlaskClient) -> None:
    answer = client.post(URL, json={"filters": {"color": "mauve"}})
    assert answer.status_code == 200
    assert answer.get_json()["recommendations"] == []
