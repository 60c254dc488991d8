"""What may be said of an item: the pydantic models of the catalogue's endpoints."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Base64Bytes,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from modiste.api.contract.schemas import Id, Moment, StrictModel
from modiste.data import columns
from modiste.data.images import photo_format
from modiste.data.store.live_item import Delete, ItemRow, Patch, Upsert, Write
from modiste.errors import InvalidImageError

MAX_PHOTO_BYTES = 5 * 1024 * 1024
MAX_LINES = 1_000
MAX_PRICE = 1e9


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not hold the character NUL")
    return text


def _usable(photo: bytes) -> bytes:
    if len(photo) > MAX_PHOTO_BYTES:
        raise ValueError(f"a photo may have at most {MAX_PHOTO_BYTES:,} bytes")
    try:
        photo_format(photo)
    except InvalidImageError as error:
        raise ValueError(str(error)) from error
    return photo


_NoNul = AfterValidator(_without_nul)
Name = Annotated[str, StringConstraints(min_length=1, max_length=256), _NoNul]
Title = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=r"\S"), _NoNul]
LongText = Annotated[str, StringConstraints(max_length=20_000), _NoNul]
Price = Annotated[float, Field(ge=0, le=MAX_PRICE)]
Availability = Literal["in_stock", "out_of_stock"]
Names = Annotated[list[Name], Field(max_length=200)]
Photo = Annotated[Base64Bytes, AfterValidator(_usable)]
ItemVersion = Annotated[int, Field(ge=0, le=2**53)]

#: Patches cannot take these away.
_NEEDED = (columns.TITLE, columns.AVAILABILITY)


class ItemRequest(StrictModel):
    """Body of ``PUT /v1/items/{item_id}``: the whole item; what is left out is unknown."""

    title: Title
    item_group_id: Name | None = None
    description: LongText | None = None
    brand: Name | None = None
    category: Name | None = None
    attributes: Names | None = None
    color: Name | None = None
    price: Price | None = None
    availability: Availability = "in_stock"
    available_from: Moment | None = None

    def row(self) -> ItemRow:
        """Return it as the store keeps it."""
        return ItemRow(**_plain(self.model_dump()))


class ItemPatchRequest(StrictModel):
    """Body of ``PATCH /v1/items/{item_id}``, a JSON merge patch (RFC 7396): null takes away."""

    title: Title | None = None
    item_group_id: Name | None = None
    description: LongText | None = None
    brand: Name | None = None
    category: Name | None = None
    attributes: Names | None = None
    color: Name | None = None
    price: Price | None = None
    availability: Availability | None = None
    available_from: Moment | None = None

    @model_validator(mode="after")
    def _check_needed(self) -> Self:
        for name in _NEEDED:
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} may be changed and not taken away")
        return self

    def changed(self) -> dict[str, Any]:
        """Return the columns that are given."""
        return _plain(self.model_dump(exclude_unset=True))


class UpsertLine(StrictModel):
    """A line of ``POST /v1/items/batch`` that writes a whole item."""

    op: Literal["upsert"]
    item_id: Id
    item: ItemRequest
    photo: Photo | None = None
    if_version: ItemVersion | None = None

    def write(self) -> Write:
        """Return it as the store takes it."""
        return Upsert(self.item_id, self.item.row(), self.photo, self.if_version)


class PatchLine(StrictModel):
    """A line that changes some columns of an item."""

    op: Literal["patch"]
    item_id: Id
    item: ItemPatchRequest = ItemPatchRequest()
    photo: Photo | None = None
    if_version: ItemVersion | None = None

    def write(self) -> Write:
        """Return it as the store takes it."""
        return Patch(self.item_id, self.item.changed(), self.photo, self.if_version)


class DeleteLine(StrictModel):
    """A line that takes an item out."""

    op: Literal["delete"]
    item_id: Id
    if_version: ItemVersion | None = None

    def write(self) -> Write:
        """Return it as the store takes it."""
        return Delete(self.item_id, self.if_version)


BatchLine = Annotated[UpsertLine | PatchLine | DeleteLine, Field(discriminator="op")]
BATCH_LINE: TypeAdapter[UpsertLine | PatchLine | DeleteLine] = TypeAdapter(BatchLine)


def _plain(cells: dict[str, Any]) -> dict[str, Any]:
    attributes = cells.get(columns.ATTRIBUTES)
    if attributes is not None:
        cells[columns.ATTRIBUTES] = tuple(dict.fromkeys(attributes))
    return cells
