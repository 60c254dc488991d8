"""DeepFashion's Category and Attribute Prediction benchmark on disk, read.

The coarse annotation: a folder ``Anno`` or ``Anno_coarse`` of lists, ``Eval`` with the
partition and ``img`` with the photos. Every list has its number of rows on line 1, the
column names on line 2 and data from line 3, columns apart by runs of spaces. Its traps,
each handled here: category labels are 1-based; attribute names contain spaces, so the
type is the last token; an attribute is 1, -1 or 0, and 0 means unknown, not absent;
boxes are zero-padded pixels; and the lists are joined by path, never by row order.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016. http://mmlab.ie.cuhk.edu.hk/projects/DeepFashion.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.dataset import (
    IMAGES_FOLDER,
    empty_events,
    empty_items,
    empty_photos,
    write_dataset,
)
from modiste.data.deepfashion_layout import (
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
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.vocabulary import ATTRIBUTE_TYPES, CATEGORY_TYPES, Vocabulary
from modiste.errors import DatasetError, InvalidImageError
from modiste.progress import Progress, track

PHOTO_FOLDERS = (".", "Img")


def read_deepfashion(
    root: str | Path, *, progress: Progress | None = None
) -> tuple[Vocabulary, pd.DataFrame]:
    """Read the benchmark's lists.

    Parameters
    ----------
    root : path
        The directory that holds ``Anno`` (or ``Anno_coarse``), ``Eval`` and ``img``.
    progress : callable, optional
        Told after each box, for which a photo is opened.

    Returns
    -------
    vocabulary : Vocabulary
        Categories and attributes in the order of the lists.
    photos : DataFrame
        The columns of a dataset's photos, one row for each photo of the partition;
        ``image`` is the path in the lists, such as ``img/Sheer_Blouse/img_00000001.jpg``.
        A photo that a list leaves out is null there. A box is read as pixels of the photo
        held upright, as its EXIF orientation says, and given as fractions of its sides.

    Raises
    ------
    DatasetError
        If a file is missing, a line is malformed, a list has more or fewer rows than its
        first line says, a list names a photo twice or one outside the partition, or a
        photo with a box is unreadable; the message names file and line.
    """
    folder = Path(root)
    lists = _annotation_folder(folder)
    vocabulary = Vocabulary.from_pairs(
        _read_names(lists / CATEGORIES_FILE, CATEGORY_TYPES),
        _read_names(lists / ATTRIBUTES_FILE, ATTRIBUTE_TYPES),
    )
    splits = _read_partition(_partition_file(folder, lists))
    categories = _read_categories(lists / CATEGORY_FILE, vocabulary.categories, splits)
    attributes = _read_attributes(lists / ATTRIBUTE_FILE, vocabulary.attributes, splits)
    boxes = _read_boxes(lists / BOX_FILE, folder, splits, progress)
    nothing: tuple[None, None] = (None, None)
    rows = [
        {
            columns.IMAGE: image,
            columns.ITEM_ID: None,
            columns.CATEGORY: categories.get(image),
            columns.BOX: boxes.get(image),
            columns.ATTRIBUTES: attributes.get(image, nothing)[0],
            columns.ATTRIBUTES_UNKNOWN: attributes.get(image, nothing)[1],
            columns.SPLIT: split,
            columns.PHOTO_KIND: None,
        }
        for image, split in splits.items()
    ]
    return vocabulary, pd.DataFrame(rows, columns=empty_photos().columns, dtype=object)


def prepare(
    source: str | Path, path: str | Path, *, progress: Progress | None = None
) -> PrepareReport:
    """Turn the benchmark on disk into a dataset directory.

    The photos are hard-linked where the file system allows it, else copied.

    Parameters
    ----------
    source : path
        The benchmark's directory, as for `read_deepfashion`.
    path : path
        The dataset directory to write, other than `source`.
    progress : callable, optional
        Told after each photo.

    Raises
    ------
    DatasetError
        As `read_deepfashion`, or if a photo is missing or both are one directory.
    """
    root, folder = Path(source), Path(path)
    refuse_in_place(root, folder)
    vocabulary, photos = read_deepfashion(root, progress=progress)
    images = []
    for image in track(photos[columns.IMAGE], len(photos), "linking photos", progress):
        target = Path(IMAGES_FOLDER, *Path(image).parts[1:])
        link_photo(_photo_file(root, image), folder / target)
        images.append(target.as_posix())
    write_dataset(
        folder,
        vocabulary,
        empty_items(),
        empty_events(),
        photos.assign(**{columns.IMAGE: images}),
    )
    return PrepareReport(n_items=0, n_events=0, n_photos=len(photos))


def _annotation_folder(root: Path) -> Path:
    for name in ANNOTATION_FOLDERS:
        if (root / name / CATEGORY_FILE).is_file():
            return root / name
    raise DatasetError(
        f"DeepFashion's directory holds {' or '.join(ANNOTATION_FOLDERS)} with {CATEGORY_FILE}. "
        f"Received: {root}"
    )


def _partition_file(root: Path, lists: Path) -> Path:
    for folder in (root / "Eval", root, lists):
        if (folder / PARTITION_FILE).is_file():
            return folder / PARTITION_FILE
    raise DatasetError(f"DeepFashion's directory holds Eval/{PARTITION_FILE}. Received: {root}")


def _photo_file(root: Path, image: str) -> Path:
    for folder in PHOTO_FOLDERS:
        if (root / folder / image).is_file():
            return root / folder / image
    raise DatasetError(
        f"Every photo of {PARTITION_FILE} must be under {root}. Received: no file {image}"
    )


def _refuse(path: Path, line: int, rule: str, received: object) -> NoReturn:
    raise DatasetError(f"{path}, line {line}: {rule}. Received: {received!r}")


def _rows(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each data row; check the count on line 1."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise DatasetError(f"{path} must be a readable file. Received: {error.strerror}") from error
    with file:
        first = _text(path, 1, file.readline()).strip()
        if not first.isdigit():
            _refuse(path, 1, "must be the number of rows", first)
        file.readline()
        n_rows, line = 0, 2
        for line, data in enumerate(file, start=3):
            text = _text(path, line, data)
            if text.strip():
                n_rows += 1
                yield line, text
        if n_rows != int(first):
            _refuse(path, line, f"the list must have the {first} rows that line 1 says", n_rows)


def _text(path: Path, line: int, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        _refuse(path, line, "must be UTF-8 text", data[error.start : error.end])


def _photo_rows(path: Path, known: Iterable[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line number, photo and values of each row; every photo once, and known."""
    left = set(known)
    for line, text in _rows(path):
        image, *values = text.split()
        if image not in left:
            _refuse(path, line, f"must name a photo of {PARTITION_FILE}, once", image)
        left.remove(image)
        yield line, image, values


def _read_names(path: Path, types: Sequence[str]) -> list[tuple[str, str]]:
    names = []
    for line, text in _rows(path):
        name, _, number = text.strip().rpartition(" ")
        if not name.strip() or number not in {str(i + 1) for i in range(len(types))}:
            _refuse(path, line, f"must be a name and a type of 1 to {len(types)}", text.strip())
        names.append((name.strip(), types[int(number) - 1]))
    return names


def _read_partition(path: Path) -> dict[str, str]:
    splits: dict[str, str] = {}
    for line, text in _rows(path):
        tokens = text.split()
        if len(tokens) != 2 or tokens[1] not in columns.SPLITS:
            _refuse(path, line, f"must be a photo and {'/'.join(columns.SPLITS)}", text.strip())
        image = tokens[0]
        if image in splits or Path(image).is_absolute() or ".." in Path(image).parts:
            _refuse(path, line, "must name a photo under the directory, once", image)
        splits[image] = tokens[1]
    return splits


def _read_categories(path: Path, categories: Sequence[str], known: Iterable[str]) -> dict[str, str]:
    labels = {str(i): name for i, name in enumerate(categories, start=1)}
    found = {}
    for line, image, values in _photo_rows(path, known):
        if len(values) != 1 or values[0] not in labels:
            _refuse(path, line, f"must be a photo and a label of 1 to {len(labels)}", values)
        found[image] = labels[values[0]]
    return found


def _read_attributes(
    path: Path, attributes: Sequence[str], known: Iterable[str]
) -> dict[str, tuple[list[str], list[str]]]:
    """Return the names present and the names unknown of each photo that has a known one."""
    found = {}
    for line, image, values in _photo_rows(path, known):
        if len(values) != len(attributes):
            rule = f"must be a photo and {len(attributes)} values"
            _refuse(path, line, rule, f"{len(values)} values")
        n_valid = values.count(PRESENT) + values.count(ABSENT) + values.count(UNKNOWN)
        if n_valid != len(values):
            wrong = next(v for v in values if v not in {PRESENT, ABSENT, UNKNOWN})
            _refuse(path, line, "every value must be 1, -1 or 0", wrong)
        if values.count(UNKNOWN) == len(values):
            continue
        present = [name for name, value in zip(attributes, values, strict=True) if value == PRESENT]
        unknown = [name for name, value in zip(attributes, values, strict=True) if value == UNKNOWN]
        found[image] = (present, unknown)
    return found


def _read_boxes(
    path: Path, root: Path, known: Collection[str], progress: Progress | None
) -> dict[str, list[float]]:
    found = {}
    rows = track(_photo_rows(path, known), len(known), "reading boxes", progress)
    for line, image, values in rows:
        if len(values) != 4 or not all(value.isdigit() for value in values):
            _refuse(path, line, "must be a photo and the pixels x1 y1 x2 y2", values)
        try:
            size = upright_size(_photo_file(root, image))
        except InvalidImageError as error:
            _refuse(path, line, "must name a readable photo", str(error))
        edges = np.array([int(value) for value in values]) / (size * 2)
        box = edges.clip(0, 1).astype(np.float32)
        if not (box[0] < box[2] and box[1] < box[3]):
            _refuse(path, line, f"the box must lie in the photo of {size} pixels", values)
        found[image] = box.tolist()
    return found
