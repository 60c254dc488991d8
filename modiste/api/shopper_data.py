"""``/v1/users/{user_id}``: all that the store has of a shopper, handed over or erased."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from itertools import chain

from flask import Blueprint, Response
from pydantic import BaseModel, TypeAdapter

from modiste.api.contract.answers import answer
from modiste.api.contract.operations import Answer, Operation, documented
from modiste.api.contract.schemas import Id
from modiste.api.contract.store_answers import (
    ErasedAnswer,
    EventAnswer,
    FeedbackGiven,
    SearchAnswer,
    ShopperDataAnswer,
)
from modiste.data.store.background import BackgroundWriter
from modiste.data.store.search_log import Search
from modiste.data.store.shopper_data import ShopperData

_FLUSH_SECONDS = 2.0
_PIECE_CHARACTERS = 32_768
_USER_ID: TypeAdapter[str] = TypeAdapter(Id)


EXPORT = Operation(
    "export_user",
    "Everything the store has of a shopper.",
    scope="admin",
    answers=(Answer(ShopperDataAnswer),),
    errors=(422, 503),
)
ERASE = Operation(
    "erase_user",
    "Erase everything the store has of a shopper; again is harmless.",
    scope="admin",
    answers=(Answer(ErasedAnswer),),
    errors=(422, 503),
)


def _written(data: ShopperData, user_id: str) -> Generator[str, None, None]:
    """Write a `ShopperDataAnswer` a piece at a time: a shopper may have done any number of things.

    Whoever stops in between has JSON without an end.
    """
    with data.reading(user_id) as rows:
        parts: Mapping[str, tuple[type[BaseModel], Iterator[object]]] = {
            "events": (EventAnswer, rows.events),
            "quarantined_events": (EventAnswer, rows.quarantined),
            "searches": (SearchAnswer, rows.searches),
            "feedback": (FeedbackGiven, rows.feedback),
        }
        piece = f'{{"user_id":{json.dumps(user_id)}'
        for name, (model, found) in parts.items():
            piece += f',"{name}":['
            comma = ""
            for one in found:
                piece += comma + model.model_validate(vars(one)).model_dump_json()
                comma = ","
                if len(piece) >= _PIECE_CHARACTERS:
                    yield piece
                    piece = ""
            piece += "]"
        yield f"{piece}}}"


def shopper_data_blueprint(data: ShopperData, writer: BackgroundWriter[Search]) -> Blueprint:
    """Return the endpoints that hand over and erase; `writer` may still hold searches."""
    blueprint = Blueprint("shopper_data", __name__, url_prefix="/v1/users")

    @blueprint.get("/<path:user_id>")
    @documented(EXPORT)
    def export(user_id: str) -> Response:
        writer.flush(_FLUSH_SECONDS)
        pieces = _written(data, _USER_ID.validate_python(user_id))
        # The store is asked before the status is sent.
        first = next(pieces)
        response = Response(chain([first], pieces), content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        response.call_on_close(pieces.close)
        return response

    @blueprint.delete("/<path:user_id>")
    @documented(ERASE)
    def erase(user_id: str) -> Response:
        # What still waits to be written is older than the tombstone, which keeps it out.
        erased = data.erase(_USER_ID.validate_python(user_id))
        return answer(
            ErasedAnswer(
                erased_at=erased.erased_at,
                events=erased.n_events,
                searches=erased.n_searches,
                feedback=erased.n_feedback,
            )
        )

    return blueprint
