"""What shoppers did: who bought what, how long ago, and what is bought again."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

from modiste.data import columns
from modiste.data.identifiers import IdMap
from modiste.errors import ReleaseError
from modiste.recommender.refunds import standing_purchases

HISTORY_FILE = "history.npz"
USERS_FILE = "users.parquet"

#: How much one event says that the shopper wants the item.
EVENT_WEIGHTS: Final = MappingProxyType(
    {
        columns.VIEW_ITEM: 1.0,
        columns.ADD_TO_WISHLIST: 2.0,
        columns.ADD_TO_CART: 3.0,
        columns.PURCHASE: 5.0,
    }
)
#: Weight of an item of ``Query.recent``, which may have been looked at or bought.
RECENT_WEIGHT: Final = EVENT_WEIGHTS[columns.ADD_TO_CART]
#: After this many days an event counts half in a shopper's taste.
TASTE_HALF_LIFE_DAYS: Final = 90.0
#: After this many days an event counts half in an item's popularity.
POPULARITY_HALF_LIFE_DAYS: Final = 30.0
#: The same for what sells this week.
RECENT_HALF_LIFE_DAYS: Final = 7.0
#: Purchases of prior weight with which a category's repeat rate starts at the shop's.
REPEAT_PRIOR_PURCHASES: Final = 10.0

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
        item_index = pd.Index(item_ids.ids, dtype=object).get_indexer(
            events[columns.ITEM_ID].astype(object)
        )
        kept = np.flatnonzero(
            (item_index >= 0) & (stamps < end) & (events[columns.EVENT_NAME] != columns.SEARCH)
        )
        users, user_ids = pd.factorize(
            events[columns.USER_ID].to_numpy(dtype=object)[kept], sort=True
        )
        log = pd.DataFrame(
            {
                "user": users.astype(np.int64),
                "item": item_index[kept].astype(np.int64),
                "days": ((end - stamps[kept]) / _MICROSECONDS_A_DAY).astype(np.float64),
                "name": events[columns.EVENT_NAME].to_numpy(dtype=object)[kept],
                "quantity": events[columns.QUANTITY]
                .astype("Float64")
                .to_numpy(dtype=np.float64, na_value=np.nan)[kept],
            }
        )
        return _counted(log, IdMap(user_ids), len(item_ids), _utc(end))

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


_ARRAYS = (
    "indptr",
    "item_index",
    "weight",
    "last_days",
    "n_purchases",
    "purchase_days",
    "popularity",
    "recent_popularity",
    "item_purchases",
    "item_repeats",
)


def _counted(log: pd.DataFrame, user_ids: IdMap, n_items: int, as_of: datetime) -> History:
    """Count a log of user, item, days before `as_of`, event name and quantity."""
    # Oldest first; a refund at the moment of its purchase comes after it.
    is_refund = (log["name"] == columns.REFUND).to_numpy()
    log = log.iloc[np.lexsort((is_refund, -log["days"].to_numpy(), log["item"], log["user"]))]
    user, item, days = (log[name].to_numpy() for name in ("user", "item", "days"))
    weight = log["name"].map(EVENT_WEIGHTS).fillna(0.0).to_numpy(dtype=np.float64, copy=True)
    pair = user * n_items + item
    standing = standing_purchases(pair, log["name"].to_numpy(), log["quantity"].to_numpy())
    weight[(log["name"] == columns.PURCHASE).to_numpy() & ~standing] = 0.0

    taste = weight * np.exp2(-days / TASTE_HALF_LIFE_DAYS)
    popularity, recent_popularity = (
        np.bincount(item, weight * np.exp2(-days / half_life), minlength=n_items)
        for half_life in (POPULARITY_HALF_LIFE_DAYS, RECENT_HALF_LIFE_DAYS)
    )
    item_purchases = np.bincount(item[standing], minlength=n_items)
    # Sorted by pair and time: a standing purchase whose next one is of the same pair repeats.
    bought_pair, bought_item = pair[standing], item[standing]
    repeats = np.bincount(bought_item[:-1][bought_pair[1:] == bought_pair[:-1]], minlength=n_items)

    # One entry a pair, then each shopper's entries by time of the last event.
    entry_pair, entry = np.unique(pair, return_inverse=True)
    n_entries = len(entry_pair)
    entry_weight = np.bincount(entry, taste, minlength=n_entries)
    last = np.full(n_entries, np.inf)
    touched = weight > 0
    np.minimum.at(last, entry[touched], days[touched])
    bought = np.full(n_entries, np.inf)
    np.minimum.at(bought, entry[standing], days[standing])
    n_purchases = np.bincount(entry[standing], minlength=n_entries)

    kept = entry_weight > 0
    entry_user = entry_pair // max(n_items, 1)
    order = np.lexsort((entry_pair, -last, entry_user))
    order = order[kept[order]]
    counts = np.bincount(entry_user[order], minlength=len(user_ids))
    return History(
        user_ids=user_ids,
        n_items=n_items,
        as_of=as_of,
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        item_index=(entry_pair % max(n_items, 1))[order].astype(np.int32),
        weight=entry_weight[order].astype(np.float32),
        last_days=last[order].astype(np.float32),
        n_purchases=n_purchases[order].astype(np.int32),
        purchase_days=np.where(np.isinf(bought), np.nan, bought)[order].astype(np.float32),
        popularity=popularity.astype(np.float32),
        recent_popularity=recent_popularity.astype(np.float32),
        item_purchases=item_purchases.astype(np.int32),
        item_repeats=repeats.astype(np.int32),
    )


def _microseconds(moment: datetime | None, stamps: NDArray[np.int64]) -> int:
    if moment is None:
        return int(stamps.max()) + 1 if stamps.size else _microseconds(datetime.now(UTC), stamps)
    if moment.tzinfo is None:
        raise ValueError(f"as_of must have a time zone. Received: {moment!r}")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _utc(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
