"""Giving memory that a freed release had back to the system."""

from __future__ import annotations

import ctypes
import functools
import gc
from collections.abc import Callable
from typing import Any

import pyarrow as pa


def collect_cycles() -> None:
    """Free what only refers to itself, as the parts of a release do."""
    gc.collect()


def give_back() -> None:
    """Return freed memory to the system, where the allocators can.

    glibc keeps what was freed for later; a process that has held two releases would stay
    at that size.
    """
    pa.default_memory_pool().release_unused()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> Callable[[int], Any] | None:
    try:
        trim: Callable[[int], Any] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        # musl, macOS and Windows have none.
        return None
    return trim
