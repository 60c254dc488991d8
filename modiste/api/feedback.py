"""``POST /v1/feedback``: what a shopper thought of a product that a search showed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from flask import Blueprint, Response, request

from modiste.api.contract.answers import answer
from modiste.api.contract.bodies import json_body
from modiste.api.contract.operations import Answer, Body, Operation, documented
from modiste.api.contract.schemas import Id, SearchId, StrictModel
from modiste.api.contract.store_answers import FeedbackAnswer
from modiste.data.store.background import BackgroundWriter
from modiste.data.store.search_log import Feedback, Search, SearchLog

#: A search just answered is written down first.
_FLUSH_SECONDS = 1.0


class FeedbackRequest(StrictModel):
    """One opinion; sending it again is harmless."""

    search_id: SearchId
    item_id: Id
    kind: Literal["click", "like", "dislike", "dismiss"]


FEEDBACK = Operation(
    "feedback",
    "Say what a shopper thought of a product that a search showed.",
    scope="events",
    answers=(Answer(FeedbackAnswer),),
    errors=(404, 503),
    body=Body(json=(FeedbackRequest,)),
)


def feedback_blueprint(log: SearchLog, writer: BackgroundWriter[Search]) -> Blueprint:
    """Return the endpoint of feedback on the searches that a writer keeps."""
    blueprint = Blueprint("feedback", __name__)

    @blueprint.post("/v1/feedback")
    @documented(FEEDBACK)
    def record() -> Response:
        asked = FeedbackRequest.model_validate_json(json_body(request))
        writer.flush(_FLUSH_SECONDS)
        thought = Feedback(asked.search_id, asked.item_id, asked.kind, datetime.now(UTC))
        return answer(FeedbackAnswer(new=log.record(thought)))

    return blueprint
