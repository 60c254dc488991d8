"""``POST /v1/events``: what shoppers do, acknowledged once it is on disk."""

from __future__ import annotations

import json
import logging
from typing import Annotated

from flask import Blueprint, Response, request
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ServiceUnavailable

from modiste.api.answers import answer
from modiste.api.config import MAX_JSON_BYTES
from modiste.api.metrics import Metrics
from modiste.api.problems import InvalidRequestError
from modiste.api.schemas import ItemId, StrictModel, UserId
from modiste.data.store.event_log import MAX_QUANTITY, Event, EventLog

logger = logging.getLogger(__name__)

MAX_EVENTS = 1_000
_RETRY_SECONDS = 2
_JSON = "application/json"


class EventRequest(StrictModel):
    """One event; `event_id` is the sender's, and sending it again is harmless."""

    event_id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    user_id: UserId
    event_name: Annotated[str, StringConstraints(max_length=64)]
    event_time: AwareDatetime
    item_id: ItemId | None = None
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)] | None = None
    search_term: Annotated[str, StringConstraints(max_length=1_000)] | None = None

    def event(self) -> Event:
        """Return it as the log takes it."""
        return Event(**self.model_dump())


class EventsRequest(StrictModel):
    """Several events, kept all or none."""

    events: Annotated[list[EventRequest], Field(min_length=1, max_length=MAX_EVENTS)]


class RecordedAnswer(BaseModel):
    """What became of the events sent."""

    new: int
    known: int
    quarantined: int


def events_blueprint(log: EventLog, metrics: Metrics) -> Blueprint:
    """Return the endpoint of events; register it where there is a store."""
    blueprint = Blueprint("events", __name__)

    @blueprint.post("/v1/events")
    def record() -> Response:
        events = [one.event() for one in _read()]
        try:
            found = log.record(events)
        except OperationalError as error:
            logger.warning("events could not be kept: %s", error.orig)
            raise ServiceUnavailable(
                "The events could not be kept; send them again.", retry_after=_RETRY_SECONDS
            ) from error
        metrics.recorded(found)
        return answer(
            RecordedAnswer(new=found.n_new, known=found.n_known, quarantined=found.n_quarantined)
        )

    return blueprint


def _read() -> list[EventRequest]:
    if request.mimetype != _JSON:
        raise InvalidRequestError(
            f"Send {_JSON}. Received: {request.mimetype or 'no Content-Type'}",
            field="Content-Type",
            code="unsupported_media_type",
            status=415,
        )
    request.max_content_length = MAX_JSON_BYTES
    body = request.get_data(cache=False)
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
