"""Answers kept under their entity tags, within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """An answer and the entity tag it came with."""

    tag: str
    body: bytes


class KeptByTag:
    """The answers used last, by address; any number of threads may share it.

    Parameters
    ----------
    max_answers, max_bytes : int
        What is used longest ago goes first.
    """

    def __init__(self, max_answers: int = 512, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._max_answers = max_answers
        self._max_bytes = max_bytes
        self._answers: OrderedDict[str, Kept] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()

    def get(self, address: str) -> Kept | None:
        """Return what is kept of an address."""
        with self._lock:
            found = self._answers.get(address)
            if found is not None:
                self._answers.move_to_end(address)
            return found

    def put(self, address: str, kept: Kept) -> None:
        """Keep an answer, in the place of the one before."""
        with self._lock:
            self._forget(address)
            self._answers[address] = kept
            self._n_bytes += len(kept.body)
            while len(self._answers) > self._max_answers or self._n_bytes > self._max_bytes:
                self._forget(next(iter(self._answers)))

    def forget(self, address: str) -> None:
        """Keep nothing of an address."""
        with self._lock:
            self._forget(address)

    def _forget(self, address: str) -> None:
        before = self._answers.pop(address, None)
        if before is not None:
            self._n_bytes -= len(before.body)
