"""The store as a dataset, so that a fit reads what the shop has now and what was done in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import pandas as pd
from sqlalchemy import Connection, select

from modiste.data import columns
from modiste.data.dataset import EVENTS_FILE, IMAGES_FOLDER, empty_photos, write_dataset
from modiste.data.duplicates import PhotoHashes
from modiste.data.event_writer import event_writer
from modiste.data.images import photo_format
from modiste.data.prepared import PrepareReport
from modiste.data.splits import split_hashed
from modiste.data.store.database import Database
from modiste.data.store.item_log import ItemLog
from modiste.data.store.item_rows import live_item
from modiste.data.store.live_item import LiveItem
from modiste.data.store.schema import EVENTS, ITEM_PHOTOS, ITEMS
from modiste.data.store.silence import be_patient
from modiste.data.store.tombstones import Tombstones
from modiste.data.tables import EVENTS_SCHEMA, ITEMS_SCHEMA
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress, track

#: Column of the items: the version of each, so that a service knows which changes a release
#: that is fitted on them has.
STORE_VERSION: Final = "store_version"
#: Column of the items: the store that these versions are of.
STORE_ID: Final = "store_id"
_ROWS: Final = 10_000
_NO_ITEM, _FORGOTTEN = "event of an item that is not in the store", "event of a deleted shopper"
_NO_PHOTO = "photo that cannot be read"
_SUFFIXES: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


def export_dataset(
    database: Database,
    path: str | Path,
    vocabulary: Vocabulary,
    *,
    forgotten: Collection[str] = (),
    progress: Progress | None = None,
) -> PrepareReport:
    """Write the items, their photos and the events of a store as a dataset, as of one moment.

    What an erased shopper did until then is left out, even where a restored backup brought it
    back.

    Parameters
    ----------
    database : Database
    path : path
        A directory that is empty or not there yet.
    vocabulary : Vocabulary
        Every category and attribute that the shop names must be in it.
    forgotten : collection of str
        Further shoppers, whose events are all left out.
    progress : callable, optional
        Told of the photos written.

    Returns
    -------
    PrepareReport

    Raises
    ------
    DatasetError
        If the directory holds something, or the shop names what is not in the vocabulary.
    """
    folder = Path(path)
    if folder.exists() and any(folder.iterdir()):
        raise DatasetError(
            f"A store is written to a directory that is empty. Received: {folder} with files"
        )
    store_id = ItemLog(database).store_id
    # All tables are read as of one moment, whatever is written meanwhile.
    tombstones = Tombstones(database)
    isolated = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with isolated.connect() as connection:
        be_patient(connection)
        rows = connection.execute(select(ITEMS).where(~ITEMS.c.deleted).order_by(ITEMS.c.item_id))
        items = [live_item(row) for row in rows.mappings()]
        table = _table(items, vocabulary).assign(**{STORE_ID: store_id})
        (folder / IMAGES_FOLDER).mkdir(parents=True, exist_ok=True)
        ids = frozenset(item.item_id for item in items)
        dropped: Counter[str] = Counter()
        with event_writer(folder / EVENTS_FILE) as writer:
            for chunk in _events(connection):
                known = chunk[columns.ITEM_ID].isna() | chunk[columns.ITEM_ID].isin(ids)
                kept = ~chunk[columns.USER_ID].isin(forgotten)
                kept &= ~_erased(chunk, tombstones, connection)
                dropped[_FORGOTTEN] += int((~kept).sum())
                dropped[_NO_ITEM] += int((kept & ~known).sum())
                writer.write(chunk[known & kept])
        photos, problems = _photos(connection, folder, items, vocabulary, progress)
    dropped[_NO_PHOTO] = len(problems)
    write_dataset(folder, vocabulary, table, None, photos)
    return PrepareReport(
        n_items=len(table),
        n_events=writer.n_events,
        n_photos=len(photos),
        dropped={reason: count for reason, count in dropped.items() if count},
        problems=tuple(problems),
    )


def _table(items: list[LiveItem], vocabulary: Vocabulary) -> pd.DataFrame:
    cells = []
    for item in items:
        row = {} if item.row is None else item.row.values()
        cells.append({**row, columns.ITEM_ID: item.item_id, STORE_VERSION: item.version})
    table = pd.DataFrame(cells, columns=[*ITEMS_SCHEMA.names, STORE_VERSION], dtype=object)
    table[columns.PRICE] = table[columns.PRICE].astype("float64")
    table[columns.AVAILABLE_FROM] = pd.to_datetime(table[columns.AVAILABLE_FROM], utc=True)
    table[STORE_VERSION] = table[STORE_VERSION].astype("int64")
    named = {name for names in table[columns.ATTRIBUTES].dropna() for name in names}
    unknown = sorted(named - set(vocabulary.attributes)) + sorted(
        set(table[columns.CATEGORY].dropna()) - set(vocabulary.categories)
    )
    if unknown:
        raise DatasetError(
            "The vocabulary must have every name that the shop uses; name the one of its release "
            f"(--vocabulary). Received: {', '.join(map(repr, unknown[:5]))}"
        )
    return table


def _events(connection: Connection) -> Iterator[pd.DataFrame]:
    names = EVENTS_SCHEMA.names
    statement = select(*(EVENTS.c[name] for name in names)).order_by(EVENTS.c.position)
    result = connection.execution_options(yield_per=_ROWS).execute(statement)
    for part in result.partitions():
        chunk = pd.DataFrame([tuple(row) for row in part], columns=names, dtype=object)
        chunk[columns.EVENT_TIME] = pd.to_datetime(chunk[columns.EVENT_TIME], utc=True)
        chunk[columns.QUANTITY] = chunk[columns.QUANTITY].astype("Int64")
        yield chunk


def _erased(chunk: pd.DataFrame, tombstones: Tombstones, connection: Connection) -> pd.Series[bool]:
    """Return which events were done before their shopper was erased."""
    users = chunk[columns.USER_ID]
    moments = users.map(tombstones.seen_in(connection, set(users)))
    # NaT, of who was never erased, is not after anything.
    erased: pd.Series[bool] = pd.to_datetime(moments, utc=True) >= chunk[columns.EVENT_TIME]
    return erased


def _photos(
    connection: Connection,
    folder: Path,
    items: list[LiveItem],
    vocabulary: Vocabulary,
    progress: Progress | None,
) -> tuple[pd.DataFrame, list[RowProblem]]:
    """Write the photos as files, named by their content, and return those that can be read."""
    shown = [item for item in items if item.photo_sha256 is not None]
    paths: list[Path] = []
    for item in track(shown, len(shown), "photos written", progress):
        statement = select(ITEM_PHOTOS.c.content, ITEM_PHOTOS.c.sha256)
        statement = statement.where(ITEM_PHOTOS.c.item_id == item.item_id)
        content, sha256 = connection.execute(statement).one()
        # One file an item, since the same photo may show two.
        name = f"{len(paths):07d}-{sha256[:16]}.{_SUFFIXES[photo_format(bytes(content))]}"
        paths.append(folder / IMAGES_FOLDER / name)
        paths[-1].write_bytes(bytes(content))
    hashes = PhotoHashes.of(paths)
    problems = [
        RowProblem("item_photos", row, columns.IMAGE, shown[row].item_id, reason)
        for row, reason in hashes.problems.items()
    ]
    for row in hashes.problems:
        paths[row].unlink()
    good = [row for row in range(len(paths)) if row not in hashes.problems]
    rows = [(shown[row], paths[row].relative_to(folder).as_posix()) for row in good]
    categories = [None if item.row is None else item.row.category for item, _ in rows]
    listed = [None if item.row is None else item.row.attributes for item, _ in rows]
    frame = pd.DataFrame(
        {
            columns.IMAGE: [image for _, image in rows],
            columns.ITEM_ID: [item.item_id for item, _ in rows],
            columns.CATEGORY: categories,
            columns.ATTRIBUTES: listed,
            columns.ATTRIBUTES_UNKNOWN: [_unknown(names, vocabulary) for names in listed],
            columns.SPLIT: split_hashed(hashes.take(good), labels=categories) if good else [],
            columns.PHOTO_KIND: columns.SHOP,
        },
        columns=empty_photos().columns,
        dtype=object,
    )
    return frame, problems


def _unknown(listed: tuple[str, ...] | None, vocabulary: Vocabulary) -> list[str] | None:
    """Return the names of every type of which a shop lists none: of those it says nothing."""
    if listed is None:
        return None
    types = dict(zip(vocabulary.attributes, vocabulary.attribute_types, strict=True))
    known = {types[name] for name in listed}
    return [name for name, kind in types.items() if kind not in known]
