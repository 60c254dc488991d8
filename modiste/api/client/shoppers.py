"""Shoppers: what they do and think, and all that is kept of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from pydantic_core import to_json

from modiste.api.client.batches import MAX_ROWS, in_batches
from modiste.api.client.event import Event
from modiste.api.client.photos import JSON_HEADERS
from modiste.api.client.transport import Request, Transport, segment
from modiste.api.contract.answers import UsersAnswer
from modiste.api.contract.store_answers import (
    ErasedAnswer,
    FeedbackAnswer,
    RecordedAnswer,
    ShopperDataAnswer,
)

#: Of a whole batch; the service takes 1 MB of JSON.
_MAX_BATCH_BYTES: Final = 900 * 1024


class Shoppers:
    """Events and feedback (the scope ``events``), and shoppers' data (``admin``)."""

    _transport: Transport

    def record_events(
        self, events: Iterable[Event], *, batch_size: int = MAX_ROWS
    ) -> RecordedAnswer:
        """Tell what shoppers did; when it returns, all of it is on the service's disk.

        Parameters
        ----------
        events : iterable of Event
            Recording one again is harmless. If a batch fails, those before it are kept.
        batch_size : int
            Events sent at a time, 1 to 1,000.

        Returns
        -------
        RecordedAnswer
            How many were new, known already and set aside.
        """
        total = RecordedAnswer(new=0, known=0, quarantined=0)
        written = ((event, to_json(event.fields())) for event in events)
        for batch in in_batches(written, batch_size, _MAX_BATCH_BYTES):
            content = b'{"events":[' + b",".join(text for _, text in batch) + b"]}"
            request = Request("POST", "/v1/events", headers=JSON_HEADERS, content=content)
            answer = self._transport.send(request).read(RecordedAnswer)
            total.new += answer.new
            total.known += answer.known
            total.quarantined += answer.quarantined
        return total

    def feedback(
        self,
        search_id: str,
        item_id: str,
        kind: Literal["click", "like", "dislike", "dismiss"],
    ) -> FeedbackAnswer:
        """Say what a shopper thought of a product that a search showed.

        Parameters
        ----------
        search_id : str
            Of the answer that showed it.
        item_id : str
        kind : str
        """
        said = {"search_id": search_id, "item_id": item_id, "kind": kind}
        request = Request("POST", "/v1/feedback", headers=JSON_HEADERS, content=to_json(said))
        return self._transport.send(request).read(FeedbackAnswer)

    def export_user(self, user_id: str) -> ShopperDataAnswer:
        """Return everything that the store has of a shopper."""
        request = Request("GET", f"/v1/users/{segment(user_id)}")
        return self._transport.send(request).read(ShopperDataAnswer)

    def erase_user(self, user_id: str) -> ErasedAnswer:
        """Erase everything that the store has of a shopper; again is harmless."""
        request = Request("DELETE", f"/v1/users/{segment(user_id)}")
        return self._transport.send(request).read(ErasedAnswer)

    def list_users(self, limit: int = 50) -> UsersAnswer:
        """Return shoppers to choose among; a demo only has this."""
        request = Request("GET", "/v1/users", {"limit": limit})
        return self._transport.send(request).read(UsersAnswer)
