"""The Dataset on disk: items, events and photos in one directory.

A dataset directory holds ``items.parquet``, ``events.parquet``, ``photos.parquet``,
``vocabulary.json`` and ``images/``. Unknown is null, never 0. Reading is strict: every
bad value is named by file, row and column; rows are dropped only on demand, and the
dropped ones are listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data import checks
from modiste.data.columns import PRICE
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, RowProblem

ITEMS_FILE = "items.parquet"
EVENTS_FILE = "events.parquet"
PHOTOS_FILE = "photos.parquet"
VOCABULARY_FILE = "vocabulary.json"
IMAGES_FOLDER = "images"

_TIME = pa.timestamp("us", tz="UTC")
_NAMES = pa.list_(pa.string())

ITEMS_SCHEMA = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("item_group_id", pa.string()),
        pa.field("title", pa.string(), nullable=False),
        pa.field("description", pa.string()),
        pa.field("brand", pa.string()),
        pa.field("category", pa.string()),
        pa.field("attributes", _NAMES),
        pa.field("color", pa.string()),
        pa.field("price", pa.float64()),
        pa.field("availability", pa.string(), nullable=False),
        pa.field("available_from", _TIME),
    ]
)
EVENTS_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("user_id", pa.string(), nullable=False),
        pa.field("item_id", pa.string()),
        pa.field("event_name", pa.string(), nullable=False),
        pa.field("event_time", _TIME, nullable=False),
        pa.field("quantity", pa.int64()),
        pa.field("search_term", pa.string()),
    ]
)
PHOTOS_SCHEMA = pa.schema(
    [
        pa.field("image", pa.string(), nullable=False),
        pa.field("item_id", pa.string()),
        pa.field("category", pa.string()),
        pa.field("box", pa.list_(pa.float32())),
        pa.field("attributes", _NAMES),
        pa.field("attributes_unknown", _NAMES),
        pa.field("split", pa.string(), nullable=False),
        pa.field("photo_kind", pa.string()),
    ]
)


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
        items = _read_table(folder / ITEMS_FILE, ITEMS_SCHEMA)
        events = _read_table(folder / EVENTS_FILE, EVENTS_SCHEMA)
        photos = _read_table(folder / PHOTOS_FILE, PHOTOS_SCHEMA)

        problems = checks.item_problems(items, vocabulary, ITEMS_FILE)
        items = checks.without(items, problems)
        items = items.assign(price=items[PRICE].astype("float64"))
        # Rows that name a dropped item go with it, so what is kept agrees with itself.
        item_ids = frozenset(items["item_id"])
        event_problems = checks.event_problems(
            events, item_ids, now or datetime.now(UTC), EVENTS_FILE
        )
        photo_problems = checks.photo_problems(photos, item_ids, vocabulary, folder, PHOTOS_FILE)
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
    events: pd.DataFrame,
    photos: pd.DataFrame,
) -> None:
    """Write a dataset's tables; the images must lie under ``path/images`` already.

    The same frames give the same bytes. Missing nullable columns are written as null.

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
        pq.write_table(_to_table(frame, schema, file), folder / file, compression="zstd")


def empty_items() -> pd.DataFrame:
    """Return an items frame of no rows."""
    return _empty(ITEMS_SCHEMA)


def empty_events() -> pd.DataFrame:
    """Return an events frame of no rows."""
    return _empty(EVENTS_SCHEMA)


def empty_photos() -> pd.DataFrame:
    """Return a photos frame of no rows."""
    return _empty(PHOTOS_SCHEMA)


def _empty(schema: pa.Schema) -> pd.DataFrame:
    return _to_frame(schema.empty_table())


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


def _read_table(path: Path, schema: pa.Schema) -> pd.DataFrame:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DatasetError(f"{path} must be a Parquet file. Received: {error}") from error
    missing = [f.name for f in schema if not f.nullable and f.name not in table.column_names]
    if missing:
        raise DatasetError(
            f"{path} needs the columns {', '.join(missing)}. "
            f"Received: {', '.join(table.column_names)}"
        )
    return _to_frame(_conform(table, schema, str(path)))


def _conform(table: pa.Table, schema: pa.Schema, file: str) -> pa.Table:
    """Cast to the schema, add nullable columns that are missing, keep the others last."""
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for field in schema:
        if field.name not in table.column_names:
            columns[field.name] = pa.nulls(table.num_rows, field.type)
            continue
        try:
            columns[field.name] = table[field.name].cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DatasetError(
                f"{file}, column {field.name!r} must be {field.type}. "
                f"Received: {table[field.name].type} ({error})"
            ) from error
    for name in table.column_names:
        if name not in columns:
            columns[name] = table[name]
    return pa.table(columns)


def _to_frame(table: pa.Table) -> pd.DataFrame:
    columns: dict[str, object] = {}
    for name in table.column_names:
        column = table[name]
        kind = column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_list(kind):
            columns[name] = pd.Series(column.to_pylist(), dtype=object)
        elif name == PRICE:
            # Objects keep an unknown price (None) apart from a broken one (NaN) for the checks.
            columns[name] = pd.Series(column.to_pylist(), dtype=object)
        elif pa.types.is_int64(kind):
            columns[name] = pd.Series(column.to_pandas(types_mapper={kind: pd.Int64Dtype()}.get))
        else:
            columns[name] = column.to_pandas()
    return pd.DataFrame(columns)


def _to_table(frame: pd.DataFrame, schema: pa.Schema, file: str) -> pa.Table:
    columns: dict[str, pa.Array] = {}
    for field in schema:
        if field.name not in frame.columns:
            if not field.nullable:
                raise DatasetError(
                    f"{file} needs the column {field.name!r}. Received: {', '.join(frame.columns)}"
                )
            columns[field.name] = pa.nulls(len(frame), field.type)
            continue
        try:
            columns[field.name] = pa.array(frame[field.name], field.type, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
            raise DatasetError(
                f"{file}, column {field.name!r} must be {field.type}. Received: {error}"
            ) from error
    extra: Sequence[str] = [name for name in frame.columns if name not in columns]
    for name in extra:
        columns[name] = pa.array(frame[name], from_pandas=True)
    return pa.table(columns)
