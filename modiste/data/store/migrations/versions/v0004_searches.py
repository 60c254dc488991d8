"""Searches, feedback, tombstones of erased shoppers, answers kept for clients that try again."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and the salt that tombstones are hashed with."""
    op.create_table(
        "searches",
        sa.Column("search_id", sa.Text, primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("phrase", sa.Text),
        sa.Column("item_id", sa.Text),
        sa.Column("has_photo", sa.Boolean, nullable=False),
        sa.Column("has_embedding", sa.Boolean, nullable=False),
        sa.Column("filters", sa.Text),
        sa.Column("shown", sa.ARRAY(sa.Text), nullable=False),
    )
    op.create_index("searches_of_user", "searches", ["user_id"])
    op.create_index("searches_by_time", "searches", ["made_at"])
    op.create_table(
        "feedback",
        sa.Column("search_id", sa.Text, primary_key=True),
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("feedback_by_time", "feedback", ["made_at"])
    op.create_table(
        "tombstones",
        sa.Column("user_hash", sa.LargeBinary, primary_key=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "kept_answers",
        sa.Column("key_hash", sa.LargeBinary, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("kept_answers_by_time", "kept_answers", ["made_at"])
    salts = op.create_table(
        "salts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
    )
    op.bulk_insert(salts, [{"name": "tombstones", "salt": secrets.token_bytes(32)}])


def downgrade() -> None:
    """Drop them with all they hold."""
    for table in ("salts", "kept_answers", "tombstones", "feedback", "searches"):
        op.drop_table(table)
