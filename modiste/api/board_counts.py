"""``GET /v1/events/flow`` and ``GET /v1/searches/missed``: what a shop's team should know of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from modiste.api.contract.answers import answer
from modiste.api.contract.board_answers import EventFlowAnswer, MissedSearchesAnswer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.schemas import EventFlowArguments, MissedArguments
from modiste.data.store.event_flow import event_flow
from modiste.data.store.missed_searches import missed_searches

if TYPE_CHECKING:
    from modiste.data.store.database import Database


EVENT_FLOW = Operation(
    "event_flow",
    "How many events came in, step by step, by kind; and those that were set aside.",
    scope="admin",
    answers=(Answer(EventFlowAnswer),),
    errors=(503,),
    arguments=EventFlowArguments,
)
MISSED_SEARCHES = Operation(
    "missed_searches",
    "Words that were not understood, and searches that found nothing; most frequent first.",
    scope="admin",
    answers=(Answer(MissedSearchesAnswer),),
    errors=(503,),
    arguments=MissedArguments,
)


def board_counts_blueprint(database: Database) -> Blueprint:
    """Return what the board asks of the store; register it where there is one."""
    blueprint = Blueprint("board_counts", __name__)

    @blueprint.get("/v1/events/flow")
    @documented(EVENT_FLOW)
    def flow() -> Response:
        asked = EventFlowArguments.model_validate(request.args.to_dict())
        step = timedelta(minutes=asked.step_minutes)
        return answer(EventFlowAnswer.of(event_flow(database, step, asked.n_steps)))

    @blueprint.get("/v1/searches/missed")
    @documented(MISSED_SEARCHES)
    def missed() -> Response:
        asked = MissedArguments.model_validate(request.args.to_dict())
        found = missed_searches(database, days=asked.days, limit=asked.limit)
        return answer(MissedSearchesAnswer.model_validate(found))

    return blueprint
