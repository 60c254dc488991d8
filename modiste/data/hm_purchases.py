"""H&M's transactions, a block at a time, to purchases day after day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from modiste.data import columns
from modiste.data.event_writer import EventWriter
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress

#: How much of the file is read at once.
BLOCK_BYTES = 32 << 20
#: Of an article's id.
DIGITS = 10

_TRANSACTION = ("t_dat", "customer_id", "article_id", "price")
_N_KEPT = 100  # problems that are kept; the others are only counted


def read_transactions(
    path: Path, block_bytes: int, progress: Progress | None
) -> Iterator[pd.DataFrame]:
    """Yield the transactions a block at a time, every value as text.

    Raises
    ------
    DatasetError
        If the file is no such table.
    """
    total = path.stat().st_size
    try:
        with pa.OSFile(str(path)) as file:
            stream = pa.CompressedInputStream(file, "gzip") if path.suffix == ".gz" else file
            reader = arrow_csv.open_csv(
                stream,
                arrow_csv.ReadOptions(block_size=block_bytes),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=list(_TRANSACTION),
                    column_types=dict.fromkeys(_TRANSACTION, pa.string()),
                    strings_can_be_null=True,
                ),
            )
            for batch in reader:
                yield batch.to_pandas()
                if progress is not None:
                    progress(min(file.tell(), total), total, "bytes of purchases read")
    except (OSError, EOFError, ValueError, KeyError, pa.ArrowInvalid) as error:
        raise DatasetError(
            f"{path} must be a CSV file with the columns {', '.join(_TRANSACTION)}. "
            f"Received: {error}"
        ) from error


@dataclass
class Purchases:
    """Turns lines into events, day after day.

    Parameters
    ----------
    articles : Index
        Of the article ids.
    file : str
        The name of the file, for what is wrong with it.

    Attributes
    ----------
    prices : ndarray
        The last price paid for each article, shape ``(n_articles,)`` float64; NaN if none.
    n_unknown, n_broken : int
        Lines left out: of no known article, without a date or a customer.
    n_merged : int
        Lines that were added to another of the same day, customer and article.
    problems : list of RowProblem
        The first of the broken lines.
    """

    articles: pd.Index
    file: str
    prices: NDArray[np.float64] = field(init=False)
    n_unknown: int = 0
    n_broken: int = 0
    n_merged: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    _n_lines: int = 0
    _open: pd.DataFrame | None = None  # lines of a day that the next block may go on with

    def __post_init__(self) -> None:
        self.prices = np.full(len(self.articles), np.nan)

    def add(self, lines: pd.DataFrame, writer: EventWriter) -> None:
        """Write the events of all whole days so far."""
        lines = lines.assign(line=np.arange(len(lines)) + self._n_lines)
        self._n_lines += len(lines)
        lines = self._checked(lines)
        priced = lines.dropna(subset="price").drop_duplicates("article", keep="last")
        self.prices[priced["article"]] = priced["price"]
        if self._open is not None:
            lines = pd.concat([self._open, lines], ignore_index=True)
        if lines.empty:
            return
        is_open = lines["day"] == lines["day"].iloc[-1]
        self._open = lines[is_open]
        self._write(lines[~is_open], writer)

    def finish(self, writer: EventWriter) -> None:
        """Write the events of the last day."""
        if self._open is not None:
            self._write(self._open, writer)

    def _checked(self, lines: pd.DataFrame) -> pd.DataFrame:
        day = pd.to_datetime(lines["t_dat"], errors="coerce", utc=True, format="ISO8601")
        customer = lines["customer_id"]
        is_broken = pd.Series(data=False, index=lines.index)
        for column, is_bad, rule in (
            ("t_dat", day.isna(), "must be a date"),
            ("customer_id", customer.isna() | (customer == ""), "must not be null"),
        ):
            is_broken |= is_bad
            for row in np.flatnonzero(is_bad)[: _N_KEPT - len(self.problems)]:
                line, value = int(lines["line"].iloc[row]) + 2, lines[column].iloc[row]
                self.problems.append(RowProblem(self.file, line, column, value, rule))
        self.n_broken += int(is_broken.sum())
        article = self.articles.get_indexer(lines["article_id"].str.zfill(DIGITS))
        is_unknown = (article < 0) & ~is_broken
        self.n_unknown += int(is_unknown.sum())
        price = pd.to_numeric(lines["price"], errors="coerce")
        checked = pd.DataFrame(
            {
                "line": lines["line"],
                "day": day,
                "customer": customer,
                "article": article,
                "price": price.where((price > 0) & np.isfinite(price)),
            }
        )
        return checked[~is_broken & ~is_unknown].reset_index(drop=True)

    def _write(self, lines: pd.DataFrame, writer: EventWriter) -> None:
        keys = ["day", "customer", "article"]
        bought = lines.groupby(keys, sort=False, as_index=False)["line"].agg(["min", "size"])
        self.n_merged += len(lines) - len(bought)
        writer.write(
            pd.DataFrame(
                {
                    columns.EVENT_ID: bought["min"].astype(str),
                    columns.USER_ID: bought["customer"],
                    columns.ITEM_ID: self.articles[bought["article"]],
                    columns.EVENT_NAME: columns.PURCHASE,
                    columns.EVENT_TIME: bought["day"],
                    columns.QUANTITY: bought["size"],
                }
            )
        )
