"""`modiste prepare`: the report for people and for programs."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from modiste.cli import cli
from modiste.cli.preparing import SOURCES
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError

LINES = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
    "536365,85123A,WHITE HEART HOLDER,6,2010-12-01 08:26:00,2.55,17850\n"
    "536366,85123A,WHITE HEART HOLDER,,2010-12-01 08:26:00,2.55,17850\n"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "online-retail.csv"
    path.write_text(LINES)
    return path


def test_the_report_is_printed(source: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["prepare", "online-retail", str(source), str(tmp_path / "shop")]
    )
    assert result.exit_code == 0
    assert "1 items, 1 events, 0 photos written" in result.output
    assert f"Wrote {tmp_path / 'shop'}" in result.output


def test_the_report_is_json_for_a_program(source: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["prepare", "online-retail", str(source), str(tmp_path / "shop"), "--json"]
    )
    assert json.loads(result.stdout) == {
        "n_items": 1,
        "n_events": 1,
        "n_photos": 0,
        "dropped": {"unreadable quantity or date": 1},
        "merged": 0,
        "problems": [
            {
                "file": "online-retail.csv",
                "row": 3,
                "column": "Quantity",
                "value": None,
                "problem": "must be a whole number",
            }
        ],
    }


def test_the_list_of_sources_is_not_cut_short() -> None:
    text = " ".join(CliRunner().invoke(cli, ["prepare", "--help"]).output.split())
    for name, sentence in SOURCES.items():
        assert f"{name} {sentence}" in text
    assert "..." not in text.partition("Commands:")[2]


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_a_reader_and_json(source: str) -> None:
    reader = importlib.import_module(f"modiste.data.{source.replace('-', '_')}")
    assert callable(reader.prepare)
    assert "--json" in CliRunner().invoke(cli, ["prepare", source, "--help"]).output


def test_folders_of_photos_are_prepared(tmp_path: Path) -> None:
    for split, colour in (("train", "red"), ("val", "blue")):
        photo = tmp_path / "photos" / split / "Tee" / "0.png"
        photo.parent.mkdir(parents=True)
        Image.new("RGB", (32, 32), colour).save(photo)
    (tmp_path / "photos" / "train" / "Tee" / "1.png").write_text("no photo")
    result = CliRunner().invoke(
        cli, ["prepare", "photo-folders", str(tmp_path / "photos"), str(tmp_path / "shop")]
    )
    assert result.exit_code == 0
    assert "0 items, 0 events, 2 photos written" in result.output
    assert "1 rows left out: unreadable photo" in result.output
    assert len(Dataset.read(tmp_path / "shop").photos) == 2


def test_the_annotation_of_deepfashion_can_be_chosen(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli,
        ["prepare", "deepfashion", str(tmp_path), str(tmp_path / "shop"), "--annotation", "fine"],
    )
    assert isinstance(result.exception, DatasetError)
    assert "Anno_fine" in str(result.exception)


def test_a_source_that_is_not_there_is_named(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    result = CliRunner().invoke(cli, ["prepare", "street2shop", nowhere, str(tmp_path / "shop")])
    assert result.exit_code == 2
    assert "nowhere" in result.output
