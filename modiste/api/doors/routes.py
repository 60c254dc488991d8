"""What each route asks for: exactly one scope, and a place to compute where it computes."""

from __future__ import annotations

from typing import Final

from modiste.data.store.scopes import ADMIN, EVENTS, SEARCH

#: Needs no key, is never slowed down and never waits.
OPEN: Final = "open"

#: By Flask's endpoint; the one table of scopes.
SCOPE_OF_ENDPOINT: Final[dict[str, str]] = {
    "health.alive": OPEN,
    "health.ready": OPEN,
    "page.page": OPEN,
    "static": OPEN,
    "recommendations.search": SEARCH,
    "items.item": SEARCH,
    "items.similar": SEARCH,
    "items.image": SEARCH,
    "events.record": EVENTS,
    # It names real shoppers.
    "users.users": ADMIN,
}

#: Where the recommender works: they share the places and their queue.
COMPUTING: Final = frozenset({"recommendations.search", "items.similar"})


def scope_of(endpoint: str) -> str:
    """Return the scope of an endpoint; one that the table lacks is for `ADMIN` only."""
    return SCOPE_OF_ENDPOINT.get(endpoint, ADMIN)
