"""Columns of the items table as arrays."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.data import columns
from modiste.data.vocabulary import Vocabulary

_MICROSECONDS_A_DAY = 86_400_000_000


def listed_attributes(items: pd.DataFrame, vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Return 1 for each attribute the items table lists: ``(n_items, n_attributes)`` float32."""
    rows: list[int] = []
    names: list[int] = []
    for row, listed in enumerate(items[columns.ATTRIBUTES]):
        # A null is None or NaN; a list is a list, a tuple or an array.
        if listed is None or isinstance(listed, float):
            continue
        unique = {_attribute_index(name, vocabulary) for name in listed}
        names.extend(unique)
        rows.extend([row] * len(unique))
    return sparse.csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (rows, names)),
        shape=(len(items), len(vocabulary.attributes)),
    )


def days_since_epoch(times: pd.Series) -> NDArray[np.float64]:
    """Return UTC timestamps as days since 1970-01-01, shape ``(n,)`` float64; NaN for null."""
    stamps = pd.to_datetime(times, utc=True).dt.as_unit("us")
    days = stamps.astype("int64").to_numpy() / _MICROSECONDS_A_DAY
    days[stamps.isna().to_numpy()] = np.nan
    return np.asarray(days, dtype=np.float64)


def _attribute_index(name: str, vocabulary: Vocabulary) -> int:
    index = vocabulary.attribute_index.get(name)
    if index is None:
        raise ValueError(f"An item's attributes must be in the vocabulary. Received: {name!r}")
    return index


def category_index(names: pd.Series, vocabulary: Vocabulary) -> NDArray[np.int32]:
    """Return each name's place in the vocabulary, shape ``(n,)`` int32; -1 for null."""
    index = pd.Index(vocabulary.categories).get_indexer(names.astype(object))
    unknown = names[(index < 0) & names.notna().to_numpy()]
    if len(unknown):
        raise ValueError(
            f"An item's category must be in the vocabulary. Received: {unknown.iloc[0]!r}"
        )
    return np.asarray(index, dtype=np.int32)


def codes(values: pd.Series, *, in_order: bool = True) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return each value's place among the names, -1 for null, and those names.

    They are sorted, or as they come where the order does not matter, which is sooner.
    """
    # Text from Parquet is told apart without making objects of it.
    texts = values if isinstance(values.dtype, pd.StringDtype) else values.astype(object)
    codes, names = pd.factorize(texts, sort=in_order)
    return codes.astype(np.int32), tuple(names.tolist())
