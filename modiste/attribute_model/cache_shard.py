"""One part of a feature cache on disk: some rows, their keys, and who is using them.

A shard is a directory with ``keys.npy`` and ``rows.npy``, a structured array of which each
row holds all tensors of one key. It is written under another name, synced, renamed, and
never changed. A lock of the operating system says that it is in use, and is gone with the
process that held it, however that ended.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]

#: A SHA-256 digest.
KEY_DTYPE = np.dtype("S32")
KEYS_FILE = "keys.npy"
ROWS_FILE = "rows.npy"
UNFINISHED = ".unfinished-"

#: What reading a shard raises that was cut short, changed or removed.
DAMAGED = (FileNotFoundError, ValueError, EOFError)


@dataclass(frozen=True)
class Shard:
    """Rows of a cache, memory-mapped; nobody removes them while this exists.

    Parameters
    ----------
    fields : list of ndarray
        One a tensor, shape ``(n_rows, ...)``.
    pages : mmap
    """

    fields: Arrays
    pages: mmap.mmap

    @classmethod
    def open(cls, folder: Path, dtype: np.dtype[np.void]) -> Shard:
        """Map a shard, and mark it as used now.

        Raises
        ------
        FileNotFoundError, ValueError, EOFError
            If it is damaged, of another `dtype`, or gone.
        BlockingIOError
            If it is being removed.
        """
        n_keys = len(read_keys(folder))
        path = folder / ROWS_FILE
        with path.open("rb") as file:
            # The mapping keeps the open file, and with it the lock.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("rows must be an array of version 1.0")
            shape, _, stored = np.lib.format.read_array_header_1_0(file)
            expected = file.tell() + n_keys * dtype.itemsize
            if stored != dtype or shape != (n_keys,) or path.stat().st_size != expected:
                raise ValueError("rows disagree with their keys or with what was asked for")
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            rows = np.frombuffer(pages, dtype=dtype, count=n_keys, offset=file.tell())
        with contextlib.suppress(PermissionError):  # a cache may be someone else's, to read only
            os.utime(path)
        return cls([rows[name] for name in dtype.names or ()], pages)

    def leave_pages(self) -> None:
        """Give the memory of what was read back; it is read again where it is needed."""
        self.pages.madvise(mmap.MADV_DONTNEED)


def read_keys(folder: Path) -> NDArray[np.bytes_]:
    """Return the keys of a shard's rows, shape ``(n_rows,)``, `KEY_DTYPE`."""
    keys: NDArray[np.bytes_] = np.load(folder / KEYS_FILE, allow_pickle=False)
    if keys.dtype != KEY_DTYPE or keys.ndim != 1:
        raise ValueError(f"keys must be a row of {KEY_DTYPE}. Received: {keys.dtype} {keys.shape}")
    return keys


def write_rows(
    folder: Path,
    keys: NDArray[np.bytes_],
    dtype: np.dtype[np.void],
    batches: Iterable[Arrays],
) -> None:
    """Write a shard's two files and sync them.

    Raises
    ------
    ValueError
        If the batches hold more or fewer rows than there are keys.
    """
    n_rows = 0
    with (folder / ROWS_FILE).open("xb") as file:
        # Written as a stream: a full disk is then an error, not the end of the process, and
        # pages that wait for the disk do not count as this process's memory.
        np.lib.format.write_array_header_1_0(
            file,
            {
                "descr": np.lib.format.dtype_to_descr(dtype),
                "fortran_order": False,
                "shape": (len(keys),),
            },
        )
        for batch in batches:
            rows = np.empty(len(batch[0]), dtype=dtype)
            for name, array in zip(dtype.names or (), batch, strict=True):
                rows[name] = array
            file.write(rows.view(np.uint8).data)
            n_rows += len(rows)
        _sync(file)
    if n_rows != len(keys):
        raise ValueError(
            f"compute must yield one row for each key, {len(keys)}. Received: {n_rows}"
        )
    with (folder / KEYS_FILE).open("xb") as file:
        np.save(file, keys, allow_pickle=False)
        _sync(file)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextlib.contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """Give a new folder, locked, that is gone at the end unless it was renamed."""
    parent.mkdir(parents=True, exist_ok=True)
    folder, handle = _new_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _new_folder(parent: Path) -> tuple[Path, int]:
    while True:
        folder = parent / f"{UNFINISHED}{uuid.uuid4().hex}"
        folder.mkdir()
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if folder.exists():  # else another process swept it before it was locked
                return folder, handle
            os.close(handle)


def sweep(parent: Path) -> None:
    """Remove the unfinished folders of processes that are no more."""
    for folder in parent.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def is_used(folder: Path) -> bool:
    """Whether a process, this one or another, has a shard open."""
    try:
        with (folder / ROWS_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def remove(folder: Path) -> bool:
    """Remove a shard unless a process has it open; whether it is gone."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context((folder / ROWS_FILE).open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            pass
        except OSError:
            return False
        # Renamed first: a reader sees all of a shard or nothing.
        doomed = folder.with_name(f"{UNFINISHED}{uuid.uuid4().hex}")
        with contextlib.suppress(FileNotFoundError):
            folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)
    return True
