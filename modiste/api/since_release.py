"""What a shopper did since the release was made, read from the store for each search."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from modiste.data import columns
from modiste.data.store.event_log import Event, EventLog
from modiste.data.store.tombstones import Tombstones
from modiste.recommender.query import Query

logger = logging.getLogger(__name__)

_UNREAD = "What this shopper did since the release could not be read."


class SinceRelease:
    """Adds the store's events to queries.

    Parameters
    ----------
    log : EventLog
    tombstones : Tombstones
        Of shoppers who were erased: the release's history of them is not read.
    """

    def __init__(self, log: EventLog, tombstones: Tombstones) -> None:
        self._log = log
        self._tombstones = tombstones

    def completed(self, query: Query, as_of: datetime) -> tuple[Query, tuple[str, ...]]:
        """Return a query with what its shopper looked at and bought after `as_of`.

        What the query says itself comes last. Where the store cannot be read, the query is
        returned as it is, with a note.

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
        try:
            events = self._log.since(query.user_id, as_of)
            erased = self._tombstones.erased([query.user_id])
        except SQLAlchemyError as error:
            logger.warning("events could not be read: %s", error)
            return query, (_UNREAD,)
        looked, bought = looked_and_bought(events)
        if any(erased_at > as_of for erased_at in erased.values()):
            # The release was made before, and knows what was erased.
            query = replace(query, user_id=None)
        return replace(query, recent=(*looked, *query.recent), bought=(*bought, *query.bought)), ()


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
