"""Events of any source, checked, counted and written a piece at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.event_writer import EventWriter
from modiste.data.shop_files.catalogue_rows import as_text
from modiste.errors import RowProblem

#: Other names of GA4's events.
EVENT_NAMES: Final[Mapping[str, str]] = {name: name for name in columns.EVENT_NAMES} | {
    "view_search_results": columns.SEARCH,
    "view": columns.VIEW_ITEM,
    "click": columns.VIEW_ITEM,
    "select_item": columns.VIEW_ITEM,
    "cart": columns.ADD_TO_CART,
    "addtocart": columns.ADD_TO_CART,
    "wishlist": columns.ADD_TO_WISHLIST,
    "order": columns.PURCHASE,
    "buy": columns.PURCHASE,
    "transaction": columns.PURCHASE,
    "return": columns.REFUND,
    "cancel": columns.REFUND,
}
NO_USER: Final = "no shopper"
NO_TIME: Final = "unreadable time"
FUTURE: Final = "time in the future"
NO_QUANTITY: Final = "quantity 0 or unreadable"
OTHER_KIND: Final = "event of another kind"
UNKNOWN_ITEM: Final = "item that the catalogue does not have"
REPEATED: Final = "event that was there already"

_KEPT = 100  # problems that are kept; the others are only counted
#: Numbers from here on are milliseconds, then microseconds, since 1970; smaller ones seconds.
_MILLISECONDS, _MICROSECONDS = 1e11, 1e14


class EventIntake:
    """Takes events as a source has them and writes those that can be used.

    A purchase of a negative quantity is a refund of as many. An event is a repetition if its
    id was there already or, without ids, the same shopper, item, kind, time and search
    words; eight bytes are kept of each.

    Parameters
    ----------
    item_ids : Index
        Of the catalogue.
    writer : EventWriter
    file : str
        For what is wrong with a row.
    now : datetime, optional
        Later events are from the future; the present by default.

    Attributes
    ----------
    dropped : Counter of str
        Rows left out, by reason.
    problems : list of RowProblem
        The first of those that are broken.
    """

    def __init__(
        self,
        item_ids: pd.Index,
        writer: EventWriter,
        file: str,
        *,
        now: datetime | None = None,
    ) -> None:
        self._item_ids = item_ids
        self._writer = writer
        self._file = file
        self._now = pd.Timestamp(now or datetime.now(UTC))
        self._seen: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self.dropped: Counter[str] = Counter()
        self.problems: list[RowProblem] = []

    def add(self, rows: pd.DataFrame) -> None:
        """Write the events of some rows.

        Parameters
        ----------
        rows : DataFrame
            ``user_id`` and ``event_time``, and where the source has them ``event_id``,
            ``item_id``, ``event_name`` (a purchase where not), ``quantity`` and
            ``search_term``, as text or in their types; ``line`` is where a row stands.
        """
        events = self._parsed(rows)
        kept = pd.Series(data=True, index=events.index)
        is_search = events[columns.EVENT_NAME] == columns.SEARCH
        item = events[columns.ITEM_ID]
        for reason, is_bad, column in (
            (NO_USER, events[columns.USER_ID].isna(), columns.USER_ID),
            (NO_TIME, events[columns.EVENT_TIME].isna(), columns.EVENT_TIME),
            (FUTURE, events[columns.EVENT_TIME] > self._now, columns.EVENT_TIME),
            (OTHER_KIND, events[columns.EVENT_NAME].isna(), None),
            (NO_QUANTITY, events[columns.QUANTITY].eq(0).fillna(value=False), columns.QUANTITY),
            (UNKNOWN_ITEM, ~item.isin(self._item_ids) & ~(is_search & item.isna()), None),
        ):
            bad = kept & is_bad
            self.dropped[reason] += int(bad.sum())
            kept &= ~is_bad
            if column is not None and column in rows:
                self._note(rows, bad, column, reason)
        events = events[kept]
        is_new, keys = self._new(events)
        self.dropped[REPEATED] += int((~is_new).sum())
        events, keys = events[is_new], keys[is_new]
        if columns.EVENT_ID not in rows:
            events = events.assign(**{columns.EVENT_ID: [f"{key:016x}" for key in keys]})
        self._writer.write(events)

    def _parsed(self, rows: pd.DataFrame) -> pd.DataFrame:
        def text(name: str) -> pd.Series:
            if name not in rows:
                return pd.Series([None] * len(rows), index=rows.index, dtype=object)
            return as_text(rows[name])

        name = pd.Series(columns.PURCHASE, index=rows.index, dtype=object)
        if columns.EVENT_NAME in rows:
            name = text(columns.EVENT_NAME).str.lower().map(EVENT_NAMES)
        quantity = pd.Series(np.nan, index=rows.index)
        if columns.QUANTITY in rows:
            quantity = pd.to_numeric(rows[columns.QUANTITY], errors="coerce")
            # A cell that is no number counts as none; an empty one as unknown.
            quantity = quantity.where(quantity.notna() | text(columns.QUANTITY).isna(), 0)
            quantity = quantity.where(quantity.isna() | (quantity % 1 == 0), 0)
        is_back = (quantity < 0) & (name == columns.PURCHASE)
        return pd.DataFrame(
            {
                columns.EVENT_ID: text(columns.EVENT_ID),
                columns.USER_ID: text(columns.USER_ID),
                columns.ITEM_ID: text(columns.ITEM_ID),
                columns.EVENT_NAME: name.mask(is_back, columns.REFUND),
                columns.EVENT_TIME: times(rows[columns.EVENT_TIME]),
                columns.QUANTITY: quantity.abs().astype("Int64"),
                columns.SEARCH_TERM: text(columns.SEARCH_TERM),
            }
        )

    def _note(self, rows: pd.DataFrame, bad: pd.Series, column: str, reason: str) -> None:
        for index in rows.index[bad][: _KEPT - len(self.problems)]:
            line = int(rows["line"][index]) if "line" in rows else int(index)
            self.problems.append(RowProblem(self._file, line, column, rows[column][index], reason))

    def _new(self, events: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
        """Return which events were not there yet, and a key of each."""
        by_id = events[columns.EVENT_ID].notna().to_numpy()
        parts = [columns.USER_ID, columns.ITEM_ID, columns.EVENT_NAME, columns.SEARCH_TERM]
        whole = events[columns.EVENT_TIME].astype("int64").astype(str)
        for part in parts:
            whole = whole + "\x1f" + events[part].fillna("").astype(str)
        told = ("\x1e" + events[columns.EVENT_ID].astype(str)).where(by_id, whole)
        keys = pd.util.hash_array(told.to_numpy(dtype=object))
        is_new = ~pd.Series(keys).duplicated().to_numpy() & ~_among(keys, self._seen)
        self._seen = np.union1d(self._seen, keys[is_new])
        return is_new, keys


def times(values: pd.Series) -> pd.Series:
    """Return times, UTC, NaT where unreadable: ISO 8601, or numbers since 1970.

    Numbers are seconds, milliseconds or microseconds, told apart by their size. Times
    without a zone are taken as UTC.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.to_datetime(values, utc=True).dt.as_unit("us")
    number = pd.to_numeric(values, errors="coerce")
    factor = np.select([number >= _MICROSECONDS, number >= _MILLISECONDS], [1, 1000], 1_000_000)
    counted = pd.to_datetime(number * factor, unit="us", errors="coerce", utc=True)
    written = pd.to_datetime(
        values.where(number.isna()), errors="coerce", utc=True, format="ISO8601"
    )
    return written.where(number.isna(), counted).dt.as_unit("us")


def _among(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which keys are in a sorted array."""
    if not known.size:
        return np.zeros(len(keys), dtype=bool)
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.asarray(known[places] == keys)
