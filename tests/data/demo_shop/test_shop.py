"""The demo shop on disk: readable, exact, and the same bytes for the same seed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from modiste.data.dataset import Dataset
from modiste.data.demo_shop.design import CATEGORIES
from modiste.data.demo_shop.shop import write_demo_shop, write_photos

SMALL = {"n_items": 30, "n_users": 20, "n_street_photos": 12}
TINY = {"n_items": 12, "n_users": 5, "n_street_photos": 6}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("demo") / "shop"
    return Dataset.read(write_demo_shop(path, **SMALL, seed=3, workers=1))


def hashes(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_shop_is_a_valid_dataset(shop: Dataset) -> None:
    assert len(shop.items) == 30
    assert len(shop.photos) == 42
    assert set(shop.photos["item_id"]) == set(shop.items["item_id"])
    assert shop.photos["photo_kind"].value_counts().to_dict() == {"shop": 30, "street": 12}
    assert set(shop.events["item_id"].dropna()) <= set(shop.items["item_id"])
    assert shop.dropped == ()


def test_photos_of_a_group_share_a_split(shop: Dataset) -> None:
    photos = shop.photos.merge(shop.items[["item_id", "item_group_id"]], on="item_id")
    assert (photos.groupby("item_group_id")["split"].nunique() == 1).all()
    assert set(photos["split"]) == {"train", "val", "test"}


def test_photos_know_what_they_show(shop: Dataset) -> None:
    items = shop.items.set_index("item_id")
    for photo in shop.photos.to_dict("records"):
        item = items.loc[photo["item_id"]]
        assert photo["category"] == item["category"]
        assert item["color"] in photo["attributes"]
        assert not set(photo["attributes"]) & set(photo["attributes_unknown"])
        assert set(item["attributes"] or ()) <= set(photo["attributes"])


def test_boxes_hold_a_garment(shop: Dataset) -> None:
    boxes = np.stack(shop.photos["box"].to_list())
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert (areas > 0.01).all()


# Python 3.12 warns about forking; the workers neither use threads nor locks.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    write_demo_shop(tmp_path / "one", **TINY, seed=4, workers=1)
    write_demo_shop(tmp_path / "two", **TINY, seed=4, workers=2)
    write_demo_shop(tmp_path / "other", **TINY, seed=5, workers=1)
    one, other = hashes(tmp_path / "one"), hashes(tmp_path / "other")
    assert one == hashes(tmp_path / "two")
    differing = [name for name in one if name in other and one[name] != other[name]]
    assert len(differing) >= len(one) - 8  # the vocabulary is the same, some photos are not there


def test_photos_alone_are_spread_over_the_categories(tmp_path: Path) -> None:
    path = write_photos(tmp_path / "photos", n_photos=len(CATEGORIES), seed=2, workers=1)
    dataset = Dataset.read(path)
    assert sorted(dataset.photos["category"]) == sorted(CATEGORIES)
    assert dataset.photos["item_id"].isna().all()
    assert set(dataset.photos["photo_kind"]) == {"shop", "street"}
    assert dataset.items.empty
    assert dataset.events.empty


def test_progress_names_its_stages(tmp_path: Path) -> None:
    calls: list[tuple[int, int, str]] = []
    write_demo_shop(
        tmp_path / "shop",
        n_items=2,
        n_users=1,
        n_street_photos=0,
        workers=1,
        progress=lambda done, total, what: calls.append((done, total, what)),
    )
    assert [what for done, total, what in calls if done == total] == [
        "simulating shoppers",
        "drawing photos",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_items": 0}, "n_items=0"),
        ({"n_users": 0}, "n_users=0"),
        ({"n_items": 3, "n_street_photos": 7}, "Received: 7"),
        ({"seed": -1}, "Received: -1"),
    ],
)
def test_impossible_shops_are_refused(
    tmp_path: Path, arguments: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write_demo_shop(tmp_path / "shop", **arguments)
    assert not (tmp_path / "shop").exists()


def test_photos_are_not_mixed_with_older_ones(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "old.jpg").write_bytes(b"old")
    with pytest.raises(ValueError, match="without photos"):
        write_demo_shop(tmp_path)
    with pytest.raises(ValueError, match="n_photos=0"):
        write_photos(tmp_path / "new", n_photos=0)
