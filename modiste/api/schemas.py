"""What a request may say: the pydantic models that validate it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from modiste.recommender.query import Query

MAX_K = 100
MAX_USERS = 200
#: A float64 holds every integer up to this.
MAX_INTEGER = 2**53

ItemId = Annotated[str, StringConstraints(min_length=1, max_length=256)]
UserId = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Phrase = Annotated[
    str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True, pattern=r"\S")
]
Fraction = Annotated[float, Field(ge=0, le=1)]
FilterName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
FilterText = Annotated[str, StringConstraints(max_length=256)]
FilterInteger = Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
FilterScalar = bool | FilterInteger | float | FilterText


class StrictModel(BaseModel):
    """Refuses unknown fields, converted types, NaN and infinity."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class PriceRange(StrictModel):
    """An inclusive range of numbers, open on the side left out."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a range needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be above max")
        return self


FilterValue = (
    FilterScalar | Annotated[list[FilterScalar], Field(min_length=1, max_length=1_000)] | PriceRange
)


class RecommendationRequest(StrictModel):
    """Body of ``POST /v1/recommendations``; every field is optional."""

    text: Phrase | None = None
    item_id: ItemId | None = None
    user_id: UserId | None = None
    recent: Annotated[list[ItemId], Field(max_length=1_000)] = []
    bought: Annotated[list[ItemId], Field(max_length=1_000)] = []
    box: tuple[Fraction, Fraction, Fraction, Fraction] | None = None
    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10
    filters: Annotated[dict[FilterName, FilterValue], Field(max_length=20)] | None = None
    exclude: Annotated[list[ItemId], Field(max_length=10_000)] = []
    filter_viewed: bool = True

    @model_validator(mode="after")
    def _check_box(self) -> Self:
        if self.box is not None:
            x1, y1, x2, y2 = self.box
            if x1 >= x2 or y1 >= y2:
                raise ValueError("box must be [x1, y1, x2, y2] with x1 < x2 and y1 < y2")
        return self

    def query(self, photo: bytes | None) -> Query:
        """Return the query this request makes with the photo sent beside it."""
        return Query(
            image=photo,
            box=self.box,
            text=self.text,
            item_id=self.item_id,
            user_id=self.user_id,
            recent=tuple(self.recent),
            bought=tuple(self.bought),
        )

    def filter_values(self) -> dict[str, object] | None:
        """Return the filters as plain values, ranges as mappings."""
        if self.filters is None:
            return None
        return {
            name: value.model_dump(exclude_none=True) if isinstance(value, PriceRange) else value
            for name, value in self.filters.items()
        }


class AddressModel(BaseModel):
    """Arguments in the address: text that must read as the type asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SimilarArguments(AddressModel):
    """Arguments of ``GET /v1/items/{item_id}/similar``."""

    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10


class CompleteArguments(SimilarArguments):
    """Arguments of ``GET /v1/items/{item_id}/complete``."""

    user_id: UserId | None = None


class UsersArguments(AddressModel):
    """Arguments of ``GET /v1/users``."""

    limit: Annotated[int, Field(ge=1, le=MAX_USERS)] = 50
