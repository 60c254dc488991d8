"""A query with all that is known of its shopper now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modiste.api.live.live import LiveRelease
from modiste.recommender.query import Query

if TYPE_CHECKING:
    from modiste.api.since_release import SinceRelease


def query_of_now(
    query: Query, release: LiveRelease, since_release: SinceRelease | None
) -> tuple[Query, tuple[str, ...]]:
    """Return a query with what its shopper did since the release, and notes on that.

    Whoever answers about a shopper asks with this: the release alone still has the history of
    one who was erased.

    Parameters
    ----------
    query : Query
    release : LiveRelease
    since_release : SinceRelease or None
        None without a store; the query is returned as it is.
    """
    if since_release is None:
        return query, ()
    return since_release.completed(query, release.recommender.history.as_of)
