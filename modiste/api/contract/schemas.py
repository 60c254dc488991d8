"""What a request may say: the pydantic models that validate it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from werkzeug.datastructures import MultiDict

from modiste.attribute_model.occlusion import DEFAULT_CELLS, MAX_CELLS, MIN_CELLS
from modiste.data.store.moments import FIRST, LAST, check_moment
from modiste.recommender.query import Query, Seen

MAX_K = 100
MAX_USERS = 200
#: A float64 holds every integer up to this.
MAX_INTEGER = 2**53
#: Characters of an id.
MAX_ID = 256
#: Numbers of an embedding; a release says how many it has exactly.
MAX_EMBEDDING = 4_096
#: Characters of a cursor: that of 200 products whose ids are as long as may be.
MAX_CURSOR = 400_000
MAX_FACET_VALUES = 1_000
MAX_FLOW_HOURS = 31 * 24
MAX_FLOW_STEPS = 1_500
#: Days that searches are kept: `modiste.data.store.search_log.KEPT`.
MAX_DAYS = 90
MAX_MISSED = 200

#: No database keeps a NUL.
Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00]*$")]
SearchId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Phrase = Annotated[
    str, StringConstraints(min_length=1, max_length=1_000, strip_whitespace=True, pattern=r"\S")
]
Fraction = Annotated[float, Field(ge=0, le=1)]
FilterName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
FilterText = Annotated[str, StringConstraints(max_length=256)]
FilterInteger = Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]


def _kept(moment: datetime) -> datetime:
    check_moment("a time", moment)
    return moment


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_kept),
    Field(description=f"With a zone, in the years {FIRST.year} to {LAST.year}."),
]
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


FilterNames = Annotated[list[FilterText], Field(min_length=1, max_length=1_000)]


class NamesWanted(StrictModel):
    """Names of which an item must have any (of ``attributes``: all), and names it must not have."""

    model_config = ConfigDict(validate_by_name=False, validate_by_alias=True)

    any: FilterNames | None = None
    all: FilterNames | None = None
    refused: Annotated[FilterNames | None, Field(alias="not")] = None

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if self.any is None and self.all is None and self.refused is None:
            raise ValueError("names need any, all or not")
        return self


FilterValue = (
    FilterScalar
    | Annotated[list[FilterScalar], Field(min_length=1, max_length=1_000)]
    | PriceRange
    | NamesWanted
)


Scores = Annotated[dict[FilterName, Fraction], Field(max_length=10_000)]
Edges = tuple[Fraction, Fraction, Fraction, Fraction]


def _has_area(box: Edges | None) -> Edges | None:
    if box is not None:
        x1, y1, x2, y2 = box
        if x1 >= x2 or y1 >= y2:
            raise ValueError("box must be [x1, y1, x2, y2] with x1 < x2 and y1 < y2")
    return box


PhotoBox = Annotated[Edges | None, AfterValidator(_has_area)]


class DetectRequest(StrictModel):
    """What may come beside the photo of ``POST /v1/detect``."""

    box: PhotoBox = None


class SeenRequest(StrictModel):
    """What the release's network saw on a photo elsewhere: its scores by name."""

    category_scores: Scores = {}
    attributes: Scores = {}


class OcclusionRequest(StrictModel):
    """What may come beside the photo of ``POST /v1/detect/occlusion``.

    `cells` is a side of the grid; it is made coarser where the time would not do.
    """

    cells: Annotated[int, Field(ge=MIN_CELLS, le=MAX_CELLS)] = DEFAULT_CELLS


class RecommendationRequest(StrictModel):
    """Body of ``POST /v1/recommendations``; every field is optional.

    `embedding` stands in for a photo that was analysed elsewhere by the release's network, `seen`
    is what that network saw besides, and `network` the ``sha256`` of ``GET /v1/network``: with it,
    numbers of another network are refused and not taken for this one's. `ignored` are categories
    and attributes that the photo may show and that are not meant; `cursor` is the ``next_cursor``
    of an answer to the same search.
    """

    text: Phrase | None = None
    item_id: Id | None = None
    user_id: Id | None = None
    recent: Annotated[list[Id], Field(max_length=1_000)] = []
    bought: Annotated[list[Id], Field(max_length=1_000)] = []
    box: PhotoBox = None
    embedding: Annotated[list[float], Field(min_length=1, max_length=MAX_EMBEDDING)] | None = None
    seen: SeenRequest | None = None
    network: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    ignored: Annotated[list[FilterText], Field(max_length=100)] = []
    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10
    filters: Annotated[dict[FilterName, FilterValue], Field(max_length=20)] | None = None
    exclude: Annotated[list[Id], Field(max_length=10_000)] = []
    filter_viewed: bool = True
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CURSOR)] | None = None

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
            embedding=self.embedding,
            seen=None if self.seen is None else Seen(**self.seen.model_dump()),
            ignored=tuple(self.ignored),
        )

    def filter_values(self) -> dict[str, object] | None:
        """Return the filters as plain values, ranges as mappings."""
        if self.filters is None:
            return None
        return {
            name: value.model_dump(exclude_none=True, by_alias=True)
            if isinstance(value, PriceRange | NamesWanted)
            else value
            for name, value in self.filters.items()
        }


class AddressModel(BaseModel):
    """Arguments in the address: text that must read as the type asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SimilarArguments(AddressModel):
    """Arguments of ``GET /v1/items/{item_id}/similar``."""

    k: Annotated[int, Field(ge=1, le=MAX_K)] = 10


class CompleteArguments(SimilarArguments):
    """Arguments of ``GET /v1/items/{item_id}/complete``."""

    user_id: Id | None = None


class UsersArguments(AddressModel):
    """Arguments of ``GET /v1/users``."""

    limit: Annotated[int, Field(ge=1, le=MAX_USERS)] = 50


class EventFlowArguments(AddressModel):
    """Arguments of ``GET /v1/events/flow``: how far back, and how fine."""

    hours: Annotated[int, Field(ge=1, le=MAX_FLOW_HOURS)] = 24
    step_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60

    @property
    def n_steps(self) -> int:
        """How many steps that makes."""
        return -(-60 * self.hours // self.step_minutes)

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        if self.n_steps > MAX_FLOW_STEPS:
            raise ValueError(f"hours must make at most {MAX_FLOW_STEPS:,} steps")
        return self


class MissedArguments(AddressModel):
    """Arguments of ``GET /v1/searches/missed``."""

    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 7
    limit: Annotated[int, Field(ge=1, le=MAX_MISSED)] = 50


class FacetArguments(AddressModel):
    """Arguments of ``GET /v1/facets``; one that is repeated means any of its values."""

    type: list[FilterText] = []
    category: list[FilterText] = []
    color: list[FilterText] = []
    pattern: list[FilterText] = []
    brand: list[FilterText] = []
    attributes: list[FilterText] = []
    price_min: float | None = None
    price_max: float | None = None
    new: bool | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_FACET_VALUES)] = 100

    @classmethod
    def of(cls, arguments: MultiDict[str, str]) -> FacetArguments:
        """Read an address; what may come once must not come twice."""
        several = {"type", "category", "color", "pattern", "brand", "attributes"}
        return cls.model_validate(
            {
                name: values if name in several or len(values) > 1 else values[0]
                for name, values in arguments.lists()
            }
        )

    @model_validator(mode="after")
    def _check_prices(self) -> Self:
        if (
            self.price_min is not None
            and self.price_max is not None
            and self.price_min > self.price_max
        ):
            raise ValueError("price_min must not be above price_max")
        return self

    def filters(self) -> dict[str, object]:
        """Return them as ``modiste.recommender.facets.facets`` takes them."""
        asked: dict[str, object] = {
            name: value
            for name in ("type", "category", "color", "pattern", "brand", "attributes")
            if (value := getattr(self, name))
        }
        ends = {"min": self.price_min, "max": self.price_max}
        price = {name: end for name, end in ends.items() if end is not None}
        if price:
            asked["price"] = price
        if self.new is not None:
            asked["new"] = self.new
        return asked
