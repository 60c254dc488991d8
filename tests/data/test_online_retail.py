from __future__ import annotations

import gzip
import os
from pathlib import Path

import pandas as pd
import pytest

from modiste.data.dataset import Dataset
from modiste.data.online_retail import prepare
from modiste.errors import DatasetError

REAL_DATA = os.environ.get("MODISTE_REAL_DATA", "")
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = (
    "536365,85123A,WHITE HEART HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
    # The same invoice and product once more: one event.
    "536365,85123a,WHITE  HEART HOLDER ,4,2010-12-01 08:25:00,2.95,17850.0,United Kingdom\n"
    "536366,22633,HAND WARMER,1,2010-12-01 09:00:00,1.85,17851.0,France\n"
    "C536367,22633,HAND WARMER,-1,2010-12-02 09:00:00,1.85,17851.0,France\n"
    "536368,POST,POSTAGE,1,2010-12-02 10:00:00,18.00,17851.0,France\n"
    "536369,BANK CHARGES,Bank Charges,1,2010-12-02 10:00:00,15.00,,United Kingdom\n"
    "536370,21730,GLASS STAR,5,2010-12-03 10:00:00,4.25,,United Kingdom\n"
    "536371,21731,damaged?,-5,2010-12-03 10:00:00,0,,United Kingdom\n"
    '536372,22633,"hand warmer, returned",0,2010-12-03 11:00:00,1.85,17850.0,France\n'
)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "online-retail.csv").write_text(HEADER + LINES)
    return folder


def test_lines_become_events(source, tmp_path):
    prepare(source, tmp_path / "shop")
    events = Dataset.read(tmp_path / "shop").events

    assert events["event_id"].tolist() == [
        "536365-85123A-purchase",
        "536366-22633-purchase",
        "C536367-22633-refund",
    ]
    assert events["user_id"].tolist() == ["17850", "17851", "17851"]
    assert events["quantity"].tolist() == [10, 1, 1]
    assert events["event_time"][0] == pd.Timestamp("2010-12-01 08:25", tz="UTC")


def test_products_become_items(source, tmp_path):
    prepare(source, tmp_path / "shop")
    items = Dataset.read(tmp_path / "shop").items.set_index("item_id")

    # 21730 was sold, if to nobody known; 21731 was only written off.
    assert items.index.tolist() == ["21730", "22633", "85123A"]
    assert items.loc["85123A", "title"] == "WHITE HEART HOLDER"
    assert items.loc["85123A", "price"] == pytest.approx(2.75)
    assert items.loc["22633", "title"] == "HAND WARMER"


def test_what_is_left_out_is_counted(source, tmp_path):
    report = prepare(source, tmp_path / "shop")

    assert (report.n_items, report.n_events, report.n_photos) == (3, 3, 0)
    assert report.merged == 1
    assert list(report.dropped.values()) == [2, 2, 1]
    assert report.n_dropped == 5
    assert report.merged + report.n_dropped + report.n_events == LINES.count("\n")
    assert "2 rows left out: no customer" in str(report)


def test_unreadable_values_are_listed(source, tmp_path):
    path = source / "online-retail.csv"
    path.write_text(
        HEADER + LINES + "536380,22633,HAND WARMER,many,2010-12-02 09:00:00,1.85,17851.0,X\n"
        "536381,22633,HAND WARMER,1,yesterday,1.85,17851.0,X\n"
    )
    report = prepare(source, tmp_path / "shop")

    assert [(p.column, p.value) for p in report.problems] == [
        ("Quantity", "many"),
        ("InvoiceDate", "yesterday"),
    ]
    # Rows are counted from 1 for the header, as a spreadsheet shows them.
    assert [p.row for p in report.problems] == [11, 12]


@pytest.mark.parametrize("quantity", ["1.5", "0.5", "inf", "-inf", "1e300", ""])
def test_quantities_are_whole_numbers(source, tmp_path, quantity):
    path = source / "online-retail.csv"
    path.write_text(
        HEADER + LINES + f"536380,22633,HAND WARMER,{quantity},2010-12-02 09:00:00,1.85,17851.0,X\n"
    )
    report = prepare(source, tmp_path / "shop")

    assert [(p.row, p.column, p.value) for p in report.problems] == [
        (11, "Quantity", quantity or None)
    ]
    assert report.n_events == 3


def test_a_line_of_two_problems_is_counted_once(source, tmp_path):
    path = source / "online-retail.csv"
    path.write_text(
        HEADER + LINES + "536380,22633,HAND WARMER,many,yesterday,1.85,17851.0,X\n"
        ",22633,HAND WARMER,0,2010-12-02 09:00:00,1.85,,X\n"
    )
    report = prepare(source, tmp_path / "shop")

    assert len(report.problems) == 2
    assert report.dropped["unreadable quantity or date"] == 1
    assert report.merged + report.n_dropped + report.n_events == LINES.count("\n") + 2


def test_a_line_without_an_invoice_is_left_out_not_merged(source, tmp_path):
    path = source / "online-retail.csv"
    path.write_text(HEADER + LINES + ",22633,HAND WARMER,1,2010-12-02 09:00:00,1.85,17851.0,X\n")
    report = prepare(source, tmp_path / "shop")

    assert report.dropped["no invoice number"] == 1
    assert (report.n_events, report.merged) == (3, 1)


def test_progress_names_each_stage(source, tmp_path):
    told = []
    prepare(source, tmp_path / "shop", progress=lambda *step: told.append(step))

    assert [step[:2] for step in told] == [(1, 3), (2, 3), (3, 3)]


def test_gzip_and_plain_files_give_the_same_bytes(source, tmp_path):
    (tmp_path / "lines.csv.gz").write_bytes(gzip.compress((HEADER + LINES).encode()))
    prepare(source, tmp_path / "first")
    prepare(tmp_path / "lines.csv.gz", tmp_path / "second")

    first, second = Dataset.read(tmp_path / "first"), Dataset.read(tmp_path / "second")
    assert first.fingerprint == second.fingerprint


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"online-retail\.csv"):
        prepare(tmp_path, tmp_path / "shop")


@pytest.mark.parametrize("content", ["", "InvoiceNo,StockCode\n1,2\n", HEADER])
def test_another_file_is_refused(source, tmp_path, content):
    (source / "online-retail.csv").write_text(content)

    with pytest.raises(DatasetError, match="Received: "):
        prepare(source, tmp_path / "shop")


@pytest.mark.skipif(not REAL_DATA, reason="MODISTE_REAL_DATA names no folder of real data")
def test_the_real_file(tmp_path):
    report = prepare(Path(REAL_DATA) / "online-retail", tmp_path / "shop")

    assert report.n_events + report.merged + report.n_dropped == 541_909
    assert report.problems == ()
    assert Dataset.read(tmp_path / "shop").events["user_id"].nunique() > 4_000
