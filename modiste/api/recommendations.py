"""``POST /v1/recommendations``: products for a photo, a phrase, an item, a shopper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from modiste.api.contract.answers import (
    GarmentAnswer,
    PhraseAnswer,
    RecommendationAnswer,
    RecommendationsAnswer,
    RefinementAnswer,
    answer,
)
from modiste.api.contract.bodies import read_search
from modiste.api.contract.operations import Answer, Body, Operation, documented
from modiste.api.contract.problems import InvalidRequestError
from modiste.api.contract.schemas import RecommendationRequest
from modiste.api.cursor_keys import CursorKeys
from modiste.api.cursors import Cursor
from modiste.api.doors.visit import note_shopper
from modiste.api.live.live import Live, LiveRelease
from modiste.api.shopper_query import query_of_now
from modiste.recommender.facet_columns import NEW, PATTERN, TYPE
from modiste.recommender.recommendation import Recommendations

if TYPE_CHECKING:
    from modiste.api.search_record import SearchRecorder
    from modiste.api.since_release import SinceRelease

#: Reasons whose names are items.
_OF_ITEMS: Final = frozenset({"because_you_bought", "bought_together", "looks_like"})
#: Filters beside the columns of the items.
_FACETS: Final = (TYPE, PATTERN, NEW)

SEARCH = Operation(
    "recommend",
    "Products for a photo, an embedding, a phrase, an item, a shopper, or any of them together.",
    scope="search",
    answers=(Answer(RecommendationsAnswer),),
    errors=(404, 503),
    body=Body(json=(RecommendationRequest,), multipart=RecommendationRequest),
    computes=True,
)


def recommendations_blueprint(
    live: Live,
    since_release: SinceRelease | None = None,
    recorder: SearchRecorder | None = None,
    cursor_keys: CursorKeys | None = None,
) -> Blueprint:
    """Return the search endpoint over the release in use.

    Parameters
    ----------
    live : Live
    since_release : SinceRelease, optional
        What shoppers did since, if it is kept.
    recorder : SearchRecorder, optional
        Who writes searches down, if they are.
    cursor_keys : CursorKeys, optional
        What cursors are signed with; by default a key of this process.
    """
    keys = cursor_keys or CursorKeys()
    blueprint = Blueprint("recommendations", __name__)

    @blueprint.post("/v1/recommendations")
    @documented(SEARCH)
    def search() -> Response:
        asked, photo = read_search(request)
        note_shopper(asked.user_id)
        _check_photo(asked, photo)
        cursor = Cursor.of(asked, photo, keys)
        release = live.release()
        _check_network(asked, release)
        _check_filter_names(asked.filters or (), (*release.items.shown_columns, *_FACETS))
        query, notes = query_of_now(asked.query(photo), release, since_release)
        # Who asks for no number gets what a small shop has; who asks for one is told.
        at_most = asked.k if "k" in asked.model_fields_set else max(1, len(release.items))
        k = cursor.k(min(asked.k, at_most))
        with live.metrics.inference(query):
            found = release.recommender.recommend(
                query,
                k=k,
                filters=asked.filter_values(),
                exclude=[*asked.exclude, *cursor.hidden(release.recommender.catalogue)],
                filter_viewed=asked.filter_viewed,
            )
        found.notes = (*found.notes, *notes)
        shown = [product.item_id for product in found]
        if recorder is not None:
            phrase = found.phrase
            recorder.record(
                cursor,
                asked,
                shown,
                release_id=release.release_id,
                has_photo=photo is not None,
                not_understood=None if phrase is None else phrase.not_understood,
            )
        written = recommendations_answer(found, release, n_before=len(cursor.shown))
        written.search_id = cursor.search_id
        written.next_cursor = cursor.next(shown, k, keys)
        return answer(written)

    return blueprint


def _check_photo(asked: RecommendationRequest, photo: bytes | None) -> None:
    if asked.box is not None and photo is None:
        raise InvalidRequestError(
            "A box needs the photo it lies on. Received a box and no photo",
            field="box",
            code="box_without_photo",
        )
    if asked.embedding is not None and photo is not None:
        raise InvalidRequestError(
            "An embedding takes the place of a photo. Received: both of them",
            field="embedding",
            code="embedding_and_photo",
        )


def _check_network(asked: RecommendationRequest, release: LiveRelease) -> None:
    if asked.seen is not None and asked.embedding is None:
        raise InvalidRequestError(
            "What was seen comes beside its embedding. Received: no embedding",
            field="seen",
            code="seen_without_embedding",
        )
    if asked.network is None:
        return
    network = release.recommender.portable_network
    if network is None or network.sha256 != asked.network:
        raise InvalidRequestError(
            "An embedding must be of the network that serves; fetch it from /v1/network and "
            "analyse the photo again. Received: one of another",
            field="network",
            code="another_network",
        )


def _check_filter_names(names: Iterable[str], shown_columns: Sequence[str]) -> None:
    # The library takes every column, and its refusals list names and values.
    for name in names:
        if name not in shown_columns:
            raise InvalidRequestError(
                f"A filter must name one of {', '.join(shown_columns)}. Received: {name!r}",
                field=f"filters.{name}",
                code="unknown_filter",
            )


def recommendations_answer(
    found: Recommendations, release: LiveRelease, *, n_before: int = 0
) -> RecommendationsAnswer:
    """Join recommendations with the items they name, as they are shown.

    Parameters
    ----------
    found : Recommendations
    release : LiveRelease
        The release that made them.
    n_before : int
        Products of earlier pages.
    """
    items = release.items.answers([recommendation.item_id for recommendation in found])
    garment, phrase = found.garment, found.phrase
    titles = _titles(found, release)
    return RecommendationsAnswer(
        release_id=release.release_id,
        recommendations=[
            RecommendationAnswer.of(recommendation, item, titles, n_before=n_before)
            for recommendation, item in zip(found, items, strict=True)
        ],
        garment=GarmentAnswer.of(garment, release.attribute_types) if garment else None,
        phrase=PhraseAnswer.of(phrase) if phrase else None,
        refinement=RefinementAnswer.of(found.refinement) if found.refinement else None,
        notes=list(found.notes),
    )


def _titles(found: Recommendations, release: LiveRelease) -> dict[str, str]:
    """Return the titles of the items that reasons name, by id."""
    catalogue = release.recommender.catalogue
    named = {
        name
        for one in found
        for reason in one.reasons
        if reason.kind in _OF_ITEMS
        for name in reason.names
    }
    ids = sorted(named)
    places = catalogue.item_ids.indices(ids)
    return {
        one: catalogue.titles[place] for one, place in zip(ids, places, strict=True) if place >= 0
    }
