"""``GET /healthz`` and ``GET /readyz``: alive, and ready to answer."""

from __future__ import annotations

from flask import Blueprint, Response

from modiste.api.answers import HealthAnswer, answer
from modiste.api.live import Live
from modiste.api.operations import Answer, Operation, documented

_ANSWERS = (Answer(HealthAnswer),)
ALIVE = Operation("alive", "Whether the process runs.", scope=None, answers=_ANSWERS)
READY = Operation(
    "ready", "Whether a release is loaded.", scope=None, answers=_ANSWERS, errors=(503,)
)


def health_blueprint(live: Live) -> Blueprint:
    """Return the two probes: the process runs; a release is loaded."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    @documented(ALIVE)
    def alive() -> Response:
        return answer(HealthAnswer(status="alive"))

    @blueprint.get("/readyz")
    @documented(READY)
    def ready() -> Response:
        release = live.release()
        return answer(
            HealthAnswer(status="ready", release_id=release.release_id, n_items=len(release.items))
        )

    return blueprint
