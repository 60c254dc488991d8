"""What makes a row of a dataset bad, each check vectorised over its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.vocabulary import Vocabulary
from modiste.errors import RowProblem

_MISSING = "must not be null"


class _Checker:
    """Collects the problems of one table, in row order."""

    def __init__(self, frame: pd.DataFrame, file: str) -> None:
        self.frame = frame
        self.file = file
        self._found: list[RowProblem] = []

    def flag(self, column: str, bad: NDArray[np.bool_], problem: str) -> None:
        """Note `problem` for every row where `bad`, shape ``(n_rows,)``, is True."""
        values = self.frame[column]
        for row in np.flatnonzero(bad):
            self._found.append(RowProblem(self.file, int(row), column, values.iloc[row], problem))

    def flag_null(self, column: str) -> NDArray[np.bool_]:
        """Flag nulls and empty strings; return where they are."""
        values = self.frame[column]
        bad: NDArray[np.bool_] = np.asarray(values.isna() | (values == ""), dtype=bool)
        self.flag(column, bad, _MISSING)
        return bad

    def flag_duplicates(self, column: str, null: NDArray[np.bool_]) -> None:
        """Flag every value after its first occurrence."""
        repeated = np.asarray(self.frame[column].duplicated()) & ~null
        self.flag(column, repeated, "must be unique; it appeared in an earlier row")

    def flag_outside(self, column: str, known: Iterable[str], problem: str) -> None:
        """Flag values, other than nulls, that are not among the known ones."""
        values = self.frame[column]
        bad = np.asarray(~values.isin(list(known)) & values.notna())
        self.flag(column, bad, problem)

    def flag_where(self, column: str, is_bad: Callable[[object], bool], problem: str) -> None:
        """Flag values that are not null and for which `is_bad` holds."""
        bad = [value is not None and is_bad(value) for value in self.frame[column]]
        self.flag(column, np.array(bad, dtype=bool), problem)

    def problems(self) -> tuple[RowProblem, ...]:
        return tuple(sorted(self._found, key=lambda problem: problem.row))


def without(frame: pd.DataFrame, problems: Sequence[RowProblem]) -> pd.DataFrame:
    """Return the frame without the rows that have a problem."""
    if not problems:
        return frame
    return frame.drop(index=frame.index[sorted({problem.row for problem in problems})])


def merged(unreadable: Sequence[RowProblem], found: Sequence[RowProblem]) -> tuple[RowProblem, ...]:
    """Return both in row order; a value that could not be read is named once, as such."""
    cells = {(problem.row, problem.column) for problem in unreadable}
    others = (problem for problem in found if (problem.row, problem.column) not in cells)
    return tuple(sorted((*unreadable, *others), key=lambda problem: problem.row))


def item_problems(items: pd.DataFrame, vocabulary: Vocabulary, file: str) -> tuple[RowProblem, ...]:
    """Return what is wrong with an items table."""
    checker = _Checker(items, file)
    checker.flag_duplicates(columns.ITEM_ID, checker.flag_null(columns.ITEM_ID))
    checker.flag_null(columns.TITLE)
    checker.flag_where(
        columns.PRICE,
        lambda price: not (np.isfinite(price) and price >= 0),  # type: ignore[call-overload,operator]
        "must be a number of at least 0, or null if unknown",
    )
    checker.flag_null(columns.AVAILABILITY)
    checker.flag_outside(
        columns.AVAILABILITY,
        (columns.IN_STOCK, columns.OUT_OF_STOCK),
        f"must be {columns.IN_STOCK!r} or {columns.OUT_OF_STOCK!r}",
    )
    _flag_names(checker, vocabulary, (columns.ATTRIBUTES,))
    return checker.problems()


def event_problems(
    events: pd.DataFrame, item_ids: frozenset[str], now: datetime, file: str
) -> tuple[RowProblem, ...]:
    """Return what is wrong with an events table."""
    checker = _Checker(events, file)
    checker.flag_duplicates(columns.EVENT_ID, checker.flag_null(columns.EVENT_ID))
    checker.flag_null(columns.USER_ID)
    checker.flag_null(columns.EVENT_NAME)
    checker.flag_outside(
        columns.EVENT_NAME, columns.EVENT_NAMES, f"must be one of {', '.join(columns.EVENT_NAMES)}"
    )
    item_missing = np.asarray(
        events[columns.ITEM_ID].isna() & (events[columns.EVENT_NAME] != columns.SEARCH)
    )
    checker.flag(columns.ITEM_ID, item_missing, _MISSING + " unless the event is a search")
    checker.flag_outside(columns.ITEM_ID, item_ids, "must be an item of items.parquet")
    time = events[columns.EVENT_TIME]
    checker.flag(columns.EVENT_TIME, np.asarray(time.isna()), _MISSING)
    checker.flag(
        columns.EVENT_TIME,
        np.asarray(time > pd.Timestamp(now)),
        f"must not be after the present ({now:%Y-%m-%d %H:%M} UTC)",
    )
    quantity = events[columns.QUANTITY]
    checker.flag(
        columns.QUANTITY,
        np.asarray((quantity < 1).fillna(value=False), dtype=bool),
        "must be at least 1, or null",
    )
    return checker.problems()


def photo_problems(
    photos: pd.DataFrame,
    item_ids: frozenset[str],
    vocabulary: Vocabulary,
    folder: Path,
    file: str,
) -> tuple[RowProblem, ...]:
    """Return what is wrong with a photos table; every image must be a file."""
    checker = _Checker(photos, file)
    checker.flag_duplicates(columns.IMAGE, checker.flag_null(columns.IMAGE))
    root = folder.resolve()
    checker.flag_where(
        columns.IMAGE,
        lambda image: not _is_file_inside(root, str(image)),
        "must be a file inside the dataset directory",
    )
    checker.flag_outside(columns.ITEM_ID, item_ids, "must be an item of items.parquet, or null")
    checker.flag_outside(
        columns.SPLIT, columns.SPLITS, f"must be one of {', '.join(columns.SPLITS)}"
    )
    checker.flag_null(columns.SPLIT)
    checker.flag_outside(
        columns.PHOTO_KIND,
        (columns.SHOP, columns.STREET),
        f"must be {columns.SHOP!r}, {columns.STREET!r} or null",
    )
    checker.flag_where(
        columns.BOX,
        lambda box: not _is_box(box),
        "must be (x1, y1, x2, y2) with 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1, or null",
    )
    _flag_names(checker, vocabulary, (columns.ATTRIBUTES, columns.ATTRIBUTES_UNKNOWN))
    return checker.problems()


def _flag_names(
    checker: _Checker, vocabulary: Vocabulary, attribute_columns: Sequence[str]
) -> None:
    checker.flag_outside(
        columns.CATEGORY, vocabulary.categories, "must be a category of vocabulary.json, or null"
    )
    known = frozenset(vocabulary.attributes)
    for column in attribute_columns:
        checker.flag_where(
            column,
            lambda names: not known.issuperset(names),  # type: ignore[arg-type]
            "must name attributes of vocabulary.json only, or be null",
        )


def _is_file_inside(root: Path, image: str) -> bool:
    if ".." in Path(image).parts or Path(image).is_absolute():
        return False
    return (root / image).is_file()


def _is_box(box: object) -> bool:
    edges = np.asarray(box, dtype=np.float64)
    if edges.shape != (4,):
        return False
    x1, y1, x2, y2 = edges
    return bool(0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1)
