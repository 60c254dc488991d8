"""``/v1/items``: one item, its photo, what is like it and what goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, send_file
from werkzeug.exceptions import NotFound

from modiste.api.contract.answers import ItemAnswer, RecommendationsAnswer, answer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.schemas import CompleteArguments, SimilarArguments
from modiste.api.doors.visit import note_shopper
from modiste.api.item_images import MEDIA_TYPES
from modiste.api.live.live import Live, LiveRelease
from modiste.api.recommendations import recommendations_answer
from modiste.api.shopper_query import query_of_now
from modiste.data.images import photo_format
from modiste.recommender.query import Query

if TYPE_CHECKING:
    from modiste.api.since_release import SinceRelease

_IMAGE_MAX_AGE_SECONDS = 3600

ITEM = Operation(
    "get_item",
    "One item of the catalogue.",
    scope="search",
    answers=(Answer(ItemAnswer, cacheable=True),),
    errors=(404, 503),
)
SIMILAR = Operation(
    "similar_items",
    "Products like one of the catalogue.",
    scope="search",
    answers=(Answer(RecommendationsAnswer),),
    errors=(404, 503),
    arguments=SimilarArguments,
    computes=True,
)
COMPLETE = Operation(
    "complete_the_look",
    "Products of other kinds that go with one of the catalogue.",
    scope="search",
    answers=(Answer(RecommendationsAnswer),),
    errors=(404, 503),
    arguments=CompleteArguments,
    computes=True,
)
IMAGE = Operation(
    "get_item_image",
    "The photo of an item, or a range of its bytes.",
    scope="search",
    answers=(
        Answer(media_types=tuple(sorted(set(MEDIA_TYPES.values()))), cacheable=True),
        Answer(media_types=tuple(sorted(set(MEDIA_TYPES.values()))), status=206),
    ),
    errors=(404, 416, 503),
)


def items_blueprint(live: Live, since_release: SinceRelease | None = None) -> Blueprint:
    """Return the endpoints of items; an id may hold slashes, encoded or not.

    Parameters
    ----------
    live : Live
    since_release : SinceRelease, optional
        What shoppers did since, if it is kept.
    """
    blueprint = Blueprint("items", __name__, url_prefix="/v1/items")

    @blueprint.get("/<path:item_id>")
    @documented(ITEM)
    def item(item_id: str) -> Response:
        release = live.release()
        body = release.items.answers([item_id])[0]
        if release.versions is None:
            return answer(body, cacheable=True)
        return answer(body, etag=item_tag(item_id, release))

    @blueprint.get("/<path:item_id>/similar")
    @documented(SIMILAR)
    def similar(item_id: str) -> Response:
        asked = SimilarArguments.model_validate(request.args.to_dict())
        release = live.release()
        with live.metrics.inference(Query(item_id=item_id)):
            found = release.recommender.similar(item_id, asked.k)
        return answer(recommendations_answer(found, release))

    @blueprint.get("/<path:item_id>/complete")
    @documented(COMPLETE)
    def complete(item_id: str) -> Response:
        asked = CompleteArguments.model_validate(request.args.to_dict())
        note_shopper(asked.user_id)
        release = live.release()
        query = Query(item_id=item_id, user_id=asked.user_id)
        query, notes = query_of_now(query, release, since_release)
        with live.metrics.inference(query):
            found = release.recommender.complete(
                item_id, asked.k, user_id=query.user_id, recent=query.recent, bought=query.bought
            )
        found.notes = (*found.notes, *notes)
        return answer(recommendations_answer(found, release))

    @blueprint.get("/<path:item_id>/image")
    @documented(IMAGE)
    def image(item_id: str) -> Response:
        release = live.release()
        # An unknown item and an item without a photo are told apart.
        release.items.answers([item_id])
        sent = release.images.sent(item_id)
        if sent is not None:
            return _photo(*sent)
        # Where the shop may send another one, its address is the same.
        max_age = _IMAGE_MAX_AGE_SECONDS if release.versions is None else None
        path = release.images.path(item_id)
        if path is None:
            raise NotFound(f"The item has no photo here. Received: {item_id!r}")
        return send_file(
            path,
            mimetype=MEDIA_TYPES[path.suffix.lower()],
            conditional=True,
            max_age=max_age,
        )

    return blueprint


def item_tag(item_id: str, release: LiveRelease) -> str:
    """Return the entity tag of an item as a release shows it, for ``If-Match``.

    Its version by the shop, and what else the item's answer depends on.
    """
    version, position = (release.versions or {}).get(item_id, (0, 0))
    return written_tag(version, position, release)


def written_tag(version: int, position: int, release: LiveRelease) -> str:
    """Return the entity tag of an item of a version and a position in the store."""
    return f"{version}-{position}-{release.release_id}"


def _photo(content: bytes, sha256: str) -> Response:
    response = Response(content, mimetype=MEDIA_TYPES[f".{photo_format(content).lower()}"])
    response.set_etag(sha256)
    # Asked again each time: the next photo has the same address.
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
