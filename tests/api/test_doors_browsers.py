"""What browsers are told, and whose address is believed."""

from __future__ import annotations

import http.client
import threading

import pytest
from fake_recommender import FakeRecommender
from flask.testing import FlaskClient

from modiste.api import ApiConfig, create_app
from modiste.api.doors.rates import Rate, Rates
from modiste.api.doors.settings import DoorSettings
from modiste.api.server import Server

SHOP = "https://shop.example"
URL = "/v1/recommendations"


@pytest.fixture
def open_to_shop(recommender: FakeRecommender) -> FlaskClient:
    settings = DoorSettings(allowed_origins=(SHOP, "http://localhost:3000"))
    return create_app(recommender, ApiConfig(doors=settings)).test_client()


def preflight(client: FlaskClient, origin: str, path: str = URL, method: str = "POST"):  # type: ignore[no-untyped-def]
    return client.options(path, headers={"Origin": origin, "Access-Control-Request-Method": method})


@pytest.mark.parametrize("origin", [SHOP, "http://localhost:3000"])
def test_an_allowed_origin_may_call(open_to_shop: FlaskClient, origin: str) -> None:
    asked = preflight(open_to_shop, origin)
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    may_be_sent = asked.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "If-Match", "If-None-Match", "Idempotency-Key"} <= set(may_be_sent)
    for answer in (
        open_to_shop.post(URL, json={}, headers={"Origin": origin}),
        open_to_shop.get("/v1/items/none", headers={"Origin": origin}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example.evil.example",
        "https://evil-shop.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://SHOP.example",
        "https://shop.example/",
        "null",
        "*",
        "",
    ],
)
def test_another_origin_is_told_nothing(open_to_shop: FlaskClient, origin: str) -> None:
    answers = [
        preflight(open_to_shop, origin),
        open_to_shop.post(URL, json={}, headers={"Origin": origin}),
    ]
    for answer in answers:
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        assert "Origin" in answer.headers["Vary"]


def test_without_a_list_no_origin_may_call(client: FlaskClient) -> None:
    answer = preflight(client, SHOP)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Origin" not in client.get("/v1/items/item-1", headers={"Origin": SHOP}).vary


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "shop.example",
        "https://shop.example/",
        "https://*.shop.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://Shop.example",
        "ftp://shop.example",
        "https://user@shop.example",
        "",
    ],
)
def test_an_origin_that_browsers_do_not_send_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="An origin is"):
        DoorSettings(allowed_origins=(origin,))


def test_headers_of_every_answer(client: FlaskClient) -> None:
    for path in ("/", "/healthz", "/v1/items/item-1", "/nowhere"):
        headers = client.get(path).headers
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in headers
    assert client.get("/").headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "Cross-Origin-Embedder-Policy" not in client.get("/healthz").headers
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"
    safe = client.get("/", base_url="https://shop.example")
    assert safe.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("proxy", ["*", "proxy.example", "10.0.0.0/8", ""])
def test_a_trusted_proxy_is_one_address(proxy: str) -> None:
    with pytest.raises(ValueError, match="one IP address"):
        DoorSettings(trusted_proxy=proxy)


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_trusted_proxy_names_the_client(recommender: FakeRecommender, trusted: bool) -> None:
    settings = DoorSettings(rates=Rates(address=Rate(0.001, 1)))
    app = create_app(recommender, ApiConfig(doors=settings))
    server = Server(app, port=0, threads=1, trusted_proxy="127.0.0.1" if trusted else None)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        found = []
        # A client's own claim comes before what the proxy adds.
        for said in ("6.6.6.6, 192.0.2.1", "7.7.7.7, 192.0.2.1", "192.0.2.2"):
            headers = {"X-Forwarded-For": said, "X-Forwarded-Proto": "https"}
            connection.request("GET", "/v1/items/item-1", headers=headers)
            answer = connection.getresponse()
            answer.read()
            found.append((answer.status, answer.headers["Strict-Transport-Security"] is not None))
        connection.close()
    finally:
        server.stop()
        thread.join(60)
    if trusted:
        assert found == [(200, True), (429, True), (200, True)]
    else:
        assert found == [(200, False), (429, False), (429, False)]
