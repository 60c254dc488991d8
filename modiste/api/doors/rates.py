"""Token buckets, one a name, in bounded memory."""

from __future__ import annotations

import heapq
import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

#: About 15 MB of buckets.
MAX_BUCKETS: Final = 100_000
_RATE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)/(\d{1,6})")


@dataclass(frozen=True)
class Rate:
    """How often somebody may ask.

    Parameters
    ----------
    per_second : float
        Tokens a second, above 0.
    burst : int
        Tokens a full bucket holds, at least 1: so many requests may come at once.
    """

    per_second: float
    burst: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.per_second) and self.per_second > 0 and self.burst >= 1):
            raise ValueError(
                "A rate needs tokens a second above 0 and a burst of at least 1. "
                f"Received: {self.per_second} and {self.burst}"
            )

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``20/40``: 20 a second, 40 at once.

        Raises
        ------
        ValueError
            If the text is something else.
        """
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError(f"A rate is PER_SECOND/BURST, such as 20/40. Received: {text!r}")
        return cls(float(found[1]), int(found[2]))


@dataclass(frozen=True)
class Rates:
    """The rates of a service; None is no limit.

    Parameters
    ----------
    key, key_photos : Rate, optional
        Of one API key: requests without and with a photo.
    address, address_photos : Rate, optional
        Of one client address, whatever key it shows.
    """

    key: Rate | None = None
    key_photos: Rate | None = None
    address: Rate | None = None
    address_photos: Rate | None = None


class Buckets:
    """A bucket for each name; one never heard of is full.

    Parameters
    ----------
    rate : Rate
    max_buckets : int
        Past it the fullest are forgotten, which costs the limit least: a full bucket and a
        forgotten one are the same.
    clock : callable
        Seconds that never go back.

    References
    ----------
    The generic cell rate algorithm (ITU-T I.371): a token bucket kept as the one time at
    which it will be full.
    """

    def __init__(
        self,
        rate: Rate,
        *,
        max_buckets: int = MAX_BUCKETS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = 1 / rate.per_second
        self._reserve = (rate.burst - 1) * self._interval
        self._max_buckets = max_buckets
        self._clock = clock
        self._lock = threading.Lock()
        self._full_at: dict[str, float] = {}

    def take(self, name: str) -> float:
        """Take a token of a bucket; return 0, or the seconds until there is one."""
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.get(name, now), now)
            missing = full_at - now - self._reserve
            # A nanosecond is below what the sums of floats are good for.
            if missing > 1e-9:
                return missing
            self._full_at[name] = full_at + self._interval
            if len(self._full_at) > self._max_buckets:
                self._forget(now)
            return 0.0

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._full_at)

    def _forget(self, now: float) -> None:
        self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        # An eighth at a time, so that an attacker of many addresses pays for each sort.
        surplus = len(self._full_at) - self._max_buckets + self._max_buckets // 8
        if surplus > self._max_buckets // 8:
            for name in heapq.nsmallest(surplus, self._full_at, key=self._full_at.__getitem__):
                del self._full_at[name]
