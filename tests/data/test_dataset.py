"""The dataset on disk: a round trip, and each way a row can be bad."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from modiste.data.dataset import (
    EVENTS_FILE,
    ITEMS_FILE,
    PHOTOS_FILE,
    Dataset,
    empty_events,
    empty_items,
    empty_photos,
    write_dataset,
)
from modiste.data.tables import EVENTS_SCHEMA, read_table
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError

NOW = datetime(2026, 6, 30, tzinfo=UTC)
VOCABULARY = Vocabulary.from_pairs(
    [("Dress", "full"), ("Tee", "upper")], [("striped", "texture"), ("maxi", "shape")]
)


def items() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": ["007", "8"],
            "title": ["Striped dress", "Tee"],
            "category": ["Dress", None],
            "attributes": [["striped"], None],
            "price": [49.5, None],
            "availability": ["in_stock", "out_of_stock"],
            "available_from": pd.to_datetime(["2025-01-01", None], utc=True),
            "supplier": ["ours", "theirs"],
        }
    )


def events() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event_id": ["e1", "e2"],
            "user_id": ["u", "u"],
            "item_id": ["007", None],
            "event_name": ["purchase", "search"],
            "event_time": pd.to_datetime(["2026-01-01", "2026-01-02"], utc=True),
            "quantity": pd.array([2, None], dtype="Int64"),
            "search_term": [None, "striped"],
        }
    )


def photos() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image": ["images/a.png"],
            "item_id": ["007"],
            "category": ["Dress"],
            "box": [np.array([0.1, 0.2, 0.9, 1.0], dtype=np.float32)],
            "attributes": [["striped"]],
            "attributes_unknown": [["maxi"]],
            "split": ["train"],
            "photo_kind": ["shop"],
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "images" / "a.png")
    write_dataset(tmp_path, VOCABULARY, items(), events(), photos())
    return tmp_path


def rewrite(folder: Path, file: str, column: str, values: list[object]) -> None:
    """Replace one column of a written table, past the writer's own checks."""
    table = pq.read_table(folder / file)
    index = table.column_names.index(column)
    column_type = table.schema.field(column).type
    array = pa.array(values, column_type, from_pandas=False)
    pq.write_table(table.set_column(index, column, array), folder / file)


def test_round_trip_keeps_ids_nulls_and_extra_columns(folder: Path) -> None:
    dataset = Dataset.read(folder, now=NOW)
    assert list(dataset.items["item_id"]) == ["007", "8"]
    assert list(dataset.items["supplier"]) == ["ours", "theirs"]
    assert dataset.items["price"].iloc[0] == 49.5
    assert np.isnan(dataset.items["price"].iloc[1])
    assert dataset.items["attributes"].iloc[1] is None
    assert pd.isna(dataset.items["available_from"].iloc[1])
    assert dataset.events["item_id"].iloc[1] is None
    assert dataset.events["quantity"].isna().tolist() == [False, True]
    assert dataset.photos["box"].iloc[0] == pytest.approx([0.1, 0.2, 0.9, 1.0])
    assert dataset.vocabulary == VOCABULARY
    assert dataset.dropped == ()


def test_same_frames_give_same_bytes(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    write_dataset(other, VOCABULARY, items(), events(), photos())
    for file in (ITEMS_FILE, EVENTS_FILE, PHOTOS_FILE):
        assert (folder / file).read_bytes() == (other / file).read_bytes()


def test_fingerprint_follows_content(folder: Path) -> None:
    before = Dataset.read(folder, now=NOW).fingerprint
    rewrite(folder, ITEMS_FILE, "title", ["Dotted dress", "Tee"])
    assert Dataset.read(folder, now=NOW).fingerprint != before


@pytest.mark.parametrize(
    ("file", "column", "values", "row", "message"),
    [
        (ITEMS_FILE, "item_id", ["007", "007"], 1, "unique"),
        (ITEMS_FILE, "price", [float("nan"), 3.0], 0, "number of at least 0"),
        (ITEMS_FILE, "price", [1.0, -3.0], 1, "number of at least 0"),
        (ITEMS_FILE, "price", [float("inf"), 3.0], 0, "number of at least 0"),
        (ITEMS_FILE, "title", ["", "Tee"], 0, "null"),
        (ITEMS_FILE, "category", ["Gown", None], 0, "vocabulary"),
        (ITEMS_FILE, "attributes", [["stripy"], None], 0, "vocabulary"),
        (ITEMS_FILE, "availability", ["in_stock", "maybe"], 1, "in_stock"),
        (EVENTS_FILE, "event_id", ["e1", "e1"], 1, "unique"),
        (EVENTS_FILE, "user_id", ["", "u"], 0, "null"),
        (EVENTS_FILE, "item_id", ["nobody", None], 0, "items.parquet"),
        (EVENTS_FILE, "item_id", [None, None], 0, "search"),
        (EVENTS_FILE, "event_name", ["bought", "search"], 0, "purchase"),
        (EVENTS_FILE, "event_name", [None, "search"], 0, "null"),
        (EVENTS_FILE, "quantity", [0, None], 0, "at least 1"),
        (EVENTS_FILE, "event_time", [datetime(2027, 1, 1, tzinfo=UTC)] * 2, 0, "present"),
        (PHOTOS_FILE, "image", ["images/gone.png"], 0, "file inside"),
        (PHOTOS_FILE, "image", ["../a.png"], 0, "file inside"),
        (PHOTOS_FILE, "item_id", ["nobody"], 0, "items.parquet"),
        (PHOTOS_FILE, "box", [[0.1, 0.2, 0.1, 1.0]], 0, "x1 < x2"),
        (PHOTOS_FILE, "box", [[0.1, 0.2, 0.3]], 0, "x1 < x2"),
        (PHOTOS_FILE, "split", ["holdout"], 0, "train, val, test"),
        (PHOTOS_FILE, "photo_kind", ["selfie"], 0, "street"),
        (PHOTOS_FILE, "attributes_unknown", [["dotted"]], 0, "vocabulary"),
    ],
)
def test_bad_value_is_named(
    folder: Path, file: str, column: str, values: list[object], row: int, message: str
) -> None:
    rewrite(folder, file, column, values)
    with pytest.raises(DatasetError, match=message) as caught:
        Dataset.read(folder, now=NOW)
    first = next(p for p in caught.value.problems if p.column == column)
    assert (first.file, first.row) == (file, row)
    assert f"{file} row {row}, column {column!r}" in str(caught.value)


def test_dropped_rows_are_counted_and_take_their_dependants(folder: Path) -> None:
    rewrite(folder, ITEMS_FILE, "price", [float("nan"), 3.0])
    dataset = Dataset.read(folder, now=NOW, drop_bad_rows=True)
    assert list(dataset.items["item_id"]) == ["8"]
    assert list(dataset.events["event_id"]) == ["e2"]
    assert len(dataset.photos) == 0
    assert {(p.file, p.row) for p in dataset.dropped} == {
        (ITEMS_FILE, 0),
        (EVENTS_FILE, 0),
        (PHOTOS_FILE, 0),
    }


def test_missing_file_and_column_are_named(folder: Path) -> None:
    table = pq.read_table(folder / ITEMS_FILE)
    pq.write_table(table.drop(["title"]), folder / ITEMS_FILE)
    with pytest.raises(DatasetError, match="needs the columns title"):
        Dataset.read(folder)
    (folder / EVENTS_FILE).unlink()
    with pytest.raises(DatasetError, match=r"without events\.parquet"):
        Dataset.read(folder)
    with pytest.raises(DatasetError, match="directory"):
        Dataset.read(folder / "nowhere")


def test_file_that_is_not_parquet(folder: Path) -> None:
    (folder / ITEMS_FILE).write_bytes(b"item_id,title\n")
    with pytest.raises(DatasetError, match="Parquet"):
        Dataset.read(folder)


def retype(folder: Path, file: str, column: str, values: pa.Array) -> None:
    """Replace one column of a written table by one of another type."""
    table = pq.read_table(folder / file)
    index = table.column_names.index(column)
    pq.write_table(table.set_column(index, column, values), folder / file)


def test_column_of_wrong_type(folder: Path) -> None:
    retype(folder, ITEMS_FILE, "price", pa.array([{"eur": 3}, {"eur": 4}]))
    with pytest.raises(DatasetError, match="'price' must be double"):
        Dataset.read(folder)


def test_values_of_wrong_type_are_named_and_dropped(folder: Path) -> None:
    retype(folder, ITEMS_FILE, "price", pa.array(["abc", "3"]))
    retype(folder, EVENTS_FILE, "quantity", pa.array([1.0, 1.5]))
    with pytest.raises(DatasetError) as caught:
        Dataset.read(folder, now=NOW)
    assert str(caught.value.problems[0]) == (
        "items.parquet row 0, column 'price': must be double. Received: 'abc'"
    )

    dataset = Dataset.read(folder, now=NOW, drop_bad_rows=True)
    assert dataset.items["price"].tolist() == [3.0]
    assert dataset.dropped == caught.value.problems
    assert [(p.file, p.row, p.column) for p in dataset.dropped] == [
        (ITEMS_FILE, 0, "price"),
        (EVENTS_FILE, 0, "item_id"),
        (EVENTS_FILE, 1, "quantity"),
        (PHOTOS_FILE, 0, "item_id"),
    ]


def test_an_unreadable_value_is_named_once(folder: Path) -> None:
    retype(folder, ITEMS_FILE, "title", pa.array([b"Tee", b"\xff"]))
    dataset = Dataset.read(folder, now=NOW, drop_bad_rows=True)
    assert [(p.row, p.column, p.problem) for p in dataset.dropped] == [
        (1, "title", "must be string")
    ]


def test_a_column_named_twice_is_refused(folder: Path) -> None:
    table = pq.read_table(folder / ITEMS_FILE)
    twice = table.append_column("title", table["title"])
    pq.write_table(twice, folder / ITEMS_FILE)
    with pytest.raises(DatasetError, match=r"each column once\. Received: title"):
        Dataset.read(folder)


def test_writer_names_what_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="title"):
        write_dataset(
            tmp_path, VOCABULARY, items().drop(columns="title"), empty_events(), empty_photos()
        )
    with pytest.raises(DatasetError, match="price"):
        write_dataset(
            tmp_path, VOCABULARY, items().assign(price="cheap"), empty_events(), empty_photos()
        )


def test_empty_dataset_reads(tmp_path: Path) -> None:
    write_dataset(tmp_path, VOCABULARY, empty_items(), empty_events(), empty_photos())
    dataset = Dataset.read(tmp_path)
    assert len(dataset.items) == len(dataset.events) == len(dataset.photos) == 0


def test_long_problem_lists_are_cut_but_counted() -> None:
    from modiste.errors import RowProblem

    problems = [RowProblem("f", i, "c", i, "bad") for i in range(50)]
    error = DatasetError("50 bad rows", problems)
    assert len(error.problems) == 50
    assert "and 30 more" in str(error)


def test_rows_of_one_text_share_it(tmp_path: Path) -> None:
    """Thirty million events name a hundred thousand items: their texts are held once."""
    n_rows = 4_000
    table = pa.table(
        {
            "event_id": [f"e{row}" for row in range(n_rows)],
            "user_id": [f"u{row % 7}" for row in range(n_rows)],
            "item_id": [None if row % 5 == 0 else f"i{row % 3}" for row in range(n_rows)],
            "event_name": ["search" if row % 5 == 0 else "purchase" for row in range(n_rows)],
            "event_time": pa.array([0] * n_rows, pa.timestamp("us", tz="UTC")),
        }
    )
    pq.write_table(table, tmp_path / EVENTS_FILE, row_group_size=1_000)
    frame, problems = read_table(tmp_path / EVENTS_FILE, EVENTS_SCHEMA)
    assert not problems
    for name in ("event_id", "user_id", "item_id", "event_name"):
        assert frame[name].tolist() == table[name].to_pylist()
        assert frame[name].dtype == object
    assert len({id(text) for text in frame["user_id"]}) == 7
    assert len({id(text) for text in frame["item_id"]}) == 4
    assert frame["search_term"].isna().all()
    assert len({id(text) for text in frame["event_id"]}) == n_rows
