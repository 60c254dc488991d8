"""Fashion Product Images: a shop's product photos with category, colour, season and usage.

References
----------
Aggarwal, "Fashion Product Images Dataset", Kaggle, 2019,
https://www.kaggle.com/datasets/paramaggarwal/fashion-product-images-dataset.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, empty_events, write_dataset
from modiste.data.images import decode
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.splits import split_by_content
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, InvalidImageError, RowProblem
from modiste.progress import Progress, track

#: The table of labels, in the order in which it is looked for. Kaggle's has no `file`
#: column: its photos are ``images/ID.jpg``.
TABLES = ("labels.csv", "styles.csv")
#: Attribute type of each source column.
ATTRIBUTE_COLUMNS: Mapping[str, str] = {
    "baseColour": "colour",
    "season": "season",
    "usage": "usage",
}
SHARES = ((columns.TRAIN, 0.65), (columns.VAL, 0.15), (columns.TEST, 0.2))

_TITLE = "productDisplayName"
_REQUIRED = ("id", "articleType", *ATTRIBUTE_COLUMNS, _TITLE)
_MISSING = frozenset({"", "NA", "N/A", "nan", "null", "None"})
_BROKEN_ROW = "broken or repeated row"
_NO_PHOTO = "missing or unreadable photo"
#: Large enough to find a truncated file, small enough to decode fast.
_CHECK_SIDE = 64
_SHOWN = 80  # characters of a broken line


@dataclass(frozen=True)
class _Row:
    """One product of the table; None where a value is missing."""

    line: int
    item_id: str
    photo: str
    category: str | None
    labels: Mapping[str, str | None]  # attribute type -> value
    title: str | None


def prepare(src: str | Path, dst: str | Path, *, progress: Progress | None = None) -> PrepareReport:
    """Write Fashion Product Images as a dataset.

    The category is ``articleType``; the attributes are ``baseColour`` (type colour),
    ``season`` and ``usage``, named as they are. A name that several of these columns use,
    or that differs from a category only in case, is prefixed by its type: ``season:
    Sports``. A value that is missing makes all names of its type unknown for that photo.
    Every category is split into train, val and test by the content of its photos, and
    duplicates go to one split: the same photos always give the same splits.

    Parameters
    ----------
    src : path
        Directory with ``images/`` and either ``labels.csv`` (with a ``file`` column) or
        Kaggle's ``styles.csv``, whose titles may hold commas without quotes.
    dst : path
        The dataset directory to write, other than `src`. Photos are hard-linked, or copied
        where the file system cannot.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    PrepareReport
        What was written; every row left out is listed with its line in the table.

    Raises
    ------
    DatasetError
        If `src` and `dst` are one directory, there is no table, it lacks a column, or no
        product is usable.
    """
    source, target = Path(src), Path(dst)
    refuse_in_place(source, target)
    table = _find_table(source)
    rows, problems = _read(table)
    dropped = {_BROKEN_ROW: len(problems)}
    rows, photo_problems = _with_photos(rows, source, table.name, progress)
    dropped[_NO_PHOTO] = len(photo_problems)
    if not any(row.category for row in rows):
        raise DatasetError(
            f"{table} must name products with a category and a photo. "
            f"Received: {len(rows)} rows with a photo, none with a category"
        )
    names = _attribute_names(rows)
    vocabulary = Vocabulary.from_pairs(
        ((category, "article") for category in sorted({r.category for r in rows if r.category})),
        ((name, kind) for (kind, _), name in names.items()),
    )
    for row in track(rows, len(rows), "linking photos", progress):
        link_photo(source / row.photo, target / _image(row))
    splits = split_by_content(
        [source / row.photo for row in rows],
        shares=SHARES,
        labels=[row.category for row in rows],
        progress=progress,
    )
    write_dataset(
        target, vocabulary, _items(rows, names), empty_events(), _photos(rows, names, splits)
    )
    return PrepareReport(
        n_items=len(rows),
        n_events=0,
        n_photos=len(rows),
        dropped={reason: count for reason, count in dropped.items() if count},
        problems=(*problems, *photo_problems),
    )


def _find_table(source: Path) -> Path:
    for name in TABLES:
        if (source / name).is_file():
            return source / name
    raise DatasetError(
        f"Fashion Product Images needs {' or '.join(TABLES)} beside images/. Received: {source}"
    )


def _read(table: Path) -> tuple[list[_Row], tuple[RowProblem, ...]]:
    # No field of the source holds a line break, so that a stray quote spoils one line only.
    # Not `splitlines`, which also splits at characters that titles hold.
    lines = table.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    header = _fields(lines[0])
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        raise DatasetError(
            f"{table} needs the columns {', '.join(_REQUIRED)}. Received: {', '.join(header)}"
        )
    rows: list[_Row] = []
    problems: list[RowProblem] = []
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        fields = _fields(line)
        item_id = fields[header.index("id")].strip() if len(fields) >= len(header) else ""
        if len(fields) < len(header):
            rule = f"must be CSV of {len(header)} fields"
            problems.append(RowProblem(table.name, number, "", line[:_SHOWN], rule))
        elif item_id in _MISSING or Path(item_id).name != item_id:
            problems.append(RowProblem(table.name, number, "id", item_id, "must be a plain id"))
        elif item_id in seen:
            rule = "must be unique; it appeared in an earlier row"
            problems.append(RowProblem(table.name, number, "id", item_id, rule))
        else:
            seen.add(item_id)
            rows.append(_row(number, _joined(header, fields)))
    return rows, tuple(problems)


def _fields(line: str) -> list[str]:
    """Return the fields of a line; none where it is not CSV."""
    try:
        return next(csv.reader([line]))
    except csv.Error:
        return []


def _joined(header: Sequence[str], fields: list[str]) -> dict[str, str]:
    """Pair fields with columns; what is too many are commas of the title."""
    at = header.index(_TITLE)
    n_extra = len(fields) - len(header)
    title = ",".join(fields[at : at + n_extra + 1])
    return dict(zip(header, [*fields[:at], title, *fields[at + n_extra + 1 :]], strict=True))


def _row(line: int, fields: Mapping[str, str]) -> _Row:
    values = {name: _known(value) for name, value in fields.items()}
    item_id = fields["id"].strip()
    return _Row(
        line=line,
        item_id=item_id,
        photo=values.get("file") or f"images/{item_id}.jpg",
        category=values["articleType"],
        labels={kind: values[column] for column, kind in ATTRIBUTE_COLUMNS.items()},
        title=values[_TITLE],
    )


def _known(value: str) -> str | None:
    stripped = value.strip()
    return None if stripped in _MISSING else stripped


def _with_photos(
    rows: Sequence[_Row], source: Path, file: str, progress: Progress | None
) -> tuple[list[_Row], tuple[RowProblem, ...]]:
    kept: list[_Row] = []
    problems: list[RowProblem] = []
    root = source.resolve()
    for row in track(rows, len(rows), "checking photos", progress):
        if not (root / row.photo).resolve().is_relative_to(root):
            rule = "must lie inside the source directory"
            problems.append(RowProblem(file, row.line, "file", row.photo, rule))
            continue
        try:
            decode(root / row.photo, max_side=_CHECK_SIDE)
        except InvalidImageError as error:
            problems.append(RowProblem(file, row.line, "file", row.photo, error.rule))
        else:
            kept.append(row)
    return kept, tuple(problems)


def _attribute_names(rows: Sequence[_Row]) -> dict[tuple[str, str], str]:
    """Return the attribute name of each (type, value), in vocabulary order."""
    values = [
        (kind, value)
        for kind in ATTRIBUTE_COLUMNS.values()
        for value in sorted({row.labels[kind] or "" for row in rows} - {""})
    ]
    uses = Counter(value.casefold() for _, value in values)
    uses.update({row.category.casefold() for row in rows if row.category})
    return {
        (kind, value): value if uses[value.casefold()] == 1 else f"{kind}: {value}"
        for kind, value in values
    }


def _image(row: _Row) -> str:
    return f"{IMAGES_FOLDER}/{row.item_id}{Path(row.photo).suffix.lower()}"


def _positives(row: _Row, names: Mapping[tuple[str, str], str]) -> list[str]:
    return [names[kind, value] for kind, value in row.labels.items() if value is not None]


def _items(rows: Sequence[_Row], names: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            columns.ITEM_ID: [row.item_id for row in rows],
            columns.TITLE: [row.title or _plain_title(row) for row in rows],
            columns.CATEGORY: [row.category for row in rows],
            columns.ATTRIBUTES: [_positives(row, names) or None for row in rows],
            columns.COLOR: [row.labels["colour"] for row in rows],
            columns.AVAILABILITY: columns.IN_STOCK,
        }
    )


def _plain_title(row: _Row) -> str:
    return " ".join(filter(None, (row.labels["colour"], row.category))) or row.item_id


def _photos(
    rows: Sequence[_Row], names: Mapping[tuple[str, str], str], splits: Sequence[str]
) -> pd.DataFrame:
    names_of_kind: dict[str, list[str]] = {}
    for (kind, _), name in names.items():
        names_of_kind.setdefault(kind, []).append(name)
    unknown = [
        [
            name
            for kind, value in row.labels.items()
            if value is None
            for name in names_of_kind.get(kind, ())
        ]
        for row in rows
    ]
    all_unknown = [all(value is None for value in row.labels.values()) for row in rows]
    return pd.DataFrame(
        {
            columns.IMAGE: [_image(row) for row in rows],
            columns.ITEM_ID: [row.item_id for row in rows],
            columns.CATEGORY: [row.category for row in rows],
            columns.ATTRIBUTES: [
                None if nothing else _positives(row, names)
                for row, nothing in zip(rows, all_unknown, strict=True)
            ],
            columns.ATTRIBUTES_UNKNOWN: [missing or None for missing in unknown],
            columns.SPLIT: list(splits),
            columns.PHOTO_KIND: columns.SHOP,
        }
    )
