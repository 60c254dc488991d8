"""DeepFashion's coarse annotation: lists of 50 categories and 1,000 attributes.

A folder ``Anno`` or ``Anno_coarse`` of lists, ``Eval`` with the partition and ``img`` with
the photos. Every list has its number of rows on line 1, the column names on line 2 and data
from line 3, columns apart by runs of spaces. Its traps, each handled here: category labels
are 1-based; attribute names contain spaces, so the type is the last token; an attribute is
1, -1 or 0, and 0 means unknown, not absent; boxes are zero-padded pixels; and the lists are
joined by path, never by row order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from modiste.data import columns
from modiste.data.deepfashion_landmarks import LANDMARKS_LIST, Landmark, read_landmarks
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
    SizeOf,
    box_fractions,
    check_image,
    photo_rows,
    read_names,
    refuse,
    require_photos,
    rows,
    sizes_in,
)
from modiste.data.vocabulary import ATTRIBUTE_TYPES, CATEGORY_TYPES, Vocabulary
from modiste.errors import DatasetError
from modiste.progress import Progress, track


def read_coarse(
    root: Path, *, progress: Progress | None = None
) -> tuple[Vocabulary, list[dict[str, object]], dict[str, tuple[Landmark, ...]]]:
    """Read the coarse annotation.

    Parameters
    ----------
    root : Path
        The directory that holds ``Anno`` (or ``Anno_coarse``), ``Eval`` and ``img``.
    progress : callable, optional
        Told after each box, for which a photo is opened.

    Returns
    -------
    vocabulary : Vocabulary
        Categories and attributes in the order of the lists.
    photos : list of dict
        The columns of a dataset's photos, one for each photo of the partition.
    landmarks : dict of str to tuple of Landmark
        By photo; empty if there is no list of them.

    Raises
    ------
    DatasetError
        If a file is missing or a line malformed; the message names it.
    """
    lists = _annotation_folder(root)
    vocabulary = Vocabulary.from_pairs(
        read_names(lists / CATEGORIES_FILE, CATEGORY_TYPES),
        read_names(lists / ATTRIBUTES_FILE, ATTRIBUTE_TYPES),
    )
    splits = _read_partition(_partition_file(root, lists))
    categories = _read_categories(lists / CATEGORY_FILE, vocabulary.categories, splits)
    attributes = _read_attributes(lists / ATTRIBUTE_FILE, vocabulary.attributes, splits)
    require_photos(root, splits)
    size_of = sizes_in(root)
    boxes = _read_boxes(lists / BOX_FILE, size_of, splits, progress)
    marks = lists / LANDMARKS_LIST
    landmarks = read_landmarks(marks, splits, size_of) if marks.is_file() else {}
    nothing: tuple[None, None] = (None, None)
    photos: list[dict[str, object]] = [
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
    return vocabulary, photos, landmarks


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


def _read_partition(path: Path) -> dict[str, str]:
    splits: dict[str, str] = {}
    for line, text in rows(path):
        tokens = text.split()
        if len(tokens) != 2 or tokens[1] not in columns.SPLITS:
            refuse(path, line, f"must be a photo and {'/'.join(columns.SPLITS)}", text.strip())
        image = tokens[0]
        check_image(path, line, image, splits)
        splits[image] = tokens[1]
    return splits


def _read_categories(path: Path, categories: Sequence[str], known: Iterable[str]) -> dict[str, str]:
    labels = {str(i): name for i, name in enumerate(categories, start=1)}
    found = {}
    for line, image, values in photo_rows(path, known):
        if len(values) != 1 or values[0] not in labels:
            refuse(path, line, f"must be a photo and a label of 1 to {len(labels)}", values)
        found[image] = labels[values[0]]
    return found


def _read_attributes(
    path: Path, attributes: Sequence[str], known: Iterable[str]
) -> dict[str, tuple[list[str], list[str]]]:
    """Return the names present and the names unknown of each photo that has a known one."""
    found = {}
    for line, image, values in photo_rows(path, known):
        if len(values) != len(attributes):
            rule = f"must be a photo and {len(attributes)} values"
            refuse(path, line, rule, f"{len(values)} values")
        n_valid = values.count(PRESENT) + values.count(ABSENT) + values.count(UNKNOWN)
        if n_valid != len(values):
            wrong = next(v for v in values if v not in {PRESENT, ABSENT, UNKNOWN})
            refuse(path, line, "every value must be 1, -1 or 0", wrong)
        if values.count(UNKNOWN) == len(values):
            continue
        present = [name for name, value in zip(attributes, values, strict=True) if value == PRESENT]
        unknown = [name for name, value in zip(attributes, values, strict=True) if value == UNKNOWN]
        found[image] = (present, unknown)
    return found


def _read_boxes(
    path: Path, size_of: SizeOf, known: Collection[str], progress: Progress | None
) -> dict[str, list[float]]:
    found = track(photo_rows(path, known), len(known), "reading boxes", progress)
    return {
        image: box_fractions(path, line, values, size_of(image, path, line))
        for line, image, values in found
    }
