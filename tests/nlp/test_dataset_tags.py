from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

from modiste.cli import cli
from modiste.data.dataset import Dataset, write_dataset
from modiste.data.tables import empty_events, empty_items, empty_photos
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.errors import DatasetError
from modiste.nlp import dataset_tags
from modiste.nlp.dataset_tags import TAGS_FILE, tag_dataset

ITEMS = {
    "maxi": ("Floral V-neck maxi dress", "Long sleeves. Pair with leather boots.", None, None),
    "tee": ("Striped cotton tee", "", "Tee", None),
    "labelled": ("Denim jacket", "A denim jacket.", "Jacket", ["quilted"]),
    "silent": ("Model 4711", "", None, None),
}


def write_shop(folder, vocabulary=None):
    items = pd.DataFrame(
        [
            {
                "item_id": item_id,
                "title": title,
                "description": description or None,
                "category": category,
                "attributes": attributes,
                "availability": "in_stock",
            }
            for item_id, (title, description, category, attributes) in ITEMS.items()
        ]
    )
    photos = pd.DataFrame(
        [
            {"image": f"images/{item_id}.jpg", "item_id": item_id, "split": "train"}
            for item_id in ITEMS
        ]
    )
    photos["attributes"] = [None, ["cotton"], None, None]
    vocabulary = vocabulary or deepfashion_vocabulary()
    write_dataset(folder, vocabulary, items, empty_events(), photos)
    for image in photos["image"]:
        (folder / image).write_bytes(b"a photo is not opened")
    return folder


@pytest.fixture
def shop(tmp_path):
    return write_shop(tmp_path / "shop")


def rows(frame, key="item_id"):
    return {row[key]: row for row in frame.to_dict("records")}


def test_texts_fill_in_what_is_unknown_of_items_and_photos(shop):
    report = tag_dataset(shop)

    tagged = Dataset.read(shop)
    items, photos = rows(tagged.items), rows(tagged.photos)
    assert items["maxi"]["category"] == "Dress"
    assert {"floral", "v-neck", "maxi", "long sleeve"} <= set(items["maxi"]["attributes"])
    assert "leather" not in items["maxi"]["attributes"]
    assert photos["maxi"]["category"] == "Dress"
    assert set(photos["maxi"]["attributes"]) == set(items["maxi"]["attributes"])
    assert "leather" in photos["maxi"]["attributes_unknown"]
    assert "striped" not in photos["maxi"]["attributes_unknown"]
    assert items["silent"]["attributes"] is None
    assert (report.n_items, report.n_given, report.n_tagged) == (4, 1, 2)
    assert (report.n_categories, report.n_photos) == (1, 3)


def test_what_is_given_stays(shop):
    tag_dataset(shop)

    tagged = Dataset.read(shop)
    items, photos = rows(tagged.items), rows(tagged.photos)
    assert list(items["labelled"]["attributes"]) == ["quilted"]
    assert items["tee"]["category"] == "Tee"
    assert list(photos["tee"]["attributes"]) == ["cotton"]
    assert list(photos["labelled"]["attributes"]) == ["quilted"]
    assert "quilted" not in photos["labelled"]["attributes_unknown"]


def test_the_evidence_names_the_words(shop):
    tag_dataset(shop)

    evidence = pd.read_csv(shop / TAGS_FILE)
    found = evidence[(evidence["item_id"] == "maxi") & (evidence["name"] == "v-neck")]
    assert found["evidence"].tolist() == ["V-neck"]


def test_a_second_call_fills_in_anew_and_comes_to_the_same(shop):
    first = tag_dataset(shop)
    files = {path.name: path.read_bytes() for path in shop.iterdir() if path.is_file()}

    again = tag_dataset(shop)

    assert (again.names, again.n_tagged, again.n_given) == (first.names, 2, 1)
    assert {path.name: path.read_bytes() for path in shop.iterdir() if path.is_file()} == files


def change(folder, table, key, row, **cells):
    """Change cells of a dataset as a person would."""
    dataset = Dataset.read(folder)
    frame = getattr(dataset, table).copy()
    index = frame.index[frame[key] == row][0]
    for column, value in cells.items():
        frame.at[index, column] = value
    tables = {"items": dataset.items, "photos": dataset.photos, table: frame}
    write_dataset(folder, dataset.vocabulary, tables["items"], dataset.events, tables["photos"])


def test_none_at_all_is_given_too(shop):
    change(shop, "items", "item_id", "maxi", attributes=[])
    change(shop, "photos", "item_id", "tee", attributes=[])
    for _ in range(2):
        tag_dataset(shop)
        tagged = Dataset.read(shop)
        assert list(rows(tagged.items)["maxi"]["attributes"]) == []
        assert list(rows(tagged.photos)["tee"]["attributes"]) == []


def test_what_a_person_gave_stays_even_if_it_is_what_the_text_says(shop):
    names = ["floral", "v-neck", "maxi", "long sleeve"]
    change(shop, "photos", "item_id", "maxi", attributes=names, category="Dress")
    tag_dataset(shop)
    change(shop, "items", "item_id", "maxi", title="Model 12")
    change(shop, "items", "item_id", "maxi", description="No text.")
    tag_dataset(shop)

    photo = rows(Dataset.read(shop).photos)["maxi"]
    assert list(photo["attributes"]) == names
    assert photo["category"] == "Dress"
    assert rows(Dataset.read(shop).items)["maxi"]["attributes"] is None


def test_what_a_person_changed_afterwards_stays(shop):
    tag_dataset(shop)
    change(shop, "items", "item_id", "maxi", attributes=["paisley"])
    tag_dataset(shop)

    assert list(rows(Dataset.read(shop).items)["maxi"]["attributes"]) == ["paisley"]


@pytest.mark.parametrize("stopped_at", ["items.parquet", "photos.parquet"])
def test_a_call_that_is_stopped_can_be_repeated(shop, monkeypatch, stopped_at):
    tag_dataset(shop)
    change(shop, "items", "item_id", "maxi", title="Striped tunic")
    replace = dataset_tags._replace

    def stop(frame, schema, path):
        if path.name == stopped_at:
            raise KeyboardInterrupt
        replace(frame, schema, path)

    monkeypatch.setattr(dataset_tags, "_replace", stop)
    with pytest.raises(KeyboardInterrupt):
        tag_dataset(shop)
    monkeypatch.undo()
    tag_dataset(shop)

    tagged = Dataset.read(shop)
    assert "floral" not in rows(tagged.items)["maxi"]["attributes"]
    assert "striped" in rows(tagged.items)["maxi"]["attributes"]
    assert set(rows(tagged.photos)["maxi"]["attributes"]) == set(
        rows(tagged.items)["maxi"]["attributes"]
    )


def test_a_vocabulary_without_attributes_gets_deepfashions(tmp_path):
    categories = [("Dress", "full"), ("Tee", "upper"), ("Jacket", "upper")]
    folder = tmp_path / "shop"
    vocabulary = Vocabulary.from_pairs(categories, [])
    items = ITEMS | {"labelled": (*ITEMS["labelled"][:3], None)}
    write_shop_of(items, folder, vocabulary)

    tag_dataset(folder)

    assert len(Dataset.read(folder).vocabulary.attributes) == 1000


def write_shop_of(items, folder, vocabulary):
    frame = pd.DataFrame(
        [
            {
                "item_id": item_id,
                "title": title,
                "description": None,
                "category": None,
                "availability": "in_stock",
            }
            for item_id, (title, *_) in items.items()
        ]
    )
    write_dataset(folder, vocabulary, frame, empty_events(), empty_photos())


def test_without_items_there_is_nothing_to_read(tmp_path):
    vocabulary = deepfashion_vocabulary()
    write_dataset(tmp_path, vocabulary, empty_items(), empty_events(), empty_photos())

    with pytest.raises(DatasetError, match="titles and descriptions of items"):
        tag_dataset(tmp_path)


def test_another_file_of_that_name_is_left_alone(shop):
    (shop / TAGS_FILE).write_text("sku;label\n1;red\n", encoding="utf-8")

    with pytest.raises(DatasetError, match="move it away"):
        tag_dataset(shop)
    assert (shop / TAGS_FILE).read_text(encoding="utf-8").startswith("sku")


def test_the_command_says_what_it_did(shop):
    result = CliRunner().invoke(cli, ["tag", str(shop)])

    assert result.exit_code == 0, result.output
    assert "2 of 4 items got attributes, 1 a category" in result.output
    assert "v-neck" in result.output
