"""DeepFashion's fine annotation: a round trip, and each way a list can be malformed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from modiste.data.dataset import Dataset, empty_events, empty_items, write_dataset
from modiste.data.deepfashion import prepare
from modiste.data.deepfashion_fine_layout import write_deepfashion_fine_layout
from modiste.data.deepfashion_landmarks import (
    JOINTS,
    Landmark,
    read_landmark_table,
    write_landmarks,
)
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError

VOCABULARY = Vocabulary.from_pairs(
    [("Tee", "upper"), ("Jeans", "lower"), ("Dress", "full")],
    [
        ("striped", "texture"),
        ("long sleeve", "sleeve"),
        ("maxi length", "length"),
        ("crew neckline", "neckline"),
        ("denim", "fabric"),
        ("loose", "fit"),
        ("navy", "colour"),
    ],
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    (folder / "images").mkdir(parents=True)
    for i in range(4):
        Image.new("RGB", (40, 60), (50 * i, 100, 200)).save(folder / "images" / f"{i}.png")
    photos = pd.DataFrame(
        {
            "image": [f"images/{i}.png" for i in range(4)],
            "category": ["Dress", "Tee", "Jeans", "Jeans"],
            "box": [[0.25, 0.5, 0.75, 1.0], [0.0, 0.1, 0.5, 0.9], [0.0, 0.0, 1.0, 1.0], None],
            "attributes": [["striped", "long sleeve", "navy"], [], ["denim", "loose"], []],
            "split": ["train", "val", "train", "test"],
        }
    )
    write_dataset(folder, VOCABULARY, empty_items(), empty_events(), photos)
    marks = tuple(Landmark(joint, "visible", 0.5, 0.25) for joint in JOINTS["lower"])
    write_landmarks({"images/2.png": marks}, folder / "landmarks.parquet")
    out = tmp_path / "deepfashion"
    assert write_deepfashion_fine_layout(folder, out) == 3
    return out


def test_layout_is_the_sources(root: Path) -> None:
    lists = root / "Anno_fine"
    names = (lists / "list_attr_cloth.txt").read_text().splitlines()
    assert names[0] == "6"
    assert names[3].split() == ["long_sleeve", "2"]
    assert (lists / "train_attr.txt").read_text() == "1 1 0 0 0 0\n0 0 0 0 1 1\n"
    assert (lists / "train_cate.txt").read_text() == "3\n2\n"
    assert (lists / "train_bbox.txt").read_text().splitlines()[0] == "010 030 030 060"
    landmarks = (lists / "train_landmards.txt").read_text().splitlines()
    assert landmarks[1] == "20 15 20 15 20 15 20 15 0 0 0 0 0 0 0 0"
    assert (lists / "test.txt").read_text() == ""


def test_round_trip(root: Path, tmp_path: Path) -> None:
    report = prepare(root, tmp_path / "prepared", annotation="fine")
    dataset = Dataset.read(tmp_path / "prepared")
    assert report.n_photos == 3
    assert dataset.vocabulary.categories == VOCABULARY.categories
    assert dataset.vocabulary.attributes == VOCABULARY.attributes[:6]
    assert dataset.vocabulary.attribute_types == VOCABULARY.attribute_types[:6]
    photos = dataset.photos
    assert photos["category"].to_list() == ["Dress", "Jeans", "Tee"]
    assert photos["split"].to_list() == ["train", "train", "val"]
    assert photos["attributes"].to_list() == [["striped", "long sleeve"], ["denim", "loose"], []]
    assert photos["attributes_unknown"].to_list() == [None] * 3
    np.testing.assert_allclose(photos["box"][0], [0.25, 0.5, 0.75, 1.0])


def test_landmarks_at_0_0_are_none_and_their_visibility_is_unknown(
    root: Path, tmp_path: Path
) -> None:
    prepare(root, tmp_path / "prepared", annotation="fine")
    image = Dataset.read(tmp_path / "prepared").photos["image"]
    marks = read_landmark_table(tmp_path / "prepared" / "landmarks.parquet")
    assert marks[image[1]] == tuple(Landmark(joint, None, 0.5, 0.25) for joint in JOINTS["lower"])
    assert marks[image[0]] == tuple(Landmark(joint, None, None, None) for joint in JOINTS["full"])


def test_preparing_without_landmarks_leaves_no_old_ones(root: Path, tmp_path: Path) -> None:
    prepare(root, tmp_path / "prepared", annotation="fine")
    for split in ("train", "val", "test"):
        (root / "Anno_fine" / f"{split}_landmards.txt").unlink()
    prepare(root, tmp_path / "prepared", annotation="fine")
    assert not (tmp_path / "prepared" / "landmarks.parquet").exists()


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / "Anno_fine" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return apply


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replace("train_cate.txt", "2\n", ""), r"train_cate.txt, line 1: .*each of the 2 photos"),
        (replace("train_cate.txt", "2\n", "0\n"), r"train_cate.txt, line 2: .*1 to 3.*'0'"),
        (replace("train_attr.txt", "1 1 0", "1 -1 0"), r"train_attr.txt, line 1: .*6 values"),
        (replace("train_attr.txt", "1 1 0", "1 1"), r"train_attr.txt, line 1: .*6 values"),
        (replace("train_bbox.txt", "010 030", "010"), r"train_bbox.txt, line 1: .*x1 y1 x2 y2"),
        (replace("train_bbox.txt", "030 060", "005 060"), r"train_bbox.txt, line 1: the box"),
        (replace("train_landmards.txt", "20 15", "20"), r"landmards.txt, line 2: .*of 8 joints"),
        (replace("train.txt", "img/", "../img/"), r"train.txt, line 1: .*under the directory"),
        (replace("train.txt", "img/", "a img/"), r"train.txt, line 1: must be one photo"),
        (replace("list_attr_cloth.txt", "6\n", "7\n"), r"attr_cloth.txt, line 8: .*7 rows"),
    ],
)
def test_malformed_lines_are_named(
    root: Path, tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(root)
    with pytest.raises(DatasetError, match=message):
        prepare(root, tmp_path / "prepared", annotation="fine")


def test_a_photo_in_two_splits_is_refused(root: Path, tmp_path: Path) -> None:
    lists = root / "Anno_fine"
    (lists / "val.txt").write_text((lists / "train.txt").read_text().splitlines()[0] + "\n")
    with pytest.raises(DatasetError, match=r"val.txt, line 1: .*once"):
        prepare(root, tmp_path / "prepared", annotation="fine")


def test_without_the_folder_it_is_named(root: Path, tmp_path: Path) -> None:
    (root / "Anno_fine").rename(root / "Anno")
    with pytest.raises(DatasetError, match="Anno_fine"):
        prepare(root, tmp_path / "prepared", annotation="fine")
