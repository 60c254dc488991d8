"""An item as its shop has it now, and what can be done to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from modiste.data.columns import ATTRIBUTES, CATEGORY, DESCRIPTION, IN_STOCK, TITLE
from modiste.data.store.moments import check_moment

State = Literal["released", "pending", "described", "failed"]
#: An item in one of these is as a release has it; waits to be looked at; was looked at; has a
#: photo that cannot be used.
RELEASED: Final[State] = "released"
PENDING: Final[State] = "pending"
DESCRIBED: Final[State] = "described"
FAILED: Final[State] = "failed"
#: What descriptions are read from, besides the photo.
_READ: Final = (TITLE, DESCRIPTION, CATEGORY, ATTRIBUTES)


@dataclass(frozen=True)
class ItemRow:
    """What a shop says of an item: the columns of the items table but the id.

    Parameters
    ----------
    title : str
    item_group_id, description, brand, category, color : str, optional
    attributes : tuple of str, optional
        None where the shop says nothing of them.
    price : float, optional
    availability : str
        ``in_stock`` or ``out_of_stock``.
    available_from : datetime, optional
        With a zone; one that `check_moment` lets pass.

    Raises
    ------
    ValueError
        If the time is none that the store keeps.
    """

    title: str
    item_group_id: str | None = None
    description: str | None = None
    brand: str | None = None
    category: str | None = None
    attributes: tuple[str, ...] | None = None
    color: str | None = None
    price: float | None = None
    availability: str = IN_STOCK
    available_from: datetime | None = None

    def __post_init__(self) -> None:
        if self.available_from is not None:
            check_moment("available_from", self.available_from)

    def values(self) -> dict[str, object]:
        """Return the columns by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def patched(self, changed: Mapping[str, object]) -> ItemRow:
        """Return the row with some columns changed."""
        return replace(self, **dict(changed))  # type: ignore[arg-type]

    def reads_like(self, other: ItemRow) -> bool:
        """Return whether a description of one is one of the other."""
        return all(getattr(self, name) == getattr(other, name) for name in _READ)


#: The columns of `ItemRow`.
ROW_COLUMNS: Final = tuple(each.name for each in fields(ItemRow))


@dataclass(frozen=True)
class LiveItem:
    """One item of the store.

    Parameters
    ----------
    item_id : str
    row : ItemRow or None
        None of a deleted one.
    version, looks_version, position : int
        See ``modiste.data.store.schema.ITEMS``.
    reborn : bool
    photo_sha256 : str or None
    state : str
        One of `RELEASED`, `PENDING`, `DESCRIBED` and `FAILED`.
    error : str or None
        Why its photo cannot be used.
    described_by : str or None
        The network and vocabulary that the following are of.
    said_category, said_attributes
        What its texts say where the shop does not.
    seen : mapping of str to float
        Scores of attributes on the photo.
    embedding : ndarray or None
        Shape ``(embedding_size,)`` float16.
    is_created : bool
        Whether the write that returned it made it; never of an item that was read.
    """

    item_id: str
    row: ItemRow | None
    version: int
    looks_version: int
    position: int
    reborn: bool = False
    photo_sha256: str | None = None
    state: State = RELEASED
    error: str | None = None
    described_by: str | None = None
    said_category: str | None = None
    said_attributes: tuple[str, ...] | None = None
    seen: Mapping[str, float] = field(default_factory=dict)
    embedding: NDArray[np.float16] | None = None
    is_created: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Upsert:
    """Write a whole item; its photo stays unless another is given.

    Parameters
    ----------
    item_id : str
    row : ItemRow
    photo : bytes, optional
    if_version : int, optional
        Only if this is the item's version; 0 is an item that only the release has.
    if_position : int, optional
        Only if this is the position of the item's last change.
    if_exists : bool, optional
        Only if there is such an item, or if there is none.
    """

    item_id: str
    row: ItemRow
    photo: bytes | None = None
    if_version: int | None = None
    if_position: int | None = None
    if_exists: bool | None = None


@dataclass(frozen=True)
class Patch:
    """Write some columns of an item that is there.

    Parameters
    ----------
    item_id : str
    changed : mapping of str to object
        By names of `ItemRow`.
    photo : bytes, optional
    if_version, if_position, if_exists : optional
        As in `Upsert`.
    """

    item_id: str
    changed: Mapping[str, object]
    photo: bytes | None = None
    if_version: int | None = None
    if_position: int | None = None
    if_exists: bool | None = None


@dataclass(frozen=True)
class Delete:
    """Take an item out for good.

    Parameters
    ----------
    item_id : str
    if_version, if_position, if_exists : optional
        As in `Upsert`.
    """

    item_id: str
    if_version: int | None = None
    if_position: int | None = None
    if_exists: bool | None = None


Write = Upsert | Patch | Delete
UNKNOWN, CHANGED = "unknown_item", "changed_since"


@dataclass(frozen=True)
class Refused:
    """Why one write was not made: `UNKNOWN`, or `CHANGED` since what it asks for."""

    item_id: str
    code: str
    message: str
