"""What the Python client sends, and when it sends it again: no service, no sockets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from contract import document_of
from fake_recommender import photo
from flask import Flask

from modiste.api import ApiConfig, create_app
from modiste.api.contract.operations import operation_of
from modiste.api.contract.schemas import FacetArguments, RecommendationRequest

pytest.importorskip("httpx", reason="the extra client is not installed")
pytest.importorskip("sqlalchemy", reason="the extra serve is not installed")

import httpx
from sqlalchemy import create_engine

from modiste.api.client import Client, Event, ProblemError, UnreachableError, retries, transport
from modiste.api.client.kept import Kept, KeptByTag
from modiste.api.client.searches import CountedFacets, Search
from modiste.data.store.database import Database

#: How each operation is called; the page and the board are for people.
CALLS: dict[str, Callable[[Client], object]] = {
    "alive": lambda shop: shop.alive(),
    "complete_the_look": lambda shop: shop.complete_the_look("a/b"),
    "delete_item": lambda shop: shop.delete_item("a/b"),
    "detect": lambda shop: shop.detect(photo()),
    "erase_user": lambda shop: shop.erase_user("a/b"),
    "event_flow": lambda shop: shop.event_flow(),
    "export_user": lambda shop: shop.export_user("a/b"),
    "facets": lambda shop: shop.facets(new=True),
    "feedback": lambda shop: shop.feedback("0" * 32, "a", "click"),
    "get_item": lambda shop: shop.get_item("a/b"),
    "get_item_image": lambda shop: shop.get_item_image("a/b"),
    "get_network": lambda shop: shop.get_network(),
    "get_network_file": lambda shop: shop.get_network_file("0" * 64),
    "get_release": lambda shop: shop.get_release("r1"),
    "list_releases": lambda shop: shop.list_releases(),
    "list_users": lambda shop: shop.list_users(),
    "metrics": lambda shop: shop.metrics(),
    "missed_searches": lambda shop: shop.missed_searches(),
    "occlude": lambda shop: shop.occlude(photo()),
    "openapi": lambda shop: shop.openapi(),
    "patch_item": lambda shop: shop.patch_item("a/b", {}),
    "publish_release": lambda shop: shop.publish_release("r1"),
    "ready": lambda shop: shop.ready(),
    "recommend": lambda shop: shop.recommend(text="dress"),
    "record_events": lambda shop: shop.record_events([Event("U1", "view_item", "a")]),
    "roll_back": lambda shop: shop.roll_back(),
    "similar_items": lambda shop: shop.similar_items("a/b"),
    "upsert_item": lambda shop: shop.upsert_item("a/b", {"title": "A dress"}),
    "write_items": lambda shop: shop.write_items([{"op": "delete", "item_id": "a"}]),
}
FOR_BROWSERS = {"board", "page", "manifest", "service_worker", "share", "get_runtime"}
READY = {"status": "ready", "since": "2026-07-01T00:00:00Z"}
WRITTEN = {
    "item": {"item_id": "a", "title": "A dress", "availability": "in_stock"},
    "version": 2,
    "state": "described",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Every route there can be; nothing of it asks the database."""
    database = Database(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    app = create_app(tmp_path_factory.mktemp("releases"), ApiConfig(demo=True), database)
    yield app
    database.close()


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(transport, "time", clock)
    return clock


class Scripted:
    """Answers requests one after another: a response, or an error that is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Any] = []

    def __call__(self, request: Any) -> Any:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **options: Any) -> Client:
        return Client("https://shop.example", "k1", http=httpx.MockTransport(self), **options)


def busy(status: int = 503, after: str | None = None) -> Any:
    return httpx.Response(status, headers={} if after is None else {"Retry-After": after})


def lost() -> Exception:
    return httpx.ReadError("the connection broke")


def test_every_operation_has_a_method_of_its_name(app: Flask) -> None:
    """A method that is missing fails here, and one that asks another address too."""
    written = document_of(app)["paths"].values()
    names = {one["operationId"] for methods in written for one in methods.values()}
    assert names - FOR_BROWSERS == set(CALLS)
    adapter = app.url_map.bind("shop.example")
    for name, call in CALLS.items():
        scripted = Scripted(httpx.Response(403))
        with pytest.raises(ProblemError), scripted.client() as shop:
            call(shop)
        assert hasattr(Client, name)
        (request,) = scripted.requests
        endpoint, _ = adapter.match(request.url.path, request.method)
        operation = operation_of(app, endpoint)
        assert operation is not None
        assert operation.operation_id == name
        if request.content:
            assert operation.body is not None, name
        documented = {} if operation.arguments is None else operation.arguments.model_fields
        assert set(request.url.params) <= set(documented), name


def test_searches_and_facets_take_what_the_service_takes() -> None:
    assert set(Search.__annotations__) == set(RecommendationRequest.model_fields)
    assert set(CountedFacets.__annotations__) == set(FacetArguments.model_fields)
    scripted = Scripted(httpx.Response(403))
    with pytest.raises(ProblemError):
        scripted.client().facets(color=["red", "navy"], price_min=2.5, new=False)
    assert str(scripted.requests[0].url.query, "ascii") == (
        "color=red&color=navy&price_min=2.5&new=false"
    )


def test_what_passes_is_tried_again_after_the_time_named(clock: Clock) -> None:
    scripted = Scripted(busy(503, "3"), lost(), busy(429, "7"), httpx.Response(200, json=READY))
    assert scripted.client().ready().status == "ready"
    assert (clock.waits[0], clock.waits[2]) == (3.0, 7.0)
    assert 0.25 <= clock.waits[1] <= 0.75


def test_retries_end_with_the_tries(clock: Clock) -> None:
    scripted = Scripted(*[busy(502)] * 3)
    with pytest.raises(ProblemError) as refused:
        scripted.client(tries=3).ready()
    assert (refused.value.status, refused.value.title) == (502, "HTTP 502")
    assert scripted.answers == []
    broken = Scripted(*[lost()] * 3)
    with pytest.raises(UnreachableError, match=r"Received: ReadError: .* after 3 tries"):
        broken.client(tries=3).ready()


def test_no_wait_goes_past_the_deadline(clock: Clock) -> None:
    scripted = Scripted(busy(503, "3"), busy(503, "8"), httpx.Response(200, json=READY))
    with pytest.raises(ProblemError):
        scripted.client(deadline=10).ready()
    assert clock.now == 3.0


def test_an_answer_that_drips_ends_with_the_deadline(clock: Clock) -> None:
    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            for _ in range(1_000):
                clock.now += 1
                yield b" "

    drips = [httpx.Response(200, stream=Drip()) for _ in range(4)]
    with pytest.raises(UnreachableError, match="did not end in time"):
        Scripted(*drips).client(deadline=10).ready()
    assert clock.now <= 12


def test_each_try_gets_what_is_left_of_the_deadline(clock: Clock) -> None:
    scripted = Scripted(busy(503, "8"), httpx.Response(200, json=READY))
    scripted.client(deadline=10, timeout=5).ready()
    timeouts = [request.extensions["timeout"]["read"] for request in scripted.requests]
    assert timeouts == [5, 2]


def test_retry_after_may_be_a_date() -> None:
    later = datetime.now(UTC) + timedelta(seconds=60)
    assert 55 < retries.wait_seconds(1, format_datetime(later, usegmt=True)) <= 60
    for nonsense in ("", "soon", "-5", "١", format_datetime(later - timedelta(days=1))):
        assert retries.wait_seconds(1, nonsense) <= 0.375
    assert retries.wait_seconds(50, None) <= 30


def test_waits_differ_between_clients() -> None:
    assert len({retries.wait_seconds(1, None) for _ in range(20)}) > 1


@pytest.mark.parametrize("failure", [lost(), busy(502), busy(503)], ids=["lost", "502", "503"])
def test_what_may_have_been_done_is_not_done_twice(clock: Clock, failure: Any) -> None:
    conditional = {
        "roll_back": lambda shop: shop.roll_back(),
        "upsert": lambda shop: shop.upsert_item("a", {"title": "b"}, if_match=1),
        "patch": lambda shop: shop.patch_item("a", {"price": 2}, if_match="1-5"),
        "delete": lambda shop: shop.delete_item("a", if_match=1),
        "batch": lambda shop: shop.write_items([{"op": "delete", "item_id": "a", "if_version": 1}]),
    }
    for name, call in conditional.items():
        scripted = Scripted(failure)
        with pytest.raises((ProblemError, UnreachableError)):
            call(scripted.client())
        assert len(scripted.requests) == 1, name


def test_what_was_surely_not_done_is_sent_again(clock: Clock) -> None:
    refused = httpx.ConnectError("refused")
    scripted = Scripted(refused, busy(429, "1"), httpx.Response(200, json=WRITTEN))
    written = scripted.client().patch_item("a", {"price": 2}, if_match="1-5")
    assert written.version == 2
    assert {one.headers["If-Match"] for one in scripted.requests} == {'"1-5"'}


def test_a_deletion_whose_answer_was_lost_is_done(clock: Clock) -> None:
    scripted = Scripted(lost(), httpx.Response(404))
    scripted.client().delete_item("a")
    with pytest.raises(ProblemError):
        Scripted(busy(429, "1"), httpx.Response(404)).client().delete_item("a")


def test_a_batch_whose_answer_was_lost_counts_its_deletions(clock: Clock) -> None:
    lines = [{"op": "delete", "item_id": "a"}, {"op": "patch", "item_id": "b"}]
    problems = [{"line": n, "code": "unknown_item", "detail": "no such item"} for n in (1, 2)]
    told = httpx.Response(200, json={"written": 0, "problems": problems})
    answer = Scripted(lost(), told).client().write_items(lines)
    assert (answer.written, [one.line for one in answer.problems]) == (1, [2])
    told = httpx.Response(200, json={"written": 0, "problems": problems})
    assert len(Scripted(told).client().write_items(lines).problems) == 2


def test_an_event_sent_again_is_the_same_event(clock: Clock) -> None:
    recorded = httpx.Response(200, json={"new": 1, "known": 0, "quarantined": 0})
    scripted = Scripted(lost(), recorded)
    scripted.client().record_events(Event("U1", "view_item", "a") for _ in range(1))
    first, second = (request.content for request in scripted.requests)
    assert first == second
    assert b'"event_id"' in first


def test_batches_keep_to_the_services_bounds() -> None:
    answers = [httpx.Response(200, json={"new": 0, "known": 0, "quarantined": 0})] * 4
    scripted = Scripted(*answers)
    events = [Event("U1", "search", search_term="x" * 1_000) for _ in range(2_000)]
    scripted.client().record_events(events)
    sizes = [len(request.content) for request in scripted.requests]
    assert max(sizes) <= 1024 * 1024
    assert sum(request.content.count(b'"event_id"') for request in scripted.requests) == 2_000
    assert all(request.content.count(b'"event_id"') <= 1_000 for request in scripted.requests)
    with pytest.raises(ValueError, match=r"batch_size must be 1 to 1,000\. Received: 1001"):
        scripted.client().record_events(events, batch_size=1_001)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_key_follows_no_redirect(status: int) -> None:
    away = httpx.Response(status, headers={"Location": "https://evil.example/readyz"})
    scripted = Scripted(away)
    with pytest.raises(ProblemError) as refused:
        scripted.client().ready()
    assert refused.value.status == status
    (request,) = scripted.requests
    assert request.url.host == "shop.example"
    assert request.headers["Authorization"] == "Bearer k1"


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Client("http://shop.example", "k1") as shop:
        assert shop._transport._http._mounts == {}


def test_a_trace_is_passed_on() -> None:
    traces = [f"00-{'1' * 32}-{'2' * 16}-01", f"00-{'3' * 32}-{'4' * 16}-01", None]
    scripted = Scripted(*[httpx.Response(200, json=READY) for _ in range(4)])
    shop = scripted.client(traceparent=iter([*traces]).__next__)
    for _ in traces:
        shop.ready()
    assert [one.headers.get("traceparent") for one in scripted.requests] == traces
    scripted.client(traceparent=traces[0]).ready()
    assert scripted.requests[-1].headers["traceparent"] == traces[0]


def test_what_has_not_changed_is_not_sent_again() -> None:
    item = {"item_id": "a", "title": "A dress", "availability": "in_stock"}
    scripted = Scripted(
        httpx.Response(200, json=item, headers={"ETag": 'W/"1-5"'}),
        httpx.Response(304),
        httpx.Response(404),
        httpx.Response(200, json=item),
    )
    shop = scripted.client()
    assert shop.get_item("a") == shop.get_item("a")
    assert scripted.requests[1].headers["If-None-Match"] == 'W/"1-5"'
    with pytest.raises(ProblemError):
        shop.get_item("a")
    # What is gone is not kept.
    assert shop.get_item("a").etag == ""
    assert "If-None-Match" not in scripted.requests[3].headers


def test_what_is_kept_is_bounded() -> None:
    kept = KeptByTag(max_answers=2, max_bytes=10)
    for name in ("a", "b"):
        kept.put(name, Kept(name, b"123"))
    assert kept.get("a") is not None
    kept.put("c", Kept("c", b"123"))
    assert [name for name in "abc" if kept.get(name)] == ["a", "c"]
    kept.put("a", Kept("a2", b"12345678"))
    assert [name for name in "abc" if kept.get(name)] == ["a"]
    kept.put("d", Kept("d", b"12345678901"))
    assert [name for name in "abcd" if kept.get(name)] == []
    kept.put("e", Kept("e", b"1234567890"))
    assert kept.get("e") is not None


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"<html>", "Invalid JSON"), (b"{}", "Field required")],
)
def test_another_answer_is_told(body: bytes, message: str) -> None:
    with pytest.raises(UnreachableError, match=f"ReadyAnswer; .*Received: {message}"):
        Scripted(httpx.Response(200, content=body)).client().ready()


def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 10)
    with pytest.raises(UnreachableError, match="at most 10 bytes"):
        Scripted(httpx.Response(200, content=b"x" * 11)).client().metrics()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "shop.example"}, "url must be"),
        ({"url": "ftp://shop.example"}, "url must be"),
        ({"url": "https://shop.example?a=b"}, "url must be"),
        ({"key": "two words"}, "visible ASCII.*Received: 9 characters, not shown"),
        ({"key": "k\r\nX-Evil: 1"}, "visible ASCII"),
        ({"timeout": 0}, "above 0"),
        ({"deadline": -1}, "above 0"),
        ({"tries": 0}, "at least 1"),
    ],
)
def test_arguments_are_checked(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Client(**{"url": "https://shop.example", **arguments})


def test_an_event_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="event_time needs a zone"):
        Event("U1", "view_item", "a", event_time=datetime(2026, 7, 1))


def test_a_client_needs_neither_the_service_nor_the_recommender() -> None:
    code = (
        "import sys, modiste.api.client\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = "alembic faiss flask implicit keras lightgbm onnxruntime pandas PIL psycopg pyarrow"
    heavy += " scipy sqlalchemy tensorflow waitress werkzeug"
    assert set(done.stdout.split()) & set(heavy.split()) == set()
    assert "httpx" in done.stdout.split()
