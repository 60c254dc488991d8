"""Events written a piece at a time, so that their number is bounded by the disk alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data.tables import EVENTS_SCHEMA, conformed


class EventWriter:
    """Appends events to ``events.parquet``; see `event_writer`.

    Attributes
    ----------
    n_events : int
        Rows written so far.
    """

    def __init__(self, writer: pq.ParquetWriter, file: str) -> None:
        self._writer = writer
        self._file = file
        self.n_events = 0

    def write(self, events: pd.DataFrame) -> None:
        """Append events.

        Parameters
        ----------
        events : DataFrame
            Columns of `EVENTS_SCHEMA`; nullable ones may be missing.

        Raises
        ------
        DatasetError
            If a required column is missing or a value does not fit its column.
        """
        if events.empty:
            return
        known = events[[name for name in EVENTS_SCHEMA.names if name in events.columns]]
        self._writer.write_table(conformed(known, EVENTS_SCHEMA, self._file))
        self.n_events += len(events)


@contextmanager
def event_writer(path: Path) -> Iterator[EventWriter]:
    """Open a file of events; it appears under its name only once it is whole."""
    unfinished = path.with_name(f"{path.name}.part")
    schema = pa.schema([pa.field(each.name, each.type) for each in EVENTS_SCHEMA])
    try:
        with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            yield EventWriter(writer, path.name)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
