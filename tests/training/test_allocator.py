"""What a fit frees stays with it, once it has told glibc so."""

from __future__ import annotations

import subprocess
import sys

import pytest

_FAULTS = """
import ctypes, resource, numpy as np, sys
from modiste.training.allocator import keep_freed_memory
libc = ctypes.CDLL(None)
libc.mallopt(-1, 128 * 1024)  # as TensorFlow does
if sys.argv[1] == "kept":
    assert keep_freed_memory()
def faults():
    start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        np.ones(2 << 20, dtype=np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start
faults()
print(faults())
"""


@pytest.mark.network
def test_memory_that_was_freed_is_used_again() -> None:
    if sys.platform != "linux":
        pytest.skip("glibc's allocator is Linux's")

    def faults(how: str) -> int:
        command = [sys.executable, "-c", _FAULTS, how]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)  # noqa: S603
        return int(done.stdout.split()[-1])

    given_back, kept = faults("given back"), faults("kept")
    assert given_back > 50 * 100  # pages of 2 MiB, every time
    assert kept < given_back / 10
