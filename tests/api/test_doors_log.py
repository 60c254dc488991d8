"""The log of requests: what it tells and what it never does."""

from __future__ import annotations

import io
import json
import logging

import pytest
from fake_recommender import RELEASE_ID, FakeRecommender, photo
from flask.testing import FlaskClient

from modiste.api.doors.pseudonyms import Pseudonyms
from modiste.api.doors.request_log import JsonLines, configure_logging
from modiste.api.doors.trace import request_id, traceparent

URL = "/v1/recommendations"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def lines() -> io.StringIO:
    """What the service writes, as JSON lines."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("modiste")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield written
    log.removeHandler(handler)
    log.setLevel(before)


def read(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_one_line_a_request_and_no_secret_in_it(client: FlaskClient, lines: io.StringIO) -> None:
    secrets = ("ana-of-spain", "velvet-phrase", "mdst_0123456789_", "203.0.113.77", "item-1")
    client.post(
        URL,
        data={
            "photo": (io.BytesIO(photo()), "my-wedding.jpg"),
            "text": secrets[1],
            "user_id": secrets[0],
        },
        headers={"Authorization": f"Bearer {secrets[2]}{'k' * 43}", "traceparent": TRACE},
        environ_overrides={"REMOTE_ADDR": secrets[3]},
    )
    client.get("/v1/items/item-1/similar?k=3", environ_overrides={"REMOTE_ADDR": secrets[3]})
    first, second = read(lines)
    assert first["route"] == URL
    assert (first["method"], first["status"], first["release"]) == ("POST", 200, RELEASE_ID)
    assert first["traceparent"] == TRACE
    assert first["bytes_in"] > len(photo())
    assert first["bytes_out"] > 100
    assert first["milliseconds"] >= 0
    assert str(first["time"]).endswith("+00:00")
    assert second["route"] == "/v1/items/<path:item_id>/similar"
    assert second["user"] is None
    assert first["address"] == second["address"]
    for secret in (*secrets, "my-wedding", "kkkk"):
        assert secret not in lines.getvalue()


def test_a_shopper_has_one_pseudonym(client: FlaskClient, lines: io.StringIO) -> None:
    for user in ("ana", "bo", "ana"):
        client.post(URL, json={"user_id": user})
    users = [line["user"] for line in read(lines)]
    assert users[0] == users[2] != users[1]
    assert Pseudonyms(b"k").of("user", "ana") == Pseudonyms(b"k").of("user", "ana")
    assert Pseudonyms().of("user", "ana") != Pseudonyms().of("user", "ana")
    assert Pseudonyms(b"k").of("user", "ana") != Pseudonyms(b"k").of("address", "ana")


def test_a_traceback_is_one_field_of_one_line(
    client: FlaskClient, recommender: FakeRecommender, lines: io.StringIO
) -> None:
    recommender.fails_with = RuntimeError("a bug")
    answer = client.get("/v1/items/item-1/similar")
    assert answer.status_code == 500
    bug, line = read(lines)
    assert "RuntimeError: a bug" in bug["exception"]
    assert "item-1" not in bug["message"]
    assert line["status"] == 500
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_hostile_requests_write_one_line(client: FlaskClient, lines: io.StringIO) -> None:
    client.open("/no\n{}where", method="M\u00d6VE", headers={"X-Request-Id": "a b"})
    (line,) = read(lines)
    assert (line["method"], line["route"], line["status"]) == ("other", None, 404)
    assert line["request_id"] != "a b"


def test_ids_are_passed_back(client: FlaskClient) -> None:
    for path in ("/healthz", "/nowhere"):
        answer = client.get(path, headers={"X-Request-Id": "abc-1", "traceparent": TRACE})
        assert answer.headers["X-Request-Id"] == "abc-1"
        assert answer.headers["traceparent"] == TRACE
    answer = client.get("/healthz", headers={"traceparent": TRACE.upper()})
    assert "traceparent" not in answer.headers
    assert len(answer.headers["X-Request-Id"]) == 32
    assert client.get("/healthz").headers["X-Request-Id"] != answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("header", "valid"),
    [
        (TRACE, True),
        (TRACE[:-1] + "0", True),
        ("01" + TRACE[2:], True),
        ("01" + TRACE[2:] + "-more", True),
        (TRACE + "-more", False),
        ("ff" + TRACE[2:], False),
        (TRACE.upper(), False),
        (TRACE[:-1], False),
        (TRACE + "0", False),
        ("00-" + "0" * 32 + TRACE[35:], False),
        (TRACE[:36] + "0" * 16 + "-01", False),
        (TRACE + "," + TRACE, False),
        (TRACE + "\n", False),
        ("01" + TRACE[2:] + "-" + "x" * 500, False),
        ("", False),
        (None, False),
    ],
)
def test_a_traceparent_is_checked_as_w3c_says(header: str | None, valid: bool) -> None:
    assert traceparent(header) == (header if valid else None)


@pytest.mark.parametrize("header", ["", "a b", "x" * 65, "a\n", "ü", "<script>", None])
def test_a_request_id_of_another_kind_is_replaced(header: str | None) -> None:
    assert request_id(header) != header


@pytest.mark.parametrize("kind", ["json", "text"])
def test_logging_is_configured_for_a_service(
    client: FlaskClient, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root, log = logging.getLogger(), logging.getLogger("modiste")
    before = (root.handlers, root.level, log.level)
    try:
        configure_logging(kind)
        client.get("/healthz")
        # waitress tells raw paths at this level.
        logging.getLogger("waitress").info("Client disconnected while serving /v1/items/secret")
    finally:
        root.handlers, level, own = before
        root.setLevel(level)
        log.setLevel(own)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["route"] == "/healthz" if kind == "json" else "GET /healthz 200" in line
