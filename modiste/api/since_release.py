"""What a shopper did since the release was made, read from the store for each search."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from modiste.api.bounded_reads import BoundedReads
from modiste.data import columns
from modiste.data.store.database import SEARCH_SECONDS
from modiste.data.store.event_log import Event
from modiste.data.store.shopper_history import ShopperHistory, Since
from modiste.recommender.query import Query

logger = logging.getLogger(__name__)

#: After a failure, searches do without the store for so long, so that no more of them wait.
SKIP_SECONDS: Final = 1.0
#: A search waits for the store a little longer than the store lets it take.
_WAIT_SECONDS: Final = SEARCH_SECONDS + 0.1
_UNREAD: Final = (
    "What this shopper did could not be read, so the answer is that for a shopper nobody knows."
)


class SinceRelease:
    """Adds the store's events to queries.

    Parameters
    ----------
    history : ShopperHistory
        Of a shopper who was erased, the release's history is not read either.
    reads : BoundedReads
    clock : callable
        Seconds that never go back.
    """

    def __init__(
        self,
        history: ShopperHistory,
        reads: BoundedReads,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._history = history
        self._reads = reads
        self._clock = clock
        self._skipped_until = float("-inf")

    def completed(self, query: Query, as_of: datetime) -> tuple[Query, tuple[str, ...]]:
        """Return a query with what its shopper looked at and bought after `as_of`.

        What the query says itself comes last. Where the store cannot be read, nobody can tell
        whether the shopper was erased: the query is returned without them, with a note.

        Parameters
        ----------
        query : Query
        as_of : datetime
            End of the release's history. With a zone.

        Returns
        -------
        query : Query
        notes : tuple of str
        """
        if query.user_id is None:
            return query, ()
        found = self._read(query.user_id, as_of)
        if found is None:
            return replace(query, user_id=None), (_UNREAD,)
        looked, bought = looked_and_bought(found.events)
        if found.erased_at is not None and found.erased_at > as_of:
            # The release was made before, and knows what was erased.
            query = replace(query, user_id=None)
        return replace(query, recent=(*looked, *query.recent), bought=(*bought, *query.bought)), ()

    def _read(self, user_id: str, as_of: datetime) -> Since | None:
        if self._clock() < self._skipped_until:
            return None
        try:
            return self._reads.read(lambda: self._history.since(user_id, as_of), _WAIT_SECONDS)
        except (SQLAlchemyError, TimeoutError) as error:
            self._skipped_until = self._clock() + SKIP_SECONDS
            logger.warning(
                "what shoppers did could not be read, and is not for %s s: %s", SKIP_SECONDS, error
            )
            return None


def looked_and_bought(events: Sequence[Event]) -> tuple[list[str], list[str]]:
    """Return what was looked at, wished for or carted, and what was bought and kept.

    Parameters
    ----------
    events : sequence of Event
        Oldest first. A refund takes the latest purchase of its item back.
    """
    looked: list[str] = []
    bought: list[str] = []
    for event in events:
        if event.item_id is None:
            continue
        if event.event_name == columns.PURCHASE:
            bought.append(event.item_id)
        elif event.event_name == columns.REFUND:
            if event.item_id in bought:
                del bought[len(bought) - 1 - bought[::-1].index(event.item_id)]
        else:
            looked.append(event.item_id)
    return looked, bought
