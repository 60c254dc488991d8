"""``POST /v1/detect``: what the network sees in a photo, without looking for products."""

from __future__ import annotations

from flask import Blueprint, Response, request

from modiste.api.contract.answers import DetectAnswer, answer
from modiste.api.contract.bodies import read_photo
from modiste.api.contract.operations import Answer, Body, Operation, documented
from modiste.api.contract.schemas import DetectRequest
from modiste.api.live.live import Live
from modiste.recommender.query import Query

DETECT = Operation(
    "detect",
    "Name the garment of a photo: category, box, attributes, embedding.",
    scope="search",
    answers=(Answer(DetectAnswer),),
    errors=(503,),
    body=Body(multipart=DetectRequest, needs_photo=True),
    computes=True,
)


def detection_blueprint(live: Live) -> Blueprint:
    """Return the endpoint that names what a photo shows."""
    blueprint = Blueprint("detection", __name__)

    @blueprint.post("/v1/detect")
    @documented(DETECT)
    def detect() -> Response:
        asked, photo = read_photo(request, DetectRequest)
        release = live.release()
        with live.metrics.inference(Query(image=photo)):
            garment = release.recommender.detect(photo, box=asked.box)
        return answer(DetectAnswer.of(garment, release.release_id, release.attribute_types))

    return blueprint
