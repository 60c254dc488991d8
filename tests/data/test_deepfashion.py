"""DeepFashion's layout: a round trip, and each way a list can be malformed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import ExifTags, Image

from modiste.data.dataset import Dataset, empty_events, write_dataset
from modiste.data.deepfashion import prepare, read_deepfashion
from modiste.data.deepfashion_landmarks import (
    JOINTS,
    Landmark,
    read_landmark_table,
    write_landmarks,
)
from modiste.data.deepfashion_layout import write_deepfashion_layout
from modiste.data.deepfashion_lists import upright_size
from modiste.data.images import decode
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError

VOCABULARY = Vocabulary.from_pairs(
    [("Tee", "upper"), ("Jeans", "lower"), ("Dress", "full")],
    [
        ("striped", "texture"),
        ("faux leather", "fabric"),
        ("high-low", "shape"),
        ("off the shoulder", "part"),
        ("new york", "style"),
        ("navy", "colour"),
    ],
)
SIZES = [(40, 60), (100, 30), (64, 64)]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    (folder / "images").mkdir(parents=True)
    for i, size in enumerate(SIZES):
        Image.new("RGB", size, (50 * i, 100, 200)).save(folder / "images" / f"{i}.png")
    items = pd.DataFrame(
        {
            "item_id": ["a", "b"],
            "title": ["Striped dress, in navy", "Jeans"],
            "availability": ["in_stock", "in_stock"],
        }
    )
    photos = pd.DataFrame(
        {
            "image": [f"images/{i}.png" for i in range(3)],
            "item_id": ["a", "b", None],
            "category": ["Dress", "Tee", "Jeans"],
            "box": [[0.25, 0.5, 0.75, 1.0], [0.0, 0.1, 0.5, 0.9], None],
            "attributes": [["striped", "off the shoulder", "navy"], [], None],
            "attributes_unknown": [["new york"], ["striped"], None],
            "split": ["train", "val", "test"],
            "photo_kind": ["shop", "street", None],
        }
    )
    write_dataset(folder, VOCABULARY, items, empty_events(), photos)
    return folder


@pytest.fixture
def root(dataset: Path, tmp_path: Path) -> Path:
    write_deepfashion_layout(dataset, tmp_path / "deepfashion")
    return tmp_path / "deepfashion"


def replace_line(path: Path, line: int, text: str) -> None:
    lines = path.read_text().splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines) + "\n")


def test_layout_is_deepfashions(root: Path) -> None:
    attributes = (root / "Anno" / "list_attr_cloth.txt").read_text().splitlines()
    assert attributes[0] == "5"
    assert attributes[1].split() == ["attribute_name", "attribute_type"]
    assert attributes[3].split() == ["faux", "leather", "2"]
    categories = (root / "Anno" / "list_category_img.txt").read_text().splitlines()
    assert [row.split()[-1] for row in categories[2:]] == ["3", "1", "2"]
    values = (root / "Anno" / "list_attr_img.txt").read_text().splitlines()
    image, *first = values[2].split()
    assert image == "img/Striped_dress_in_navy/img_00000001.jpg"
    assert first == ["1", "-1", "-1", "1", "0"]
    assert values[4].split()[1:] == ["0"] * 5
    boxes = (root / "Anno" / "list_bbox.txt").read_text().splitlines()
    assert boxes[0] == "2"
    assert boxes[2].split()[1:] == ["010", "030", "030", "060"]


def test_round_trip(root: Path) -> None:
    read = read_deepfashion(root)
    vocabulary, photos = read.vocabulary, read.photos
    assert vocabulary.categories == VOCABULARY.categories
    assert vocabulary.category_types == VOCABULARY.category_types
    assert vocabulary.attributes == VOCABULARY.attributes[:5]
    assert vocabulary.attribute_types == VOCABULARY.attribute_types[:5]
    assert photos["category"].to_list() == ["Dress", "Tee", "Jeans"]
    assert photos["split"].to_list() == ["train", "val", "test"]
    assert photos["attributes"].to_list() == [["striped", "off the shoulder"], [], None]
    assert photos["attributes_unknown"].to_list() == [["new york"], ["striped"], None]
    np.testing.assert_allclose(photos["box"][0], [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(photos["box"][1], [0.0, 0.1, 0.5, 0.9], atol=1e-6)
    assert photos["box"][2] is None


def test_lists_are_joined_by_path_not_by_order(root: Path) -> None:
    path = root / "Anno" / "list_category_img.txt"
    count, header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([count, header, *reversed(rows)]) + "\n")
    assert read_deepfashion(root).photos["category"].to_list() == ["Dress", "Tee", "Jeans"]


def test_newer_folder_names(root: Path) -> None:
    shutil.move(root / "Anno", root / "Anno_coarse")
    (root / "Img").mkdir()
    shutil.move(root / "img", root / "Img" / "img")
    assert len(read_deepfashion(root).photos) == 3


def test_photos_left_out_of_a_list_are_null(root: Path) -> None:
    path = root / "Anno" / "list_category_img.txt"
    rows = path.read_text().splitlines()
    path.write_text("\n".join(["2", *rows[1:4]]) + "\n")
    assert read_deepfashion(root).photos["category"].to_list() == ["Dress", "Tee", None]


def test_prepared_dataset_has_the_photos(root: Path, tmp_path: Path) -> None:
    for _ in range(2):  # again over the first time
        prepare(root, tmp_path / "prepared")
    prepared = Dataset.read(tmp_path / "prepared")
    assert len(prepared.photos) == 3
    assert prepared.items.empty
    for image, size in zip(prepared.photos["image"], SIZES, strict=True):
        with Image.open(prepared.image_path(image)) as picture:
            assert picture.size == size
    assert prepared.photos["attributes"][2] is None


def test_prepared_without_hard_links(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("os.link", refuse)
    prepare(root, tmp_path / "prepared")
    assert len(Dataset.read(tmp_path / "prepared").photos) == 3


def edit(file: str, line: int, change: Callable[[str], str]) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        path = root / file
        replace_line(path, line, change(path.read_text().splitlines()[line - 1]))

    return apply


CATEGORY, ATTRIBUTE = "Anno/list_category_img.txt", "Anno/list_attr_img.txt"
CATEGORIES, ATTRIBUTES = "Anno/list_category_cloth.txt", "Anno/list_attr_cloth.txt"
BOX, PARTITION = "Anno/list_bbox.txt", "Eval/list_eval_partition.txt"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (edit(CATEGORY, 1, lambda _: "many"), r"category_img.txt, line 1: .*rows.*'many'"),
        (edit(CATEGORY, 1, lambda _: "4"), r"line 5: the list must have the 4 rows"),
        (edit(CATEGORY, 4, lambda row: row[:-1] + "0"), r"line 4: .*1 to 3.*\['0'\]"),
        (edit(CATEGORY, 4, lambda row: row[:-1] + "4"), r"line 4: .*1 to 3"),
        (edit(CATEGORY, 3, lambda row: "x/" + row), r"line 3: .*partition.*'x/img"),
        (edit(ATTRIBUTE, 3, lambda row: row + " 1"), r"attr_img.txt, line 3: .*5 values.*6 values"),
        (edit(ATTRIBUTE, 5, lambda row: row[:-1] + "2"), r"line 5: .*1, -1 or 0.*'2'"),
        (edit(ATTRIBUTES, 4, lambda _: "faux leather 6"), r"attr_cloth.txt, line 4: .*1 to 5"),
        (edit(CATEGORIES, 3, lambda _: "Tee"), r"category_cloth.txt, line 3: .*1 to 3.*'Tee'"),
        (edit(BOX, 3, lambda row: row[:-3]), r"bbox.txt, line 3: .*x1 y1 x2 y2"),
        (edit(BOX, 3, lambda row: row.replace("030 060", "005 060")), r"line 3: the box must"),
        (edit(PARTITION, 4, lambda row: row + "s"), r"partition.txt, line 4: .*train/val/test"),
        (edit(PARTITION, 4, lambda row: "../" + row), r"line 4: must name a photo under"),
    ],
)
def test_malformed_lines_are_named(
    root: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(root)
    with pytest.raises(DatasetError, match=message):
        read_deepfashion(root)


def test_a_photo_named_twice_is_refused(root: Path) -> None:
    path = root / "Anno" / "list_category_img.txt"
    rows = path.read_text().splitlines()
    path.write_text("\n".join([*rows[:4], rows[2]]) + "\n")
    with pytest.raises(DatasetError, match=r"line 5: .*once"):
        read_deepfashion(root)


def test_a_list_of_another_encoding_is_named(root: Path) -> None:
    path = root / ATTRIBUTES
    path.write_bytes(path.read_bytes().replace(b"faux leather", b"faux le\xe9ther"))
    with pytest.raises(DatasetError, match=r"attr_cloth.txt, line 4: must be UTF-8 .*xe9"):
        read_deepfashion(root)


def test_a_corrupt_photo_is_named_by_its_line(root: Path) -> None:
    image = (root / BOX).read_text().splitlines()[3].split()[0]
    (root / image).write_bytes(b"no photo")
    with pytest.raises(DatasetError, match=r"bbox.txt, line 4: must name a readable photo"):
        read_deepfashion(root)


UPPER = tuple(Landmark(joint, "visible", 0.25, 0.5) for joint in JOINTS["upper"])
LOWER = (
    Landmark("left waistline", "visible", 0.0, 0.1),
    Landmark("right waistline", "occluded", 0.5, 0.2),
    Landmark("left hem", "cut off", None, None),
    Landmark("right hem", "visible", 1.0, 1.0),
)


@pytest.fixture
def marked(dataset: Path, tmp_path: Path) -> Path:
    marks = {"images/1.png": UPPER, "images/2.png": LOWER}
    write_landmarks(marks, dataset / "landmarks.parquet")
    write_deepfashion_layout(dataset, tmp_path / "marked")
    return tmp_path / "marked"


def test_landmarks_are_read_by_clothes_type(marked: Path, tmp_path: Path) -> None:
    rows = (marked / "Anno" / "list_landmarks.txt").read_text().splitlines()
    assert rows[0] == "2"
    assert " ".join(rows[3].split()[1:]) == "2 0 000 006 1 032 013 2 000 000 0 064 064"

    prepare(marked, tmp_path / "prepared")
    images = Dataset.read(tmp_path / "prepared").photos["image"]
    marks = read_landmark_table(tmp_path / "prepared" / "landmarks.parquet")
    assert set(marks) == set(images[1:])
    assert marks[images[1]] == UPPER
    assert [mark.visibility for mark in marks[images[2]]] == [m.visibility for m in LOWER]
    assert (marks[images[2]][2].x, marks[images[2]][2].y) == (None, None)
    np.testing.assert_allclose(marks[images[2]][1].y, 13 / 64)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda row: row + " 0", r"landmarks.txt, line 3: .*of 6 joints"),
        (lambda row: row.replace(" 1 0 ", " 4 0 ", 1), r"line 3: .*clothes type of 1 to 3.*'4'"),
        (lambda row: row.replace(" 1 0 ", " 1 3 ", 1), r"line 3: every visibility must be"),
        (lambda row: row.split()[0], r"line 3: .*clothes type"),
    ],
)
def test_malformed_landmarks_are_named(
    marked: Path, change: Callable[[str], str], message: str
) -> None:
    edit("Anno/list_landmarks.txt", 3, change)(marked)
    with pytest.raises(DatasetError, match=message):
        read_deepfashion(marked)


def test_categories_without_photos_keep_their_index_and_are_named(
    dataset: Path, tmp_path: Path
) -> None:
    read = Dataset.read(dataset)
    words = Vocabulary.from_pairs(
        [("Cape", "full"), ("Tee", "upper"), ("Jeans", "lower"), ("Dress", "full")],
        [(name, "texture") for name in read.vocabulary.attributes],
    )
    write_dataset(dataset, words, read.items, read.events, read.photos)
    write_deepfashion_layout(dataset, tmp_path / "out")
    report = prepare(tmp_path / "out", tmp_path / "prepared")
    assert report.categories_without_photos == ("Cape",)
    assert "categories without a photo, kept in the vocabulary: Cape" in str(report)
    assert report.to_json()["categories_without_photos"] == ("Cape",)
    assert Dataset.read(tmp_path / "prepared").vocabulary.categories[0] == "Cape"


def test_another_annotation_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match=r"coarse, fine.*'rough'"):
        read_deepfashion(root, annotation="rough")


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_boxes_are_fractions_of_the_upright_photo(
    dataset: Path, tmp_path: Path, orientation: int
) -> None:
    photo = dataset / "images" / "0.png"
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.new("RGB", (80, 40)).save(photo, exif=exif)
    height, width = decode(photo).shape[:2]
    write_deepfashion_layout(dataset, tmp_path / "out")

    row = (tmp_path / "out" / BOX).read_text().splitlines()[2].split()
    assert [int(edge) for edge in row[1:]] == [width // 4, height // 2, width * 3 // 4, height]
    box = read_deepfashion(tmp_path / "out").photos["box"][0]
    np.testing.assert_allclose(box, [0.25, 0.5, 0.75, 1.0])


def test_a_photo_of_damaged_exif_is_taken_as_it_lies(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (80, 40)).save(photo, exif=b"Exif\x00\x00MM\x00*broken")
    assert upright_size(photo) == (80, 40)


def test_preparing_in_place_is_refused(root: Path) -> None:
    with pytest.raises(DatasetError, match="another directory"):
        prepare(root, root / "." / "img" / "..")


def test_progress_counts_photos(root: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    prepare(root, tmp_path / "shop", progress=lambda *step: told.append(step))
    assert told[1::3] == [(2, 3, "reading boxes"), (3, 3, "linking photos")]


@pytest.mark.parametrize(
    "missing",
    ["Anno", "Eval/list_eval_partition.txt", "Anno/list_bbox.txt", "img"],
)
def test_missing_files_are_named(root: Path, tmp_path: Path, missing: str) -> None:
    shutil.move(root / missing, tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match="Received: "):
        read_deepfashion(root)


def test_missing_and_empty_photos_are_named_all_at_once(root: Path) -> None:
    first, second, *_ = (line.split()[0] for line in (root / BOX).read_text().splitlines()[2:])
    (root / first).unlink()
    (root / second).write_bytes(b"")
    with pytest.raises(DatasetError, match="Received: 2 missing or empty") as refused:
        read_deepfashion(root)
    assert first in str(refused.value)
    assert second in str(refused.value)


def test_a_list_may_begin_with_a_byte_order_mark(root: Path) -> None:
    before = read_deepfashion(root).photos
    for name in (BOX, ATTRIBUTES):
        (root / name).write_bytes(b"\xef\xbb\xbf" + (root / name).read_bytes())
    pd.testing.assert_frame_equal(read_deepfashion(root).photos, before)


def test_a_dataset_without_photos_has_no_layout(dataset: Path, tmp_path: Path) -> None:
    read = Dataset.read(dataset)
    write_dataset(dataset, read.vocabulary, read.items, read.events, read.photos.iloc[:0])
    with pytest.raises(DatasetError, match="needs photos"):
        write_deepfashion_layout(dataset, tmp_path / "out")
