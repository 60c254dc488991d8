"""Fashion-MNIST: the IDX format, the splits, and files that are broken."""

from __future__ import annotations

import gzip
import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from modiste.data.dataset import Dataset
from modiste.data.fashion_mnist import prepare, read_idx
from modiste.data.images import decode
from modiste.errors import DatasetError


def zipped(content: bytes) -> bytes:
    """Compress without the time, so that the same content gives the same bytes."""
    return gzip.compress(content, mtime=0)


def write_idx(path: Path, values: NDArray[np.uint8]) -> None:
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    path.write_bytes(zipped(header + values.tobytes()))


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (120, 28, 28), dtype=np.uint8)


@pytest.fixture
def root(tmp_path: Path, pixels: NDArray[np.uint8]) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    labels = (np.arange(120) % 10).astype(np.uint8)
    write_idx(folder / "train-images-idx3-ubyte.gz", pixels[:100])
    write_idx(folder / "train-labels-idx1-ubyte.gz", labels[:100])
    write_idx(folder / "t10k-images-idx3-ubyte.gz", pixels[100:])
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", labels[100:])
    return folder


def test_photos_keep_pixels_class_and_split(
    root: Path, tmp_path: Path, pixels: NDArray[np.uint8]
) -> None:
    report = prepare(root, tmp_path / "shop")
    dataset = Dataset.read(tmp_path / "shop")
    assert (report.n_photos, report.n_dropped) == (120, 0)
    assert dataset.vocabulary.categories[0] == "T-shirt/top"
    assert Counter(dataset.photos["split"]) == {"train": 90, "val": 10, "test": 20}
    of_class = dataset.photos.groupby("category")["split"].value_counts()
    assert of_class["Bag"].to_dict() == {"train": 9, "test": 2, "val": 1}
    row = dataset.photos.iloc[103]
    assert (row["split"], row["category"]) == ("test", "Dress")
    np.testing.assert_array_equal(decode(dataset.image_path(row["image"]))[:, :, 1], pixels[103])


def test_the_split_is_by_content_not_by_order(
    root: Path, tmp_path: Path, pixels: NDArray[np.uint8]
) -> None:
    prepare(root, tmp_path / "shop")
    splits = Dataset.read(tmp_path / "shop").photos["split"][:100].to_list()
    write_idx(root / "train-images-idx3-ubyte.gz", pixels[99::-1])
    write_idx(root / "train-labels-idx1-ubyte.gz", (np.arange(99, -1, -1) % 10).astype(np.uint8))
    prepare(root, tmp_path / "again")
    assert Dataset.read(tmp_path / "again").photos["split"][:100].to_list() == splits[::-1]


def test_equal_photos_stay_on_one_side(
    root: Path, tmp_path: Path, pixels: NDArray[np.uint8]
) -> None:
    doubled = pixels[:100].copy()
    doubled[50:] = doubled[:50]  # the same labels too
    doubled[3] = pixels[110]  # a test photo
    write_idx(root / "train-images-idx3-ubyte.gz", doubled)
    report = prepare(root, tmp_path / "shop")
    assert report.dropped == {"training photo that is also a test photo": 1}
    photos = Dataset.read(tmp_path / "shop").photos
    assert "images/train/00003.png" not in set(photos["image"])
    split_of = dict(zip(photos["image"], photos["split"], strict=True))
    for row in range(50):
        if row != 3:
            first, again = f"images/train/{row:05d}.png", f"images/train/{row + 50:05d}.png"
            assert split_of[first] == split_of[again]
    assert "val" in split_of.values()


def test_unpacked_files_are_read(root: Path) -> None:
    packed = root / "t10k-labels-idx1-ubyte.gz"
    (root / "t10k-labels-idx1-ubyte").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert read_idx(root / "t10k-labels-idx1-ubyte").tolist() == [*range(10), *range(10)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "needs train-labels-idx1-ubyte.gz"),
        (b"no gzip", "Not a gzipped file"),
        (zipped(b"\0\0\x08\x01" + struct.pack(">I", 100))[:-9], "readable"),
        (zipped(b"\0\0\x0d\x01\0\0\0\0"), "unsigned bytes.*00 00 0d 01"),
        (zipped(b"\0\0\x08\x01" + struct.pack(">I", 100) + b"abc"), "hold the 100 bytes"),
        (zipped(b"\0\0\x08\x01" + struct.pack(">I", 3) + b"abc"), r"\(100, 28, 28\)"),
        (zipped(b"\0\0\x08\x01" + struct.pack(">I", 100) + b"\x0a" * 100), "0 to 9.*10"),
    ],
    ids=["missing", "no gzip", "cut", "signed", "short", "few", "large"],
)
def test_broken_files_are_named(
    root: Path, tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = root / "train-labels-idx1-ubyte.gz"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        prepare(root, tmp_path / "shop")
