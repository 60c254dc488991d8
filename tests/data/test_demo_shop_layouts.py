"""The demo shop written in each benchmark's layout and read back by its reader."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from modiste.data import deepfashion, photo_folders, street2shop
from modiste.data.dataset import Dataset
from modiste.data.deepfashion_fine_layout import write_deepfashion_fine_layout
from modiste.data.deepfashion_layout import write_deepfashion_layout
from modiste.data.demo_shop.shop import write_demo_shop
from modiste.data.photo_folders_layout import write_photo_folders
from modiste.data.street2shop_layout import write_street2shop_layout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("demo") / "shop"
    write_demo_shop(path, n_items=60, n_users=60, n_street_photos=20, workers=1)
    return Dataset.read(path)


def test_deepfashion_coarse(demo: Dataset, tmp_path: Path) -> None:
    write_deepfashion_layout(demo.path, tmp_path / "source")
    report = deepfashion.prepare(tmp_path / "source", tmp_path / "again")
    again = Dataset.read(tmp_path / "again")
    assert again.vocabulary.categories == demo.vocabulary.categories
    assert again.photos["category"].to_list() == demo.photos["category"].to_list()
    assert again.photos["split"].to_list() == demo.photos["split"].to_list()
    known = frozenset(again.vocabulary.attributes)
    for ours, theirs in zip(demo.photos["attributes"], again.photos["attributes"], strict=True):
        assert set(theirs) == known.intersection(ours)
    for ours, theirs in zip(demo.photos["box"], again.photos["box"], strict=True):
        np.testing.assert_allclose(theirs, ours, atol=0.02)
    unseen = set(demo.vocabulary.categories) - set(demo.photos["category"])
    assert set(report.categories_without_photos) == unseen


def test_deepfashion_fine(demo: Dataset, tmp_path: Path) -> None:
    n_listed = write_deepfashion_fine_layout(demo.path, tmp_path / "source")
    deepfashion.prepare(tmp_path / "source", tmp_path / "again", annotation="fine")
    again = Dataset.read(tmp_path / "again")
    assert n_listed == len(again.photos) == len(demo.photos)
    assert Counter(again.photos["category"]) == Counter(demo.photos["category"])
    assert Counter(again.photos["split"]) == Counter(demo.photos["split"])
    assert set(again.vocabulary.attribute_types) == {"texture", "fabric"}


def test_street2shop(demo: Dataset, tmp_path: Path) -> None:
    n_written = write_street2shop_layout(demo.path, tmp_path / "source")
    report = street2shop.prepare(tmp_path / "source", tmp_path / "again")
    again = Dataset.read(tmp_path / "again")
    assert n_written == len(demo.photos) == len(again.photos) + report.n_dropped
    kinds = Counter(again.photos["photo_kind"])
    assert kinds["shop"] == 60
    street = again.photos[again.photos["photo_kind"] == "street"]
    tested = demo.photos[demo.photos["photo_kind"] == "street"]["split"] == "test"
    assert (street["split"] == "test").sum() == tested.sum()
    assert set(street["item_id"]) <= set(again.items["item_id"])


def test_photo_folders(demo: Dataset, tmp_path: Path) -> None:
    n_written = write_photo_folders(demo.path, tmp_path / "source")
    report = photo_folders.prepare(tmp_path / "source", tmp_path / "again")
    again = Dataset.read(tmp_path / "again")
    assert n_written == len(demo.photos) == len(again.photos) + report.n_dropped
    assert report.n_items == 60
    assert dict(zip(again.vocabulary.categories, again.vocabulary.category_types, strict=True)) == {
        name: kind
        for name, kind in zip(
            demo.vocabulary.categories, demo.vocabulary.category_types, strict=True
        )
        if name in set(demo.photos["category"])
    }
