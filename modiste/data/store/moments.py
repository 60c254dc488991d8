"""Which moments the store keeps: those that every reader of it can hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

#: PostgreSQL keeps years that Python has no date for, and a time of the year 9999 in New York is
#: one of the year 10000 in UTC. pandas holds 1678 to 2261.
FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)


def check_moment(name: str, moment: datetime) -> None:
    """Refuse a time that the store does not keep.

    Parameters
    ----------
    name : str
        What the time is called, for the error.
    moment : datetime

    Raises
    ------
    ValueError
        If it has no zone, or lies before `FIRST` or after `LAST`.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{name} must have a time zone. Received: {moment.isoformat()}")
    # Compared as moments: nothing is converted, so that nothing can overflow.
    if not FIRST <= moment <= LAST:
        raise ValueError(
            f"{name} must lie in the years {FIRST.year} to {LAST.year}, UTC. "
            f"Received: {moment.isoformat()}"
        )
