"""What the shop's board asks: words that were not understood, and indices for what it counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MISSED = "page = 0 AND (cardinality(not_understood) > 0 OR cardinality(shown) = 0)"


def upgrade() -> None:
    """Add them; of the searches there are, nobody knows any more which words were meant."""
    op.add_column("searches", sa.Column("not_understood", sa.ARRAY(sa.Text)))
    op.create_index("searches_missed", "searches", ["made_at"], postgresql_where=sa.text(_MISSED))
    op.create_index("events_by_receipt", "events", ["received_at"], postgresql_using="brin")


def downgrade() -> None:
    """Drop them."""
    op.drop_index("events_by_receipt", "events")
    op.drop_index("searches_missed", "searches")
    op.drop_column("searches", "not_understood")
