"""``/v1/users/{user_id}``: all that the store has of a shopper, handed over or erased."""

from __future__ import annotations

from flask import Blueprint, Response
from pydantic import TypeAdapter

from modiste.api.answers import answer
from modiste.api.operations import Answer, Operation, documented
from modiste.api.schemas import Id
from modiste.api.store_answers import ErasedAnswer, ShopperDataAnswer
from modiste.data.store.background import BackgroundWriter
from modiste.data.store.search_log import Search
from modiste.data.store.shopper_data import ShopperData

_FLUSH_SECONDS = 2.0
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


def shopper_data_blueprint(data: ShopperData, writer: BackgroundWriter[Search]) -> Blueprint:
    """Return the endpoints that hand over and erase; `writer` may still hold searches."""
    blueprint = Blueprint("shopper_data", __name__, url_prefix="/v1/users")

    @blueprint.get("/<path:user_id>")
    @documented(EXPORT)
    def export(user_id: str) -> Response:
        writer.flush(_FLUSH_SECONDS)
        record = data.record(_USER_ID.validate_python(user_id))
        return answer(
            ShopperDataAnswer.model_validate(
                {
                    "user_id": user_id,
                    "events": [vars(one) for one in record.events],
                    "quarantined_events": [vars(one) for one in record.quarantined],
                    "searches": [vars(one) for one in record.searches],
                    "feedback": [vars(one) for one in record.feedback],
                }
            )
        )

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
