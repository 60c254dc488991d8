"""Items as rows of the store: read from them, and written over what was there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert

from modiste.data.store.live_item import ROW_COLUMNS, ItemRow, LiveItem
from modiste.data.store.schema import ITEM_PHOTOS, ITEMS


def live_item(row: Mapping[Any, Any]) -> LiveItem:
    """Return a row of the table as an item."""
    cells = {name: row[name] for name in ROW_COLUMNS}
    if cells["attributes"] is not None:
        cells["attributes"] = tuple(cells["attributes"])
    said = row["said_attributes"]
    embedding = row["embedding"]
    return LiveItem(
        item_id=row["item_id"],
        row=None if row["deleted"] else ItemRow(**cells),
        version=row["version"],
        looks_version=row["looks_version"],
        position=row["position"],
        reborn=row["reborn"],
        photo_sha256=row["photo_sha256"],
        state=row["state"],
        error=row["error"],
        described_by=row["described_by"],
        said_category=row["said_category"],
        said_attributes=None if said is None else tuple(said),
        seen=row["seen"] or {},
        embedding=None if embedding is None else np.frombuffer(embedding, dtype=np.float16),
    )


def store_items(connection: Connection, items: Sequence[LiveItem]) -> None:
    """Write items over what is stored of them."""
    if not items:
        return
    statement = insert(ITEMS)
    statement = statement.on_conflict_do_update(
        index_elements=["item_id"],
        set_={c.name: statement.excluded[c.name] for c in ITEMS.columns if not c.primary_key},
    )
    connection.execute(statement, [_cells(item) for item in items])


def _cells(item: LiveItem) -> dict[str, object]:
    row = dict.fromkeys(ROW_COLUMNS) if item.row is None else item.row.values()
    names = ("attributes", "said_attributes")
    cells = {
        **row,
        "item_id": item.item_id,
        "version": item.version,
        "looks_version": item.looks_version,
        "deleted": item.row is None,
        "reborn": item.reborn,
        "photo_sha256": item.photo_sha256,
        "state": item.state,
        "error": item.error,
        "described_by": item.described_by,
        "said_category": item.said_category,
        "said_attributes": item.said_attributes,
        "seen": dict(item.seen),
        "embedding": None if item.embedding is None else item.embedding.tobytes(),
        "position": item.position,
    }
    return {
        name: list(cell) if name in names and isinstance(cell, tuple) else cell
        for name, cell in cells.items()
    }


def store_photos(connection: Connection, photos: Mapping[str, bytes | None]) -> None:
    """Write photos by item over what is stored of them; None takes one out."""
    gone = [item_id for item_id, content in photos.items() if content is None]
    if gone:
        connection.execute(delete(ITEM_PHOTOS).where(ITEM_PHOTOS.c.item_id.in_(gone)))
    given = [
        {"item_id": item_id, "content": content, "sha256": hashlib.sha256(content).hexdigest()}
        for item_id, content in photos.items()
        if content is not None
    ]
    if given:
        statement = insert(ITEM_PHOTOS)
        statement = statement.on_conflict_do_update(
            index_elements=["item_id"],
            set_={name: statement.excluded[name] for name in ("content", "sha256")},
        )
        connection.execute(statement, given)
