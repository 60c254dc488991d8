"""Shopify's product export: a row a variant, and a row a further photo.

References
----------
https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.shop_files.catalogue_rows import (
    CatalogueRows,
    plain_text,
    read_prices,
    without_repeats,
)
from modiste.errors import DatasetError

REQUIRED = ("Handle", "Title", "Variant Price")
_COLORS = frozenset({"color", "colour", "farbe", "couleur", "colore", "cor"})
_SIZES = frozenset({"size", "größe", "groesse", "taille", "talla", "taglia", "tamanho"})
_OPTIONS = (1, 2, 3)


def read_shopify(path: Path) -> CatalogueRows:
    """Read a product export.

    An item is one colour of a product: its sizes are joined in ``sizes``, its price is the
    lowest, and it is in stock if any size is (or stock is not tracked). Its id is the
    product's handle, with the colour if the product has several; the handle is the item
    group. Drafts and archived products are out of stock.

    Raises
    ------
    DatasetError
        If the file is no such export.
    """
    try:
        frame = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} must be a CSV file. Received: {error}") from error
    missing = [name for name in REQUIRED if name not in frame]
    if missing:
        raise DatasetError(
            f"{path} needs the columns {', '.join(REQUIRED)}. Received: no {', '.join(missing)}"
        )
    frame = frame.assign(line=np.arange(len(frame)) + 2)
    frame["Handle"] = frame["Handle"].str.strip()
    products = frame[frame["Title"].str.strip() != ""]
    products, problems = without_repeats(products, path.name, "Handle", "Handle")
    variants = frame[(frame["Variant Price"] != "") & frame["Handle"].isin(products["Handle"])]
    variants = variants.merge(
        products.rename(columns=lambda name: f"of product: {name}"),
        left_on="Handle",
        right_on="of product: Handle",
    )
    prices, bad_prices = read_prices(variants["Variant Price"], path.name, variants["line"])
    variants = variants.assign(
        price=prices,
        color=_option(variants, _COLORS),
        size=_option(variants, _SIZES),
        in_stock=_in_stock(variants),
    )
    rows = [_item(*key, group) for key, group in _by_color(variants)]
    items = pd.DataFrame(rows, dtype=object)
    if items.empty:
        raise DatasetError(f"{path} must have products with a price. Received: none")
    labels = {"colour": [None if c is None else c.lower() for c in items[columns.COLOR]]}
    return CatalogueRows(items, labels, (*problems, *bad_prices))


def _by_color(variants: pd.DataFrame) -> list[tuple[tuple[str, str | None], pd.DataFrame]]:
    named = variants.assign(color=variants["color"].fillna(""))
    return [
        ((str(handle), str(color) or None), group)
        for (handle, color), group in named.groupby(["Handle", "color"], sort=False)
    ]


def _item(handle: str, color: str | None, variants: pd.DataFrame) -> dict[str, object]:
    first = variants.iloc[0]

    def said(name: str) -> str | None:
        return plain_text(first.get(f"of product: {name}"))

    sizes = [size for size in dict.fromkeys(variants["size"]) if size]
    return {
        columns.ITEM_ID: handle if color is None else f"{handle}:{color}",
        columns.ITEM_GROUP_ID: handle,
        columns.TITLE: said("Title"),
        columns.DESCRIPTION: said("Body (HTML)"),
        columns.BRAND: said("Vendor"),
        columns.CATEGORY: said("Type") or _last_step(said("Product Category")),
        columns.COLOR: color,
        columns.PRICE: float(variants["price"].min()),
        columns.AVAILABILITY: columns.IN_STOCK
        if variants["in_stock"].any()
        else columns.OUT_OF_STOCK,
        "sizes": " ".join(sizes) or None,
        "tags": said("Tags"),
    }


def _option(variants: pd.DataFrame, names: frozenset[str]) -> pd.Series:
    """Return the value of the option of one of these names, None where there is none."""
    found = pd.Series([None] * len(variants), index=variants.index, dtype=object)
    for n in _OPTIONS:
        # The name stands in a product's first row only.
        name, value = f"of product: Option{n} Name", f"Option{n} Value"
        if name in variants and value in variants:
            is_it = variants[name].str.strip().str.lower().isin(names) & (variants[value] != "")
            found = found.where(~is_it, variants[value].str.strip())
    return found


def _in_stock(variants: pd.DataFrame) -> pd.Series:
    def cells(name: str) -> pd.Series:
        empty = pd.Series([""] * len(variants), index=variants.index)
        return variants[name].str.strip().str.lower() if name in variants else empty

    quantity = pd.to_numeric(cells("Variant Inventory Qty"), errors="coerce")
    is_tracked = (cells("Variant Inventory Tracker") != "") & quantity.notna()
    sells_on = cells("Variant Inventory Policy") == "continue"
    is_live = cells("of product: Status").isin(["", "active"])
    return is_live & (~is_tracked | sells_on | (quantity > 0))


def _last_step(category: str | None) -> str | None:
    return (category or "").split(">")[-1].strip() or None
