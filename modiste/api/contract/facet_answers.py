"""What the service answers of facets: the models that are written as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from modiste.recommender.facets import Facets


class FacetValueAnswer(BaseModel):
    """A value, and the items that have it and pass the filters of the other facets."""

    value: str
    count: int


class PriceBandAnswer(BaseModel):
    """The items of prices from `min` to `max`, both included, as the price filter takes them."""

    min: float
    max: float
    count: int


class FacetsAnswer(BaseModel):
    """Counts by facet; `n_values` says how many values each has, of which the most are listed.

    Values that are filtered by are listed besides.
    """

    release_id: str
    count: int
    type: list[FacetValueAnswer]
    category: list[FacetValueAnswer]
    color: list[FacetValueAnswer]
    pattern: list[FacetValueAnswer]
    brand: list[FacetValueAnswer]
    price: list[PriceBandAnswer]
    new: int
    n_values: dict[str, int]

    @classmethod
    def of(cls, found: Facets, release_id: str, limit: int) -> FacetsAnswer:
        """Write counts down, `limit` values a facet and those that are filtered by."""
        listed = {
            name: [
                FacetValueAnswer(value=v.value, count=v.n_items)
                for place, v in enumerate(values)
                if place < limit or v.is_chosen
            ]
            for name, values in found.values.items()
        }
        return cls(
            release_id=release_id,
            count=found.n_items,
            type=listed["type"],
            category=listed["category"],
            color=listed["color"],
            pattern=listed["pattern"],
            brand=listed["brand"],
            price=[PriceBandAnswer(min=b.min, max=b.max, count=b.n_items) for b in found.prices],
            new=found.n_new,
            n_values={name: len(values) for name, values in found.values.items()},
        )
