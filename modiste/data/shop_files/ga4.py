"""Google Analytics 4's export to BigQuery: events with the items that they are of.

References
----------
https://support.google.com/analytics/answer/7029846 (export schema).
https://developers.google.com/analytics/devguides/collection/ga4/reference/events
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modiste.data import columns
from modiste.errors import DatasetError

REQUIRED = ("event_name", "event_timestamp")
_CHUNK_EVENTS = 100_000


def read_ga4(path: Path) -> Iterator[pd.DataFrame]:
    """Yield the events of an export, a row for each item of each.

    The shopper is ``user_id``, or ``user_pseudo_id`` for one who is not signed in. Searches
    have their words and no item.

    Parameters
    ----------
    path : Path
        A file, or a folder of them: ``.json`` or ``.jsonl`` (a line an event; either packed as
        ``.gz``), or ``.parquet``.

    Raises
    ------
    DatasetError
        If a file cannot be read or a line is no event.
    """
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    for file in files:
        rows: list[dict[str, Any]] = []
        for line, event in enumerate(_events(file), start=1):
            missing = [name for name in REQUIRED if event.get(name) is None]
            if missing:
                raise DatasetError(
                    f"{file} line {line} must be an event with {' and '.join(REQUIRED)}. "
                    f"Received: none of {', '.join(missing)}"
                )
            rows += _rows(event, line)
            if len(rows) >= _CHUNK_EVENTS:
                yield pd.DataFrame(rows)
                rows = []
        if rows:
            yield pd.DataFrame(rows)


def _events(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        if file.suffix == ".parquet":
            with pq.ParquetFile(file) as table:
                for batch in table.iter_batches(_CHUNK_EVENTS):
                    yield from batch.to_pylist()
            return
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    event = json.loads(line)
                    yield event if isinstance(event, dict) else {}
    except (OSError, EOFError, ValueError, pa.ArrowInvalid) as error:
        raise DatasetError(
            f"{file} must have an event a line, as JSON, or be Parquet. Received: {error}"
        ) from error


def _rows(event: Mapping[str, Any], line: int) -> Iterable[dict[str, Any]]:
    user = event.get("user_id") or event.get("user_pseudo_id")
    common = {
        "line": line,
        columns.USER_ID: None if user is None else str(user),
        columns.EVENT_NAME: event["event_name"],
        columns.EVENT_TIME: int(event["event_timestamp"]),
        columns.SEARCH_TERM: _parameter(event, "search_term"),
    }
    items = event.get("items") or [{}]
    return [
        {
            **common,
            columns.ITEM_ID: item.get("item_id"),
            columns.QUANTITY: item.get("quantity"),
        }
        for item in items
    ]


def _parameter(event: Mapping[str, Any], name: str) -> str | None:
    for each in event.get("event_params") or ():
        if each.get("key") == name:
            value = each.get("value") or {}
            found = value.get("string_value")
            return None if found is None else str(found)
    return None
