"""Which purchases stand once refunds are taken off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def standing_purchases(
    pair: NDArray[np.int64],
    is_purchase: NDArray[np.bool_],
    is_refund: NDArray[np.bool_],
    quantity: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Return which events are purchases that no refund cancels.

    A refund takes its quantity off the latest earlier purchases of the same shopper and
    item; one without a quantity cancels the latest purchase whole. A refund with nothing
    left to cancel is ignored.

    Parameters
    ----------
    pair : ndarray
        Shopper and item as one number, shape ``(n_events,)`` int64, sorted; within a pair
        the events are oldest first.
    is_purchase, is_refund : ndarray
        Shape ``(n_events,)`` bool.
    quantity : ndarray
        Shape ``(n_events,)`` float32; NaN unknown, which for a purchase is 1.

    Returns
    -------
    ndarray
        Shape ``(n_events,)`` bool.
    """
    standing = is_purchase.copy()
    # Refunds are few: only the pairs that have one are walked event by event.
    for refunded in np.unique(pair[is_refund]):
        start, stop = np.searchsorted(pair, [refunded, refunded + 1])
        open_purchases: list[tuple[int, float]] = []
        for row in range(start, stop):
            if standing[row]:
                pieces = 1.0 if np.isnan(quantity[row]) else float(quantity[row])
                open_purchases.append((row, pieces))
            elif is_refund[row]:
                _take_off(open_purchases, float(quantity[row]))
        still_open = {row for row, _ in open_purchases}
        for row in range(start, stop):
            standing[row] &= row in still_open
    return standing


def _take_off(open_purchases: list[tuple[int, float]], quantity: float) -> None:
    if np.isnan(quantity):
        if open_purchases:
            open_purchases.pop()
        return
    while open_purchases and quantity > 0:
        row, pieces = open_purchases.pop()
        if pieces > quantity:
            open_purchases.append((row, pieces - quantity))
        quantity -= pieces
