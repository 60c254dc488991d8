"""What `modiste releases` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modiste.cli.releasing import releases
from modiste.recommender.manifest import SCHEMA_VERSION, Manifest

WHOLE, DAMAGED = "20260706T083000Z-0123abcd", "20260705T083000Z-0123abcd"


def run(*arguments: str) -> None:
    releases.main(list(arguments), standalone_mode=False)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    whole = Manifest(SCHEMA_VERSION, WHOLE, "", {}, {}, {}, "", 7, "").to_json()
    for name, manifest in ((WHOLE, whole), (DAMAGED, "{")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(manifest)
    return tmp_path


def test_list_tells_of_unreadable_releases_apart(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("list", str(directory))
    out, err = capsys.readouterr()
    assert out == f"  {WHOLE}  7 items\n"
    assert err.startswith(f"? {DAMAGED}  unreadable: ")
    assert "manifest.json must be what" in err
    run("list", str(directory), "--json")
    out, err = capsys.readouterr()
    assert [found["release"] for found in json.loads(out)] == [WHOLE]
    assert DAMAGED in err


def test_list_of_damaged_releases_alone_is_not_called_empty(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (directory / WHOLE / "manifest.json").unlink()
    run("list", str(directory))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("unreadable: ") == 2
    assert "no release yet" not in err
