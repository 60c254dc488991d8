"""Which databases are taken, and what a kill of the server leaves behind."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.schema import METADATA
from modiste.errors import StoreError


def engine_of(server: EmbeddedServer):
    return create_engine(server.url.replace("postgresql", "postgresql+psycopg"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no url", "A database is a URL"),
        ("postgresql//someone:secret@host/name", r"A database is a URL .*:\*\*\*@host"),
        ("sqlite:///file.db", "needs PostgreSQL"),
        ("postgresql://someone:secret@127.0.0.1:1/none", "cannot be reached"),
    ],
)
def test_what_is_no_postgresql_is_refused(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        Database.connect(url)
    assert "secret" not in str(caught.value)


def test_the_last_day_is_read_wherever_the_server_stands(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    database = Database.connect(server.url)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT :last"), {"last": last}).scalar_one() == last
    database.close()


@pytest.mark.parametrize("setting", ["synchronous_commit", "fsync"])
def test_a_server_that_may_lose_what_it_acknowledged_is_refused(
    tmp_path: Path, setting: str
) -> None:
    with EmbeddedServer(tmp_path / "server") as server:
        engine = engine_of(server)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        time.sleep(0.5)
        with pytest.raises(StoreError, match=f"turn {setting} on"):
            Database.connect(server.url)


def test_the_tables_are_those_of_the_schema_and_may_be_made_twice(database: Database) -> None:
    database.upgrade()
    with database.engine.connect() as connection:
        for table in METADATA.tables.values():
            found = connection.execute(
                text(
                    "SELECT column_name, is_nullable FROM information_schema.columns "
                    "WHERE table_name = :name"
                ),
                {"name": table.name},
            ).all()
            expected = {(c.name, "YES" if c.nullable else "NO") for c in table.columns}
            assert {tuple(row) for row in found} == expected


def test_a_database_of_a_later_modiste_is_refused(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "server") as server:
        Database.connect(server.url).close()
        engine = engine_of(server)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(StoreError, match="another version of modiste"):
            Database.connect(server.url)


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("do not touch")
    with pytest.raises(StoreError, match="must be empty or hold a store"):
        EmbeddedServer(tmp_path / "letters")
    assert [file.name for file in (tmp_path / "letters").iterdir()] == ["dear.txt"]
    with pytest.raises(StoreError, match="existing parent"):
        EmbeddedServer(tmp_path / "none" / "store")


def test_what_was_acknowledged_outlives_a_killed_server(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    events = [Event(f"e{n}", "u", "view_item", now - timedelta(seconds=n), "i") for n in range(40)]
    kept: list[str] = []
    for start in range(0, 40, 20):
        server = EmbeddedServer(tmp_path / "server")
        database = Database.connect(server.url)
        log = EventLog(database)
        for one in events[start : start + 20]:
            log.record([one])
            kept.append(one.event_id)
        postmaster = int((tmp_path / "server" / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        database.close()
        server.stop()
        time.sleep(0.5)
    with EmbeddedServer(tmp_path / "server") as server:
        database = Database.connect(server.url)
        found = {one.event_id for one in EventLog(database).since("u", now - timedelta(days=1))}
        assert found == set(kept)
        database.close()
