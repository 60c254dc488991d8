"""``POST /v1/detect/occlusion``: what the network looks at in a photo."""

from __future__ import annotations

import threading
from typing import Final

from flask import Blueprint, Response, request

from modiste.api.contract.answers import answer
from modiste.api.contract.board_answers import OcclusionAnswer
from modiste.api.contract.bodies import read_photo
from modiste.api.contract.operations import Answer, Body, Operation, documented
from modiste.api.contract.problems import problem
from modiste.api.contract.schemas import OcclusionRequest
from modiste.api.live.live import Live

#: No batch of looks is begun later than this.
SECONDS: Final = 5.0
_RETRY_SECONDS: Final = 2


OCCLUDE = Operation(
    "occlude",
    "What the network looks at in a photo: parts are covered, and what it says changes or not.",
    scope="admin",
    answers=(Answer(OcclusionAnswer),),
    errors=(503,),
    body=Body(multipart=OcclusionRequest, needs_photo=True),
    computes=True,
)


def occlusion_blueprint(live: Live, *, seconds: float = SECONDS) -> Blueprint:
    """Return the endpoint that shows where the network looks.

    It takes a place to compute like any search, and one at a time is worked on, so that
    shoppers have the others.
    """
    blueprint = Blueprint("occlusion", __name__)
    working = threading.Lock()

    @blueprint.post("/v1/detect/occlusion")
    @documented(OCCLUDE)
    def occlude() -> Response:
        asked, photo = read_photo(request, OcclusionRequest)
        release = live.release()
        if not working.acquire(blocking=False):
            busy = problem(503, "Another photo is being looked at; ask again.", kind="busy")
            busy.headers["Retry-After"] = str(_RETRY_SECONDS)
            return busy
        try:
            found = release.recommender.occlusion(photo, cells=asked.cells, seconds=seconds)
        finally:
            working.release()
        return answer(OcclusionAnswer.of(found, release.release_id, release.attribute_types))

    return blueprint
