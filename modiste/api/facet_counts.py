"""``GET /v1/facets``: how many items there are of each type, category, colour, brand, price."""

from __future__ import annotations

from flask import Blueprint, Response, request
from pydantic import BaseModel

from modiste.api.answers import answer
from modiste.api.config import ApiConfig
from modiste.api.live import Live
from modiste.api.operations import Answer, Operation, documented
from modiste.api.schemas import FacetArguments
from modiste.recommender.eligibility import on_sale
from modiste.recommender.facets import Facets, facets, just_arrived
from modiste.recommender.rules import Rules


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
            brand=listed["brand"],
            price=[PriceBandAnswer(min=b.min, max=b.max, count=b.n_items) for b in found.prices],
            new=found.n_new,
            n_values={name: len(values) for name, values in found.values.items()},
        )


FACETS = Operation(
    "facets",
    "Count the items of each facet; one that is filtered by counts as if it were not.",
    scope="search",
    answers=(Answer(FacetsAnswer, cacheable=True),),
    errors=(503,),
    arguments=FacetArguments,
)


def facets_blueprint(live: Live, config: ApiConfig) -> Blueprint:
    """Return the endpoint of facets; items that the shop's rules exclude are not counted."""
    blueprint = Blueprint("facets", __name__)
    rules = config.rules or Rules()

    @blueprint.get("/v1/facets")
    @documented(FACETS)
    def count() -> Response:
        asked = FacetArguments.of(request.args)
        release = live.release()
        catalogue = release.recommender.catalogue
        base = on_sale(catalogue)
        excluded = catalogue.item_ids.indices(rules.excluded)
        base[excluded[excluded >= 0]] = False
        until = release.recommender.history.as_of.timestamp()
        found = facets(
            catalogue,
            asked.filters(),
            base=base,
            new=just_arrived(catalogue, until, rules.fresh_days),
        )
        return answer(FacetsAnswer.of(found, release.release_id, asked.limit), cacheable=True)

    return blueprint
