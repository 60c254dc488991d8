"""UCI's Online Retail: one year of a gift shop's invoices as items and events.

References
----------
Chen, "Online Retail", UCI Machine Learning Repository, 2015,
https://doi.org/10.24432/C5BW33 (CC BY 4.0).
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.dataset import empty_photos, write_dataset
from modiste.data.prepared import PrepareReport
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress

FILE_NAMES = ("online-retail.csv.gz", "online-retail.csv", "Online Retail.csv")
SOURCE_COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
)
#: Products have five digits and perhaps letters; POST, D, M, BANK CHARGES and such do not.
PRODUCT_CODE = r"\d{5}[A-Z]*"
#: The shop sells gifts, and the source has no categories.
VOCABULARY = Vocabulary(("Giftware",), ("full",), (), ())

_NOT_A_PRODUCT = "stock code of no product (postage, fees, manual entries, vouchers)"
_NO_INVOICE = "no invoice number"
_NO_CUSTOMER = "no customer"
_NO_QUANTITY = "quantity 0"
_UNREADABLE = "unreadable quantity or date"
#: Past it, floats skip whole numbers.
_MAX_QUANTITY = 2.0**53
_STAGES = 3


def prepare(src: str | Path, dst: str | Path, *, progress: Progress | None = None) -> PrepareReport:
    """Write Online Retail as a dataset.

    An item is a stock code, titled by its most frequent description, priced by the median
    of its prices above 0. An event is an invoice's line: a purchase, or a refund if the
    quantity is negative or the invoice a cancellation; lines of the same invoice, product
    and kind are one event with their quantities added up. Times are read as UTC; the
    source does not say which clock it used.

    Parameters
    ----------
    src : path
        The CSV file, gzipped or not, or the directory that holds it.
    dst : path
        The dataset directory to write.
    progress : callable, optional
        Told of each stage: the lines read, turned into events, and written.

    Returns
    -------
    PrepareReport
        What was written, and how many lines were left out for which reason.

    Raises
    ------
    DatasetError
        If there is no such file, it lacks a column, or no line is usable.
    """
    path = _find(Path(src))
    lines = _read(path)
    _tell(progress, 1)
    lines["StockCode"] = lines["StockCode"].str.strip().str.upper()
    is_product = lines["StockCode"].str.fullmatch(PRODUCT_CODE).fillna(value=False).astype(bool)
    dropped = {_NOT_A_PRODUCT: int((~is_product).sum())}
    lines = lines[is_product]
    all_lines = lines
    lines, problems = _checked(lines, path.name)
    dropped[_UNREADABLE] = len(all_lines) - len(lines)
    for reason, is_bad in (
        (_NO_INVOICE, lines["InvoiceNo"].isna()),
        (_NO_CUSTOMER, lines["CustomerID"].isna()),
        (_NO_QUANTITY, lines["Quantity"] == 0),
    ):
        kept = lines[~is_bad.reindex(lines.index)]
        dropped[reason] = len(lines) - len(kept)
        lines = kept
    if lines.empty:
        raise DatasetError(
            f"{path} must have lines of products with a customer. Received: none such"
        )
    events = _events(lines)
    items = _items(all_lines, frozenset(events[columns.ITEM_ID]))
    _tell(progress, 2)
    write_dataset(dst, VOCABULARY, items, events, empty_photos())
    _tell(progress, _STAGES)
    return PrepareReport(
        n_items=len(items),
        n_events=len(events),
        n_photos=0,
        dropped={reason: count for reason, count in dropped.items() if count},
        merged=len(lines) - len(events),
        problems=problems,
    )


def _tell(progress: Progress | None, stage: int) -> None:
    if progress is not None:
        progress(stage, _STAGES, "preparing Online Retail")


def _find(src: Path) -> Path:
    if src.is_file():
        return src
    for name in FILE_NAMES:
        if (src / name).is_file():
            return src / name
    raise DatasetError(f"Online Retail needs one of {', '.join(FILE_NAMES)}. Received: {src}")


def _read(path: Path) -> pd.DataFrame:
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == b"\x1f\x8b"
        return pd.read_csv(
            path,
            usecols=list(SOURCE_COLUMNS),
            dtype=str,
            compression="gzip" if is_gzip else None,
            # Excel's export of the source is not UTF-8; a pound sign is no reason to stop.
            encoding_errors="replace",
        )
    except (OSError, EOFError, ValueError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(
            f"{path} must be a CSV file with the columns {', '.join(SOURCE_COLUMNS)}. "
            f"Received: {error}"
        ) from error


def _checked(lines: pd.DataFrame, file: str) -> tuple[pd.DataFrame, tuple[RowProblem, ...]]:
    quantity = pd.to_numeric(lines["Quantity"], errors="coerce").astype("float64")
    quantity = quantity.where((quantity % 1 == 0) & (quantity.abs() <= _MAX_QUANTITY))
    time = pd.to_datetime(lines["InvoiceDate"], errors="coerce", utc=True, format="mixed")
    problems = []
    for column, parsed, rule in (
        ("Quantity", quantity, "must be a whole number"),
        ("InvoiceDate", time, "must be a date and time"),
    ):
        bad = lines[column][parsed.isna()]
        problems += [
            RowProblem(file, int(row) + 2, column, None if pd.isna(value) else value, rule)
            for row, value in bad.items()
        ]
    lines = lines.assign(Quantity=quantity, InvoiceDate=time)
    return lines[quantity.notna() & time.notna()], tuple(problems)


def _items(lines: pd.DataFrame, bought: frozenset[str]) -> pd.DataFrame:
    """Return what was ever sold at a price, to known customers or not."""
    price = pd.to_numeric(lines["UnitPrice"], errors="coerce")
    is_sale = price > 0
    codes = pd.Index(
        np.sort(lines["StockCode"][is_sale | lines["StockCode"].isin(bought)].unique())
    )
    description = lines["Description"].str.strip().str.replace(r"\s+", " ", regex=True)
    named = lines.assign(
        Description=description,
        # Staff write remarks such as "damaged?" in lower case; products are in capitals.
        is_remark=~description.fillna("").map(str.isupper),
    )[is_sale]
    keys = ["StockCode", "is_remark", "Description"]
    counts = named.groupby(keys).size().rename("n").reset_index()
    counts = counts.sort_values(
        ["StockCode", "is_remark", "n", "Description"], ascending=[True, True, False, True]
    )
    titles = counts.drop_duplicates("StockCode").set_index("StockCode")["Description"]
    titles = titles.reindex(codes)
    return pd.DataFrame(
        {
            columns.ITEM_ID: codes,
            # A product that no line describes is called by its code.
            columns.TITLE: titles.where(titles.notna(), codes.to_series()).to_numpy(),
            columns.CATEGORY: VOCABULARY.categories[0],
            columns.PRICE: price[is_sale]
            .groupby(lines["StockCode"])
            .median()
            .reindex(codes)
            .to_numpy(),
            columns.AVAILABILITY: columns.IN_STOCK,
        }
    )


def _events(lines: pd.DataFrame) -> pd.DataFrame:
    is_refund = (lines["Quantity"] < 0) | lines["InvoiceNo"].str.upper().str.startswith("C")
    keyed = pd.DataFrame(
        {
            "invoice": lines["InvoiceNo"],
            columns.ITEM_ID: lines["StockCode"],
            columns.EVENT_NAME: np.where(is_refund, columns.REFUND, columns.PURCHASE),
            columns.USER_ID: lines["CustomerID"].str.removesuffix(".0"),
            columns.EVENT_TIME: lines["InvoiceDate"],
            columns.QUANTITY: lines["Quantity"].abs(),
        }
    )
    keys = ["invoice", columns.ITEM_ID, columns.EVENT_NAME, columns.USER_ID]
    merged = keyed.groupby(keys, as_index=False, sort=False, dropna=False).agg(
        {columns.EVENT_TIME: "min", columns.QUANTITY: "sum"}
    )
    merged[columns.QUANTITY] = merged[columns.QUANTITY].astype("int64")
    # One invoice has one customer in the source; should it have two, the ids stay unique.
    repeat = merged.groupby(keys[:3]).cumcount()
    merged[columns.EVENT_ID] = (
        merged["invoice"]
        + "-"
        + merged[columns.ITEM_ID]
        + "-"
        + merged[columns.EVENT_NAME]
        + repeat.map(lambda n: f"-{n}" if n else "")
    )
    # The lines of one invoice share a time; they keep the order in which they were rung up.
    in_time = merged.sort_values(columns.EVENT_TIME, kind="stable")
    return in_time.drop(columns="invoice").reset_index(drop=True)
