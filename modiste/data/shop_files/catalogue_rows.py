"""What every catalogue format is read to, and the cells they share."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.errors import RowProblem

_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")
_PRICE = re.compile(r"(?:[A-Z]{3}\s*)?(\d[\d.,' ]*)(?:\s*[A-Z]{3})?")

#: What shop software calls being in stock or not; anything else is told.
AVAILABILITY: Mapping[str, str] = {
    "in stock": columns.IN_STOCK,
    "in_stock": columns.IN_STOCK,
    "available": columns.IN_STOCK,
    "out of stock": columns.OUT_OF_STOCK,
    "out_of_stock": columns.OUT_OF_STOCK,
    "preorder": columns.OUT_OF_STOCK,
    "backorder": columns.OUT_OF_STOCK,
}


@dataclass(frozen=True)
class CatalogueRows:
    """A catalogue as read, before it has a vocabulary.

    Parameters
    ----------
    items : DataFrame
        Columns of `modiste.data.tables.ITEMS_SCHEMA` but ``attributes``, and further ones.
    labels : mapping of str to list
        By attribute type, the value of each item, a str or None.
    problems : tuple of RowProblem
        Rows left out and cells taken for unknown, by line of the file.
    """

    items: pd.DataFrame
    labels: Mapping[str, list[str | None]] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as text without spaces around it, None where there is none.

    Whole numbers have no decimals, even if blanks between them made the column one of
    floats: 17850, not 17850.0.
    """
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    found = values.astype("string").str.strip().astype(object)
    return found.where(found.notna() & (found != ""), None)


def plain_text(value: object) -> str | None:
    """Return text without HTML, or None if there is none."""
    if not isinstance(value, str):
        return None
    text = _SPACE.sub(" ", html.unescape(_TAG.sub(" ", value))).strip()
    return text or None


def price(value: object) -> float | None:
    """Return a price such as ``15.00 USD``, ``EUR 1.299,00`` or ``1,299.00``; None if unreadable.

    A comma or point with two digits after it, at the end, is the decimal one.
    """
    if isinstance(value, int | float):
        return float(value) if np.isfinite(value) and value >= 0 else None
    found = _PRICE.fullmatch(str(value).strip()) if value is not None else None
    if found is None:
        return None
    digits = re.sub(r"[' ]", "", found[1])
    whole, point, cents = digits, "", ""
    if last := re.search(r"[.,](\d{1,2})$", digits):
        whole, point, cents = digits[: last.start()], ".", last[1]
    return float(re.sub(r"[.,]", "", whole) + point + cents)


def read_prices(
    values: pd.Series, file: str, lines: pd.Series
) -> tuple[list[float], list[RowProblem]]:
    """Return prices, NaN where there is none, and the cells that are none but should be."""
    prices, problems = [], []
    for line, value in zip(lines, values, strict=True):
        found = price(value) if isinstance(value, str) else None
        prices.append(np.nan if found is None else found)
        if isinstance(value, str) and found is None:
            rule = "must be a price such as 15.00 USD; taken for unknown"
            problems.append(RowProblem(file, int(line), columns.PRICE, value, rule))
    return prices, problems


def without_repeats(
    frame: pd.DataFrame, file: str, key: str, column: str
) -> tuple[pd.DataFrame, list[RowProblem]]:
    """Leave out rows without `key` or with that of an earlier row; ``line`` says where they are."""
    is_bad = frame[key].isna() | (frame[key] == "") | frame[key].duplicated()
    problems = [
        RowProblem(file, int(line), column, value, "must be there, and once only")
        for line, value in zip(frame["line"][is_bad], frame[key][is_bad], strict=True)
    ]
    return frame[~is_bad].reset_index(drop=True), problems
