"""Who talks to a database that has fallen silent is told so, and does not wait for it.

A server that is stopped or cut off while its machine still acknowledges lets no bound of its own
run out: ``statement_timeout`` is counted by the server, and ``tcp_user_timeout`` by its kernel.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import psycopg
from psycopg.waiting import READY_R
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import PoolProxiedConnection

#: Where somebody has waited so long, and nobody was answered in that time, one in that time may
#: begin to wait and nobody else.
SILENT_SECONDS: Final = 1.0

#: Settings of PostgreSQL that bound what a connection waits for, in milliseconds.
BOUNDS: Final = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

_ALLOWED: Final = "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"

Answer = TypeVar("Answer")


class Line:
    """What is heard of a server on all connections of an engine.

    Parameters
    ----------
    clock : callable
        Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._heard_at = self._tried_at = clock()
        self._waiting_since: dict[object, float] = {}

    def admits(self) -> bool:
        """Whether one more may begin to wait for the server.

        Not while somebody waits and nobody has been answered for a while, but for one in that
        time: a server that only works on something slow answers them, and is silent no more.
        """
        now = self.clock()
        latest = now - SILENT_SECONDS
        with self._lock:
            since = min(self._waiting_since.values(), default=now)
            if since >= latest or self._heard_at >= latest:
                return True
            if self._tried_at >= latest:
                return False
            self._tried_at = now
            return True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count as waiting for an answer while the context is open."""
        who = object()
        with self._lock:
            self._waiting_since[who] = self.clock()
        try:
            yield
        finally:
            with self._lock:
                del self._waiting_since[who]

    def heard(self) -> None:
        """Note that the server answers."""
        with self._lock:
            self._heard_at = self.clock()


class HeardConnection(psycopg.Connection[Any]):
    """A connection that gives a silent server up; `heard_engine` opens such ones.

    Attributes
    ----------
    line : Line or None
    seconds : float or None
        An answer may take so long; None is as long as it takes.
    is_patient : bool
        Whether the one who has it now may wait as long as it takes.
    """

    line: Line | None = None
    seconds: float | None = None
    is_patient: bool = False

    def wait(self, gen: Generator[Any, Any, Answer], *args: Any, **options: Any) -> Answer:
        """Wait for an answer, as `psycopg.Connection` does.

        Raises
        ------
        psycopg.OperationalError
            If nothing has come for `seconds`; the connection is then closed.
        """
        if self.line is None:
            return super().wait(gen, *args, **options)
        seconds = None if self.is_patient else self.seconds
        listening = self._listening(gen, seconds, self.line)
        if self.is_patient:
            return super().wait(listening, *args, **options)
        with self.line.waiting():
            return super().wait(listening, *args, **options)

    def _listening(
        self, gen: Generator[Any, Any, Answer], seconds: float | None, line: Line
    ) -> Generator[Any, Any, Answer]:
        since = line.clock()
        try:
            wanted = next(gen)
            while True:
                # Every tenth of a second without news, 0 comes.
                news = yield wanted
                if news & READY_R:
                    line.heard()
                    since = line.clock()
                elif not news and seconds is not None and line.clock() > since + seconds:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server was silent for {seconds:g} s")
                wanted = gen.send(news)
        except StopIteration as ended:
            answer: Answer = ended.value
            return answer


def heard_engine(url: URL, *, spare_seconds: float = 2.0, **options: Any) -> Engine:
    """Return an engine whose users do not wait for a server that has fallen silent.

    Its pool then raises `sqlalchemy.exc.TimeoutError` at once. Who waits already is told when
    the server's own ``statement_timeout`` and `spare_seconds` are over, unless `be_patient` was
    asked for.

    Parameters
    ----------
    url : URL
        Of psycopg.
    spare_seconds : float
        The server's own bound comes first: this is added for one that does not keep it.
    options
        Of `sqlalchemy.create_engine`.
    """
    line = Line()

    class ListeningPool(QueuePool):
        """Hands out no connection while the server is silent."""

        def connect(self) -> PoolProxiedConnection:
            if not line.admits():
                raise PoolTimeoutError(
                    f"The database has answered nobody for {SILENT_SECONDS:g} s or more."
                )
            return super().connect()

    engine = create_engine(url, poolclass=ListeningPool, **options)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _entry: object, args: Any, params: Any) -> HeardConnection:
        with line.waiting():
            connection = HeardConnection.connect(*args, **params)
        connection.line, connection.seconds = line, spare_seconds
        try:
            allowed_ms = connection.execute(_ALLOWED).fetchall()[0][0]
            connection.rollback()
        except psycopg.Error:
            connection.close()
            raise
        connection.seconds = allowed_ms / 1_000 + spare_seconds if allowed_ms else None
        return connection

    @event.listens_for(engine, "reset")
    def hurry_again(connection: Any, _entry: object, _state: object) -> None:
        if isinstance(connection, HeardConnection):
            connection.is_patient = False

    return engine


def may_pause(connection: Connection) -> None:
    """Let a transaction lie idle as long as it needs; each of its statements has its bounds."""
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def be_patient(connection: Connection) -> None:
    """Let a transaction take as long as it needs: for what no request waits for.

    To be called inside a transaction; whoever has the connection next has its bounds again.
    """
    own = connection.connection.driver_connection
    if isinstance(own, HeardConnection):
        own.is_patient = True
    for name in BOUNDS:
        connection.execute(text(f"SET LOCAL {name} = 0"))
