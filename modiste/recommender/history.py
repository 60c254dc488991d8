"""What shoppers did: who bought what, how long ago, and what is bought again."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

from modiste.data import columns
from modiste.data.identifiers import IdMap
from modiste.errors import ReleaseError
from modiste.recommender.history_counts import (
    KINDS,
    REPEAT_PRIOR_PURCHASES,
    EventLog,
    counted,
)

HISTORY_FILE = "history.npz"
USERS_FILE = "users.parquet"

_MICROSECONDS_A_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class History:
    """Every shopper's events up to a moment; build one with `from_events`.

    The rows are in compressed sparse form: shopper ``u`` has the entries
    ``indptr[u]:indptr[u + 1]`` (`row`), one an item, the item touched last at the end.

    Parameters
    ----------
    user_ids : IdMap
    n_items : int
    as_of : datetime
        UTC; events at or after it are not counted.
    indptr : ndarray
        Shape ``(n_users + 1,)`` int64.
    item_index : ndarray
        Shape ``(n_entries,)`` int32.
    weight : ndarray
        Sum of `EVENT_WEIGHTS`, decayed by `TASTE_HALF_LIFE_DAYS`, shape ``(n_entries,)``
        float32, above 0. Refunded purchases add nothing.
    last_days : ndarray
        Days from the last event to `as_of`, shape ``(n_entries,)`` float32.
    n_purchases : ndarray
        Purchases that were not refunded, shape ``(n_entries,)`` int32.
    purchase_days : ndarray
        Days from the last such purchase to `as_of`, shape ``(n_entries,)`` float32; NaN
        where there is none.
    popularity : ndarray
        Sum of `EVENT_WEIGHTS` of all shoppers, decayed by `POPULARITY_HALF_LIFE_DAYS`,
        shape ``(n_items,)`` float32.
    recent_popularity : ndarray
        The same, decayed by `RECENT_HALF_LIFE_DAYS`.
    item_purchases : ndarray
        Purchases of each item that were not refunded, shape ``(n_items,)`` int32.
    item_repeats : ndarray
        Those of them that the same shopper followed by another of the same item, shape
        ``(n_items,)`` int32.
    """

    user_ids: IdMap
    n_items: int
    as_of: datetime
    indptr: NDArray[np.int64]
    item_index: NDArray[np.int32]
    weight: NDArray[np.float32]
    last_days: NDArray[np.float32]
    n_purchases: NDArray[np.int32]
    purchase_days: NDArray[np.float32]
    popularity: NDArray[np.float32]
    recent_popularity: NDArray[np.float32]
    item_purchases: NDArray[np.int32]
    item_repeats: NDArray[np.int32]

    @classmethod
    def from_events(
        cls, events: pd.DataFrame, item_ids: IdMap, as_of: datetime | None = None
    ) -> History:
        """Build from the events table of a `Dataset`.

        Parameters
        ----------
        events : DataFrame
            Columns of ``modiste.data.dataset.EVENTS_SCHEMA``, in any order. Searches and
            events on items outside `item_ids` are left out.
        item_ids : IdMap
        as_of : datetime, optional
            With a time zone; events at or after it are left out. By default just after
            the last event, or now if there is none.
        """
        times = pd.to_datetime(events[columns.EVENT_TIME], utc=True).dt.as_unit("us")
        stamps = times.astype("int64").to_numpy()
        end = _microseconds(as_of, stamps)
        kind = pd.Index(KINDS, dtype=object).get_indexer(events[columns.EVENT_NAME].astype(object))
        item = pd.Index(item_ids.ids, dtype=object).get_indexer(
            events[columns.ITEM_ID].astype(object)
        )
        kept = np.flatnonzero((item >= 0) & (stamps < end) & (kind >= 0))
        users, user_ids = pd.factorize(
            events[columns.USER_ID].to_numpy(dtype=object)[kept], sort=True
        )
        quantity = events[columns.QUANTITY].astype("Float64")
        log = EventLog(
            pair=users.astype(np.int64) * len(item_ids) + item[kept],
            days=(end - stamps[kept]) / _MICROSECONDS_A_DAY,
            kind=kind[kept].astype(np.int8),
            quantity=quantity.to_numpy(dtype=np.float32, na_value=np.nan)[kept],
        )
        return cls(
            user_ids=IdMap(user_ids),
            n_items=len(item_ids),
            as_of=_utc(end),
            **counted(log, len(user_ids), len(item_ids)),
        )

    @property
    def n_users(self) -> int:
        """Number of shoppers with at least one event on an item."""
        return len(self.user_ids)

    @functools.cached_property
    def matrix(self) -> sparse.csr_matrix:
        """`weight` as a matrix, shape ``(n_users, n_items)`` float32; what ALS is fitted on.

        A copy: SciPy sorts columns in place, which would part the items from their other figures.
        """
        matrix = sparse.csr_matrix(
            (self.weight, self.item_index, self.indptr),
            shape=(self.n_users, self.n_items),
            copy=True,
        )
        matrix.sort_indices()
        return matrix

    def widened(self, n_items: int) -> History:
        """Return the same history of more items, the new ones last, which nobody touched."""
        added = n_items - self.n_items
        of_items: dict[str, Any] = {
            name: np.pad(getattr(self, name), (0, added)) for name in _OF_ITEMS
        }
        return replace(self, n_items=n_items, **of_items)

    def row(self, user_index: int) -> slice:
        """Return where the entries of a shopper lie, oldest first."""
        return slice(int(self.indptr[user_index]), int(self.indptr[user_index + 1]))

    def repeat_rates(self, categories: NDArray[np.int32], n_categories: int) -> NDArray[np.float32]:
        """Return how often a purchase in each category is followed by another of its item.

        Parameters
        ----------
        categories : ndarray
            Category of each item, shape ``(n_items,)`` int32; -1 unknown.
        n_categories : int

        Returns
        -------
        ndarray
            Shape ``(n_categories + 1,)`` float32 in [0, 1], so that index -1 is the rate
            of items without a category. A category with few purchases is drawn towards
            the shop's rate, as if it had `REPEAT_PRIOR_PURCHASES` more.
        """
        category = np.where(categories < 0, n_categories, categories)
        bought = np.bincount(category, self.item_purchases, minlength=n_categories + 1)
        again = np.bincount(category, self.item_repeats, minlength=n_categories + 1)
        shop = again.sum() / max(bought.sum(), 1.0)
        rates = (again + REPEAT_PRIOR_PURCHASES * shop) / (bought + REPEAT_PRIOR_PURCHASES)
        return np.asarray(rates, dtype=np.float32)

    def item_repeat_rates(
        self, categories: NDArray[np.int32], n_categories: int
    ) -> NDArray[np.float32]:
        """Return how often a purchase of each item is followed by another of it.

        Parameters
        ----------
        categories, n_categories
            As in `repeat_rates`.

        Returns
        -------
        ndarray
            Shape ``(n_items,)`` float32 in [0, 1]; an item with few purchases is drawn towards
            its category.
        """
        prior = self.repeat_rates(categories, n_categories)[categories]
        again = self.item_repeats + REPEAT_PRIOR_PURCHASES * prior
        return np.asarray(again / (self.item_purchases + REPEAT_PRIOR_PURCHASES), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write the two history files of a release into a folder."""
        np.savez(
            folder / HISTORY_FILE,
            n_items=np.int64(self.n_items),
            as_of=np.int64(_microseconds(self.as_of, np.empty(0, dtype=np.int64))),
            **{name: getattr(self, name) for name in _ARRAYS},
        )
        users = pa.table({columns.USER_ID: pa.array(self.user_ids.ids, pa.string())})
        pq.write_table(users, folder / USERS_FILE, compression="zstd")

    @classmethod
    def load(cls, folder: Path) -> History:
        """Read what `save` wrote.

        Raises
        ------
        ReleaseError
            If the two files do not belong together.
        """
        user_ids = IdMap(pq.read_table(folder / USERS_FILE)[columns.USER_ID].to_pylist())
        with np.load(folder / HISTORY_FILE, allow_pickle=False) as parts:
            history = cls(
                user_ids=user_ids,
                n_items=int(parts["n_items"]),
                as_of=_utc(int(parts["as_of"])),
                **{name: parts[name] for name in _ARRAYS},
            )
        if len(history.indptr) != len(user_ids) + 1:
            raise ReleaseError(
                f"{folder / HISTORY_FILE} and {USERS_FILE} must name the same shoppers; publish "
                f"the release again. Received: {len(history.indptr) - 1} and {len(user_ids)}"
            )
        return history


_OF_ITEMS = ("popularity", "recent_popularity", "item_purchases", "item_repeats")
_ARRAYS = (
    "indptr",
    "item_index",
    "weight",
    "last_days",
    "n_purchases",
    "purchase_days",
    *_OF_ITEMS,
)


def _microseconds(moment: datetime | None, stamps: NDArray[np.int64]) -> int:
    if moment is None:
        return int(stamps.max()) + 1 if stamps.size else _microseconds(datetime.now(UTC), stamps)
    if moment.tzinfo is None:
        raise ValueError(f"as_of must have a time zone. Received: {moment!r}")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _utc(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
