"""DeepFashion's file names and value codes, and a dataset written in its layout.

`modiste.data.deepfashion` reads it back and says what is peculiar about it.
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path

from PIL import ExifTags, Image

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.vocabulary import ATTRIBUTE_TYPES, CATEGORY_TYPES
from modiste.errors import DatasetError, InvalidImageError

CATEGORIES_FILE = "list_category_cloth.txt"
CATEGORY_FILE = "list_category_img.txt"
ATTRIBUTES_FILE = "list_attr_cloth.txt"
ATTRIBUTE_FILE = "list_attr_img.txt"
BOX_FILE = "list_bbox.txt"
PARTITION_FILE = "list_eval_partition.txt"

ANNOTATION_FOLDERS = ("Anno", "Anno_coarse")
PRESENT, ABSENT, UNKNOWN = "1", "-1", "0"

#: EXIF orientations of photos that lie on their side.
_SIDEWAYS = frozenset({5, 6, 7, 8})


def write_deepfashion_layout(dataset_path: str | Path, out: str | Path) -> None:
    """Write a dataset's photos as DeepFashion's directory, landmarks left out.

    Boxes are pixels of the photo held upright, as its EXIF orientation says.

    For trying code that reads DeepFashion without having it. Attributes of types that
    DeepFashion does not have, such as colours, are left out.

    Parameters
    ----------
    dataset_path : path
        A dataset directory whose category types are DeepFashion's.
    out : path
        The directory to write ``Anno``, ``Eval`` and ``img`` under.

    Raises
    ------
    DatasetError
        If the dataset cannot be read, or has no photos.
    InvalidImageError
        If a photo with a box is unreadable.
    """
    dataset = Dataset.read(dataset_path)
    photos = dataset.photos
    if photos.empty:
        raise DatasetError(f"DeepFashion's layout needs photos. Received: {dataset_path} with none")
    words = dataset.vocabulary
    kept = [
        (name, kind)
        for name, kind in zip(words.attributes, words.attribute_types, strict=True)
        if kind in ATTRIBUTE_TYPES
    ]
    titles = dict(zip(dataset.items[columns.ITEM_ID], dataset.items[columns.TITLE], strict=True))
    category_rows, attribute_rows, box_rows, partition_rows = [], [], [], []
    for number, photo in enumerate(photos.to_dict("records"), start=1):
        title = titles.get(photo[columns.ITEM_ID]) or photo[columns.CATEGORY] or "Photo"
        folder = re.sub(r"[^A-Za-z0-9-]+", "_", title).strip("_")
        image = f"img/{folder}/img_{number:08d}.jpg"
        source, target = dataset.image_path(photo[columns.IMAGE]), Path(out, image)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        partition_rows.append(f"{image:<70} {photo[columns.SPLIT]}")
        if photo[columns.CATEGORY] is not None:
            label = words.category_index[photo[columns.CATEGORY]] + 1
            category_rows.append(f"{image:<70} {label}")
        attribute_rows.append(f"{image:<70} {_attribute_row(photo, kept)}")
        if photo[columns.BOX] is not None:
            box_rows.append(f"{image:<70} {_box_px(photo[columns.BOX], source)}")
    lists = Path(out, ANNOTATION_FOLDERS[0])
    category_types = [
        f"{name:<20} {CATEGORY_TYPES.index(kind) + 1}"
        for name, kind in zip(words.categories, words.category_types, strict=True)
    ]
    attribute_types = [f"{name:<40} {ATTRIBUTE_TYPES.index(kind) + 1}" for name, kind in kept]
    _write_list(lists / CATEGORIES_FILE, "category_name  category_type", category_types)
    _write_list(lists / ATTRIBUTES_FILE, "attribute_name  attribute_type", attribute_types)
    _write_list(lists / CATEGORY_FILE, "image_name  category_label", category_rows)
    _write_list(lists / ATTRIBUTE_FILE, "image_name  attribute_labels", attribute_rows)
    _write_list(lists / BOX_FILE, "image_name  x_1  y_1  x_2  y_2", box_rows)
    _write_list(Path(out, "Eval", PARTITION_FILE), "image_name  evaluation_status", partition_rows)


def upright_size(photo: Path) -> tuple[int, int]:
    """Return the width and height, in pixels, that `modiste.data.images.decode` gives.

    Only the header is read.

    Raises
    ------
    InvalidImageError
        If the file cannot be opened as a photo.
    """
    try:
        with Image.open(photo) as picture:
            width, height = picture.size
            return (height, width) if _orientation(picture) in _SIDEWAYS else (width, height)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidImageError(
            f"A photo must be a readable file. Received: {error}", code="not_an_image"
        ) from error


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, struct.error, UserWarning):
        return 1  # as `decode` takes a photo whose EXIF is damaged


def _attribute_row(photo: dict[str, object], kept: Sequence[tuple[str, str]]) -> str:
    known = photo[columns.ATTRIBUTES]
    if known is None:
        return " ".join(f"{UNKNOWN:>2}" for _ in kept)
    present = frozenset(known)  # type: ignore[call-overload]
    unknown = frozenset(photo[columns.ATTRIBUTES_UNKNOWN] or ())  # type: ignore[call-overload]
    return " ".join(
        f"{PRESENT if name in present else UNKNOWN if name in unknown else ABSENT:>2}"
        for name, _ in kept
    )


def _box_px(box: Sequence[float], image: Path) -> str:
    size = upright_size(image) * 2
    x1, y1, x2, y2 = (round(float(edge) * side) for edge, side in zip(box, size, strict=True))
    return f"{x1:03d} {y1:03d} {max(x2, x1 + 1):03d} {max(y2, y1 + 1):03d}"


def _write_list(path: Path, header: str, rows: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((str(len(rows)), header, *rows)) + "\n", encoding="utf-8")
