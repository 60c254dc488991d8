"""Which files of a folder are the catalogue and the events, and in what format."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data.shop_files import ga4, shopify
from modiste.errors import DatasetError

MERCHANT: Final = "Google Merchant feed"
SHOPIFY: Final = "Shopify export"
GA4: Final = "GA4 export"
PLAIN: Final = "plain table"

CATALOGUE_NAMES: Final = ("items", "products", "products_export", "feed", "catalogue", "catalog")
EVENT_NAMES: Final = ("events", "ga4", "orders", "transactions")

_SUFFIXES = (
    ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".xml", ".parquet", ".json", ".jsonl",
    ".json.gz", ".jsonl.gz", "",
)  # fmt: skip
#: A table with an id and a title is a feed if it has one of these too.
_OF_A_FEED = frozenset({"link", "image_link", "availability", "google_product_category"})


def find(folder: Path, names: Sequence[str]) -> Path | None:
    """Return the first file or, for events, folder of a folder that has one of the names."""
    for name in names:
        for suffix in _SUFFIXES:
            path = folder / f"{name}{suffix}"
            if path.is_file() or (not suffix and path.is_dir()):
                return path
    return None


def catalogue_format(path: Path) -> str:
    """Return in what format a catalogue is."""
    if path.suffix.lower() == ".xml":
        return MERCHANT
    header = column_names(path)
    if set(shopify.REQUIRED) <= set(header):
        return SHOPIFY
    names = {name.strip().lower().replace(" ", "_") for name in header}
    return MERCHANT if {"id", "title"} <= names and names & _OF_A_FEED else PLAIN


def event_format(path: Path) -> str:
    """Return in what format events are."""
    if path.is_dir() or {".json", ".jsonl"} & set(path.suffixes):
        return GA4
    return GA4 if set(ga4.REQUIRED) <= set(column_names(path)) else PLAIN


def column_names(path: Path) -> list[str]:
    """Return the names of a table's columns.

    Raises
    ------
    DatasetError
        If the file cannot be read.
    """
    try:
        if path.suffix == ".parquet":
            return list(pq.read_schema(path).names)
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            line = file.readline()
            return next(csv.reader([line], delimiter="\t" if "\t" in line else ","), [])
    except (OSError, EOFError, ValueError, pa.ArrowInvalid) as error:
        raise DatasetError(f"{path} must be a table. Received: {error}") from error
