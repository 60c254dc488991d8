"""Events counted: what each shopper did with each item, and what all did."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from modiste.data import columns
from modiste.recommender.refunds import standing_purchases

#: How much one event says that the shopper wants the item.
EVENT_WEIGHTS: Final = MappingProxyType(
    {
        columns.VIEW_ITEM: 1.0,
        columns.ADD_TO_WISHLIST: 2.0,
        columns.ADD_TO_CART: 3.0,
        columns.PURCHASE: 5.0,
    }
)
#: Weight of an item of ``Query.recent``: looked at a moment ago, which says more than long ago.
RECENT_WEIGHT: Final = EVENT_WEIGHTS[columns.ADD_TO_CART]
#: Weight of an item of ``Query.bought``.
BOUGHT_WEIGHT: Final = EVENT_WEIGHTS[columns.PURCHASE]
#: After this many days an event counts half in a shopper's taste.
TASTE_HALF_LIFE_DAYS: Final = 90.0
#: After this many days an event counts half in an item's popularity.
POPULARITY_HALF_LIFE_DAYS: Final = 30.0
#: The same for what sells this week.
RECENT_HALF_LIFE_DAYS: Final = 7.0
#: Purchases of prior weight with which a category's repeat rate starts at the shop's.
REPEAT_PRIOR_PURCHASES: Final = 10.0


#: The events that count, in the order of the codes of `EventLog.kind`.
KINDS: Final = (*EVENT_WEIGHTS, columns.REFUND)
_PURCHASE, _REFUND = KINDS.index(columns.PURCHASE), KINDS.index(columns.REFUND)
_WEIGHTS: Final = np.array([*EVENT_WEIGHTS.values(), 0.0])


@dataclass(frozen=True)
class EventLog:
    """Events on items as arrays of 29 bytes a row: a year of a large shop is 30 million.

    Parameters
    ----------
    pair : ndarray
        ``user * n_items + item``, shape ``(n_events,)`` int64.
    days : ndarray
        Before the end of the history, shape ``(n_events,)`` float64.
    kind : ndarray
        Position in `KINDS`, shape ``(n_events,)`` int8.
    quantity : ndarray
        Shape ``(n_events,)`` float32; NaN unknown.
    """

    pair: NDArray[np.int64]
    days: NDArray[np.float64]
    kind: NDArray[np.int8]
    quantity: NDArray[np.float32]

    def in_order(self) -> EventLog:
        """Return the events by pair and oldest first, a refund after the purchase it meets."""
        order = np.lexsort((self.kind == _REFUND, -self.days, self.pair))
        return EventLog(self.pair[order], self.days[order], self.kind[order], self.quantity[order])


def counted(log: EventLog, n_users: int, n_items: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``modiste.recommender.history.History``, by name.

    Parameters
    ----------
    log : EventLog
    n_users, n_items : int
    """
    log = log.in_order()
    pair, days = log.pair, log.days
    item = (pair % max(n_items, 1)).astype(np.int32)
    is_purchase = log.kind == _PURCHASE
    standing = standing_purchases(pair, is_purchase, log.kind == _REFUND, log.quantity)
    weight = _WEIGHTS[log.kind]
    weight[is_purchase & ~standing] = 0.0

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
    is_first = np.concatenate([np.ones(min(len(pair), 1), bool), pair[1:] != pair[:-1]])
    entry_pair, entry = pair[is_first], np.cumsum(is_first) - 1
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
    counts = np.bincount(entry_user[order], minlength=n_users)
    return {
        "indptr": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "item_index": (entry_pair % max(n_items, 1))[order].astype(np.int32),
        "weight": entry_weight[order].astype(np.float32),
        "last_days": last[order].astype(np.float32),
        "n_purchases": n_purchases[order].astype(np.int32),
        "purchase_days": np.where(np.isinf(bought), np.nan, bought)[order].astype(np.float32),
        "popularity": popularity.astype(np.float32),
        "recent_popularity": recent_popularity.astype(np.float32),
        "item_purchases": item_purchases.astype(np.int32),
        "item_repeats": repeats.astype(np.int32),
    }
