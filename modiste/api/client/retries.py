"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

#: Too many requests, and a service or a proxy that is busy, away or late.
PASSING: Final = frozenset({429, 502, 503, 504})
_FIRST_WAIT: Final = 0.25
_LONGEST_WAIT: Final = 30.0


def wait_seconds(n_tried: int, retry_after: str | None) -> float:
    """Return how long to wait after so many tries, in seconds.

    Doubled each time, and not the same for all clients; at least what the service asks for.
    """
    wait: float = _FIRST_WAIT * 2 ** min(n_tried - 1, 7) * random.uniform(0.5, 1.5)
    return max(min(wait, _LONGEST_WAIT), _asked_for(retry_after))


def _asked_for(retry_after: str | None) -> float:
    """Read ``Retry-After``: seconds or a date (RFC 9110, section 10.2.3)."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
