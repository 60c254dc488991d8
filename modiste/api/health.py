"""``GET /healthz`` and ``GET /readyz``: alive, and ready to answer."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from flask import Blueprint, Response
from pydantic import BaseModel

from modiste.api.answers import HealthAnswer, answer
from modiste.api.live import Live, Refused
from modiste.api.operations import Answer, Operation, documented


class RefusedAnswer(BaseModel):
    """The last release that was to serve and could not."""

    release_id: str
    why: str
    when: datetime

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """Copy a refusal."""
        return cls(release_id=refused.release_id, why=refused.why, when=refused.when)


class ReadyAnswer(HealthAnswer):
    """Which release answers and since when, and which one could not take over."""

    since: datetime
    refused: RefusedAnswer | None = None


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
    """Return the two probes: the process runs; a release is loaded."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    @documented(ALIVE)
    def alive() -> Response:
        return answer(HealthAnswer(status="alive"))

    @blueprint.get("/readyz")
    @documented(READY)
    def ready() -> Response:
        release, refused = live.release(), live.refused
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
