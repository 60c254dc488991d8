"""What the service answers where there is a store: the models that are written as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from modiste.api.contract.answers import FieldProblem, ItemAnswer


class RecordedAnswer(BaseModel):
    """What became of the events sent."""

    new: int
    known: int
    quarantined: int


class FeedbackAnswer(BaseModel):
    """Whether it was not known before."""

    new: bool


class EventAnswer(BaseModel):
    """An event, as it was sent."""

    event_id: str
    event_name: str
    event_time: datetime
    item_id: str | None
    quantity: int | None
    search_term: str | None


class SearchAnswer(BaseModel):
    """A page of a search; `filters` is JSON."""

    search_id: str
    page: int
    made_at: datetime
    release_id: str
    phrase: str | None
    item_id: str | None
    has_photo: bool
    has_embedding: bool
    filters: str | None
    shown: list[str]
    not_understood: list[str] | None


class FeedbackGiven(BaseModel):
    """What the shopper thought of an item."""

    search_id: str
    item_id: str
    kind: str
    made_at: datetime


class ShopperDataAnswer(BaseModel):
    """Everything the store has of a shopper; lists are empty where there is nothing."""

    user_id: str
    events: list[EventAnswer]
    quarantined_events: list[EventAnswer]
    searches: list[SearchAnswer]
    feedback: list[FeedbackGiven]


class ErasedAnswer(BaseModel):
    """What was erased; the release forgets the shopper when the next one is trained."""

    erased_at: datetime
    events: int
    searches: int
    feedback: int


class ItemWrittenAnswer(BaseModel):
    """An item as it was written; `state` tells whether its photo was looked at already.

    `version` counts what the shop changed; the entity tag of the answer has it too.
    """

    item: ItemAnswer
    version: int
    state: Literal["released", "pending", "described", "failed"]
    error: str | None = None


class LineProblem(BaseModel):
    """A line that was not written, counted from 1, and why."""

    line: int
    item_id: str | None = None
    code: str
    detail: str
    errors: list[FieldProblem] = []


class BatchAnswer(BaseModel):
    """What became of a batch: the lines without a problem are written, all at once."""

    written: int
    problems: list[LineProblem]
