"""Times that every reader can hold; those that were not are brought to the nearest one that is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_FIRST = "timestamptz '1900-01-01 00:00:00+00'"
_LAST = "timestamptz '2200-12-31 23:59:59+00'"
_TIMES = (
    ("events", "event_time"),
    ("quarantined_events", "event_time"),
    ("items", "available_from"),
)


def upgrade() -> None:
    """Bring the times back into the years 1900 to 2200, and let no others in."""
    for table, column in _TIMES:
        # Nothing that was acknowledged is dropped. None of these names comes from outside.
        op.execute(
            sa.text(
                f"UPDATE {table} SET {column} = "  # noqa: S608
                f"least(greatest({column}, {_FIRST}), {_LAST}) "
                f"WHERE {column} NOT BETWEEN {_FIRST} AND {_LAST}"
            )
        )
        op.create_check_constraint(
            f"{table}_{column}", table, sa.text(f"{column} BETWEEN {_FIRST} AND {_LAST}")
        )


def downgrade() -> None:
    """Let every time in again."""
    for table, column in _TIMES:
        op.drop_constraint(f"{table}_{column}", table)
