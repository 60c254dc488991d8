"""``GET /v1/facets``: how many items there are of each type, category, colour, brand, price."""

from __future__ import annotations

from flask import Blueprint, Response, request

from modiste.api.config import ApiConfig
from modiste.api.contract.answers import answer
from modiste.api.contract.facet_answers import FacetsAnswer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.schemas import FacetArguments
from modiste.api.live.live import Live
from modiste.recommender.eligibility import just_arrived, on_sale
from modiste.recommender.facets import facets
from modiste.recommender.rules import Rules

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
