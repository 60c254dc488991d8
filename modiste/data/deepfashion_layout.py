"""A dataset written in the layout of DeepFashion's coarse annotation.

`modiste.data.deepfashion` reads it back; `modiste.data.deepfashion_coarse` says what is
peculiar about it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.deepfashion_landmarks import (
    CUT_OFF,
    JOINTS,
    LANDMARKS_FILE,
    LANDMARKS_LIST,
    VISIBILITIES,
    Landmark,
    read_landmark_table,
)
from modiste.data.deepfashion_lists import (
    ABSENT,
    ANNOTATION_FOLDERS,
    ATTRIBUTE_FILE,
    ATTRIBUTES_FILE,
    BOX_FILE,
    CATEGORIES_FILE,
    CATEGORY_FILE,
    PARTITION_FILE,
    PRESENT,
    UNKNOWN,
    upright_size,
)
from modiste.data.vocabulary import ATTRIBUTE_TYPES, CATEGORY_TYPES
from modiste.errors import DatasetError


def write_deepfashion_layout(dataset_path: str | Path, out: str | Path) -> None:
    """Write a dataset's photos as DeepFashion's directory.

    Boxes are pixels of the photo held upright, as its EXIF orientation says. Landmarks are
    written if the dataset has ``landmarks.parquet``.

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
    words = dataset.vocabulary
    kept = kept_attributes(dataset, ATTRIBUTE_TYPES)
    landmarks = {}
    if (dataset.path / LANDMARKS_FILE).is_file():
        landmarks = read_landmark_table(dataset.path / LANDMARKS_FILE)
    category_rows, attribute_rows, box_rows, partition_rows, landmark_rows = [], [], [], [], []
    for photo, image in zip(photo_records(dataset), copy_photos(dataset, Path(out)), strict=True):
        source = dataset.image_path(photo[columns.IMAGE])
        partition_rows.append(f"{image:<70} {photo[columns.SPLIT]}")
        if photo[columns.CATEGORY] is not None:
            label = words.category_index[photo[columns.CATEGORY]] + 1
            category_rows.append(f"{image:<70} {label}")
        attribute_rows.append(f"{image:<70} {_attribute_row(photo, kept)}")
        if photo[columns.BOX] is not None:
            box_rows.append(f"{image:<70} {box_px(photo[columns.BOX], source)}")
        if photo[columns.IMAGE] in landmarks:
            row = _landmark_row(landmarks[photo[columns.IMAGE]], source)
            landmark_rows.append(f"{image:<70} {row}")
    lists = Path(out, ANNOTATION_FOLDERS[0])
    write_names(dataset, kept, ATTRIBUTE_TYPES, lists)
    write_list(lists / CATEGORY_FILE, "image_name  category_label", category_rows)
    write_list(lists / ATTRIBUTE_FILE, "image_name  attribute_labels", attribute_rows)
    write_list(lists / BOX_FILE, "image_name  x_1  y_1  x_2  y_2", box_rows)
    write_list(Path(out, "Eval", PARTITION_FILE), "image_name  evaluation_status", partition_rows)
    if landmark_rows:
        header = "image_name  clothes_type  landmark_visibility_1  landmark_location_x_1  ..."
        write_list(lists / LANDMARKS_LIST, header, landmark_rows)


def photo_records(dataset: Dataset) -> list[dict[str, Any]]:
    """Return the photos, one mapping a row."""
    records: list[dict[str, Any]] = dataset.photos.to_dict("records")
    return records


def copy_photos(dataset: Dataset, out: Path) -> list[str]:
    """Copy the photos to ``img``, in a folder a title; return their paths for the lists.

    Raises
    ------
    DatasetError
        If there are none.
    """
    if dataset.photos.empty:
        raise DatasetError(f"DeepFashion's layout needs photos. Received: {dataset.path} with none")
    titles = dict(zip(dataset.items[columns.ITEM_ID], dataset.items[columns.TITLE], strict=True))
    images = []
    for number, photo in enumerate(photo_records(dataset), start=1):
        title = titles.get(photo[columns.ITEM_ID]) or photo[columns.CATEGORY] or "Photo"
        folder = re.sub(r"[^A-Za-z0-9-]+", "_", title).strip("_")
        image = f"img/{folder}/img_{number:08d}.jpg"
        target = out / image
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dataset.image_path(photo[columns.IMAGE]), target)
        images.append(image)
    return images


def kept_attributes(dataset: Dataset, types: Sequence[str]) -> list[tuple[str, str]]:
    """Return the names and types of the attributes of these types."""
    words = dataset.vocabulary
    names = zip(words.attributes, words.attribute_types, strict=True)
    return [(name, kind) for name, kind in names if kind in types]


def write_names(
    dataset: Dataset, kept: Sequence[tuple[str, str]], types: Sequence[str], lists: Path
) -> None:
    """Write the lists of categories and of the attributes kept, typed by number."""
    words = dataset.vocabulary
    categories = [
        f"{name:<20} {CATEGORY_TYPES.index(kind) + 1}"
        for name, kind in zip(words.categories, words.category_types, strict=True)
    ]
    attributes = [f"{name:<40} {types.index(kind) + 1}" for name, kind in kept]
    write_list(lists / CATEGORIES_FILE, "category_name  category_type", categories)
    write_list(lists / ATTRIBUTES_FILE, "attribute_name  attribute_type", attributes)


def _attribute_row(photo: Mapping[str, Any], kept: Sequence[tuple[str, str]]) -> str:
    known = photo[columns.ATTRIBUTES]
    if known is None:
        return " ".join(f"{UNKNOWN:>2}" for _ in kept)
    present = frozenset(known)
    unknown = frozenset(photo[columns.ATTRIBUTES_UNKNOWN] or ())
    return " ".join(
        f"{PRESENT if name in present else UNKNOWN if name in unknown else ABSENT:>2}"
        for name, _ in kept
    )


def _landmark_row(marks: Sequence[Landmark], image: Path) -> str:
    width, height = upright_size(image)
    joints = tuple(mark.joint for mark in marks)
    clothes_type = list(JOINTS.values()).index(joints) + 1
    values = [
        f"{VISIBILITIES.index(mark.visibility or CUT_OFF)} "
        f"{round((mark.x or 0) * width):03d} {round((mark.y or 0) * height):03d}"
        for mark in marks
    ]
    return f"{clothes_type} {' '.join(values)}"


def box_px(box: Sequence[float], image: Path) -> str:
    """Return a box as zero-padded pixels of the photo, of one pixel a side at least."""
    size = upright_size(image) * 2
    x1, y1, x2, y2 = (round(float(edge) * side) for edge, side in zip(box, size, strict=True))
    return f"{x1:03d} {y1:03d} {max(x2, x1 + 1):03d} {max(y2, y1 + 1):03d}"


def write_list(path: Path, header: str, rows: Sequence[str]) -> None:
    """Write the number of rows, the names of the columns and the rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((str(len(rows)), header, *rows)) + "\n", encoding="utf-8")
