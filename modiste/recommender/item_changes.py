"""Items that changed since the release was made, brought into a recommender that answers.

Nothing that answers now is written to: a changed recommender shares with it whatever did not
change, and takes its place at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.data import columns
from modiste.data.tables import ITEMS_SCHEMA
from modiste.data.vocabulary import Vocabulary
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.item_columns import listed_attributes
from modiste.recommender.item_description import merged_attributes
from modiste.recommender.patched_index import PatchedIndex
from modiste.recommender.patched_rows import PatchedRows
from modiste.recommender.recommender import Recommender
from modiste.recommender.visual import Visual

_STOCK: Final = (columns.PRICE, columns.AVAILABILITY)
_OTHERS: Final = tuple(name for name in ITEMS_SCHEMA.names if name not in _STOCK)


@dataclass(frozen=True)
class Looks:
    """What the network says of an item's photo.

    Parameters
    ----------
    seen : mapping of str to float
        Score of each attribute in [0, 1].
    embedding : ndarray or None
        Shape ``(embedding_size,)``, L2-normalised; None without a photo.
    """

    seen: Mapping[str, float] = field(default_factory=dict)
    embedding: NDArray[np.float16] | None = None


@dataclass(frozen=True)
class ItemChange:
    """One item as it is now.

    Parameters
    ----------
    item_id : str
    row : mapping of str to object or None
        The columns of ``modiste.data.dataset.ITEMS_SCHEMA``; None where the shop took the item
        out.
    looks : Looks or None
        None leaves an item the looks it has, and a new one none. What the network saw and the
        shop listed counts as listed: where the shop takes it back, it is gone until the item is
        looked at again.
    """

    item_id: str
    row: Mapping[str, object] | None
    looks: Looks | None = None


def with_changes(recommender: Recommender, changes: Sequence[ItemChange]) -> Recommender:
    """Return a recommender with some items changed, added and taken out.

    It answers as one would that is made of the changed items, but that nothing is learnt anew:
    an item added is in nobody's history. Other prices, stock and items taken out cost a few
    milliseconds at any size; anything else works out again what depends on all items.

    Parameters
    ----------
    recommender : Recommender
        Goes on answering as it did.
    changes : sequence of ItemChange
        Of one item, the last counts. One taken out that is not known is left out.

    Raises
    ------
    ValueError
        If a name is not in the vocabulary, or an embedding has another size.
    """
    latest = {change.item_id: change for change in changes}
    known = recommender.catalogue.item_ids
    wanted = [c for c in latest.values() if c.row is not None or c.item_id in known]
    if not wanted:
        return recommender
    rows = known.indices([change.item_id for change in wanted]).astype(np.int64)
    if _are_of_stock(recommender.catalogue, rows, wanted):
        return recommender.with_stock(_restocked(recommender.catalogue, rows, wanted))
    return _rewritten(recommender, rows, wanted)


def _are_of_stock(
    catalogue: Catalogue, rows: NDArray[np.int64], changes: Sequence[ItemChange]
) -> bool:
    """Return whether all items are known and nothing but price, stock and presence changed."""
    if (rows < 0).any() or any(change.looks is not None for change in changes):
        return False
    before = catalogue.items.iloc[rows][list(_OTHERS)].to_dict("records")
    return all(
        change.row is None
        or all(_plain(row[name]) == _plain(change.row.get(name)) for name in _OTHERS)
        for row, change in zip(before, changes, strict=True)
    )


def _plain(value: Any) -> object:
    """Return a cell so that equal ones compare equal, whatever kind of null or list they are."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):
        return None if np.isnan(value) else value
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(value)
    return value


def _restocked(
    catalogue: Catalogue, rows: NDArray[np.int64], changes: Sequence[ItemChange]
) -> Catalogue:
    prices = catalogue.items[columns.PRICE].to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    available = catalogue.available.copy()
    removed = _removed(catalogue, catalogue.n_items)
    for row, change in zip(rows, changes, strict=True):
        removed[row] = change.row is None
        if change.row is not None:
            prices[row] = _price(change.row)
            available[row] = change.row[columns.AVAILABILITY] == columns.IN_STOCK
    return catalogue.with_stock(prices, available, removed)


def _rewritten(
    recommender: Recommender, rows: NDArray[np.int64], changes: Sequence[ItemChange]
) -> Recommender:
    catalogue = recommender.catalogue
    rows = rows.copy()
    is_new = rows < 0
    added = [change.item_id for change, new in zip(changes, is_new, strict=True) if new]
    n_items = catalogue.n_items + len(added)
    rows[is_new] = np.arange(catalogue.n_items, n_items)
    removed = _removed(catalogue, n_items)
    removed[rows] = [change.row is None for change in changes]
    kept = [place for place, change in enumerate(changes) if change.row is not None]
    rows, changes = rows[kept], [changes[place] for place in kept]
    embeddings, has_embedding = _embeddings(catalogue, rows, changes, n_items)
    changed = Catalogue.from_items(
        _items(catalogue.items, rows, changes, n_items),
        catalogue.vocabulary,
        embeddings=embeddings,
        attributes=_attributes(catalogue, rows, changes, n_items),
        has_embedding=has_embedding,
        removed=removed,
        item_ids=catalogue.item_ids.with_added(added),
    )
    visual = (
        Visual(changed)
        if embeddings.shape[1] != catalogue.embeddings.shape[1]
        else _visual(recommender, changed)
    )
    return recommender.with_items(changed, visual)


def _visual(recommender: Recommender, changed: Catalogue) -> Visual:
    before, index = recommender.catalogue, recommender.visual.index
    if index is not None and isinstance(changed.embeddings, PatchedRows):
        index = PatchedIndex.of(index, before.n_items, changed.embeddings)
    return Visual(changed, index)


def _removed(catalogue: Catalogue, n_items: int) -> NDArray[np.bool_]:
    removed = np.zeros(n_items, dtype=np.bool_)
    if catalogue.removed is not None:
        removed[: catalogue.n_items] = catalogue.removed
    return removed


def _price(row: Mapping[str, object]) -> float:
    price = row.get(columns.PRICE)
    return float("nan") if price is None else float(price)  # type: ignore[arg-type]


def _items(
    items: pd.DataFrame, rows: NDArray[np.int64], changes: Sequence[ItemChange], n_items: int
) -> pd.DataFrame:
    """Return the table with some rows replaced and others added, each column in its type.

    What the shop's own columns say of an item stays; of a new item they are null.
    """
    own = [change.row for change in changes if change.row is not None]
    written: dict[str, pd.Series] = {}
    added = n_items - len(items)
    for name, column in items.items():
        if name == columns.PRICE:
            prices = np.pad(column.to_numpy(np.float64, na_value=np.nan), (0, added))
            prices[rows] = [_price(row) for row in own]
            written[name] = pd.Series(prices)
            continue
        is_text = isinstance(column.dtype, pd.StringDtype)
        if added:
            nulls = pd.Series([None] * added, dtype=column.dtype if is_text else object)
            column = (
                pd.concat([column, nulls], ignore_index=True)
                if is_text or column.dtype == object
                else column.reindex(range(n_items))
            )
        if name not in ITEMS_SCHEMA.names:
            written[str(name)] = column
            continue
        own_cells = pd.Series([row.get(name) for row in own], dtype=object)
        if name == columns.AVAILABLE_FROM:
            own_cells = pd.to_datetime(own_cells, utc=True)
        if column.dtype == object:
            cells = column.to_numpy(copy=True)
            # One by one, since NumPy would make a table of lists of one length.
            for row, cell in zip(rows, own_cells, strict=True):
                cells[row] = cell
            column = pd.Series(cells, dtype=object)
        else:
            column = column.copy()
            column.iloc[rows] = own_cells.astype(column.dtype).to_numpy()
        written[str(name)] = column
    return pd.DataFrame(written)


def _embeddings(
    catalogue: Catalogue, rows: NDArray[np.int64], changes: Sequence[ItemChange], n_items: int
) -> tuple[PatchedRows, NDArray[np.bool_]]:
    has_embedding = np.pad(catalogue.has_embedding, (0, n_items - catalogue.n_items))
    before: Any = catalogue.embeddings
    given = [c.looks.embedding for c in changes if c.looks and c.looks.embedding is not None]
    size = before.shape[1]
    if size == 0 and given:
        # A network without any photo of an item so far; these zeros take no memory.
        size = len(given[0])
        before = np.broadcast_to(np.float16(0), (catalogue.n_items, size))
    changed, values = [], []
    for row, change in zip(rows, changes, strict=True):
        if change.looks is None and row < catalogue.n_items:
            continue
        found = None if change.looks is None else change.looks.embedding
        if found is not None and found.shape != (size,):
            raise ValueError(
                f"An embedding must have the catalogue's shape ({size},); describe the item with "
                f"the release's network. Received: {found.shape} of {change.item_id!r}"
            )
        changed.append(row)
        values.append(np.zeros(size, dtype=np.float16) if found is None else found)
        has_embedding[row] = found is not None
    patched = PatchedRows.of(
        before,
        np.array(changed, dtype=np.int64),
        np.array(values, dtype=before.dtype).reshape(len(values), size),
        n_items,
    )
    return patched, has_embedding


def _attributes(
    catalogue: Catalogue, rows: NDArray[np.int64], changes: Sequence[ItemChange], n_items: int
) -> sparse.csr_matrix:
    vocabulary, before = catalogue.vocabulary, catalogue.attributes
    lists = [None if c.row is None else c.row.get(columns.ATTRIBUTES) for c in changes]
    listed = listed_attributes(
        pd.DataFrame({columns.ATTRIBUTES: pd.Series(lists, dtype=object)}), vocabulary
    )
    seen: list[tuple[int, int, float]] = []
    for place, (row, change) in enumerate(zip(rows, changes, strict=True)):
        if change.looks is not None:
            seen += _by_index(place, change.looks.seen, vocabulary)
        elif row < catalogue.n_items:
            # What a shop lists counts 1, so what counts less was seen.
            of_row = slice(before.indptr[row], before.indptr[row + 1])
            pairs = zip(before.indices[of_row], before.data[of_row], strict=True)
            seen += [(place, int(name), float(score)) for name, score in pairs if score < 1]
    own = merged_attributes(listed, seen, vocabulary)
    every = sparse.vstack([before, own], format="csr")
    order = np.arange(n_items)
    order[rows] = catalogue.n_items + np.arange(len(rows))
    return every[order]


def _by_index(
    place: int, seen: Mapping[str, float], vocabulary: Vocabulary
) -> list[tuple[int, int, float]]:
    return [(place, vocabulary.attribute_index[name], score) for name, score in seen.items()]
