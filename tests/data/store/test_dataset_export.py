"""A store as a dataset: read strictly, deleted things left out, versions kept."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from modiste.data.dataset import Dataset
from modiste.data.store.database import Database
from modiste.data.store.dataset_export import export_dataset
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.item_log import ItemLog
from modiste.data.store.live_item import Delete, ItemRow, Patch, Upsert
from modiste.data.store.schema import EVENTS
from modiste.data.store.tombstones import Tombstone, Tombstones
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError

VOCABULARY = Vocabulary.from_pairs(
    [("Dress", "full"), ("Tee", "upper")],
    [("striped", "texture"), ("floral", "texture"), ("cotton", "fabric")],
)


def photo(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def store(database: Database) -> Database:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, items, item_photos, item_queue"))
    items = [
        Upsert("a/1", ItemRow("One", category="Dress", attributes=("striped",), price=5), photo(1)),
        Upsert("b", ItemRow("Two", available_from=datetime(2026, 1, 1, tzinfo=UTC)), photo(2)),
        Upsert("c", ItemRow("Three"), photo(3)),
        Upsert("d", ItemRow("Four"), b"\xff\xd8\xff cut short"),
        Patch("a/1", {"price": 6.0}),
        Delete("c"),
    ]
    ItemLog(database).write(items, lambda _item_id: None)
    now = datetime.now(UTC) - timedelta(hours=1)
    EventLog(database).record(
        [
            Event("e1", "ana", "purchase", now, "a/1", quantity=2),
            Event("e2", "ana", "search", now, search_term="dress"),
            Event("e3", "ana", "view_item", now, "c"),
            Event("e4", "ben", "view_item", now, "a/1"),
        ]
    )
    return database


def test_a_store_is_a_dataset(store: Database, tmp_path: Path) -> None:
    report = export_dataset(store, tmp_path / "dataset", VOCABULARY, forgotten={"ben"})
    found = Dataset.read(tmp_path / "dataset")
    assert found.items["item_id"].tolist() == ["a/1", "b", "d"]
    assert found.items["store_version"].tolist() == [2, 1, 1]
    assert found.items["price"].iloc[0] == 6.0
    assert found.photos["item_id"].tolist() == ["a/1", "b"]
    assert list(found.photos["attributes"].iloc[0]) == ["striped"]
    assert list(found.photos["attributes_unknown"].iloc[0]) == ["cotton"]
    assert found.image_path(found.photos["image"].iloc[1]).read_bytes() == photo(2)
    assert found.events["event_id"].tolist() == ["e1", "e2"]
    assert report.dropped == {
        "event of a deleted shopper": 1,
        "event of an item that is not in the store": 1,
        "photo that cannot be read": 1,
    }
    with pytest.raises(DatasetError, match="directory that is empty"):
        export_dataset(store, tmp_path / "dataset", VOCABULARY)


def test_an_erased_shopper_is_left_out_until_erased(store: Database, tmp_path: Path) -> None:
    tombstones = Tombstones(store)
    now = datetime.now(UTC)
    with store.engine.begin() as connection:
        # As where a backup is restored: the tombstone is there, and so is what it is of.
        hashed = tombstones.user_hash(connection, "ana")
        tombstones.add(connection, [Tombstone(hashed, now - timedelta(minutes=30))])
        later = EVENTS.insert().values(event_id="e5", user_id="ana", event_name="view_item")
        connection.execute(later.values(event_time=now, item_id="b"))
    try:
        report = export_dataset(store, tmp_path / "dataset", VOCABULARY)
    finally:
        with store.engine.begin() as connection:
            connection.execute(text("TRUNCATE tombstones"))
    assert Dataset.read(tmp_path / "dataset").events["event_id"].tolist() == ["e4", "e5"]
    assert report.dropped["event of a deleted shopper"] == 3


def test_names_outside_the_vocabulary_are_told(store: Database, tmp_path: Path) -> None:
    other = Vocabulary.from_pairs([("Tee", "upper")], [("cotton", "fabric")])
    with pytest.raises(DatasetError, match="Received: 'striped', 'Dress'"):
        export_dataset(store, tmp_path / "dataset", other)


def test_an_empty_store_is_an_empty_dataset(store: Database, tmp_path: Path) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("TRUNCATE events, items, item_photos, item_queue"))
    export_dataset(store, tmp_path / "dataset", VOCABULARY)
    assert Dataset.read(tmp_path / "dataset").items.empty
