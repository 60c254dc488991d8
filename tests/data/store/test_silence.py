"""A database that hangs: who waits is told in the end, and nobody begins to wait."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.silence import SILENT_SECONDS, Line, be_patient, heard_engine

Opener = Callable[[float], Engine]


@pytest.fixture
def opened(server: EmbeddedServer) -> Iterator[Opener]:
    engines = []

    def open_one(seconds: float) -> Engine:
        engine = heard_engine(
            make_url(server.url.replace("postgresql", "postgresql+psycopg", 1)),
            spare_seconds=0.1,
            pool_size=2,
            pool_timeout=0.1,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"options": f"-c statement_timeout={1_000 * seconds:.0f}"},
        )
        engines.append(engine)
        return engine

    yield open_one
    for engine in engines:
        engine.dispose()


@contextmanager
def stopped(connection: Connection) -> Iterator[Callable[[], None]]:
    """Stop the server's end of a connection; yields what lets it go on."""
    process = int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
    connection.rollback()
    os.kill(process, signal.SIGSTOP)

    def go_on() -> None:
        os.kill(process, signal.SIGCONT)

    try:
        yield go_on
    finally:
        go_on()


def answer(connection: Connection) -> int:
    return int(connection.execute(text("SELECT 1")).scalar_one())


def test_who_waits_is_told_and_the_next_connection_works(opened: Opener) -> None:
    engine = opened(0.3)
    with (
        engine.connect() as connection,
        stopped(connection),
        pytest.raises(OperationalError, match=r"silent for 0\.4 s"),
    ):
        answer(connection)
    with engine.connect() as connection:
        assert answer(connection) == 1


def test_a_pooled_connection_that_hangs_is_replaced(opened: Opener) -> None:
    engine = opened(0.3)
    with ExitStack() as stopping:
        with engine.connect() as connection:
            stopping.enter_context(stopped(connection))
        with engine.connect() as connection:
            assert answer(connection) == 1


def test_who_is_patient_waits_and_the_next_one_does_not(opened: Opener) -> None:
    engine = opened(0.2)
    with engine.connect() as connection, stopped(connection) as go_on:
        connection.connection.driver_connection.is_patient = True  # type: ignore[union-attr]
        timer = threading.Timer(0.6, go_on)
        timer.start()
        assert answer(connection) == 1
        timer.join()
    with (
        engine.connect() as connection,
        stopped(connection),
        pytest.raises(OperationalError, match="silent for"),
    ):
        answer(connection)


def test_jobs_ask_for_patience(opened: Opener) -> None:
    with opened(0.2).begin() as connection:
        be_patient(connection)
        assert connection.execute(text("SELECT pg_sleep(0.6)")).scalar_one() is not None


def test_one_a_second_begins_to_wait_for_a_silent_server(opened: Opener) -> None:
    engine = opened(30.0)
    pause = threading.Event()
    with engine.connect() as connection, stopped(connection) as go_on:
        waiting = threading.Thread(target=answer, args=(connection,))
        waiting.start()
        pause.wait(1.5 * SILENT_SECONDS)
        # The server is well and one of its answers slow: whoever is let through hears it.
        for _ in range(10):
            with engine.connect() as another:
                assert answer(another) == 1
        go_on()
        waiting.join(10)
        assert not waiting.is_alive()


def test_nobody_else_begins_to_wait_for_a_server_that_answers_nobody(opened: Opener) -> None:
    engine = opened(30.0)
    with (
        engine.connect() as first,
        engine.connect() as second,
        stopped(first) as go_on,
        stopped(second) as go_on_too,
    ):
        threads = [threading.Thread(target=answer, args=(one,)) for one in (first, second)]
        for thread in threads:
            thread.start()
        threading.Event().wait(1.5 * SILENT_SECONDS)
        # One is let through, and finds no connection free; then none is.
        with pytest.raises(PoolTimeoutError, match="QueuePool limit"):
            engine.connect()
        with pytest.raises(PoolTimeoutError, match="answered nobody"):
            engine.connect()
        go_on()
        go_on_too()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
    with engine.connect() as connection:
        assert answer(connection) == 1


def test_a_line_admits_one_in_a_while_once_nobody_is_answered() -> None:
    now = 0.0
    line = Line(lambda: now)
    now = 100.0
    assert line.admits()  # nobody waits
    with line.waiting():
        assert line.admits()
        now += 1.5 * SILENT_SECONDS
        assert line.admits()
        assert not line.admits()
        line.heard()
        assert line.admits()  # one slow statement
        assert line.admits()
        now += 1.5 * SILENT_SECONDS
        assert line.admits()
        assert not line.admits()
        now += 0.5 * SILENT_SECONDS
        assert not line.admits()
        now += 0.6 * SILENT_SECONDS
        assert line.admits()
    assert line.admits()


def test_a_refusal_of_the_server_is_an_answer(opened: Opener) -> None:
    engine = opened(30.0)
    with engine.connect() as connection:
        line = connection.connection.driver_connection.line  # type: ignore[union-attr]
        line._heard_at = heard_at = line.clock() - 100.0
        with pytest.raises(DBAPIError, match="division by zero"):
            connection.execute(text("SELECT 1 / 0"))
        assert line._heard_at > heard_at
