"""`modiste prepare`: the report for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from modiste.cli import cli

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


@pytest.mark.parametrize("source", ["deepfashion", "fashion-product-images"])
def test_photo_sources_have_json_too(source: str) -> None:
    assert "--json" in CliRunner().invoke(cli, ["prepare", source, "--help"]).output
