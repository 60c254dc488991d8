"""glibc's allocator as a fit needs it: what a step frees, the next step gets again."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

import keras

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: The largest that glibc takes: larger tensors come from the system each time.
_MMAP_THRESHOLD: Final = 32 << 20
_TRIM_THRESHOLD: Final = 256 << 20


class KeepFreedMemory(keras.callbacks.Callback):  # type: ignore[misc]
    """Undoes what TensorFlow does to the allocator when a fit reads its batches from Python.

    Its generator dataset sets glibc's trim threshold to 128 KiB, so that every tensor of a step is
    given back to the system and its pages are zeroed again in the next. The thresholds are set
    after the first step, once TensorFlow has set its own.
    """

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Set the thresholds after the first step of each epoch."""
        if batch == 0 and sys.platform == "linux":
            keep_freed_memory()


def keep_freed_memory() -> bool:
    """Let glibc keep up to 256 MiB that was freed; return whether it is glibc and did.

    References
    ----------
    mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # musl
        return False
    return bool(
        mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD) and mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD)
    )
