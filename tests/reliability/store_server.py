"""A PostgreSQL that may be killed, frozen, stopped and started again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import create_engine, text

from modiste.data.store.embedded import EmbeddedServer
from modiste.errors import StoreError

_START_TRIES = 40


class StoreServer:
    """One embedded server in a directory; its address stays the same.

    Parameters
    ----------
    directory : Path
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server = EmbeddedServer(directory)
        self.url = self._server.url

    def kill(self) -> None:
        """End it as a loss of power would."""
        postmaster, *workers = self._processes()
        postmaster.kill()
        for worker in workers:
            with suppress(psutil.NoSuchProcess):  # it noticed by itself
                worker.kill()
        psutil.wait_procs(workers, timeout=10)
        self._server.stop()

    def stop(self) -> None:
        """Stop it in order."""
        self._server.stop()

    def start(self) -> None:
        """Start it again."""
        for _ in range(_START_TRIES):
            try:
                self._server = EmbeddedServer(self._directory)
            except StoreError:
                time.sleep(0.25)  # what was killed is still being cleared away
            else:
                return
        raise RuntimeError(f"PostgreSQL in {self._directory} does not start again.")

    def freeze(self) -> None:
        """Let none of its processes go on; the system still takes what is sent to them."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        """Let them go on."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        """Return the one that takes connections, then the others."""
        number = int((self._directory / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(number)
        return [postmaster, *postmaster.children(recursive=True)]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        engine = create_engine(self.url.replace("postgresql", "postgresql+psycopg", 1))
        try:
            with engine.begin() as connection:
                found = connection.execute(text(statement))
                return [tuple(row) for row in found] if found.returns_rows else []
        finally:
            engine.dispose()


@contextmanager
def store_server(directory: Path) -> Iterator[StoreServer]:
    """Start a server and stop it at the end."""
    server = StoreServer(directory)
    try:
        yield server
    finally:
        server.stop()
