"""Plain tables, CSV or Parquet, with names of their own for the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data import columns
from modiste.data.shop_files.catalogue_rows import (
    CatalogueRows,
    as_text,
    plain_text,
    price,
    read_prices,
    without_repeats,
)
from modiste.errors import DatasetError

#: Rows that are read at once.
CHUNK_ROWS = 500_000
_ITEM_COLUMNS = (
    columns.ITEM_ID, columns.ITEM_GROUP_ID, columns.TITLE, columns.DESCRIPTION, columns.BRAND,
    columns.CATEGORY, columns.COLOR, columns.PRICE, columns.AVAILABILITY,
)  # fmt: skip


def read_plain_items(path: Path, names: Mapping[str, str]) -> CatalogueRows:
    """Read a catalogue of one row an item; further columns are kept.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.tsv``, either packed as ``.gz``, or ``.parquet``.
    names : mapping of str to str
        The file's name of each column that it calls otherwise: ``{"item_id": "sku"}``.

    Raises
    ------
    DatasetError
        If the file cannot be read, or has no ids.
    """
    frame = pd.concat(list(_chunks(path, names, (columns.ITEM_ID,))), ignore_index=True)
    for name in (columns.ITEM_ID, columns.ITEM_GROUP_ID, columns.TITLE, columns.BRAND):
        if name in frame:
            frame[name] = as_text(frame[name])
    frame, problems = without_repeats(frame, path.name, columns.ITEM_ID, columns.ITEM_ID)
    title = frame.get(columns.TITLE, frame[columns.ITEM_ID])
    items = {name: frame[name] for name in _ITEM_COLUMNS if name in frame}
    items[columns.TITLE] = title.map(plain_text).where(title.notna(), frame[columns.ITEM_ID])
    if columns.DESCRIPTION in frame:
        items[columns.DESCRIPTION] = frame[columns.DESCRIPTION].map(plain_text)
    if columns.PRICE in frame:
        values = frame[columns.PRICE]
        if values.map(type).eq(str).any():
            items[columns.PRICE], bad = read_prices(values, path.name, frame["line"])
            problems += bad
        else:
            items[columns.PRICE] = [price(value) for value in values]
    items.setdefault(columns.AVAILABILITY, pd.Series(columns.IN_STOCK, index=frame.index))
    further = [name for name in frame if name not in (*_ITEM_COLUMNS, "line")]
    return CatalogueRows(
        pd.DataFrame(items).assign(**{name: frame[name] for name in further}),
        problems=tuple(problems),
    )


def read_plain_events(path: Path, names: Mapping[str, str]) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table of events, at most `CHUNK_ROWS` at a time.

    Parameters
    ----------
    path, names
        As of `read_plain_items`.

    Raises
    ------
    DatasetError
        If the file cannot be read, or lacks the shopper's or the time's column.
    """
    return _chunks(path, names, (columns.USER_ID, columns.EVENT_TIME))


def _chunks(
    path: Path, names: Mapping[str, str], required: tuple[str, ...]
) -> Iterator[pd.DataFrame]:
    n_rows = 0
    try:
        for frame in _parquet(path) if path.suffix == ".parquet" else _text(path):
            for name, theirs in names.items():
                if theirs not in frame:
                    raise DatasetError(
                        f"{path} needs the column {theirs!r} for {name}. "
                        f"Received: {', '.join(map(str, frame.columns))}"
                    )
            named = frame.rename(columns={theirs: name for name, theirs in names.items()})
            missing = [name for name in required if name not in named]
            if missing:
                raise DatasetError(
                    f"{path} needs the columns {', '.join(required)}; name those that it calls "
                    f"otherwise (--column {missing[0]}=THEIRS). "
                    f"Received: {', '.join(map(str, frame.columns))}"
                )
            yield named.assign(line=np.arange(len(named)) + n_rows + 2)
            n_rows += len(named)
    except (OSError, EOFError, ValueError, pa.ArrowInvalid) as error:
        raise DatasetError(f"{path} must be a CSV or Parquet table. Received: {error}") from error


def _text(path: Path) -> Iterator[pd.DataFrame]:
    is_tabbed = ".tsv" in path.suffixes
    yield from pd.read_csv(
        path,
        sep="\t" if is_tabbed else ",",
        dtype=str,
        encoding="utf-8-sig",
        keep_default_na=False,
        na_values=[""],
        chunksize=CHUNK_ROWS,
    )


def _parquet(path: Path) -> Iterator[pd.DataFrame]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(CHUNK_ROWS):
            yield batch.to_pandas()
