"""The places where answers are computed, and the short queue before them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

MAX_WAIT_SECONDS: Final = 0.5
#: Share of the longest wait that is left where the line has not been empty for so long.
_STANDING_SHARE: Final = 0.25
#: Weight of the latest in the mean time from one place freed to the next.
_LATEST: Final = 0.2


class Places:
    """So many compute, so many wait in order; the others are turned away at once.

    Parameters
    ----------
    computing : int
        At least 1.
    waiting : int
        At least 0.
    max_wait : float
        Seconds after which one who waits is turned away too. Who would wait longer, as the
        line moves now, is turned away at once. Where somebody has been waiting all the time
        for so many seconds, nobody waits for more than a quarter of them.
    clock : callable
        Seconds that never go back.

    References
    ----------
    Maurer, "Fail at scale", ACM Queue 2015: a line that is empty now and then takes up
    bursts, one that never is only makes everybody late.
    """

    def __init__(
        self,
        computing: int,
        waiting: int,
        *,
        max_wait: float = MAX_WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = computing
        self._max_waiting = waiting
        self._max_wait = max_wait
        self._clock = clock
        self._empty_at = clock()
        self._left_at: float | None = None
        self._interval = 0.0
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()

    def enter(self, waited: float = 0.0) -> bool:
        """Take a place, waiting for one if need be; whoever gets True must `leave`.

        Parameters
        ----------
        waited : float
            Seconds since the request was read, which count as waiting here.
        """
        with self._lock:
            if not self._line:
                self._empty_at = self._clock()
            if self._free > 0:
                self._free -= 1
                return True
            left = max(0.0, self._longest_wait() - waited)
            if len(self._line) >= self._max_waiting or self._is_too_slow(left):
                return False
            turn = threading.Event()
            self._line.append(turn)
        if turn.wait(left):
            return True
        with self._lock:
            # The place may have been given just now.
            if turn.is_set():
                return True
            self._line.remove(turn)
            return False

    def leave(self) -> None:
        """Give the place to the first who waits, or free it."""
        with self._lock:
            if not self._line:
                self._free += 1
                self._left_at = None
                return
            now = self._clock()
            if self._left_at is not None:
                self._interval += _LATEST * (now - self._left_at - self._interval)
            self._left_at = now
            self._line.popleft().set()

    @property
    def n_waiting(self) -> int:
        """How many wait now."""
        return len(self._line)

    def _longest_wait(self) -> float:
        is_standing = self._clock() - self._empty_at > self._max_wait
        return self._max_wait * (_STANDING_SHARE if is_standing else 1.0)

    def _is_too_slow(self, left: float) -> bool:
        # The first in the line may always wait, so that the speed is found out again.
        return len(self._line) * self._interval > left
