"""Random Unicode, read: what breaks, and what takes long."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def read_random(read: Callable[[str], object], n_texts: int, longest: int) -> tuple[int, float]:
    """Return how many random texts were read, and the seconds of processor of the slowest.

    Of processor, because on a shared machine the slowest of many on the clock is one that
    was interrupted; and without garbage collections, which find what Hypothesis keeps of
    its texts. Texts are of its choice, any Unicode, up to `longest` characters; those that
    are refused for their length or blankness (a ValueError) are not read.
    """
    n_read, slowest = 0, 0.0

    @settings(
        max_examples=n_texts,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.text(max_size=longest))
    def _read(text: str) -> None:
        nonlocal n_read, slowest
        gc.disable()
        start = time.thread_time()
        try:
            read(text)
            n_read += 1
        except ValueError:
            pass
        slowest = max(slowest, time.thread_time() - start)
        gc.enable()

    _read()
    return n_read, slowest
