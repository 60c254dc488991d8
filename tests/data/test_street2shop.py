"""Street2Shop: a round trip of the layout, its splits, and what is left out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from modiste.data.dataset import Dataset, empty_events, write_dataset
from modiste.data.street2shop import prepare
from modiste.data.street2shop_layout import write_street2shop_layout
from modiste.data.street2shop_pairs import Pair, pair_splits
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError

LISTS = Path("meta", "json")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two dresses and a skirt; photos 1 to 3 of the shop, 4 to 6 of the street."""
    folder = tmp_path / "dataset"
    (folder / "images").mkdir(parents=True)
    for i in range(6):
        Image.new("RGB", (40, 60), (40 * i, 100, 200)).save(folder / "images" / f"{i}.png")
    items = pd.DataFrame(
        {"item_id": ["a", "b", "c"], "title": ["A", "B", "C"], "availability": "in_stock"}
    )
    photos = pd.DataFrame(
        {
            "image": [f"images/{i}.png" for i in range(6)],
            "item_id": ["a", "b", "c", "a", "b", "c"],
            "category": ["Dress", "Dress", "Skirt"] * 2,
            "box": [None] * 3 + [[0.25, 0.5, 0.75, 1.0]] * 3,
            "split": ["train", "test", "train"] * 2,
            "photo_kind": ["shop"] * 3 + ["street"] * 3,
        }
    )
    words = Vocabulary.from_pairs([("Dress", "full"), ("Skirt", "lower")], ())
    write_dataset(folder, words, items, empty_events(), photos)
    assert write_street2shop_layout(folder, tmp_path / "street2shop") == 6
    return tmp_path / "street2shop"


def test_layout_is_the_sources(root: Path) -> None:
    assert json.loads((root / LISTS / "train_pairs_dresses.json").read_text()) == [
        {"photo": 4, "product": 1, "bbox": {"left": 10, "top": 30, "width": 20, "height": 30}}
    ]
    assert json.loads((root / LISTS / "retrieval_skirts.json").read_text()) == [
        {"photo": 3, "product": 3}
    ]
    assert json.loads((root / LISTS / "test_pairs_skirts.json").read_text()) == []
    lines = (root / "photos" / "photos.txt").read_text().splitlines()
    assert lines[0].startswith("000000001,http://")


def test_round_trip(root: Path, tmp_path: Path) -> None:
    report = prepare(root, tmp_path / "shop")
    dataset = Dataset.read(tmp_path / "shop")
    assert (report.n_items, report.n_photos, report.n_dropped) == (3, 6, 0)
    assert len(dataset.vocabulary.categories) == 11
    assert dataset.items["item_id"].to_list() == ["1", "2", "3"]
    assert dataset.items["category"].to_list() == ["dresses", "dresses", "skirts"]
    street = dataset.photos[dataset.photos["photo_kind"] == "street"].set_index("item_id")
    assert street["category"].to_dict() == {"1": "dresses", "2": "dresses", "3": "skirts"}
    assert street["split"].to_dict() == {"1": "train", "2": "test", "3": "train"}
    np.testing.assert_allclose(street["box"]["1"], [0.25, 0.5, 0.75, 1.0])
    shop = dataset.photos[dataset.photos["photo_kind"] == "shop"].set_index("item_id")
    assert shop["box"].to_list() == [None] * 3
    assert shop["split"].to_dict() == {"1": "train", "2": "test", "3": "train"}


def test_photos_that_are_not_there_are_counted(root: Path, tmp_path: Path) -> None:
    (root / "images" / "000000003.png").unlink()
    (root / "images" / "000000006.png").write_text("<html>410 Gone</html>")
    report = prepare(root, tmp_path / "shop")
    assert report.dropped == {"photo that was not downloaded": 1, "unreadable photo": 1}
    (problem,) = report.problems
    assert (problem.row, problem.value) == (6, "images/000000006.png")
    assert str(problem).count("Received") == 1
    assert (report.n_items, report.n_photos) == (2, 4)


def test_photos_are_found_by_number_whatever_their_name(root: Path, tmp_path: Path) -> None:
    (root / "images" / "dresses").mkdir()
    (root / "images" / "000000001.png").rename(root / "images" / "dresses" / "1.PNG")
    assert prepare(root, tmp_path / "shop").n_photos == 6


def test_one_photo_may_show_several_garments(root: Path, tmp_path: Path) -> None:
    path = root / LISTS / "train_pairs_dresses.json"
    pairs = json.loads(path.read_text())
    other = {**pairs[0], "bbox": {"left": 0, "top": 0, "width": 400, "height": 20}}
    path.write_text(json.dumps([*pairs, other]))
    report = prepare(root, tmp_path / "shop")
    photos = Dataset.read(tmp_path / "shop").photos
    boxes = photos.loc[photos["image"].str.contains("street/000000004"), "box"].to_list()
    assert report.n_photos == 7
    np.testing.assert_allclose(boxes[1], [0, 0, 1, 1 / 3])  # cut at the photo's edge


def test_a_box_outside_its_photo_is_named(root: Path, tmp_path: Path) -> None:
    path = root / LISTS / "train_pairs_dresses.json"
    pairs = json.loads(path.read_text())
    pairs[0]["bbox"]["left"] = 40
    path.write_text(json.dumps(pairs))
    report = prepare(root, tmp_path / "shop")
    assert report.dropped == {"box outside its photo": 1}
    assert (report.problems[0].file, report.problems[0].row) == ("train_pairs_dresses.json", 0)


def pair(photo: int, product: int, split: str = "train", category: str = "tops") -> Pair:
    return Pair(photo, product, category, split, (0.0, 0.0, 9.0, 9.0), "list.json", 0)


def test_of_several_products_of_a_garment_the_lowest_is_its_item() -> None:
    splits, dropped = pair_splits([pair(1, 9), pair(1, 7), pair(1, 8), pair(2, 9), pair(1, 7)])
    assert splits == [None, "train", None, "train", None]
    assert dropped["pair of a garment that has another product already"] == 3


def test_training_pairs_of_tested_photos_and_products_are_left_out() -> None:
    pairs = [pair(1, 1), pair(2, 2, category="hats"), pair(3, 3), pair(2, 9, "test")]
    pairs.append(pair(5, 1, "test"))
    splits, dropped = pair_splits(pairs)
    assert splits == [None, None, "train", "test", "test"]
    assert dropped["training pair whose photo or product is in a test pair"] == 2


def test_a_tenth_validates_and_linked_pairs_stay_together() -> None:
    # Chains of twenty pairs: two a photo and, but for the ends, two a product.
    pairs = [
        Pair(n // 2, 9000 + (n + 1) // 2 + n // 20, "tops", "train", (n, 0, 9, 9), "", 0)
        for n in range(2000)
    ]
    splits, _ = pair_splits(pairs)
    assert splits.count("val") == pytest.approx(200, abs=20)
    of_photo: dict[int, set[str | None]] = {}
    of_product: dict[int, set[str | None]] = {}
    for one, split in zip(pairs, splits, strict=True):
        of_photo.setdefault(one.photo, set()).add(split)
        of_product.setdefault(one.product, set()).add(split)
    assert all(len(found) == 1 for found in (*of_photo.values(), *of_product.values()))


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("train_pairs_dresses.json", "[{]", "readable JSON"),
        ("train_pairs_dresses.json", '{"photo": 1}', "list of objects"),
        ("train_pairs_dresses.json", '[{"photo": 1, "product": 2}]', "entry 0: 'bbox'.*None"),
        ("retrieval_dresses.json", '[{"photo": "1", "product": 2}]', "entry 0: 'photo'.*'1'"),
    ],
)
def test_malformed_lists_are_named(
    root: Path, tmp_path: Path, file: str, text: str, message: str
) -> None:
    (root / LISTS / file).write_text(text)
    with pytest.raises(DatasetError, match=message):
        prepare(root, tmp_path / "shop")


def test_without_lists_or_photos_it_says_so(root: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"retrieval_CATEGORY\.json"):
        prepare(root / "images", tmp_path / "shop")
    (root / "images").rename(root / "pictures")
    with pytest.raises(DatasetError, match="none of the 6"):
        prepare(root, tmp_path / "shop")
