"""waitress in front of the application.

waitress reads a whole request before a thread works on it, so that slow uploads hold a
socket and not a thread.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click
from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel

from modiste.api.app import create_app
from modiste.api.channel import BoundedDispatcher, Listener
from modiste.api.config import MAX_BODY_BYTES, ApiConfig
from modiste.api.listening import allow_connections, open_sockets
from modiste.api.live.live import Live
from modiste.api.live.release_watch import ReleaseWatch
from modiste.api.metrics import Metrics

if TYPE_CHECKING:
    from modiste.data.store.database import Database

CONNECTION_LIMIT = 5000
DEFAULT_THREADS = 4
MAX_QUEUED = 64

_CHANNEL_TIMEOUT_SECONDS = 60
_DRAIN_SECONDS = 10.0
#: Threads beyond those that compute or wait to: they refuse, and do what needs no computing.
_SPARE_THREADS = 8
_PROXY_HEADERS = frozenset({"x-forwarded-for", "x-forwarded-proto"})
#: Past the application's own bound, so that it answers a body just over it itself.
_MAX_REQUEST_BODY_BYTES = MAX_BODY_BYTES + 1024 * 1024


class Server:
    """A listening service; `run` serves until `stop`.

    Use it where `serve` takes too much upon itself: in tests, or in a process of yours.

    Parameters
    ----------
    app : Flask
        From `create_app`.
    host : str
        Name or address to listen on; ``127.0.0.1`` is this machine only.
    port : int
        In [0, 65535]; 0 takes a free one.
    threads : int
        Requests worked on at a time, at least 1.
    max_queued : int
        Requests read that may wait for a thread, at least 1; the others get 503.
    trusted_proxy : str, optional
        Address of a reverse proxy whose ``X-Forwarded-For`` and ``-Proto`` are believed.

    Attributes
    ----------
    port : int
        The port listened on.
    url : str
        Where a browser on this machine finds the page.

    Raises
    ------
    ModisteError
        If the address cannot be listened on.
    """

    def __init__(
        self,
        app: Flask,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        threads: int = DEFAULT_THREADS,
        max_queued: int = MAX_QUEUED,
        trusted_proxy: str | None = None,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port must be in [0, 65535]. Received: {port}")
        if threads < 1:
            raise ValueError(f"threads must be at least 1. Received: {threads}")
        if max_queued < 1:
            raise ValueError(f"max_queued must be at least 1. Received: {max_queued}")
        sockets = open_sockets(host, port)
        self.port: int = sockets[0].getsockname()[1]
        self.url = _url(host, self.port)
        self._stopping = threading.Event()
        self._map: dict[int, Any] = {}
        dispatcher = BoundedDispatcher(max_queued)
        dispatcher.set_thread_count(threads)
        settings = Adjustments(
            sockets=sockets,
            connection_limit=allow_connections(CONNECTION_LIMIT),
            asyncore_use_poll=True,
            max_request_body_size=_MAX_REQUEST_BODY_BYTES,
            channel_timeout=_CHANNEL_TIMEOUT_SECONDS,
            trusted_proxy=trusted_proxy,
            trusted_proxy_headers=_PROXY_HEADERS if trusted_proxy else frozenset(),
            clear_untrusted_proxy_headers=True,
            ident=None,
        )
        metrics: Metrics | None = app.extensions.get("modiste.metrics")
        if metrics is not None:
            metrics.watch_queue("requests", self._n_waiting)
        self._listeners = [
            Listener(
                app,
                self._map,
                _sock=opened,
                dispatcher=dispatcher,
                adj=settings,
                sockinfo=(opened.family, opened.type, opened.proto, opened.getsockname()),
                bind_socket=False,
            )
            for opened in sockets
        ]

    def run(self) -> None:
        """Serve until `stop`, then finish the requests already here."""
        try:
            while not self._stopping.is_set():
                self._turn(1.0)
            for listener in self._listeners:
                # Only the listening socket: the trigger beside it still wakes the loop.
                wasyncore.dispatcher.close(listener)
            deadline = time.monotonic() + _DRAIN_SECONDS
            while self._busy() and time.monotonic() < deadline:
                self._turn(0.05)
        finally:
            self.close()

    def stop(self) -> None:
        """Ask `run` to return; from any thread or a signal handler."""
        self._stopping.set()
        self._listeners[0].pull_trigger()

    def close(self) -> None:
        """Close every socket; for a server that never ran, or after `run`."""
        self._listeners[0].task_dispatcher.shutdown()
        wasyncore.close_all(self._map)

    def _n_waiting(self) -> int:
        return len(self._listeners[0].task_dispatcher.queue)

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _busy(self) -> bool:
        channels = (c for c in list(self._map.values()) if isinstance(c, HTTPChannel))
        return any(c.requests or c.total_outbufs_len for c in channels)


def serve(
    releases_dir: str | Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    threads: int = DEFAULT_THREADS,
    config: ApiConfig | None = None,
    database: Database | None = None,
) -> None:
    """Serve the current release of a directory until SIGTERM or Ctrl-C.

    A release published meanwhile takes over without a pause. Requests already received are
    finished first.

    Parameters
    ----------
    releases_dir : path
        Where a retraining job publishes.
    host : str
        Name or address to listen on; ``127.0.0.1`` is this machine only.
    port : int
        In [0, 65535]; 0 takes a free one.
    threads : int
        Searches worked on at a time; it takes the place of ``config.doors.computing``.
    config : ApiConfig, optional
        Settings of the service.
    database : Database, optional
        Where events are kept.

    Raises
    ------
    ReleaseError
        If no whole release is published there.
    ModisteError
        If the address cannot be listened on.
    """
    config = config or ApiConfig()
    doors = replace(config.doors, computing=threads)
    app = create_app(releases_dir, replace(config, doors=doors), database)
    live: Live = app.extensions["modiste"]
    release = live.load()
    server = Server(
        app,
        host,
        port,
        threads=threads + doors.waiting + _SPARE_THREADS,
        trusted_proxy=doors.trusted_proxy,
    )
    _stop_on_signals(server)
    watch: ReleaseWatch | None = app.extensions.get("modiste.watch")
    if watch is not None:
        watch.start()
    click.echo(
        f"modiste serves release {release.release_id} ({len(release.items):,} items) "
        f"on {server.url}  (Ctrl-C stops it)"
    )
    with _live_items(app, live, config, database):
        server.run()
    if watch is not None:
        watch.stop()
    click.echo("modiste has stopped.")


@contextmanager
def _live_items(
    app: Flask, live: Live, config: ApiConfig, database: Database | None
) -> Iterator[None]:
    """Follow the items of the store, and describe those that wait, in threads of this process."""
    if database is None:
        yield
        return
    from modiste.api.item_worker import ItemWorker, reader_of
    from modiste.api.live_items import EXTENSION
    from modiste.data.store.item_queue import ItemQueue

    worker = ItemWorker(
        ItemQueue(database), lambda: reader_of(live.release().recommender, config.language)
    )
    with app.extensions[EXTENSION].following(), worker.working() if config.works else nullcontext():
        yield


def _url(host: str, port: int) -> str:
    # "Every address" is no address to visit.
    shown = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _stop_on_signals(server: Server) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        # A second signal does not wait for the requests to finish.
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
