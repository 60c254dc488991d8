"""Which items may be shown to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.filters import empty_note, filter_masks

_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Limits:
    """What the caller limits every answer of a batch to; make one with `of`.

    Parameters
    ----------
    k : int
        Products asked for.
    base : ndarray
        Items that are on sale, pass the filters and are not excluded, shape ``(n_items,)``
        bool.
    filter_viewed : bool
        Whether to leave out what the shopper bought.
    notes : tuple of str
        What was ignored, and why nothing is left.
    """

    k: int
    base: NDArray[np.bool_]
    filter_viewed: bool = True
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        k: int,
        *,
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        filter_viewed: bool = True,
        never: NDArray[np.int32] | None = None,
        new: NDArray[np.bool_] | None = None,
    ) -> Limits:
        """Check the arguments of ``Recommender.recommend`` and apply them to the items.

        `never` are the items that the shop's rules exclude, shape ``(n,)`` int32, and `new`
        those that have just arrived, shape ``(n_items,)`` bool.

        Raises
        ------
        ValueError
            If `k` is not from 1 to the number of items, `exclude` is no sequence of ids, or
            a filter is not one.
        """
        n_items = catalogue.n_items
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= n_items:
            raise ValueError(
                f"k must be a whole number from 1 to the catalogue's {n_items} items. "
                f"Received: {k!r}"
            )
        _check_ids(exclude)
        notes: list[str] = []
        excluded = catalogue.item_ids.indices(exclude)
        unknown = [one for one, index in zip(exclude, excluded, strict=True) if index < 0]
        if unknown:
            notes.append(f"Excluded items not in this release: {', '.join(unknown)}.")
        base = on_sale(catalogue)
        base[excluded[excluded >= 0]] = False
        if never is not None:
            base[never] = False
        masks = filter_masks(filters, catalogue, new)
        passing = base.copy()
        for mask in masks.values():
            passing &= mask
        if not base.any():
            notes.append("No item is in stock and not excluded.")
        elif filters and not passing.any():
            notes.append(empty_note(filters, masks, base))
        return cls(k, passing, filter_viewed, tuple(notes))


def _check_ids(exclude: object) -> None:
    if isinstance(exclude, str) or not isinstance(exclude, Collection):
        raise ValueError(f"exclude must be a sequence of item ids. Received: {exclude!r}")
    for one in exclude:
        if not isinstance(one, str):
            raise ValueError(f"exclude must be a sequence of item ids. Received: {one!r} in it")


def on_sale(catalogue: Catalogue, now: datetime | None = None) -> NDArray[np.bool_]:
    """Return the items in stock that have arrived and not gone, shape ``(n_items,)`` bool.

    Parameters
    ----------
    catalogue : Catalogue
    now : datetime, optional
        With a zone; the present by default.
    """
    today = (now or datetime.now(UTC)).timestamp() / _SECONDS_A_DAY
    # NaN, an unknown day, is not after today.
    shown: NDArray[np.bool_] = catalogue.available & ~(catalogue.available_from_days > today)
    return shown if catalogue.removed is None else shown & ~catalogue.removed


def allowed_items(
    base: NDArray[np.bool_],
    queries: Sequence[EncodedQuery],
    *,
    rebought: NDArray[np.bool_],
    filter_viewed: bool = True,
) -> NDArray[np.bool_]:
    """Return what each query may be answered with, shape ``(n_queries, n_items)`` bool.

    What is not within the limits of a query's phrase may not.

    Parameters
    ----------
    base : ndarray
        What any query may, shape ``(n_items,)`` bool.
    queries : sequence of EncodedQuery
    rebought : ndarray
        Items of the categories that shoppers buy again, shape ``(n_items,)`` bool.
    filter_viewed : bool
        Leave out what the shopper bought, unless it is of a kind that is bought again, and
        the item asked about.
    """
    allowed = np.tile(base, (len(queries), 1))
    for row, query in enumerate(queries):
        if query.passing is not None:
            allowed[row] &= query.passing
    if filter_viewed:
        for row, query in enumerate(queries):
            allowed[row, query.purchased[~rebought[query.purchased]]] = False
            if query.item_index >= 0:
                allowed[row, query.item_index] = False
    return allowed


def just_arrived(catalogue: Catalogue, until: float, days: float) -> NDArray[np.bool_]:
    """Return the items that arrived in the last days or since, shape ``(n_items,)`` bool.

    Parameters
    ----------
    catalogue : Catalogue
    until : float
        What the days count back from, in seconds since 1970-01-01.
    days : float
        Above 0.
    """
    # NaN, an unknown day, is not new.
    return np.asarray(catalogue.available_from_days >= until / _SECONDS_A_DAY - days)
