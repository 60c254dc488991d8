from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from modiste.data.dataset import Dataset
from modiste.data.fashion_product_images import prepare
from modiste.errors import DatasetError

LABELS = (
    "id,file,masterCategory,subCategory,articleType,baseColour,season,usage,productDisplayName\n"
    "1,images/1.jpg,Apparel,Topwear,Tshirts,Blue,Summer,Casual,\n"
    "2,images/2.jpg,Apparel,Bottomwear,Jeans,,Winter,Casual,Slim Jeans\n"
    "3,images/3.jpg,Apparel,Topwear,Shirts,NA,NA,,\n"
)
# Kaggle's table: other columns, no `file`, and commas in titles without quotes.
STYLES = (
    "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
    "productDisplayName\n"
    "1,Men,Apparel,Topwear,Tshirts,Blue,Summer,2011,Casual,Tee, Blue, Large\n"
    '2,Women,Apparel,Topwear,Tshirts,Red,Summer,2012,Casual,"Quoted, and Red"\n'
    '3,Women,Apparel,Topwear,Shirts,Red,Fall,2012,Casual,A "stray quote\n'
)


def write_photo(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    pixels = np.full((32, 24, 3), 200, np.uint8)
    Image.fromarray(pixels).save(path)


def make_source(folder: Path, name: str, table: str, ids=("1", "2", "3")) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(table)
    for item_id in ids:
        write_photo(folder / "images" / f"{item_id}.jpg")
    return folder


def test_labels_become_attributes(tmp_path):
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    report = prepare(source, tmp_path / "shop")
    dataset = Dataset.read(tmp_path / "shop")

    assert (report.n_items, report.n_photos, report.n_dropped) == (3, 3, 0)
    assert dataset.vocabulary.categories == ("Jeans", "Shirts", "Tshirts")
    names = zip(dataset.vocabulary.attributes, dataset.vocabulary.attribute_types, strict=True)
    assert list(names) == [
        ("Blue", "colour"),
        ("Summer", "season"),
        ("Winter", "season"),
        ("Casual", "usage"),
    ]
    photos = dataset.photos.set_index("item_id")
    assert photos.loc["1", "attributes"] == ["Blue", "Summer", "Casual"]
    assert photos.loc["1", "attributes_unknown"] is None
    assert photos.loc["1", "photo_kind"] == "shop"
    assert dataset.items["title"].tolist() == ["Blue Tshirts", "Slim Jeans", "Shirts"]
    assert dataset.items["color"].tolist() == ["Blue", None, None]


def test_a_missing_value_makes_its_type_unknown(tmp_path):
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    prepare(source, tmp_path / "shop")
    photos = Dataset.read(tmp_path / "shop").photos.set_index("item_id")

    assert photos.loc["2", "attributes"] == ["Winter", "Casual"]
    assert photos.loc["2", "attributes_unknown"] == ["Blue"]
    assert photos.loc["3", "attributes"] is None
    assert photos.loc["3", "attributes_unknown"] == ["Blue", "Summer", "Winter", "Casual"]


def test_kaggle_titles_keep_their_commas(tmp_path):
    source = make_source(tmp_path / "source", "styles.csv", STYLES)
    report = prepare(source, tmp_path / "shop")
    items = Dataset.read(tmp_path / "shop").items

    assert report.n_dropped == 0
    assert items["title"].tolist() == ["Tee, Blue, Large", "Quoted, and Red", 'A "stray quote']
    assert items["attributes"].tolist()[0] == ["Blue", "Summer", "Casual"]


def test_names_used_twice_carry_their_type(tmp_path):
    table = (
        "id,articleType,baseColour,season,usage,productDisplayName\n"
        "1,Shirts,Sand,Summer,Sports,a\n"
        "2,Beach,Sports,Summer,beach,b\n"
    )
    source = make_source(tmp_path / "source", "styles.csv", table)
    prepare(source, tmp_path / "shop")
    dataset = Dataset.read(tmp_path / "shop")

    assert dataset.vocabulary.attributes == (
        "Sand",
        "colour: Sports",
        "Summer",
        "usage: Sports",
        "usage: beach",
    )
    assert dataset.items["attributes"].tolist()[1] == ["colour: Sports", "Summer", "usage: beach"]


def test_what_is_left_out_is_listed(tmp_path):
    table = LABELS + (
        "1,images/1.jpg,Apparel,Topwear,Tshirts,Blue,Summer,Casual,twice\n"
        "4,images/4.jpg,Apparel,Topwear,Tshirts,Blue,Summer,Casual,no photo\n"
        "5,images/5.jpg,Apparel,Topwear,Tshirts,Blue,Summer,Casual,broken photo\n"
        "6,../6.jpg,Apparel,Topwear,Tshirts,Blue,Summer,Casual,outside\n"
        "7,images/7.jpg,Apparel\n"
        "../8,images/1.jpg,Apparel,Topwear,Tshirts,Blue,Summer,Casual,odd id\n"
    )
    source = make_source(tmp_path / "source", "labels.csv", table)
    write_photo(tmp_path / "6.jpg")
    whole = (source / "images" / "1.jpg").read_bytes()
    (source / "images" / "5.jpg").write_bytes(whole[: len(whole) // 2])
    report = prepare(source, tmp_path / "shop")

    assert report.dropped == {"broken or repeated row": 3, "missing or unreadable photo": 3}
    assert [problem.row for problem in report.problems] == [5, 9, 10, 6, 7, 8]
    assert report.n_items == 3
    Dataset.read(tmp_path / "shop")


def test_photos_are_the_same_file_and_may_be_prepared_again(tmp_path):
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    prepare(source, tmp_path / "shop")
    first = Dataset.read(tmp_path / "shop").fingerprint
    prepare(source, tmp_path / "shop")

    assert Dataset.read(tmp_path / "shop").fingerprint == first
    assert (tmp_path / "shop/images/1.jpg").samefile(source / "images/1.jpg")


@pytest.mark.parametrize("name", ["source", "link", "source/../source"])
def test_preparing_in_place_is_refused(tmp_path, name):
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    (tmp_path / "link").symlink_to(source)

    with pytest.raises(DatasetError, match="another directory"):
        prepare(source, tmp_path / name)
    assert len(list((source / "images").iterdir())) == 3


def test_photos_are_kept_where_both_have_one_images_folder(tmp_path):
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/images").symlink_to(source / "images")
    prepare(source, tmp_path / "shop")

    assert len(Dataset.read(tmp_path / "shop").photos) == 3


def test_lines_end_at_line_breaks_only(tmp_path):
    odd = "Tee\x85 blue\u2028 large\x0b new"
    table = LABELS.replace("Slim Jeans", odd)
    source = make_source(tmp_path / "source", "labels.csv", "")
    (source / "labels.csv").write_bytes(table.replace("\n", "\r\n").encode())
    report = prepare(source, tmp_path / "shop")

    assert report.problems == ()
    assert Dataset.read(tmp_path / "shop").items["title"].tolist()[1] == odd


def test_a_field_too_long_for_csv_is_a_broken_row(tmp_path):
    table = LABELS + "4,images/1.jpg,a,b,Shirts,Red,Fall,Casual," + "x" * 200_000 + "\n"
    source = make_source(tmp_path / "source", "labels.csv", table)
    report = prepare(source, tmp_path / "shop")

    assert report.dropped == {"broken or repeated row": 1}
    assert "row 5" in str(report)
    assert len(str(report)) < 500


def test_progress_counts_photos(tmp_path):
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    told = []
    prepare(source, tmp_path / "shop", progress=lambda *step: told.append(step))

    assert told[2:9:3] == [
        (3, 3, "checking photos"),
        (3, 3, "linking photos"),
        (3, 3, "hashing photos"),
    ]


def test_photos_are_copied_where_links_cannot_be(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError("cross-device link")

    monkeypatch.setattr("os.link", refuse)
    source = make_source(tmp_path / "source", "labels.csv", LABELS)
    prepare(source, tmp_path / "shop")

    copied = tmp_path / "shop/images/1.jpg"
    assert not copied.samefile(source / "images/1.jpg")
    assert copied.read_bytes() == (source / "images/1.jpg").read_bytes()


def test_the_split_follows_the_photos_and_not_their_order(tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "source/images").mkdir(parents=True)
    for i in range(40):
        blocks = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        pixels = blocks.repeat(4, axis=0).repeat(4, axis=1)
        Image.fromarray(pixels).save(tmp_path / f"source/images/{i}.png")
    lines = [f"{i},images/{i}.png,A,B,Shirts,Red,Fall,Casual,\n" for i in range(40)]
    lines.append("again,images/7.png,A,B,Shirts,Red,Fall,Casual,\n")
    splits = []
    for name, rows in (("a", lines), ("b", lines[::-1])):
        table = LABELS.splitlines(keepends=True)[0] + "".join(rows)
        (tmp_path / "source/labels.csv").write_text(table)
        prepare(tmp_path / "source", tmp_path / name)
        photos = Dataset.read(tmp_path / name).photos
        splits.append(dict(zip(photos["item_id"], photos["split"], strict=True)))

    assert splits[0] == splits[1]
    assert splits[0]["again"] == splits[0]["7"]
    counts = [list(splits[0].values()).count(split) for split in ("train", "val", "test")]
    assert counts == pytest.approx([26.65, 6.15, 8.2], abs=1)


@pytest.mark.parametrize(
    "table",
    ["", "id,articleType\n1,Shirts\n", LABELS.splitlines(keepends=True)[0]],
)
def test_another_table_is_refused(tmp_path, table):
    source = make_source(tmp_path / "source", "labels.csv", table)

    with pytest.raises(DatasetError, match="Received: "):
        prepare(source, tmp_path / "shop")


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"labels\.csv or styles\.csv"):
        prepare(tmp_path, tmp_path / "shop")
