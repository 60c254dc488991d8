"""What an API key may be for."""

from __future__ import annotations

from typing import Final

SEARCH: Final = "search"
EVENTS: Final = "events"
CATALOGUE: Final = "catalogue"
ADMIN: Final = "admin"
#: Each route of the service needs one of them; none includes another.
SCOPES: Final = (SEARCH, EVENTS, CATALOGUE, ADMIN)
