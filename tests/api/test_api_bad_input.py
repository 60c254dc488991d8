from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from fake_recommender import FakeRecommender, photo
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from modiste.api.config import MAX_BODY_BYTES
from modiste.errors import ReleaseError

URL = "/v1/recommendations"
PROBLEM = "application/problem+json"


MULTIPART = "multipart/form-data; boundary=b"


def multipart(fields: list[tuple[str, str]]) -> bytes:
    parts = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields
    )
    return ("".join(parts) + "--b--\r\n").encode()


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )


def gif() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((32, 32), dtype=np.uint8)).save(file, "GIF")
    return file.getvalue()


def check_problem(answer: TestResponse, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.data
    assert answer.content_type == PROBLEM
    body = answer.get_json(force=True)
    assert body["status"] == status
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (gif(), 415, "unsupported_format"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, "unsupported_format"),
        (b"%PDF-1.7\n%", 415, "unsupported_format"),
        (photo()[:400], 422, "truncated"),
        (photo((1, 1), "PNG"), 422, "too_small"),
        (png_header(20_000, 20_000), 413, "too_many_pixels"),
        (b"hello, I am a photo", 422, "not_an_image"),
        (b"", 422, "empty"),
    ],
    ids=["gif", "svg", "pdf", "cut", "one-pixel", "bomb", "text", "nothing"],
)
def test_a_bad_photo_is_refused(client: FlaskClient, data: bytes, status: int, code: str) -> None:
    answer = client.post(URL, data={"photo": (io.BytesIO(data), "photo.jpg")})
    body = check_problem(answer, status)
    assert body["type"] == "urn:modiste:problem:invalid-photo"
    assert [(e["field"], e["code"]) for e in body["errors"]] == [("photo", code)]


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"text": ""}, "text", "string_too_short"),
        ({"text": "   "}, "text", "string_too_short"),
        ({"text": "dress " * 10_000}, "text", "string_too_long"),
        ({"text": 5}, "text", "string_type"),
        ({"k": 0}, "k", "greater_than_equal"),
        ({"k": -1}, "k", "greater_than_equal"),
        ({"k": 101}, "k", "less_than_equal"),
        ({"k": 10**30}, "k", "less_than_equal"),
        ({"k": "10"}, "k", "int_type"),
        ({"k": True}, "k", "int_type"),
        ({"k": 2.5}, "k", "int_type"),
        ({"topn": 5}, "topn", "extra_forbidden"),
        ({"image": "aGVsbG8="}, "image", "extra_forbidden"),
        ({"item_id": ""}, "item_id", "string_too_short"),
        ({"user_id": ["ana"]}, "user_id", "string_type"),
        ({"recent": "item-1"}, "recent", "list_type"),
        ({"recent": ["item-1", 2]}, "recent.1", "string_type"),
        ({"exclude": [None]}, "exclude.0", "string_type"),
        ({"box": [0, 0, 1]}, "box.3", "missing"),
        ({"box": [0, 0, 1, 2]}, "box.3", "less_than_equal"),
        ({"box": [0, 0, 1, 1]}, "box", "box_without_photo"),
        ({"filter_viewed": "yes"}, "filter_viewed", "bool_type"),
        ({"filters": []}, "filters", "dict_type"),
        ({"filters": {"price": {"max": 1, "min": 2}}}, "filters.price", None),
        ({"filters": {"price": {"above": 1}}}, "filters.price", None),
        ({"filters": {"color": []}}, "filters.color", None),
        ({"filters": {"color": None}}, "filters.color", None),
        ({"filters": {"price": 10**400}}, "filters.price", None),
        ({"filters": {"price": [10**400]}}, "filters.price", None),
        ({"filters": {"price": {"min": -(10**400)}}}, "filters.price", None),
        ({"filters": {"colour": "red"}}, "filters.colour", "unknown_filter"),
        ([], "", "model_type"),
        ("text", "", "model_type"),
    ],
)
def test_a_bad_field_is_named(
    client: FlaskClient, asked: object, field: str, code: str | None
) -> None:
    body = check_problem(client.post(URL, json=asked), 422)
    first = body["errors"][0]
    assert first["field"].startswith(field) if code is None else first["field"] == field
    assert code is None or first["code"] == code
    assert "Received" in first["message"]


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"{'k': 1}", b'{"k": 1}}', b"\xff\xfe{}", b'{"text": "\\ud800"}', b"[" * 5000],
)
def test_malformed_json_is_400(client: FlaskClient, data: bytes) -> None:
    body = check_problem(client.post(URL, data=data, content_type="application/json"), 400)
    assert body["type"] == "urn:modiste:problem:malformed-json"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_a_number_must_be_finite(client: FlaskClient, number: bytes) -> None:
    data = b'{"filters": {"price": {"max": ' + number + b"}}}"
    answer = client.post(URL, data=data, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.content_type == PROBLEM


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "image/jpeg", "application/x-www-form-urlencoded"]
)
def test_another_content_type_is_415(client: FlaskClient, kind: str | None) -> None:
    check_problem(client.post(URL, data=b"k=5", content_type=kind), 415)


@pytest.mark.parametrize(
    "form",
    [
        {"photo": "not a file"},
        {"foto": (io.BytesIO(b"x"), "a.jpg")},
        {"photo": [(io.BytesIO(b"x"), "a.jpg"), (io.BytesIO(b"x"), "b.jpg")]},
        {"query": "{}", "k": "5"},
        {"k": "five"},
        {"k": ["1", "2"]},
        {"k": "[" * 100_000},
        {"box": "0,0,1,1"},
        {"user_id": "ana", "unknown": "x"},
    ],
)
def test_a_form_that_does_not_fit_is_422(client: FlaskClient, form: dict[str, object]) -> None:
    answer = client.post(URL, data=form, content_type="multipart/form-data")
    assert check_problem(answer, 422)["errors"]


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=b"])
def test_a_multipart_body_without_whole_parts_is_422(client: FlaskClient, kind: str) -> None:
    cut = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\nabc'
    check_problem(client.post(URL, data=cut, content_type=kind), 422)


def test_an_unknown_item_is_404(client: FlaskClient) -> None:
    body = check_problem(client.post(URL, json={"item_id": "none"}), 404)
    assert body["type"] == "urn:modiste:problem:unknown-item"
    assert "'none'" in body["detail"]


@pytest.mark.parametrize("name", ["colour", "purchase_cost"])
def test_a_filter_must_be_on_what_answers_show(client: FlaskClient, name: str) -> None:
    body = check_problem(client.post(URL, json={"filters": {name: 1}}), 422)
    assert body["detail"] == (
        "A filter must name one of item_id, item_group_id, title, description, brand, category, "
        f"attributes, color, price, availability, available_from, type, "
        f"pattern, new. Received: {name!r}"
    )


def test_a_body_past_the_bounds_is_413(client: FlaskClient) -> None:
    big = b"x" * (MAX_BODY_BYTES + 1)
    check_problem(client.post(URL, data=big, content_type=MULTIPART), 413)
    check_problem(client.post(URL, json={"text": "x" * 1_100_000}), 413)
    long = [("text", "x" * 1_100_000)]
    many = [(f"field{i}", "x") for i in range(60)]
    for fields in (long, many):
        check_problem(client.post(URL, data=multipart(fields), content_type=MULTIPART), 413)


def test_wrong_addresses_and_methods(client: FlaskClient) -> None:
    check_problem(client.get("/nowhere"), 404)
    wrong = client.get(URL)
    check_problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]
    assert wrong.headers["X-Content-Type-Options"] == "nosniff"


def test_a_bug_hides_its_internals(
    client: FlaskClient, recommender: FakeRecommender, caplog: pytest.LogCaptureFixture
) -> None:
    recommender.fails_with = RuntimeError("secret path /srv/key")
    body = check_problem(client.post(URL, json={}), 500)
    assert "secret" not in str(body)
    assert "secret path" in caplog.text


def test_another_librarys_value_error_hides_its_words(
    client: FlaskClient, recommender: FakeRecommender, caplog: pytest.LogCaptureFixture
) -> None:
    recommender.fails_with = ValueError("operands could not be broadcast")
    body = check_problem(client.post(URL, json={}), 422)
    assert "operands" not in str(body)
    assert "operands" in caplog.text


def test_a_release_without_a_network_says_so(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    recommender.fails_with = ReleaseError("This release has no network. Received: a photo")
    body = check_problem(client.post(URL, json={}), 422)
    assert body["type"] == "urn:modiste:problem:release-cannot-answer"
