"""Events, and those whose time had not come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of events."""
    for table in ("events", "quarantined_events"):
        op.create_table(
            table,
            sa.Column("event_id", sa.Text, primary_key=True),
            sa.Column("user_id", sa.Text, nullable=False),
            sa.Column("item_id", sa.Text),
            sa.Column("event_name", sa.Text, nullable=False),
            sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
            sa.Column("quantity", sa.Integer),
            sa.Column("search_term", sa.Text),
            sa.Column(
                "received_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default=sa.func.now(),
            ),
        )
    op.add_column(
        "events", sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False)
    )
    op.create_index("events_of_user", "events", ["user_id", "event_time"])


def downgrade() -> None:
    """Drop them with all they hold."""
    op.drop_table("quarantined_events")
    op.drop_table("events")
