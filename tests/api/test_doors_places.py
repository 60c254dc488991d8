"""How many compute and wait, and that the others are turned away at once: by real servers too."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fake_recommender import FakeRecommender
from flask import request

from modiste.api import ApiConfig, create_app
from modiste.api.doors.places import Places
from modiste.api.doors.settings import DoorSettings
from modiste.api.server import Server

URL = "/v1/recommendations"
#: Generous, for a machine that does much else.
DEADLINE = 60


def until(holds: Callable[[], bool]) -> None:
    for _ in range(DEADLINE * 100):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def test_places_are_given_in_order_and_the_line_is_bounded() -> None:
    places = Places(1, 2, max_wait=DEADLINE)
    assert places.enter()
    entered: list[int] = []

    def wait(nth: int) -> None:
        assert places.enter()
        entered.append(nth)

    waiting = []
    for nth in range(2):
        thread = threading.Thread(target=wait, args=(nth,))
        thread.start()
        waiting.append(thread)
        until(lambda nth=nth: places.n_waiting > nth)
    assert not places.enter()
    for nth in range(2):
        places.leave()
        waiting[nth].join(DEADLINE)
        assert entered == list(range(nth + 1))
    places.leave()
    assert places.enter()
    assert places.n_waiting == 0


def test_waiting_for_a_thread_counts_as_waiting_in_line() -> None:
    places = Places(1, 5, max_wait=DEADLINE)
    assert places.enter(waited=2 * DEADLINE)  # one that is free is given all the same
    assert not places.enter(waited=DEADLINE)
    assert places.n_waiting == 0


def test_a_request_tells_how_long_it_waited_for_a_thread(recommender: FakeRecommender) -> None:
    app = create_app(recommender)
    waited: list[float] = []
    app.before_request(lambda: waited.append(request.environ["modiste.waited"]))
    busy, go_on = threading.Event(), threading.Event()

    @app.get("/hold")
    def hold() -> str:
        busy.set()
        go_on.wait(DEADLINE)
        return "held"

    server = Server(app, port=0, threads=1)
    running = threading.Thread(target=server.run)
    running.start()

    def ask(path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
        connection.request("GET", path)
        with connection.getresponse() as answer:
            status = answer.status
        connection.close()
        return status

    try:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(ask, "/hold")
            assert busy.wait(DEADLINE)
            second = pool.submit(ask, "/openapi.json")
            until(lambda: server._n_waiting() == 1)
            time.sleep(0.2)
            go_on.set()
            assert [first.result(DEADLINE), second.result(DEADLINE)] == [200, 200]
    finally:
        server.stop()
        running.join(DEADLINE)
    assert waited[1] >= 0.2


def test_whoever_waits_too_long_is_turned_away_and_forgotten() -> None:
    places = Places(1, 1, max_wait=0.01)
    assert places.enter()
    assert not places.enter()
    assert places.n_waiting == 0
    places.leave()
    assert places.enter()


def test_whoever_would_wait_too_long_is_turned_away_at_once() -> None:
    now = [0.0]
    places = Places(1, 100, max_wait=DEADLINE, clock=lambda: now[0])
    assert places.enter()
    with ThreadPoolExecutor(31) as visitors:
        waiting = []

        def join(n: int) -> None:
            for _ in range(n):
                before = places.n_waiting
                waiting.append(visitors.submit(places.enter))
                until(lambda before=before: places.n_waiting > before)

        join(30)
        for _ in range(10):
            now[0] += 0.09 * DEADLINE
            places.leave()
        # Twenty in line at that speed are more than anybody may wait for.
        assert places.n_waiting == 20
        assert not places.enter()
        for _ in range(20):
            places.leave()
        assert all(one.result(DEADLINE) for one in waiting)
        # One may wait however slow it was, or it would never be found to be fast again.
        join(1)
        places.leave()
        assert waiting[-1].result(DEADLINE)


def test_in_a_line_that_never_empties_nobody_waits_long() -> None:
    now = [0.0]
    places = Places(1, 10, max_wait=DEADLINE, clock=lambda: now[0])
    half = DEADLINE / 2
    assert places.enter()
    with ThreadPoolExecutor(3) as visitors:
        first = visitors.submit(places.enter, half)
        until(lambda: places.n_waiting == 1)
        now[0] += DEADLINE + 1
        # Now half of the longest wait is too much to have waited before.
        assert not places.enter(half)
        assert places.n_waiting == 1
        places.leave()
        assert first.result(DEADLINE)
        # The line is empty: who comes may wait again.
        second = visitors.submit(places.enter, half)
        until(lambda: places.n_waiting == 1)
        places.leave()
        assert second.result(DEADLINE)


def test_no_place_is_lost_or_made_among_many() -> None:
    places = Places(3, 50, max_wait=0.001)
    inside, most = [0], [0]
    lock = threading.Lock()

    def visit(_: int) -> bool:
        if not places.enter():
            return False
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        with lock:
            inside[0] -= 1
        places.leave()
        return True

    with ThreadPoolExecutor(20) as visitors:
        list(visitors.map(visit, range(3_000)))
    assert most[0] <= 3
    assert [places.enter() for _ in range(3)] == [True] * 3
    assert not Places.enter(places)


@pytest.mark.parametrize("error", [RuntimeError("bug"), ValueError("k must be 1")])
def test_a_failed_search_leaves_its_place(recommender: FakeRecommender, error: Exception) -> None:
    settings = DoorSettings(computing=1, waiting=0)
    client = create_app(recommender, ApiConfig(doors=settings)).test_client()
    recommender.fails_with = error
    for _ in range(3):
        assert client.post(URL, json={}).status_code in {422, 500}
    recommender.fails_with = None
    for _ in range(3):
        assert client.post(URL, json={}).status_code == 200
        assert client.post(URL, data=b"{", content_type="application/json").status_code == 400


class HeldRecommender(FakeRecommender):
    """Computes until it is told to go on, and counts how many it computes at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.go_on.set()  # until a release of it is warm
        self.inside = threading.Semaphore(0)
        self.n_inside = self.most_inside = 0
        self.lock = threading.Lock()

    def hold(self) -> None:
        """From now on, and not while the service warms it."""
        self.go_on.clear()
        self.inside = threading.Semaphore(0)
        self.most_inside = 0

    def recommend(self, *arguments, **options):  # type: ignore[no-untyped-def]
        with self.lock:
            self.n_inside += 1
            self.most_inside = max(self.most_inside, self.n_inside)
        self.inside.release()
        assert self.go_on.wait(DEADLINE)
        with self.lock:
            self.n_inside -= 1
        return super().recommend(*arguments, **options)


@pytest.fixture
def held() -> HeldRecommender:
    return HeldRecommender()


def running(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join(DEADLINE)


def ask(port: int, method: str = "POST", path: str = URL) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        body = b"{}" if method == "POST" else None
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


@pytest.fixture
def served(held: HeldRecommender) -> Iterator[Server]:
    """Two compute, two wait, and threads are left to refuse."""
    app = create_app(held, ApiConfig(doors=DoorSettings(computing=2, waiting=2)))
    app.extensions["modiste.gate"].places._max_wait = DEADLINE
    held.hold()
    yield from running(Server(app, port=0, threads=6))


def test_past_the_line_a_search_is_503_at_once(served: Server, held: HeldRecommender) -> None:
    with ThreadPoolExecutor(12) as clients:
        asked = [clients.submit(ask, served.port) for _ in range(12)]
        # Two compute and two wait, so eight were refused while all of those go on.
        until(lambda: sum(one.done() for one in asked) == 8)
        assert held.n_inside == 2
        # What needs no computing is answered meanwhile.
        assert ask(served.port, "GET", "/healthz")[0] == 200
        assert ask(served.port, "GET", "/v1/items/item-1")[0] == 200
        held.go_on.set()
        answers = [one.result(DEADLINE) for one in asked]
    assert sorted(status for status, _, _ in answers) == [200] * 4 + [503] * 8
    assert held.most_inside == 2
    for status, headers, body in answers:
        if status == 503:
            assert headers["Retry-After"] == "1"
            assert headers["Content-Type"] == "application/problem+json"
            assert json.loads(body)["type"] == "urn:modiste:problem:busy"
    # It has recovered.
    assert ask(served.port)[0] == 200


@pytest.fixture
def narrow(held: HeldRecommender) -> Iterator[Server]:
    """One thread for all, and one request may wait for it."""
    app = create_app(held)
    held.hold()
    yield from running(Server(app, port=0, threads=1, max_queued=1))


def test_past_the_servers_own_queue_it_is_503_too(narrow: Server, held: HeldRecommender) -> None:
    with ThreadPoolExecutor(6) as clients:
        first = clients.submit(ask, narrow.port)
        assert held.inside.acquire(timeout=DEADLINE)
        others = [clients.submit(ask, narrow.port) for _ in range(5)]
        until(lambda: sum(one.done() for one in others) == 4)
        # A busy service is alive and ready.
        assert ask(narrow.port, "GET", "/healthz")[0] == 200
        assert ask(narrow.port, "GET", "/readyz")[0] == 200
        held.go_on.set()
        assert first.result(DEADLINE)[0] == 200
        answers = [one.result(DEADLINE) for one in others]
    assert sorted(status for status, _, _ in answers) == [200] + [503] * 4
    for status, headers, body in answers:
        if status == 503:
            assert headers["Retry-After"] == "1"
            assert headers["X-Request-Id"]
            assert json.loads(body)["status"] == 503


def test_a_refused_connection_goes_on(narrow: Server, held: HeldRecommender) -> None:
    with ThreadPoolExecutor(6) as clients:
        first = clients.submit(ask, narrow.port)
        assert held.inside.acquire(timeout=DEADLINE)
        others = [clients.submit(ask, narrow.port) for _ in range(3)]
        # Two of three are refused, so the third fills the queue.
        until(lambda: sum(one.done() for one in others) == 2)
        connection = http.client.HTTPConnection("127.0.0.1", narrow.port, timeout=DEADLINE)
        for _ in range(2):
            connection.request("POST", URL, b"{}", {"Content-Type": "application/json"})
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("Connection")) == (503, None)
            answer.read()
        held.go_on.set()
        assert first.result(DEADLINE)[0] == 200
        connection.close()


@pytest.mark.parametrize("settings", [{"computing": 0}, {"waiting": -1}])
def test_settings_are_checked(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Received"):
        DoorSettings(**settings)


def test_the_servers_queue_is_at_least_one(recommender: FakeRecommender) -> None:
    with pytest.raises(ValueError, match="max_queued must be at least 1"):
        Server(create_app(recommender), port=0, max_queued=0)
