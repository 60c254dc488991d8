"""Many rows, sent as many at a time as the service takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

MAX_ROWS: Final = 1_000

Row = TypeVar("Row")
#: Each row and how it is written.
Rows = list[tuple[Row, bytes]]


def in_batches(rows: Iterable[tuple[Row, bytes]], size: int, max_bytes: int) -> Iterator[Rows[Row]]:
    """Return rows in batches, none empty.

    Parameters
    ----------
    rows : iterable
        Each with how it is written.
    size : int
        Rows of a batch, 1 to `MAX_ROWS`.
    max_bytes : int
        Of a batch; a row that is longer is sent alone.
    """
    if not 1 <= size <= MAX_ROWS:
        raise ValueError(f"batch_size must be 1 to {MAX_ROWS:,}. Received: {size}")
    batch: Rows[Row] = []
    n_bytes = 0
    for row in rows:
        n_more = len(row[1]) + 1
        if batch and (len(batch) == size or n_bytes + n_more > max_bytes):
            yield batch
            batch, n_bytes = [], 0
        batch.append(row)
        n_bytes += n_more
    if batch:
        yield batch
