"""Reads that are waited for no longer than one likes, whatever the database does meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Found = TypeVar("Found")


class BoundedReads:
    """Some threads that read for others.

    The database's own bounds do not hold for a server that is stopped or cut off while the other
    end still acknowledges. The threads do not keep the process from ending, as those of an
    executor do.

    Parameters
    ----------
    n_threads : int
        Reads at a time; they start with the first read.
    """

    def __init__(self, n_threads: int) -> None:
        self._n_threads = n_threads
        self._free = threading.BoundedSemaphore(n_threads)
        self._asked: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._n_started = 0

    def read(self, call: Callable[[], Found], seconds: float) -> Found:
        """Return what a call returns.

        Raises
        ------
        TimeoutError
            If it has not come after so many seconds; the call is then forgotten.
        Exception
            What the call raises.
        """
        deadline = time.monotonic() + seconds
        if not self._free.acquire(timeout=seconds):
            raise TimeoutError(f"every reader is still waiting. Received: {self._n_threads} reads")
        future: Future[Found] = Future()
        try:
            self._start_one()
        except RuntimeError as error:
            self._free.release()
            raise TimeoutError("no thread could be started to read with") from error
        self._asked.put((future, call))
        try:
            return future.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError as error:
            future.cancel()
            raise TimeoutError(f"nothing was read in time. Received: {seconds} s") from error

    def close(self) -> None:
        """Let the threads end once they have read what they read now."""
        with self._lock:
            for _ in range(self._n_started):
                self._asked.put(None)
            self._n_started = 0

    def _start_one(self) -> None:
        with self._lock:
            if self._n_started < self._n_threads:
                threading.Thread(target=self._run, name="modiste-read", daemon=True).start()
                self._n_started += 1

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            future, call = asked
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(call())
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked
                future.set_exception(error)
            finally:
                self._free.release()
                del asked, future, call
