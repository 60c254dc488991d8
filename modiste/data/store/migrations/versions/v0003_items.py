"""Items as they are now, their photos, and what waits to be described."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of items."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("item_positions")))
    op.create_table(
        "items",
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("item_group_id", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("brand", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("attributes", ARRAY(sa.Text)),
        sa.Column("color", sa.Text),
        sa.Column("price", sa.Double),
        sa.Column("availability", sa.Text),
        sa.Column("available_from", sa.DateTime(timezone=True)),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("looks_version", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("reborn", sa.Boolean, nullable=False),
        sa.Column("photo_sha256", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("described_by", sa.Text),
        sa.Column("said_category", sa.Text),
        sa.Column("said_attributes", ARRAY(sa.Text)),
        sa.Column("seen", JSONB),
        sa.Column("embedding", sa.LargeBinary),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_index("items_by_position", "items", ["position"], unique=True)
    op.create_table(
        "item_photos",
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    op.create_table(
        "item_queue",
        sa.Column("job_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("looks_version", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them with all they hold."""
    for table in ("item_queue", "item_photos", "items"):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("item_positions")))
