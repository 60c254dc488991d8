"""A database that stops in order refuses connections, and comes back."""

from __future__ import annotations

from tests.reliability.database_away import database_away
from tests.reliability.run import Outcome, Run
from tests.reliability.store_server import StoreServer


def database_stopped(run: Run) -> Outcome:
    """Stop the database under load and start it again."""
    return database_away(run, "database-stopped", 4, StoreServer.stop, StoreServer.start)
