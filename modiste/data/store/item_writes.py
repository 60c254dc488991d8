"""What a write makes of an item, or why it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from modiste.data.store.live_item import (
    CHANGED,
    PENDING,
    UNKNOWN,
    Delete,
    ItemRow,
    LiveItem,
    Refused,
    Upsert,
    Write,
)

#: Returns what a release says of an item that the store does not have, if anything.
Known = Callable[[str], ItemRow | None]


def written(write: Write, stored: LiveItem | None, known: Known, least: int) -> LiveItem | Refused:
    """Return what a write makes of an item, or why it is refused.

    Parameters
    ----------
    write : Upsert, Patch or Delete
    stored : LiveItem or None
        What the store has of the item.
    known : callable
        What the release in use says of an item that the store does not have.
    least : int
        The version that the release has of it; what is written is newer.
    """
    item_id = write.item_id
    before = stored
    if before is None:
        released = known(item_id)
        if released is not None:
            before = LiveItem(item_id, released, version=0, looks_version=0, position=0)
    exists = before is not None and before.row is not None
    if write.if_exists is not None and write.if_exists != exists:
        rule = "must be there" if write.if_exists else "must not be there yet"
        return Refused(item_id, CHANGED, f"The item {rule}; read it again. Received: {item_id!r}")
    if not exists and not isinstance(write, Upsert):
        return Refused(item_id, UNKNOWN, f"There is no such item. Received: {item_id!r}")
    version = before.version if before is not None and exists else None
    if write.if_version is not None and write.if_version != version:
        told = "no such item" if version is None else f"version {version}"
        return Refused(
            item_id,
            CHANGED,
            f"The item must be of version {write.if_version}; read it again. Received: {told}",
        )
    if before is None:
        before = LiveItem(item_id, None, version=0, looks_version=0, position=0)
    if write.if_position is not None and write.if_position != before.position:
        return Refused(
            item_id,
            CHANGED,
            f"The item's last change must be at {write.if_position}; read it again. "
            f"Received: one at {before.position}",
        )
    version = max(before.version, least) + 1
    if isinstance(write, Delete):
        return LiveItem(item_id, None, version, version, position=0, reborn=True)
    if isinstance(write, Upsert):
        row = write.row
    else:
        # It exists, or it was refused above.
        row = (before.row or ItemRow("")).patched(write.changed)
    sha256 = before.photo_sha256
    if write.photo is not None:
        sha256 = hashlib.sha256(write.photo).hexdigest()
    after = replace(
        before,
        row=row,
        version=version,
        photo_sha256=sha256,
        is_created=before.row is None,
    )
    is_read = before.row is not None and row.reads_like(before.row)
    if is_read and sha256 == before.photo_sha256:
        return after
    return replace(after, looks_version=after.version, state=PENDING, error=None)
