"""Times that the service takes: those that a database and a calendar can keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime

_OLDEST: Final = datetime(1900, 1, 1, tzinfo=UTC)


def _in_range(moment: datetime) -> datetime:
    # The year 9999 west of Greenwich is 10000 in UTC: PostgreSQL keeps it, and no Python reads
    # the row again.
    try:
        too_old = moment.astimezone(UTC) < _OLDEST
    except OverflowError:
        raise ValueError("a time must not be after the year 9999 in UTC") from None
    if too_old:
        raise ValueError("a time must not be before the year 1900 in UTC")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
