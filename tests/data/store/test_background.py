"""The writer behind the log: never in the way, and honest about what it dropped."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from modiste.data.store.background import BackgroundWriter


class Table:
    """Takes rows, unless it is told to fail or to wait."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.error: Exception | None = None
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def write(self, rows: Sequence[int]) -> None:
        self.entered.set()
        assert self.go_on.wait(10)
        if self.error is not None:
            raise self.error
        self.batches.append(list(rows))


def test_rows_are_written_in_order_and_in_batches() -> None:
    table = Table()
    writer = BackgroundWriter(table.write, batch=8)
    for row in range(20):
        writer.put(row)
    assert writer.flush(10)
    writer.close()
    assert [row for batch in table.batches for row in batch] == list(range(20))
    assert max(len(batch) for batch in table.batches) <= 8
    assert (writer.n_written, writer.n_dropped) == (20, 0)


def test_what_comes_while_too_many_wait_is_dropped_and_counted() -> None:
    table = Table()
    table.go_on.clear()
    writer = BackgroundWriter(table.write, capacity=5, batch=1)
    writer.put(0)
    assert table.entered.wait(10)
    for row in range(1, 11):
        writer.put(row)
    assert writer.n_dropped == 5
    assert not writer.flush(0.01)
    table.go_on.set()
    assert writer.flush(10)
    assert [row for batch in table.batches for row in batch] == [0, 1, 2, 3, 4, 5]
    writer.close()
    writer.put(11)
    assert (writer.n_written, writer.n_dropped) == (6, 6)


@pytest.mark.parametrize(
    "error", [OperationalError("INSERT", {}, Exception("gone")), RuntimeError("a bug")]
)
def test_a_batch_that_cannot_be_written_is_dropped_and_the_next_tried(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    table = Table()
    table.error = error
    writer = BackgroundWriter(table.write)
    writer.put(1)
    assert writer.flush(10)
    assert (writer.n_written, writer.n_dropped) == (0, 1)
    assert "dropped" in caplog.text
    table.error = None
    writer.put(2)
    writer.close()
    assert table.batches == [[2]]
    assert (writer.n_written, writer.n_dropped) == (1, 1)


def test_a_writer_that_was_never_used_closes() -> None:
    writer = BackgroundWriter(Table().write)
    assert writer.flush(0)
    writer.close()
