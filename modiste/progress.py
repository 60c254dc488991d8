"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Called with the steps done, the steps in all, and what is being done."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note."""


def track(steps: Iterable[T], total: int, what: str, progress: Progress | None) -> Iterator[T]:
    """Yield the steps, telling `progress`, if there is one, after each."""
    for done, step in enumerate(steps, start=1):
        yield step
        if progress is not None:
            progress(done, total, what)
