"""Which items the same shopper bought within a few days, counted in the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.history import History

#: Two purchases of a shopper at most this far apart are bought together.
TOGETHER_DAYS: Final = 7.0
#: After this many days, a pair bought together says half as much.
TOGETHER_HALF_LIFE_DAYS: Final = 90.0
#: Later purchases that one is counted with, at most: who buys a thousand things in a week wears
#: none of them together.
MAX_PARTNERS: Final = 400
#: Pairs held at once: some 200 MiB.
_MAX_PAIRS: Final = 1 << 22


@dataclass(frozen=True)
class BoughtTogether:
    """Pairs of items that shoppers bought together; build with `of`.

    Both matrices are symmetric, of shape ``(n_items, n_items)`` float32, and hold nothing on
    the diagonal.

    Parameters
    ----------
    shoppers : csr_matrix
        How many shoppers bought both within `TOGETHER_DAYS`.
    weights : csr_matrix
        The same, a pair of two that were bought with many others counting less, and one of long
        ago too: what ranks.
    """

    shoppers: sparse.csr_matrix
    weights: sparse.csr_matrix

    @classmethod
    def of(cls, history: History) -> BoughtTogether:
        """Count each shopper's last purchase of each item; refunded ones do not count.

        Earlier purchases of an item are not in a release, and counting them found 2 % more.

        Parameters
        ----------
        history : History
        """
        n_items = history.n_items
        bought = np.flatnonzero(history.n_purchases > 0)
        user = np.repeat(np.arange(history.n_users), np.diff(history.indptr))[bought]
        days = history.purchase_days[bought].astype(np.float64)
        order = np.lexsort((history.item_index[bought], -days, user))
        item, days = history.item_index[bought][order].astype(np.int64), days[order]
        # One number that rises with time, and from shopper to shopper by more than a window.
        latest = days.max(initial=0.0)
        at = user[order] * (latest + TOGETHER_DAYS + 1.0) + (latest - days)
        # Times are float32, exact to some seconds.
        window = TOGETHER_DAYS + 1e-3
        stop = np.searchsorted(at, at + window, side="right")
        n_near = stop - np.searchsorted(at, at - window, side="left")
        n_partners = np.minimum(stop - np.arange(len(at)) - 1, MAX_PARTNERS)
        shoppers = sparse.csr_matrix((n_items, n_items), dtype=np.float32)
        weights = shoppers.copy()
        for part in _parts(n_partners):
            left = np.repeat(np.arange(part.start, part.stop), n_partners[part])
            starts = np.cumsum(n_partners[part]) - n_partners[part]
            right = left + 1 + np.arange(len(left)) - np.repeat(starts, n_partners[part])
            # `right` was bought later: when both had been.
            weight = np.exp2(-days[right] / TOGETHER_HALF_LIFE_DAYS)
            weight *= np.sqrt(2.0 / (n_near[left] + n_near[right] - 2.0))
            places = (item[left], item[right])
            ones = np.ones(len(left), dtype=np.float32)
            shoppers = shoppers + sparse.csr_matrix((ones, places), shape=(n_items, n_items))
            weights = weights + sparse.csr_matrix(
                (weight.astype(np.float32), places), shape=(n_items, n_items)
            )
        return cls(_symmetric(shoppers), _symmetric(weights))

    def widened(self, n_items: int) -> BoughtTogether:
        """Return the pairs of more items, the new ones last, which nobody bought."""
        return BoughtTogether(_widened(self.shoppers, n_items), _widened(self.weights, n_items))


def _widened(pairs: sparse.csr_matrix, n_items: int) -> sparse.csr_matrix:
    indptr = np.pad(pairs.indptr, (0, n_items - pairs.shape[0]), mode="edge")
    return sparse.csr_matrix((pairs.data, pairs.indices, indptr), shape=(n_items, n_items))


def _symmetric(pairs: sparse.csr_matrix) -> sparse.csr_matrix:
    both = sparse.csr_matrix(pairs + pairs.T, dtype=np.float32)
    both.sort_indices()
    return both


def _parts(n_partners: NDArray[np.int64]) -> list[slice]:
    """Cut the purchases into runs of at most `_MAX_PAIRS` pairs, each of one purchase or more."""
    total = np.concatenate([[0], np.cumsum(n_partners)])
    parts, start = [], 0
    while start < len(n_partners):
        stop = int(np.searchsorted(total, total[start] + _MAX_PAIRS, side="right")) - 1
        stop = max(stop, start + 1)
        parts.append(slice(start, stop))
        start = stop
    return parts
