"""The places where answers are computed, and the short queue before them."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

MAX_WAIT_SECONDS: Final = 1.0


class Places:
    """So many compute, so many wait in order; the others are turned away at once.

    Parameters
    ----------
    computing : int
        At least 1.
    waiting : int
        At least 0.
    max_wait : float
        Seconds after which one who waits is turned away too.
    """

    def __init__(self, computing: int, waiting: int, *, max_wait: float = MAX_WAIT_SECONDS) -> None:
        self._free = computing
        self._max_waiting = waiting
        self._max_wait = max_wait
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()

    def enter(self) -> bool:
        """Take a place, waiting for one if need be; whoever gets True must `leave`."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return True
            if len(self._line) >= self._max_waiting:
                return False
            turn = threading.Event()
            self._line.append(turn)
        if turn.wait(self._max_wait):
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
            if self._line:
                self._line.popleft().set()
            else:
                self._free += 1

    @property
    def n_waiting(self) -> int:
        """How many wait now."""
        return len(self._line)
