"""Rows written behind the back of who gives them: never slower, and lost rather than late."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)

Row = TypeVar("Row")

CAPACITY: Final = 10_000
BATCH: Final = 500
#: Rows wait for others this long, so that a batch is one transaction.
GATHER_SECONDS: Final = 0.2


class BackgroundWriter(Generic[Row]):
    """Writes rows in batches on a thread of its own, which starts with the first row.

    Rows that come while `capacity` others wait are dropped and counted, and so is a batch that
    cannot be written.

    Parameters
    ----------
    write : callable
        Takes a sequence of rows.
    capacity : int
        Rows that may wait.
    batch : int
        Rows written at once, at most.

    Attributes
    ----------
    n_written, n_dropped : int
    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], None],
        *,
        capacity: int = CAPACITY,
        batch: int = BATCH,
    ) -> None:
        self._write = write
        self._capacity, self._batch = capacity, batch
        self._rows: deque[Row] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._hurried = self._closed = self._failing = False
        self._n_taken = self._n_done = 0
        self.n_written = self.n_dropped = 0

    def put(self, row: Row) -> None:
        """Take a row to write; returns at once, and never raises."""
        with self._changed:
            if self._closed or len(self._rows) >= self._capacity or not self._started():
                self.n_dropped += 1
                return
            self._rows.append(row)
            self._n_taken += 1
            if len(self._rows) in (1, self._batch):
                self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Wait until what was taken is written or dropped; return whether it is, in that time."""
        with self._changed:
            wanted = self._n_taken
            self._hurried = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._n_done >= wanted, seconds)

    def close(self, seconds: float = 5.0) -> None:
        """Write what waits and take nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)

    def _started(self) -> bool:
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="modiste-log", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # A machine short of threads still answers searches.
                return False
            self._thread = thread
        return True

    def _run(self) -> None:
        while True:
            rows = self._next()
            if not rows:
                return
            written = self._written(rows)
            with self._changed:
                self._n_done += len(rows)
                self.n_written += len(rows) if written else 0
                self.n_dropped += 0 if written else len(rows)
                self._changed.notify_all()

    def _next(self) -> list[Row]:
        """Return the rows to write, none when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._rows) or self._closed)
            self._changed.wait_for(
                lambda: self._closed or self._hurried or len(self._rows) >= self._batch,
                GATHER_SECONDS,
            )
            rows = [self._rows.popleft() for _ in range(min(self._batch, len(self._rows)))]
            self._hurried = self._hurried and bool(self._rows)
            return rows

    def _written(self, rows: Sequence[Row]) -> bool:
        try:
            self._write(rows)
        except SQLAlchemyError as error:
            # Once an outage: the count says how many.
            if not self._failing:
                logger.warning("the log cannot be written, and is dropped meanwhile: %s", error)
            self._failing = True
            return False
        except Exception:
            # A thread that dies of one row would lose every later one.
            logger.exception("a part of the log was dropped")
            return False
        self._failing = False
        return True
