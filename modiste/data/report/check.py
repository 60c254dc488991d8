"""A dataset looked over: rows, photos, boxes, classes, attributes, duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.dataset import PHOTOS_FILE, PHOTOS_SCHEMA, Dataset
from modiste.data.deepfashion_lists import upright_size
from modiste.data.duplicates import PhotoHashes, byte_groups, duplicate_groups
from modiste.data.report.boxes import bad_boxes, odd_boxes
from modiste.data.report.check_report import (
    CheckReport,
    DuplicateGroup,
    PhotoSizes,
    UnreadablePhoto,
)
from modiste.data.report.tallies import (
    count_attributes,
    count_classes,
    find_examples,
    items_across_splits,
    without_labels,
)
from modiste.data.tables import read_table
from modiste.errors import RowProblem
from modiste.progress import Progress, track


def check_dataset(
    path: str | Path, *, now: datetime | None = None, progress: Progress | None = None
) -> CheckReport:
    """Look a dataset over, however broken its rows and photos are.

    Every photo is decoded once, small, and all are compared with one another.

    Parameters
    ----------
    path : path
        The dataset directory.
    now : datetime, optional
        Events after it are from the future; the present by default. With a zone.
    progress : callable, optional
        Told after each photo.

    Raises
    ------
    DatasetError
        If a table or a column is missing, so that there are no rows to look over.
    VocabularyError
        If ``vocabulary.json`` is malformed.
    """
    dataset = Dataset.read(path, drop_bad_rows=True, now=now)
    photos = dataset.photos
    table, _ = read_table(dataset.path / PHOTOS_FILE, PHOTOS_SCHEMA)
    there = _with_files(table, dataset)
    files = [dataset.image_path(image) for image in there[columns.IMAGE]]
    hashes = PhotoHashes.of(files, progress=progress)
    images = there[columns.IMAGE].tolist()
    unreadable = tuple(UnreadablePhoto(images[i], why) for i, why in hashes.problems.items())
    photo_problems = [p for p in dataset.dropped if p.file == PHOTOS_FILE]
    examples, boxes_of_examples = find_examples(photos, {found.image for found in unreadable})
    pictured = set(photos[columns.ITEM_ID].dropna())
    return CheckReport(
        dataset=str(dataset.path),
        n_items=len(dataset.items),
        n_events=len(dataset.events),
        n_photos=len(photos),
        n_photo_rows=len(table),
        n_boxed=int(photos[columns.BOX].notna().sum()),
        problems=dataset.dropped,
        unreadable=unreadable,
        classes=count_classes(photos, dataset.vocabulary),
        attributes=count_attributes(photos, dataset.vocabulary),
        duplicates=_duplicates(hashes, there, progress),
        boxes=(*bad_boxes(photo_problems, table), *odd_boxes(photos)),
        sizes=_sizes([file for i, file in enumerate(files) if i not in hashes.problems], progress),
        items_without_photos=tuple(
            item_id for item_id in dataset.items[columns.ITEM_ID] if item_id not in pictured
        ),
        items_across_splits=items_across_splits(photos),
        photos_without_labels=without_labels(photos, dataset.vocabulary),
        examples=examples,
        boxes_of_examples=boxes_of_examples,
    )


def _with_files(table: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return the rows whose photo is a file, bad otherwise or not."""
    without = {p.row for p in dataset.dropped if _is_of_image(p)}
    return table.drop(index=table.index[sorted(without)]).reset_index(drop=True)


def _is_of_image(problem: RowProblem) -> bool:
    return problem.file == PHOTOS_FILE and problem.column == columns.IMAGE


def _duplicates(
    hashes: PhotoHashes, photos: pd.DataFrame, progress: Progress | None
) -> tuple[DuplicateGroup, ...]:
    """Return the groups of more than one photo, leaks first."""
    numbers, files = duplicate_groups(hashes, progress=progress), byte_groups(hashes)
    several = np.flatnonzero(np.bincount(numbers)[numbers] > 1) if len(numbers) else numbers
    members: dict[int, list[int]] = {}
    for i in several:
        members.setdefault(int(numbers[i]), []).append(int(i))
    groups = [
        DuplicateGroup(
            images=_texts(photos[columns.IMAGE], rows),
            splits=_texts(photos[columns.SPLIT], rows),
            categories=tuple(photos[columns.CATEGORY].iloc[row] for row in rows),
            same_bytes=len(set(files[rows].tolist())) == 1,
        )
        for rows in members.values()
    ]
    return tuple(sorted(groups, key=lambda group: not group.is_leak))


def _texts(values: pd.Series[str], rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(str(values.iloc[row]) for row in rows)


def _sizes(files: Sequence[Path], progress: Progress | None) -> PhotoSizes | None:
    if not files:
        return None
    found = track(files, len(files), "measuring photos", progress)
    sizes_px = np.array([upright_size(file) for file in found])  # (n_files, 2)
    low, middle, high = sizes_px.min(0), np.median(sizes_px, axis=0), sizes_px.max(0)
    width, height = ((int(low[side]), int(middle[side]), int(high[side])) for side in (0, 1))
    return PhotoSizes(width, height)
