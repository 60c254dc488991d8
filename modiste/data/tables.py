"""The Parquet tables of a dataset: their columns and types, read and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from modiste.data.columns import PRICE
from modiste.errors import DatasetError, RowProblem

_TIME = pa.timestamp("us", tz="UTC")
_NAMES = pa.list_(pa.string())

ITEMS_SCHEMA = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),
        pa.field("item_group_id", pa.string()),
        pa.field("title", pa.string(), nullable=False),
        pa.field("description", pa.string()),
        pa.field("brand", pa.string()),
        pa.field("category", pa.string()),
        pa.field("attributes", _NAMES),
        pa.field("color", pa.string()),
        pa.field("price", pa.float64()),
        pa.field("availability", pa.string(), nullable=False),
        pa.field("available_from", _TIME),
    ]
)
EVENTS_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("user_id", pa.string(), nullable=False),
        pa.field("item_id", pa.string()),
        pa.field("event_name", pa.string(), nullable=False),
        pa.field("event_time", _TIME, nullable=False),
        pa.field("quantity", pa.int64()),
        pa.field("search_term", pa.string()),
    ]
)
PHOTOS_SCHEMA = pa.schema(
    [
        pa.field("image", pa.string(), nullable=False),
        pa.field("item_id", pa.string()),
        pa.field("category", pa.string()),
        pa.field("box", pa.list_(pa.float32())),
        pa.field("attributes", _NAMES),
        pa.field("attributes_unknown", _NAMES),
        pa.field("split", pa.string(), nullable=False),
        pa.field("photo_kind", pa.string()),
    ]
)


def empty_items() -> pd.DataFrame:
    """Return an items frame of no rows."""
    return _empty(ITEMS_SCHEMA)


def empty_events() -> pd.DataFrame:
    """Return an events frame of no rows."""
    return _empty(EVENTS_SCHEMA)


def empty_photos() -> pd.DataFrame:
    """Return a photos frame of no rows."""
    return _empty(PHOTOS_SCHEMA)


def _empty(schema: pa.Schema) -> pd.DataFrame:
    table = schema.empty_table()
    return pd.DataFrame({name: _to_series(name, table[name]) for name in table.column_names})


def read_table(path: Path, schema: pa.Schema) -> tuple[pd.DataFrame, tuple[RowProblem, ...]]:
    """Read a table in the types of its schema.

    Parameters
    ----------
    path : Path
        The Parquet file.
    schema : Schema
        Its columns. Nullable ones may be missing; further ones are kept, last.

    Returns
    -------
    frame : DataFrame
        A null is None, NaT or NA; a value that is not of its column's type is null too.
    problems : tuple of RowProblem
        Those values.

    Raises
    ------
    DatasetError
        If it is no Parquet file, a column is missing or named twice, or the type of a
        whole column is wrong.
    """
    columns: dict[str, object] = {}
    problems: list[RowProblem] = []
    try:
        # Not `pq.read_table`, which takes a column named twice for a damaged file.
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            _check_names(names, schema, path)
            texts = [each.name for each in file.schema_arrow if pa.types.is_string(each.type)]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            of_schema = {field.name: field for field in schema}
            for name in (*of_schema, *(name for name in names if name not in of_schema)):
                # A column at a time, so that a table of many rows is never held twice.
                column = file.read(columns=[name])[name] if name in names else None
                if column is None:
                    column = pa.chunked_array(
                        [pa.nulls(file.metadata.num_rows, of_schema[name].type)]
                    )
                elif name in of_schema:
                    column, bad = _conform(column, of_schema[name], path)
                    problems += bad
                columns[name] = _to_series(name, column)
    except (pa.ArrowInvalid, OSError) as error:
        raise DatasetError(f"{path} must be a Parquet file. Received: {error}") from error
    # What Arrow keeps for its next table is as large as the largest column.
    pa.default_memory_pool().release_unused()
    return pd.DataFrame(columns), tuple(problems)


def _check_names(names: Sequence[str], schema: pa.Schema, path: Path) -> None:
    missing = [f.name for f in schema if not f.nullable and f.name not in names]
    if missing:
        raise DatasetError(
            f"{path} needs the columns {', '.join(missing)}. Received: {', '.join(names)}"
        )
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DatasetError(
            f"{path} must name each column once. Received: {', '.join(repeated)} more than once"
        )


def write_table(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    """Write a frame in the types of its schema; the same frame gives the same bytes.

    Raises
    ------
    DatasetError
        If a required column is missing or a value does not fit its column.
    """
    pq.write_table(conformed(frame, schema, path.name), path, compression="zstd")


def _conform(
    column: pa.ChunkedArray, field: pa.Field, path: Path
) -> tuple[pa.ChunkedArray, list[RowProblem]]:
    """Cast a column to its field's type; what cannot be cast is null and named."""
    if pa.types.is_dictionary(column.type) and column.type.value_type == field.type:
        return column, []
    try:
        return column.cast(field.type), []
    except pa.ArrowInvalid:
        values, rows = _cast_each(column, field.type)
    except pa.ArrowNotImplementedError as error:
        raise DatasetError(
            f"{path}, column {field.name!r} must be {field.type}. Received: {column.type} ({error})"
        ) from error
    return pa.chunked_array([values]), [
        RowProblem(path.name, row, field.name, column[row].as_py(), f"must be {field.type}")
        for row in rows
    ]


def _cast_each(column: pa.ChunkedArray, kind: pa.DataType) -> tuple[pa.Array, list[int]]:
    """Cast value by value; return the column, null where that failed, and those rows."""
    values: list[object] = []
    failed: list[int] = []
    for row, value in enumerate(column):
        try:
            values.append(value.cast(kind).as_py())
        except pa.ArrowInvalid:
            values.append(None)
            failed.append(row)
    return pa.array(values, kind), failed


def _to_series(name: str, column: pa.ChunkedArray) -> pd.Series:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.Series(_texts(column), dtype=object)
    # Objects keep an unknown price (None) apart from a broken one (NaN) for the checks.
    if pa.types.is_list(kind) or name == PRICE:
        return pd.Series(column.to_pylist(), dtype=object)
    if pa.types.is_int64(kind):
        return pd.Series(column.to_pandas(types_mapper={kind: pd.Int64Dtype()}.get))
    return pd.Series(column.to_pandas())


def _texts(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return texts as objects, rows of one text sharing one: millions of rows name few items.

    A chunk at a time, so that the texts are never held twice.
    """
    texts = np.empty(len(column), dtype=object)
    shared: dict[str | None, str | None] = {}
    start = 0
    for chunk in column.chunks:
        is_encoded = pa.types.is_dictionary(chunk.type)
        encoded = chunk if is_encoded else chunk.dictionary_encode()
        known = np.array(
            [shared.setdefault(text, text) for text in encoded.dictionary.to_pylist()] + [None],
            dtype=object,
        )
        # A null is the last of `known`.
        codes = encoded.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
        texts[start : start + len(chunk)] = known[codes]
        start += len(chunk)
        if 2 * len(shared) > start:  # hardly any text comes twice
            shared.clear()
    return texts


def conformed(frame: pd.DataFrame, schema: pa.Schema, file: str) -> pa.Table:
    """Return a frame as a table in the types of its schema; raises as `write_table`."""
    columns: dict[str, pa.Array] = {}
    for field in schema:
        if field.name not in frame.columns:
            if not field.nullable:
                raise DatasetError(
                    f"{file} needs the column {field.name!r}. Received: {', '.join(frame.columns)}"
                )
            columns[field.name] = pa.nulls(len(frame), field.type)
            continue
        try:
            columns[field.name] = pa.array(frame[field.name], field.type, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
            raise DatasetError(
                f"{file}, column {field.name!r} must be {field.type}. Received: {error}"
            ) from error
    extra: Sequence[str] = [name for name in frame.columns if name not in columns]
    for name in extra:
        columns[name] = pa.array(frame[name], from_pandas=True)
    return pa.table(columns)
