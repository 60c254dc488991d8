"""``GET /healthz`` and ``GET /readyz``: alive, and ready to answer."""

from __future__ import annotations

from flask import Blueprint, Response

from modiste.api.answers import HealthAnswer, answer
from modiste.api.live import Live


def health_blueprint(live: Live) -> Blueprint:
    """Return the two probes: the process runs; a release is loaded."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return answer(HealthAnswer(status="alive"))

    @blueprint.get("/readyz")
    def ready() -> Response:
        release = live.release()
        return answer(
            HealthAnswer(status="ready", release_id=release.release_id, n_items=len(release.items))
        )

    return blueprint
