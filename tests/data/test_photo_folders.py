"""Folders of photos: the three layouts, the splits, and what is left out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from mosaics import save_mosaic

from modiste.data.dataset import Dataset, empty_events, write_dataset
from modiste.data.photo_folders import category_vocabulary, prepare
from modiste.data.photo_folders_layout import write_photo_folders
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError


def make(root: Path, *photos: str) -> Path:
    """Save a photo of its own under each name."""
    for seed, name in enumerate(photos):
        save_mosaic(root / name, seed)
    return root


def read(path: Path) -> tuple[Dataset, pd.DataFrame]:
    dataset = Dataset.read(path)
    return dataset, dataset.photos.set_index("image")


def test_a_folder_a_class(tmp_path: Path) -> None:
    names = [f"{name}/{i}.jpg" for name in ("Dress", "tank_top", "saree") for i in range(25)]
    report = prepare(make(tmp_path / "source", *names), tmp_path / "shop")
    dataset, photos = read(tmp_path / "shop")
    assert (report.n_items, report.n_photos, report.n_dropped) == (0, 75, 0)
    assert dataset.vocabulary.categories == ("Dress", "saree", "tank_top")
    assert dataset.vocabulary.category_types == ("full", "article", "article")
    assert photos.loc["images/saree/3.jpg", "category"] == "saree"
    assert photos["attributes"].isna().all()
    assert photos["item_id"].isna().all()
    assert Counter(photos["split"]) == {"train": 54, "val": 6, "test": 15}
    assert Counter(photos.loc[photos["split"] == "test", "category"]) == {
        "Dress": 5,
        "saree": 5,
        "tank_top": 5,
    }


def test_names_of_deepfashion_keep_their_type() -> None:
    words = category_vocabulary({"JEANS", "blazer", "Button-Down", "saree"})
    assert dict(zip(words.categories, words.category_types, strict=True)) == {
        "JEANS": "lower",
        "blazer": "upper",
        "Button-Down": "upper",
        "saree": "article",
    }


def test_the_split_does_not_depend_on_names(tmp_path: Path) -> None:
    for seed in range(30):
        save_mosaic(tmp_path / "one" / "Tee" / f"{seed}.jpg", seed)
        save_mosaic(tmp_path / "other" / "Tee" / f"{99 - seed}.jpg", seed)
    prepare(tmp_path / "one", tmp_path / "shop")
    prepare(tmp_path / "other", tmp_path / "again")
    one, other = read(tmp_path / "shop")[1]["split"], read(tmp_path / "again")[1]["split"]
    assert all(
        one[f"images/Tee/{seed}.jpg"] == other[f"images/Tee/{99 - seed}.jpg"] for seed in range(30)
    )


@pytest.mark.parametrize("val", ["val", "VALID", "Validation"])
def test_splits_named_by_folders_are_kept(tmp_path: Path, val: str) -> None:
    names = [f"{split}/Tee/{i}.jpg" for split in ("Train", val, "TEST") for i in range(3)]
    prepare(make(tmp_path / "source", *names), tmp_path / "shop")
    photos = read(tmp_path / "shop")[1]
    assert photos["split"].to_dict() == {
        f"images/{folder}/Tee/{i}.jpg": split
        for folder, split in (("Train", "train"), (val, "val"), ("TEST", "test"))
        for i in range(3)
    }


def test_without_a_validation_folder_a_tenth_of_train_validates(tmp_path: Path) -> None:
    names = [f"train/{name}/{i}.jpg" for name in ("Tee", "Jeans") for i in range(20)]
    prepare(make(tmp_path / "source", *names, "test/Tee/0.jpg"), tmp_path / "shop")
    photos = read(tmp_path / "shop")[1]
    assert Counter(photos["split"]) == {"train": 36, "val": 4, "test": 1}
    assert set(photos.loc[photos["split"] == "val", "category"]) == {"Tee", "Jeans"}


def test_an_empty_validation_folder_is_a_named_split(tmp_path: Path) -> None:
    names = [f"train/Tee/{i}.jpg" for i in range(20)]
    (tmp_path / "source" / "val").mkdir(parents=True)
    prepare(make(tmp_path / "source", *names), tmp_path / "shop")
    assert set(read(tmp_path / "shop")[1]["split"]) == {"train"}


def test_photos_of_later_splits_are_not_learnt(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for seed, name in enumerate(("train/Tee/a", "val/Tee/b", "test/Tee/c", "test/Tee/d")):
        save_mosaic(source / f"{name}.jpg", seed)
    save_mosaic(source / "train" / "Tee" / "of_val.jpg", 1)  # the same bytes
    save_mosaic(source / "train" / "Tee" / "of_test.jpg", 2, quality=60, side=96)  # saved anew
    save_mosaic(source / "val" / "Tee" / "of_test.jpg", 3)
    report = prepare(source, tmp_path / "shop")
    assert report.dropped == {"photo that repeats one of a later split": 3}
    assert set(read(tmp_path / "shop")[1].index) == {
        "images/train/Tee/a.jpg",
        "images/val/Tee/b.jpg",
        "images/test/Tee/c.jpg",
        "images/test/Tee/d.jpg",
    }


def test_the_nested_shop_layout_has_items(tmp_path: Path) -> None:
    names = [
        "Train/Blazer/Classic_Cuffed_Blazer/1.jpg",
        "Train/Blazer/Classic_Cuffed_Blazer/2.jpg",
        "Train/Coat/Classic_Cuffed_Blazer/1.jpg",
        "Test/blazer/Old_Blazer/back/1.jpg",
        "Validation/Coat/0.jpg",
    ]
    report = prepare(make(tmp_path / "source", *names), tmp_path / "shop")
    dataset, photos = read(tmp_path / "shop")
    assert (report.n_items, report.n_photos) == (3, 5)
    items = dataset.items.set_index("item_id")
    assert len(dataset.vocabulary.categories) == 2  # blazer and Blazer are one
    assert set(items["title"]) == {"Classic Cuffed Blazer", "Old Blazer"}
    of_photo = photos["item_id"]
    assert of_photo[f"images/{names[0]}"] == of_photo[f"images/{names[1]}"]
    assert of_photo[f"images/{names[0]}"] != of_photo[f"images/{names[2]}"]
    assert of_photo[f"images/{names[4]}"] is None
    assert items.loc[of_photo[f"images/{names[2]}"], "category"] == "Coat"
    assert photos.loc[f"images/{names[0]}", "photo_kind"] == "shop"


def test_photos_of_an_item_stay_together(tmp_path: Path) -> None:
    names = [f"Blazer/item_{i}/{j}.jpg" for i in range(20) for j in range(3)]
    prepare(make(tmp_path / "source", *names), tmp_path / "shop")
    of_item = read(tmp_path / "shop")[1].groupby("item_id")["split"]
    assert (of_item.nunique() == 1).all()
    assert Counter(of_item.first()) == {"train": 14, "test": 4, "val": 2}


def test_what_is_no_photo_is_counted_and_named(tmp_path: Path) -> None:
    source = make(tmp_path / "source", *(f"Tee/{i}.jpg" for i in range(3)))
    (source / "Tee" / "3.jpg").write_bytes((source / "Tee" / "0.jpg").read_bytes()[:200])
    (source / "Tee" / "notes.txt").write_text("no photo")
    (source / "Tee" / ".DS_Store").write_text("ours to ignore")
    (source / "__MACOSX" / "Tee").mkdir(parents=True)
    save_mosaic(source / "cover.jpg", 5)
    report = prepare(source, tmp_path / "shop")
    assert report.n_photos == 3
    assert report.dropped == {
        "file that is no photo by its name": 1,
        "photo outside a class folder": 1,
        "unreadable photo": 1,
    }
    assert [problem.file for problem in report.problems] == ["Tee/3.jpg"]
    assert "truncated" in str(report.problems[0])


def test_photos_are_linked_not_copied(tmp_path: Path) -> None:
    source = make(tmp_path / "source", "Tee/0.jpg")
    prepare(source, tmp_path / "shop")
    assert (source / "Tee" / "0.jpg").samefile(tmp_path / "shop" / "images" / "Tee" / "0.jpg")


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        (("train/Tee/0.jpg", "Jeans/0.jpg"), r"all be classes.*Jeans beside train"),
        (("0.jpg",), r"0 photos, none readable"),
    ],
)
def test_other_layouts_are_refused(tmp_path: Path, photos: tuple[str, ...], message: str) -> None:
    source = make(tmp_path / "source", *photos)
    with pytest.raises(DatasetError, match=message):
        prepare(source, tmp_path / "shop")


def test_the_dataset_lies_outside_the_folders(tmp_path: Path) -> None:
    source = make(tmp_path / "source", "Tee/0.jpg")
    with pytest.raises(DatasetError, match="outside the folders"):
        prepare(source, source / "dataset")
    with pytest.raises(DatasetError, match="need a directory"):
        prepare(source / "nowhere", tmp_path / "shop")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    for seed in range(6):
        save_mosaic(folder / "images" / f"{seed}.jpg", seed)
    items = pd.DataFrame(
        {
            "item_id": ["a", "b", "c"],
            "title": ["Classic, cuffed blazer", "classic cuffed Blazer", "T-shirt/top"],
            "availability": "in_stock",
        }
    )
    photos = pd.DataFrame(
        {
            "image": [f"images/{i}.jpg" for i in range(6)],
            "item_id": ["a", "a", "b", "c", None, None],
            "category": ["Blazer", "Blazer", "Blazer", "Tee/top", "Tee/top", None],
            "split": ["train", "train", "test", "train", "train", "train"],
        }
    )
    words = Vocabulary.from_pairs([("Blazer", "upper"), ("Tee/top", "upper")], ())
    write_dataset(folder, words, items, empty_events(), photos)
    return folder


def test_written_folders_are_the_nested_layout(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "folders"
    assert write_photo_folders(dataset, out) == 5
    files = {path.relative_to(out).as_posix() for path in out.rglob("*.jpg")}
    assert files == {
        "Train/Blazer/Classic_cuffed_blazer/img_00000001.jpg",
        "Train/Blazer/Classic_cuffed_blazer/img_00000002.jpg",
        "Test/Blazer/classic_cuffed_Blazer_2/img_00000003.jpg",
        "Train/Tee_top/T-shirt_top/img_00000004.jpg",
        "Train/Tee_top/img_00000005.jpg",
    }


def test_written_folders_are_read_back(dataset: Path, tmp_path: Path) -> None:
    write_photo_folders(dataset, tmp_path / "folders")
    report = prepare(tmp_path / "folders", tmp_path / "again")
    again = Dataset.read(tmp_path / "again")
    assert (report.n_items, report.n_photos) == (3, 5)
    assert Counter(again.photos["split"]) == {"train": 4, "test": 1}  # no validation was made
    assert Counter(again.photos["category"]) == {"Blazer": 3, "Tee_top": 2}
    assert set(again.items["title"]) == {
        "Classic cuffed blazer",
        "classic cuffed Blazer 2",
        "T-shirt top",
    }


def test_folders_are_written_to_a_new_directory_only(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="new directory"):
        write_photo_folders(dataset, dataset)
    read = Dataset.read(dataset)
    write_dataset(dataset, read.vocabulary, read.items, read.events, read.photos.iloc[5:])
    with pytest.raises(DatasetError, match="with none"):
        write_photo_folders(dataset, tmp_path / "folders")
