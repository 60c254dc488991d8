"""The store's tables; `migrations` brings a database to them.

Times are of the event, in UTC; ``received_at`` is when this database got it.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
)

METADATA = MetaData()


def _event_columns() -> list[Column[object]]:
    return [
        Column("event_id", Text, primary_key=True),
        Column("user_id", Text, nullable=False),
        Column("item_id", Text),
        Column("event_name", Text, nullable=False),
        Column("event_time", DateTime(timezone=True), nullable=False),
        Column("quantity", Integer),
        Column("search_term", Text),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ]


#: Events that count. ``position`` grows as they are committed, for readers that follow.
EVENTS = Table(
    "events",
    METADATA,
    *_event_columns(),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Index("events_of_user", "user_id", "event_time"),
)
#: Events whose time had not come when they were received; they count for nothing.
QUARANTINED = Table("quarantined_events", METADATA, *_event_columns())
#: Keys of clients; of the key itself only its SHA-256 is kept.
API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("prefix", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("replaced_by", Text),
)
