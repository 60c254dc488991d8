"""Clothing Co-Parsing: the largest garment, its box, and rows that are broken."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from mosaics import save_mosaic

from modiste.data.clothing_co_parsing import prepare
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError

HEADER = "file,width,height,label,x1,y1,x2,y2,area_px,n_components\n"


def write(root: Path, *rows: str, n_photos: int = 2) -> Path:
    for seed in range(1, n_photos + 1):
        save_mosaic(root / "photos" / f"{seed:04d}.jpg", seed)
    (root / "boxes.csv").write_text(HEADER + "".join(f"photos/{row}\n" for row in rows))
    return root


def test_the_largest_garment_is_the_photos(tmp_path: Path) -> None:
    source = write(
        tmp_path / "source",
        "0001.jpg,64,64,skin,0,0,64,64,3000,1",
        "0001.jpg,64,64,shirt,16,8,48,32,200,1",
        "0001.jpg,64,64,dress,16,16,48,64,800,1",
        "0001.jpg,64,64,boots,0,32,64,64,2000,1",
        "0002.jpg,64,64,skirt,0,0,32,64,100,1",
        "0002.jpg,64,64,coat,32,0,64,64,100,1",
    )
    report = prepare(source, tmp_path / "shop")
    dataset = Dataset.read(tmp_path / "shop")
    assert (report.n_photos, report.n_dropped) == (2, 0)
    photos = dataset.photos.set_index("image")
    assert photos["category"].to_list() == ["dress", "coat"]  # of equals, the first by name
    np.testing.assert_allclose(photos.loc["images/0001.jpg", "box"], [0.25, 0.25, 0.75, 1.0])
    assert set(photos["photo_kind"]) == {"street"}
    assert photos["attributes"].isna().all()
    words = dataset.vocabulary
    assert (words.categories, words.category_types) == (("coat", "dress"), ("full", "full"))


def test_a_fifth_is_for_testing(tmp_path: Path) -> None:
    rows = [f"{i:04d}.jpg,64,64,dress,0,0,64,64,9,1" for i in range(1, 51)]
    prepare(write(tmp_path / "source", *rows, n_photos=50), tmp_path / "shop")
    splits = Counter(Dataset.read(tmp_path / "shop").photos["split"])
    assert splits == {"train": 36, "val": 4, "test": 10}


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    source = write(
        tmp_path / "source",
        "0001.jpg,64,64,dress,0,0,64,64,9,1",
        "0002.jpg,64,64,hat,0,0,9,9,9,1",
        "0003.jpg,64,64,dress,0,0,64,64,9,1",
        "0001.jpg,64,64,coat,0,0,65,64,99,1",
        "0001.jpg,64,64,coat,9,0,9,64,99,1",
        "0001.jpg,64,64,coat,a,0,9,64,99,1",
        "../../secret.jpg,64,64,dress,0,0,64,64,9,1",
    )
    save_mosaic(tmp_path / "secret.jpg", 9)
    report = prepare(source, tmp_path / "shop")
    assert report.n_photos == 1
    assert report.dropped == {
        "broken box": 3,
        "photo without a garment": 1,
        "missing or unreadable photo": 2,
    }
    assert sorted(problem.row for problem in report.problems) == [4, 5, 6, 7, 8]
    assert "inside the source" in str(next(p for p in report.problems if p.row == 8))


def test_a_source_without_photos_or_columns_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "0001.jpg,64,64,hat,0,0,9,9,9,1")
    with pytest.raises(DatasetError, match="none of them usable"):
        prepare(source, tmp_path / "shop")
    (source / "boxes.csv").write_text("file,label\n")
    with pytest.raises(DatasetError, match=r"columns file, label, width.*file, label"):
        prepare(source, tmp_path / "shop")
    (source / "boxes.csv").unlink()
    with pytest.raises(DatasetError, match="readable CSV"):
        prepare(source, tmp_path / "shop")
