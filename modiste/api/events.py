"""``POST /v1/events``: what shoppers do, acknowledged once it is on disk."""

from __future__ import annotations

import json
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import Field, StringConstraints
from sqlalchemy import Connection

from modiste.api.contract.bodies import json_body
from modiste.api.contract.operations import Answer, Body, Operation, documented
from modiste.api.contract.schemas import Id, Moment, StrictModel
from modiste.api.contract.store_answers import RecordedAnswer
from modiste.api.idempotency import answered_once
from modiste.api.metrics import Metrics
from modiste.data.columns import EVENT_NAMES
from modiste.data.store.event_log import MAX_QUANTITY, Event, EventLog, Recorded
from modiste.data.store.kept_answers import KeptAnswers

MAX_EVENTS = 1_000


class EventRequest(StrictModel):
    """One event; `event_id` is the sender's, and sending it again is harmless."""

    event_id: Id
    user_id: Id
    event_name: Annotated[
        str, StringConstraints(max_length=64), Field(json_schema_extra={"enum": list(EVENT_NAMES)})
    ]
    event_time: Moment
    item_id: Id | None = None
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)] | None = None
    search_term: Annotated[str, StringConstraints(max_length=1_000)] | None = None

    def event(self) -> Event:
        """Return it as the log takes it."""
        return Event(**self.model_dump())


class EventsRequest(StrictModel):
    """Several events, kept all or none."""

    events: Annotated[list[EventRequest], Field(min_length=1, max_length=MAX_EVENTS)]


RECORD_EVENTS = Operation(
    "record_events",
    "Say what shoppers did; acknowledged once it is on disk, and sending again is harmless.",
    scope="events",
    answers=(Answer(RecordedAnswer),),
    errors=(503,),
    body=Body(json=(EventRequest, EventsRequest), idempotency_key=True),
)


def events_blueprint(log: EventLog, kept: KeptAnswers, metrics: Metrics) -> Blueprint:
    """Return the endpoint of events; register it where there is a store."""
    blueprint = Blueprint("events", __name__)

    @blueprint.post("/v1/events")
    @documented(RECORD_EVENTS)
    def record() -> Response:
        body = json_body(request)
        events = [one.event() for one in _read(body)]

        made: list[Recorded] = []

        def kept_now(connection: Connection | None) -> str:
            found = log.record(events, connection=connection)
            made.append(found)
            return RecordedAnswer(
                new=found.n_new, known=found.n_known, quarantined=found.n_quarantined
            ).model_dump_json()

        response = answered_once(kept, request, body, kept_now)
        # Only now they are committed.
        for found in made:
            metrics.recorded(found)
        return response

    return blueprint


def _read(body: bytes) -> list[EventRequest]:
    # A batch says so; then its own faults are told, not those of an event it is none of.
    if _is_batch(body):
        return EventsRequest.model_validate_json(body).events
    return [EventRequest.model_validate_json(body)]


def _is_batch(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False  # the model says what is wrong with it
    return isinstance(found, dict) and "events" in found
