"""The Dataset on disk: items, events and photos in one directory.

A dataset directory holds ``items.parquet``, ``events.parquet``, ``photos.parquet``,
``vocabulary.json`` and ``images/``. Unknown is null, never 0. Reading is strict: every
bad value is named by file, row and column; rows are dropped only on demand, and the
dropped ones are listed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from modiste.data import checks
from modiste.data.columns import PRICE
from modiste.data.tables import (
    EVENTS_SCHEMA,
    ITEMS_SCHEMA,
    PHOTOS_SCHEMA,
    empty_events,
    empty_items,
    empty_photos,
    read_table,
    write_table,
)
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, RowProblem

__all__ = [
    "EVENTS_FILE",
    "EVENTS_SCHEMA",
    "IMAGES_FOLDER",
    "ITEMS_FILE",
    "ITEMS_SCHEMA",
    "PHOTOS_FILE",
    "PHOTOS_SCHEMA",
    "VOCABULARY_FILE",
    "Dataset",
    "empty_events",
    "empty_items",
    "empty_photos",
    "write_dataset",
]

ITEMS_FILE = "items.parquet"
EVENTS_FILE = "events.parquet"
PHOTOS_FILE = "photos.parquet"
VOCABULARY_FILE = "vocabulary.json"
IMAGES_FOLDER = "images"


@dataclass(frozen=True)
class Dataset:
    """One shop's items, events and photos, checked.

    Read one with `Dataset.read`; write one with `write_dataset`.

    Parameters
    ----------
    path : Path
        The directory; image paths in `photos` are relative to it.
    vocabulary : Vocabulary
        The categories and attributes that the tables may name.
    items, events, photos : DataFrame
        The columns of `ITEMS_SCHEMA`, `EVENTS_SCHEMA` and `PHOTOS_SCHEMA`; items may have
        more. A null is None, NaT, NA in ``quantity`` and NaN in ``price``.
    dropped : tuple of RowProblem
        What was wrong with the rows that were dropped; empty unless asked for.
    """

    path: Path
    vocabulary: Vocabulary
    items: pd.DataFrame
    events: pd.DataFrame
    photos: pd.DataFrame
    dropped: tuple[RowProblem, ...] = ()

    @classmethod
    def read(
        cls, path: str | Path, *, drop_bad_rows: bool = False, now: datetime | None = None
    ) -> Dataset:
        """Read and check a dataset directory.

        Parameters
        ----------
        path : path
            The directory.
        drop_bad_rows : bool
            Leave bad rows out and list them in `dropped`, instead of raising.
        now : datetime, optional
            Events after it are from the future; the present by default. With a zone.

        Raises
        ------
        DatasetError
            If a file or column is missing, or any row is bad; the message names file,
            row, column and value.
        VocabularyError
            If ``vocabulary.json`` is malformed.
        """
        folder = Path(path)
        _check_folder(folder)
        vocabulary = Vocabulary.read(folder / VOCABULARY_FILE)
        items, item_casts = read_table(folder / ITEMS_FILE, ITEMS_SCHEMA)
        events, event_casts = read_table(folder / EVENTS_FILE, EVENTS_SCHEMA)
        photos, photo_casts = read_table(folder / PHOTOS_FILE, PHOTOS_SCHEMA)

        problems = checks.merged(item_casts, checks.item_problems(items, vocabulary, ITEMS_FILE))
        items = checks.without(items, problems)
        items = items.assign(price=items[PRICE].astype("float64"))
        # Rows that name a dropped item go with it, so what is kept agrees with itself.
        item_ids = frozenset(items["item_id"])
        event_problems = checks.merged(
            event_casts,
            checks.event_problems(events, item_ids, now or datetime.now(UTC), EVENTS_FILE),
        )
        photo_problems = checks.merged(
            photo_casts,
            checks.photo_problems(photos, item_ids, vocabulary, folder, PHOTOS_FILE),
        )
        found = (*problems, *event_problems, *photo_problems)
        if found and not drop_bad_rows:
            n_rows = len({(problem.file, problem.row) for problem in found})
            raise DatasetError(
                f"{folder} has {n_rows} bad rows. Correct them, or read with "
                "drop_bad_rows=True (--drop-bad-rows) to leave them out and list them.",
                found,
            )
        return cls(
            path=folder,
            vocabulary=vocabulary,
            items=items.reset_index(drop=True),
            events=checks.without(events, event_problems).reset_index(drop=True),
            photos=checks.without(photos, photo_problems).reset_index(drop=True),
            dropped=found,
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the three tables and the vocabulary on disk, as hexadecimal."""
        digest = hashlib.sha256()
        for name in (ITEMS_FILE, EVENTS_FILE, PHOTOS_FILE, VOCABULARY_FILE):
            digest.update(name.encode())
            digest.update(hashlib.sha256((self.path / name).read_bytes()).digest())
        return digest.hexdigest()

    def image_path(self, image: str) -> Path:
        """Return the file of an ``image`` value of `photos`."""
        return self.path / image


def write_dataset(
    path: str | Path,
    vocabulary: Vocabulary,
    items: pd.DataFrame,
    events: pd.DataFrame | None,
    photos: pd.DataFrame,
) -> None:
    """Write a dataset's tables; the images must lie under ``path/images`` already.

    The same frames give the same bytes. Missing nullable columns are written as null.
    Without `events`, those that `modiste.data.event_writer` wrote stay.

    Raises
    ------
    DatasetError
        If a required column is missing or a value does not fit its column.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / IMAGES_FOLDER).mkdir(exist_ok=True)
    (folder / VOCABULARY_FILE).write_text(vocabulary.to_json() + "\n", encoding="utf-8")
    for file, frame, schema in (
        (ITEMS_FILE, items, ITEMS_SCHEMA),
        (EVENTS_FILE, events, EVENTS_SCHEMA),
        (PHOTOS_FILE, photos, PHOTOS_SCHEMA),
    ):
        if frame is not None:
            write_table(frame, schema, folder / file)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise DatasetError(
            f"A dataset is a directory that `modiste prepare` writes. Received: {folder}"
        )
    missing = [
        name
        for name in (ITEMS_FILE, EVENTS_FILE, PHOTOS_FILE, VOCABULARY_FILE)
        if not (folder / name).is_file()
    ]
    if missing:
        raise DatasetError(
            f"A dataset directory needs {ITEMS_FILE}, {EVENTS_FILE}, {PHOTOS_FILE} and "
            f"{VOCABULARY_FILE}. Received: {folder} without {', '.join(missing)}"
        )
