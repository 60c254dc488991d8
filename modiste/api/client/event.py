"""One thing that a shopper did, as a shop's back end tells it."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Event:
    """One thing that a shopper did.

    Its id is made once, with the event: keep the event until it is recorded, and sending it
    again is harmless.

    Parameters
    ----------
    user_id : str
    event_name : str
        GA4's name, such as ``view_item``, ``add_to_cart`` or ``purchase``.
    item_id : str, optional
        Needed by every event but a search.
    quantity : int, optional
        How many pieces were bought.
    search_term : str, optional
    event_time : datetime
        With a zone; now by default.
    event_id : str
        Of the sender's choosing, such as an order's number and line; random by default.
    """

    user_id: str
    event_name: str
    item_id: str | None = None
    quantity: int | None = None
    search_term: str | None = None
    event_time: datetime = field(default_factory=lambda: datetime.now(UTC))
    event_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if self.event_time.utcoffset() is None:
            raise ValueError(f"event_time needs a zone. Received: {self.event_time!r}")

    def fields(self) -> dict[str, object]:
        """Return what is said of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}
