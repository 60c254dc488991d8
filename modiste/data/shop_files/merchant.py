"""Google Merchant product feeds: tab- or comma-separated, or RSS.

References
----------
https://support.google.com/merchants/answer/7052112 (product data specification).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

from modiste.data import columns
from modiste.data.shop_files.catalogue_rows import (
    AVAILABILITY,
    CatalogueRows,
    plain_text,
    read_prices,
    without_repeats,
)
from modiste.errors import DatasetError, RowProblem

#: What a feed must have, beside a title.
REQUIRED = ("id", "title")
#: Attribute type of each field that says how an item looks.
LABELS: Mapping[str, str] = {"material": "fabric", "pattern": "texture", "color": "colour"}
#: Further fields that can be filtered by.
KEPT = ("gender", "age_group", "size", "condition")

_NAMESPACE = "{http://base.google.com/ns/1.0}"


def read_merchant(path: Path) -> CatalogueRows:
    """Read a product feed.

    The category is the last step of ``product_type``, or of ``google_product_category``
    where it has words. Pre-orders count as out of stock.

    Raises
    ------
    DatasetError
        If the file is no feed or lacks a column.
    """
    frame = _rss(path) if path.suffix.lower() == ".xml" else _separated(path)
    missing = [name for name in REQUIRED if name not in frame]
    if missing:
        raise DatasetError(
            f"{path} must be a product feed with the columns {', '.join(REQUIRED)}. "
            f"Received: {', '.join(frame.columns)}"
        )
    frame, problems = without_repeats(frame, path.name, "id", "id")
    empty = pd.Series([None] * len(frame), dtype=object)
    cells = {name: frame.get(name, empty) for name in _FIELDS}
    prices, bad_prices = read_prices(cells["price"], path.name, frame["line"])
    availability, bad_stock = _availability(cells["availability"], frame["line"], path.name)
    category = cells["product_type"].where(
        cells["product_type"].notna(), cells["google_product_category"]
    )
    items = pd.DataFrame(
        {
            columns.ITEM_ID: frame["id"],
            columns.ITEM_GROUP_ID: cells["item_group_id"],
            columns.TITLE: [plain_text(title) for title in frame["title"]],
            columns.DESCRIPTION: [plain_text(text) for text in cells["description"]],
            columns.BRAND: cells["brand"],
            columns.CATEGORY: [_last_step(each) for each in category],
            columns.COLOR: cells["color"],
            columns.PRICE: prices,
            columns.AVAILABILITY: availability,
            **{name: frame[name] for name in KEPT if name in frame},
        }
    )
    items[columns.TITLE] = items[columns.TITLE].where(items[columns.TITLE].notna(), frame["id"])
    labels = {kind: [_said(each) for each in cells[name]] for name, kind in LABELS.items()}
    return CatalogueRows(items, labels, (*problems, *bad_prices, *bad_stock))


_FIELDS = (
    "item_group_id", "description", "brand", "product_type", "google_product_category", "price",
    "availability", *LABELS,
)  # fmt: skip


def _separated(path: Path) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8-sig") as file:
            separator = "\t" if "\t" in file.readline() else ","
        frame = pd.read_csv(
            path,
            sep=separator,
            dtype=str,
            encoding="utf-8-sig",
            keep_default_na=False,
            na_values=[""],
        )
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} must be a table of text. Received: {error}") from error
    names = [name.strip().lower().replace(" ", "_") for name in frame.columns]
    frame.columns = pd.Index(names)
    return _objects(frame).assign(line=range(2, len(frame) + 2))


def _rss(path: Path) -> pd.DataFrame:
    text = path.read_bytes()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise DatasetError(f"{path} must not declare entities. Received: a document type")
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise DatasetError(f"{path} must be an RSS or Atom feed. Received: {error}") from error
    found = [
        {child.tag.removeprefix(_NAMESPACE).split("}")[-1]: child.text for child in item}
        for item in root.iter()
        if item.tag.split("}")[-1] in {"item", "entry"}
    ]
    if not found:
        raise DatasetError(f"{path} must be a feed with items. Received: none")
    return _objects(pd.DataFrame(found)).assign(line=range(1, len(found) + 1))


def _objects(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), None)


def _availability(
    values: pd.Series, lines: pd.Series, file: str
) -> tuple[list[str], list[RowProblem]]:
    found, problems = [], []
    for line, value in zip(lines, values, strict=True):
        known = columns.IN_STOCK if value is None else AVAILABILITY.get(value.strip().lower())
        if known is None:
            rule = "must be in_stock, out_of_stock, preorder or backorder; taken for out_of_stock"
            problems.append(RowProblem(file, int(line), columns.AVAILABILITY, value, rule))
        found.append(known or columns.OUT_OF_STOCK)
    return found, problems


def _last_step(category: str | None) -> str | None:
    last = (category or "").split(">")[-1].strip()
    return None if not last or last.isdigit() else last


def _said(value: str | None) -> str | None:
    """Return the first of several values, ``Cotton/Polyester``, in lower case."""
    first = (value or "").split("/")[0].strip().lower()
    return first or None
