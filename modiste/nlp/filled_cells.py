"""Which cells of a dataset's tables were filled in by tagging, so that they can be again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from modiste.data import columns
from modiste.errors import DatasetError

#: Beside the dataset's tables.
CELLS_FILE = "tags-filled.csv"
_HEADER = ("table", "key", "column", "value")
#: The column that tells the rows of each table apart.
KEYS: Mapping[str, str] = {"items": columns.ITEM_ID, "photos": columns.IMAGE}

#: Table, key and column of a cell, and what was written there, as JSON.
Cell = tuple[str, str, str, str]


class FilledCells:
    """The cells that tagging filled in, with what it wrote.

    A cell that holds something else by now was changed by a person and stays.
    """

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self._cells = dict.fromkeys(cells)

    @classmethod
    def read(cls, folder: Path) -> FilledCells:
        """Read what earlier calls wrote; empty if there is none.

        Raises
        ------
        DatasetError
            If the file is of something else.
        """
        path = folder / CELLS_FILE
        if not path.is_file():
            return cls()
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = tuple(next(reader, ()))
            rows = [tuple(row) for row in reader]
        if header != _HEADER or any(len(row) != len(_HEADER) for row in rows):
            raise DatasetError(
                f"{path} must have the columns {', '.join(_HEADER)}, as `modiste tag` writes it; "
                f"move it away. Received: {', '.join(header)}"
            )
        return cls((row[0], row[1], row[2], row[3]) for row in rows)

    def write(self, folder: Path) -> None:
        """Write them in place of what was there."""
        unfinished = folder / f"{CELLS_FILE}.part"
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([_HEADER, *self._cells])
        unfinished.replace(folder / CELLS_FILE)

    def __or__(self, other: FilledCells) -> FilledCells:
        return FilledCells((*self._cells, *other._cells))

    def fill(self, table: str, frame: pd.DataFrame, row: int, column: str, value: object) -> None:
        """Put a value into a cell, and note it."""
        frame.at[row, column] = value
        self._cells[table, str(frame.at[row, KEYS[table]]), column, _said(value)] = None

    def empty(self, table: str, frame: pd.DataFrame) -> None:
        """Make unknown again every cell of a table that still holds what was filled in."""
        wrote: dict[str, set[tuple[str, str]]] = {}
        for name, key, column, value in self._cells:
            if name == table:
                wrote.setdefault(key, set()).add((column, value))
        for row, key in frame[KEYS[table]].items():
            for column, value in wrote.get(key, ()):
                if frame.at[row, column] is not None and _said(frame.at[row, column]) == value:
                    frame.at[row, column] = None


def _said(value: object) -> str:
    listed = value if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return json.dumps(listed, ensure_ascii=False)
