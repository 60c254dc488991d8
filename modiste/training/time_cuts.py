"""Where training, validation and test are cut in time; never at random."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from modiste.data import columns
from modiste.errors import DatasetError

MAX_WINDOW_DAYS = 28.0


@dataclass(frozen=True)
class Cut:
    """Everything before `as_of` is known; what is bought from it to `until` is to be found.

    Parameters
    ----------
    as_of, until : datetime
        UTC.
    """

    as_of: datetime
    until: datetime


@dataclass(frozen=True)
class TimeCuts:
    """The cuts of one event log, oldest first; no two windows overlap.

    Parameters
    ----------
    training : tuple of Cut
    validation, test : Cut
    """

    training: tuple[Cut, ...]
    validation: Cut
    test: Cut


def time_cuts(
    events: pd.DataFrame, *, n_training: int = 4, window_days: float | None = None
) -> TimeCuts:
    """Cut the end of an event log into equal windows: training, validation, test.

    Parameters
    ----------
    events : DataFrame
        Columns of ``modiste.data.dataset.EVENTS_SCHEMA``.
    n_training : int
        Training windows, at least 1.
    window_days : float, optional
        Length of a window. By default so that half of the log lies before the first cut,
        but at most `MAX_WINDOW_DAYS`.

    Raises
    ------
    DatasetError
        If there are no events, or the log is too short for the windows.
    """
    if n_training < 1 or (window_days is not None and window_days <= 0):
        raise ValueError(
            "n_training must be at least 1 and window_days above 0. "
            f"Received: {n_training} and {window_days}"
        )
    times = pd.to_datetime(events[columns.EVENT_TIME], utc=True)
    if times.empty or times.min() == times.max():
        raise DatasetError(
            f"A ranker needs events at different times to learn from. Received: {len(times)} events"
        )
    first = times.min().to_pydatetime()
    end = times.max().to_pydatetime() + timedelta(microseconds=1)
    n_windows = n_training + 2
    window = (end - first) / (2 * n_windows)
    window = min(window, timedelta(days=MAX_WINDOW_DAYS))
    if window_days is not None:
        window = timedelta(days=window_days)
    if end - n_windows * window <= first:
        raise DatasetError(
            f"{n_windows} windows of {window} must leave events before the first. "
            f"Received: events over {end - first}"
        )
    edges = [end - nth * window for nth in range(n_windows, -1, -1)]
    cuts = [Cut(as_of, until) for as_of, until in itertools.pairwise(edges)]
    return TimeCuts(tuple(cuts[:-2]), cuts[-2], cuts[-1])
