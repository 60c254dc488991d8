"""A database that hangs takes connections and statements, and answers none."""

from __future__ import annotations

from tests.reliability.database_away import database_away
from tests.reliability.run import Outcome, Run
from tests.reliability.store_server import StoreServer

#: More than the service has threads.
_WRITERS = 16


def database_frozen(run: Run) -> Outcome:
    """Freeze the database under load and thaw it."""
    return database_away(run, "database-frozen", _WRITERS, StoreServer.freeze, StoreServer.thaw)
