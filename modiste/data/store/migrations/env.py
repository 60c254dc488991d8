"""What alembic runs: every step on the connection that `Database.upgrade` gives it."""

from __future__ import annotations

from alembic import context

from modiste.data.store.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
