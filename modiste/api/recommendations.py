"""``POST /v1/recommendations``: products for a photo, a phrase, an item, a shopper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from modiste.api.answers import (
    GarmentAnswer,
    PhraseAnswer,
    RecommendationAnswer,
    RecommendationsAnswer,
    RefinementAnswer,
    answer,
)
from modiste.api.bodies import read_search
from modiste.api.doors.visit import note_shopper
from modiste.api.live import Live, LiveRelease
from modiste.api.problems import InvalidRequestError
from modiste.recommender.recommendation import Recommendations

if TYPE_CHECKING:
    from modiste.api.since_release import SinceRelease


def recommendations_blueprint(live: Live, since_release: SinceRelease | None = None) -> Blueprint:
    """Return the search endpoint over the release in use, and what was done since, if kept."""
    blueprint = Blueprint("recommendations", __name__)

    @blueprint.post("/v1/recommendations")
    def search() -> Response:
        asked, photo = read_search(request)
        note_shopper(asked.user_id)
        if asked.box is not None and photo is None:
            raise InvalidRequestError(
                "A box needs the photo it lies on. Received a box and no photo",
                field="box",
                code="box_without_photo",
            )
        release = live.release()
        _check_filter_names(asked.filters or (), release.items.shown_columns)
        query = asked.query(photo)
        notes: tuple[str, ...] = ()
        if since_release is not None:
            query, notes = since_release.completed(query, release.recommender.history.as_of)
        found = release.recommender.recommend(
            query,
            # Who asks for no number gets what a small shop has; who asks for one is told.
            k=asked.k
            if "k" in asked.model_fields_set
            else min(asked.k, max(1, len(release.items))),
            filters=asked.filter_values(),
            exclude=asked.exclude,
            filter_viewed=asked.filter_viewed,
        )
        found.notes = (*found.notes, *notes)
        return answer(recommendations_answer(found, release))

    return blueprint


def _check_filter_names(names: Iterable[str], shown_columns: Sequence[str]) -> None:
    # The library takes every column, and its refusals list names and values.
    for name in names:
        if name not in shown_columns:
            raise InvalidRequestError(
                f"A filter must name one of {', '.join(shown_columns)}. Received: {name!r}",
                field=f"filters.{name}",
                code="unknown_filter",
            )


def recommendations_answer(found: Recommendations, release: LiveRelease) -> RecommendationsAnswer:
    """Join recommendations with the items they name, as they are shown.

    Parameters
    ----------
    found : Recommendations
    release : LiveRelease
        The release that made them.
    """
    items = release.items.answers([recommendation.item_id for recommendation in found])
    garment, phrase = found.garment, found.phrase
    return RecommendationsAnswer(
        release_id=release.release_id,
        recommendations=[
            RecommendationAnswer.of(recommendation, item)
            for recommendation, item in zip(found, items, strict=True)
        ],
        garment=GarmentAnswer.of(garment, release.attribute_types) if garment else None,
        phrase=PhraseAnswer.of(phrase) if phrase else None,
        refinement=RefinementAnswer.of(found.refinement) if found.refinement else None,
        notes=list(found.notes),
    )
