"""The real waitress server on a loopback port."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_recommender import RELEASE_ID, FakeRecommender, photo

from modiste.api import create_app, serve
from modiste.api.channel import BoundedDispatcher, Channel
from modiste.api.config import MAX_BODY_BYTES
from modiste.api.listening import allow_connections, open_sockets
from modiste.api.server import Server
from modiste.errors import ModisteError, ReleaseError

URL = "/v1/recommendations"
PROBLEM = "application/problem+json"


class SlowRecommender(FakeRecommender):
    """Keeps a request until told, so that a test can stop the server meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.go_on = threading.Event(), threading.Event()

    def similar(self, item_id, k=10):  # type: ignore[no-untyped-def]
        self.entered.set()
        assert self.go_on.wait(5)
        return super().similar(item_id, k)


@pytest.fixture
def server(recommender: FakeRecommender) -> Iterator[Server]:
    server = Server(create_app(recommender), port=0, threads=2)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server
    server.stop()
    thread.join(10)
    assert not thread.is_alive()


def ask(
    port: int, method: str, path: str, body: bytes = b"", kind: str = ""
) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        headers = {"Content-Type": kind} if kind else {}
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def multipart(data: bytes) -> tuple[bytes, str]:
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    return head + data + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def test_a_photo_is_answered_over_a_real_socket(server: Server) -> None:
    status, _, body = ask(server.port, "POST", URL, *multipart(photo()))
    assert status == 200
    assert json.loads(body)["garment"]["category"] == "Dress"
    assert ask(server.port, "GET", "/readyz")[0] == 200


def test_what_waitress_refuses_is_a_problem_too(server: Server) -> None:
    status, kind, body = ask(server.port, "GET", "/" + "x" * 300_000)
    assert (status, kind) == (431, PROBLEM)
    assert json.loads(body)["status"] == 431


def test_a_busy_answer_to_head_has_no_content(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody may wait: all but the probes are turned away.
    monkeypatch.setattr("modiste.api.channel.BoundedDispatcher.add_task", _refuse)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"HEAD /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
        head = _read_head(connection)
        assert head.startswith(b"HTTP/1.1 503")
        assert b"connection: close" not in head.lower()
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
        # The next answer begins where the first one's head ended.
        assert _read_head(connection).startswith(b"HTTP/1.1 503")


def test_requests_sent_at_once_are_refused_in_turn(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modiste.api.channel.BoundedDispatcher.add_task", _refuse)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        asked = b"HEAD /openapi.json HTTP/1.1\r\nHost: a\r\n"
        connection.sendall((asked + b"\r\n") * 2 + asked + b"Connection: close\r\n\r\n")
        answers = [_read_head(connection) for _ in range(3)]
        assert connection.recv(1) == b""
    assert [one.split(b"\r\n")[0] for one in answers] == [b"HTTP/1.1 503 Service Unavailable"] * 3


def test_many_connections_are_taken_in_one_turn(recommender: FakeRecommender) -> None:
    server = Server(create_app(recommender), port=0, threads=1)
    before = len(server._map)
    opened = [socket.create_connection(("127.0.0.1", server.port), 5) for _ in range(20)]
    server._turn(5)
    taken = len(server._map) - before
    for connection in opened:
        connection.close()
    server.close()
    assert taken == 20


def _refuse(dispatcher: BoundedDispatcher, task: Channel) -> None:
    dispatcher._max_queued = 0
    _ADD_TASK(dispatcher, task)


_ADD_TASK = BoundedDispatcher.add_task


def _read_head(connection: socket.socket) -> bytes:
    # One byte at a time, so that nothing of what follows is taken.
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, head
        head += byte
    return head


@pytest.mark.parametrize("n_bytes", [MAX_BODY_BYTES + 1, MAX_BODY_BYTES * 2])
def test_a_body_announced_too_large_is_refused(server: Server, n_bytes: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        head = f"POST {URL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {n_bytes}\r\n\r\n".encode())
        if n_bytes < MAX_BODY_BYTES + 10:
            connection.sendall(b" " * n_bytes)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert PROBLEM.encode() in answer


def test_stopping_finishes_the_requests_already_here() -> None:
    slow = SlowRecommender()
    server = Server(create_app(slow), port=0, threads=1)
    running = threading.Thread(target=server.run)
    running.start()
    answers: list[int] = []
    asking = threading.Thread(
        target=lambda: answers.append(ask(server.port, "GET", "/v1/items/item-1/similar")[0])
    )
    asking.start()
    assert slow.entered.wait(5)
    server.stop()
    time.sleep(0.2)
    with pytest.raises(ConnectionError):
        ask(server.port, "GET", "/healthz")
    slow.go_on.set()
    asking.join(5)
    running.join(10)
    assert answers == [200]
    assert not running.is_alive()


def test_a_port_in_use_is_said_clearly(server: Server, recommender: FakeRecommender) -> None:
    with pytest.raises(ModisteError, match=rf"Port {server.port} is already in use.*Received"):
        Server(create_app(recommender), port=server.port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_a_host_that_is_not_this_machine_is_said_clearly(host: str) -> None:
    with pytest.raises(ModisteError, match="to listen on"):
        open_sockets(host, 0)


def test_every_address_of_a_name_is_on_one_port() -> None:
    sockets = open_sockets("localhost", 0)
    ports = {opened.getsockname()[1] for opened in sockets}
    for opened in sockets:
        opened.close()
    assert len(ports) == 1


@pytest.mark.parametrize("settings", [{"port": -1}, {"port": 65536}, {"threads": 0}])
def test_settings_are_checked(recommender: FakeRecommender, settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Received"):
        Server(create_app(recommender), **settings)


def test_addresses_that_mean_every_address_are_shown_as_this_machine(
    recommender: FakeRecommender,
) -> None:
    server = Server(create_app(recommender), host="0.0.0.0", port=0)  # noqa: S104
    server.close()
    assert server.url == f"http://127.0.0.1:{server.port}"


def test_connections_never_pass_what_the_system_allows() -> None:
    assert 1 <= allow_connections(5000) <= 5000


def test_serving_nothing_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError):
        serve(tmp_path, port=0)


SERVE = """
from unittest import mock
from fake_recommender import FakeRecommender
from modiste.api import server
app = server.create_app(FakeRecommender())
with mock.patch.object(server, "create_app", return_value=app):
    server.serve("releases", port=0)
"""


def test_sigterm_stops_the_process_cleanly() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SERVE],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert f"serves release {RELEASE_ID} (30 items) on http://127.0.0.1:" in line
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, out, errors) == (0, "modiste has stopped.\n", "")
