"""``GET /healthz`` and ``GET /readyz``: alive, and ready to answer."""

from __future__ import annotations

from flask import Blueprint, Response

from modiste.api.contract.answers import HealthAnswer, answer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.release_answers import ReadyAnswer, RefusedAnswer
from modiste.api.live.live import Live, unready

ALIVE = Operation(
    "alive",
    "Whether the process runs.",
    scope=None,
    answers=(Answer(HealthAnswer),),
    is_probe=True,
)
READY = Operation(
    "ready",
    "Whether a release is loaded, and which could not take over.",
    scope=None,
    answers=(Answer(ReadyAnswer),),
    errors=(503,),
    is_probe=True,
)


def health_blueprint(live: Live) -> Blueprint:
    """Return the two probes: the process runs; a release is loaded.

    They look at what is there and load nothing: they are asked often, and by anybody.
    """
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    @documented(ALIVE)
    def alive() -> Response:
        return answer(HealthAnswer(status="alive"))

    @blueprint.get("/readyz")
    @documented(READY)
    def ready() -> Response:
        release, refused = live.in_use, live.refused
        if release is None:
            raise unready()
        return answer(
            ReadyAnswer(
                status="ready",
                release_id=release.release_id,
                n_items=len(release.items),
                since=release.since,
                refused=None if refused is None else RefusedAnswer.of(refused),
            )
        )

    return blueprint
