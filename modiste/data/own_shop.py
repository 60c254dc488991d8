"""A shop's own catalogue, events and photos, in whatever its software exports.

Catalogues: Google Merchant feeds, Shopify's export, plain tables. Events: Google Analytics 4's
export, plain tables. Photos: files called after their item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from modiste.data import columns
from modiste.data.dataset import EVENTS_FILE, IMAGES_FOLDER, empty_photos, write_dataset
from modiste.data.duplicates import PhotoHashes
from modiste.data.event_writer import event_writer
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.shop_files import find
from modiste.data.shop_files.catalogue_rows import CatalogueRows
from modiste.data.shop_files.event_intake import EventIntake
from modiste.data.shop_files.ga4 import read_ga4
from modiste.data.shop_files.merchant import read_merchant
from modiste.data.shop_files.plain import read_plain_events, read_plain_items
from modiste.data.shop_files.shopify import read_shopify
from modiste.data.splits import split_hashed
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress, track

#: The only category of a shop that names none.
NO_CATEGORY = "Product"

_PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_SEPARATORS = ("-", "_", ".", " ")
_NOT_A_PHOTO = "photo that cannot be read"
_NO_ITEM = "photo of no item of the catalogue"


def prepare(
    src: str | Path,
    dst: str | Path,
    *,
    items: str | Path | None = None,
    events: str | Path | None = None,
    column: Mapping[str, str] | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> PrepareReport:
    """Write a shop's own files as a dataset.

    The formats are told by the files' columns. Materials, patterns and colours that a
    catalogue names are attributes. Events are read a piece at a time; those of items that
    the catalogue does not have, of other kinds, from the future or repeated are left out
    and counted.

    Parameters
    ----------
    src : path
        The folder: a catalogue called ``items``, ``products``, ``feed`` or ``catalogue``, and if
        there are any, events called ``events``, ``ga4``, ``orders`` or ``transactions``, and
        photos as ``images/ITEM_ID.jpg``, ``images/ITEM_ID-2.jpg`` or ``images/ITEM_ID/2.jpg``.
    dst : path
        The dataset directory to write.
    items, events : path, optional
        The catalogue and the events, if they are called otherwise.
    column : mapping of str to str, optional
        What plain tables call a column, if otherwise: ``{"item_id": "sku"}``. A name of both
        tables is looked for in each that has it.
    now : datetime, optional
        Later events are from the future; the present by default.
    progress : callable, optional
        Told of the events and photos read.

    Returns
    -------
    PrepareReport
        What was written, and what was left out for which reason.

    Raises
    ------
    DatasetError
        If there is no catalogue, a file cannot be read or lacks a column, or `src` and
        `dst` are one directory.
    """
    source, target = Path(src), Path(dst)
    refuse_in_place(source, target)
    catalogue_file = Path(items) if items else find.find(source, find.CATALOGUE_NAMES)
    if catalogue_file is None or not catalogue_file.is_file():
        raise DatasetError(
            f"A shop needs a catalogue called {', '.join(find.CATALOGUE_NAMES)}, or named by "
            f"--items. Received: {catalogue_file or source}"
        )
    names = dict(column or {})
    rows = _read_catalogue(catalogue_file, names)
    if rows.items.empty:
        raise DatasetError(f"{catalogue_file} must have items. Received: none")
    table, vocabulary, types = _with_vocabulary(rows)
    target.mkdir(parents=True, exist_ok=True)
    events_file = Path(events) if events else find.find(source, find.EVENT_NAMES)
    with event_writer(target / EVENTS_FILE) as writer:
        name = "" if events_file is None else events_file.name
        intake = EventIntake(pd.Index(table[columns.ITEM_ID]), writer, name, now=now)
        for n_read, chunk in enumerate(_read_events(events_file, names), start=1):
            intake.add(chunk)
            if progress is not None:
                progress(n_read, n_read, f"pieces of {name} read")
    photos, dropped, problems = _photos(source, target, table, vocabulary, types, progress)
    write_dataset(target, vocabulary, table, None, photos)
    dropped += intake.dropped
    return PrepareReport(
        n_items=len(table),
        n_events=writer.n_events,
        n_photos=len(photos),
        dropped={reason: count for reason, count in dropped.items() if count},
        problems=(*rows.problems, *intake.problems, *problems),
    )


def _read_catalogue(path: Path, names: Mapping[str, str]) -> CatalogueRows:
    kind = find.catalogue_format(path)
    if kind == find.MERCHANT:
        return read_merchant(path)
    if kind == find.SHOPIFY:
        return read_shopify(path)
    header = set(find.column_names(path))
    return read_plain_items(path, {ours: name for ours, name in names.items() if name in header})


def _read_events(path: Path | None, names: Mapping[str, str]) -> Iterator[pd.DataFrame]:
    if path is None:
        return iter(())
    if not path.exists():
        raise DatasetError(f"The events must be a file or folder. Received: {path}")
    if find.event_format(path) == find.GA4:
        return read_ga4(path)
    header = set(find.column_names(path))
    return read_plain_events(path, {ours: name for ours, name in names.items() if name in header})


def _with_vocabulary(rows: CatalogueRows) -> tuple[pd.DataFrame, Vocabulary, dict[str, str]]:
    """Return the items with category and attributes, and the attribute type of each label."""
    items = rows.items.copy()
    if columns.CATEGORY not in items or items[columns.CATEGORY].isna().all():
        items[columns.CATEGORY] = NO_CATEGORY
    categories = sorted(items[columns.CATEGORY].dropna().unique())
    values = [
        (kind, value)
        for kind, listed in rows.labels.items()
        for value in sorted({each for each in listed if each is not None})
    ]
    # A word that is two things, or a category too, is told apart by its type.
    uses = Counter(value.casefold() for _, value in values)
    uses.update({name.casefold() for name in categories})
    names = {
        (kind, value): value if uses[value.casefold()] == 1 else f"{kind}: {value}"
        for kind, value in values
    }
    listed: list[list[str]] = [[] for _ in range(len(items))]
    for kind, said in rows.labels.items():
        for row, value in enumerate(said):
            if value is not None:
                listed[row].append(names[kind, value])
    items[columns.ATTRIBUTES] = pd.Series([each or None for each in listed], dtype=object)
    types = {name: kind for (kind, _), name in names.items()}
    vocabulary = Vocabulary.from_pairs([(each, "product") for each in categories], types.items())
    return items, vocabulary, types


def _photos(
    source: Path,
    target: Path,
    items: pd.DataFrame,
    vocabulary: Vocabulary,
    types: Mapping[str, str],
    progress: Progress | None,
) -> tuple[pd.DataFrame, Counter[str], list[RowProblem]]:
    """Link the photos called after an item, split by what is in them."""
    folder = source / IMAGES_FOLDER
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _PHOTO_SUFFIXES)
    index = {item: row for row, item in enumerate(items[columns.ITEM_ID])}
    found = [(path, _item_of(path.relative_to(folder), index)) for path in files]
    dropped = Counter({_NO_ITEM: sum(row is None for _, row in found)})
    known = [(path, row) for path, row in found if row is not None]
    hashes = PhotoHashes.of([path for path, _ in known], progress=progress)
    problems = [
        RowProblem(str(known[i][0].relative_to(source)), 0, columns.IMAGE, known[i][0].name, reason)
        for i, reason in hashes.problems.items()
    ]
    dropped[_NOT_A_PHOTO] = len(problems)
    good = [i for i in range(len(known)) if i not in hashes.problems]
    hashes = hashes.take(good)
    rows = [known[i][1] for i in good]
    of_items = items.iloc[rows]
    categories = [name if isinstance(name, str) else None for name in of_items[columns.CATEGORY]]
    splits = split_hashed(hashes, labels=categories, progress=progress) if good else []
    images = []
    for i in track(good, len(good), "linking photos", progress):
        image = known[i][0].relative_to(source)
        link_photo(known[i][0], target / image)
        images.append(image.as_posix())
    attributes = of_items[columns.ATTRIBUTES].tolist()
    frame = pd.DataFrame(
        {
            columns.IMAGE: images,
            columns.ITEM_ID: of_items[columns.ITEM_ID].tolist(),
            columns.CATEGORY: categories,
            columns.ATTRIBUTES: attributes,
            columns.ATTRIBUTES_UNKNOWN: [_unknown(each, vocabulary, types) for each in attributes],
            columns.SPLIT: splits,
            columns.PHOTO_KIND: columns.SHOP,
        },
        columns=empty_photos().columns,
        dtype=object,
    )
    return frame, dropped, problems


def _item_of(path: Path, index: Mapping[str, int]) -> int | None:
    """Return the row of the item that a photo is called after."""
    stem = path.stem
    if stem in index:
        return index[stem]
    for separator in _SEPARATORS:
        head = stem
        while separator in head:
            head = head.rpartition(separator)[0]
            if head in index:
                return index[head]
    return next((index[part] for part in reversed(path.parts[:-1]) if part in index), None)


def _unknown(
    listed: list[str] | None, vocabulary: Vocabulary, types: Mapping[str, str]
) -> list[str] | None:
    """Return the names of every type of which an item has none."""
    if listed is None:
        return None
    known = {types[name] for name in listed}
    return [name for name in vocabulary.attributes if types[name] not in known]
