"""The store's tables; `migrations` brings a database to them.

Times are of the event, in UTC; ``received_at`` is when this database got it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from modiste.data.store.moments import FIRST, LAST

METADATA = MetaData()

#: The first pages of searches that found nothing, or of whose phrase a word was not understood.
MISSED: Final = "page = 0 AND (cardinality(not_understood) > 0 OR cardinality(shown) = 0)"


def _moment(table: str, column: str) -> CheckConstraint:
    """Return the bounds of `modiste.data.store.moments`."""
    return CheckConstraint(
        f"{column} BETWEEN timestamptz '{FIRST.isoformat()}' AND timestamptz '{LAST.isoformat()}'",
        name=f"{table}_{column}",
    )


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
    # Rows are written in the order in which they are received, so a few pages of it say which.
    Index("events_by_receipt", "received_at", postgresql_using="brin"),
    _moment("events", "event_time"),
)
#: Events whose time had not come when they were received; they count for nothing.
QUARANTINED = Table(
    "quarantined_events",
    METADATA,
    *_event_columns(),
    _moment("quarantined_events", "event_time"),
)

#: What was asked and shown, a row a page of a search. `filters` is JSON; photos are not kept.
#: `not_understood` are words of the phrase, null in rows older than the column.
SEARCHES = Table(
    "searches",
    METADATA,
    Column("search_id", Text, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("release_id", Text, nullable=False),
    Column("user_id", Text),
    Column("phrase", Text),
    Column("item_id", Text),
    Column("has_photo", Boolean, nullable=False),
    Column("has_embedding", Boolean, nullable=False),
    Column("filters", Text),
    Column("shown", ARRAY(Text), nullable=False),
    Column("not_understood", ARRAY(Text)),
    Index("searches_of_user", "user_id"),
    Index("searches_by_time", "made_at"),
    Index("searches_missed", "made_at", postgresql_where=text(MISSED)),
)
#: What a shopper thought of an item that a search showed.
FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("search_id", Text, primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Index("feedback_by_time", "made_at"),
)
#: Shoppers who were erased: no id, only its hash, so that an old copy of theirs can be known.
TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("user_hash", LargeBinary, primary_key=True),
    Column("erased_at", DateTime(timezone=True), nullable=False),
)
#: Random bytes: the salt of tombstones, made with the tables, and the name of the store.
SALTS = Table(
    "salts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)
#: Answers given under an Idempotency-Key, of which only the hash is kept.
KEPT_ANSWERS = Table(
    "kept_answers",
    METADATA,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("answer", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Index("kept_answers_by_time", "made_at"),
)
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
ITEM_POSITIONS = Sequence("item_positions", metadata=METADATA)
#: Items as they are now. ``position`` grows as changes are committed, for readers that follow;
#: ``version`` counts what the shop changed, and ``looks_version`` is the version that last
#: changed its texts or photo: 0 where those are a release's. A deleted one stays as a tombstone;
#: one that came back is ``reborn``, and what a release knows of its id is of another thing.
ITEMS = Table(
    "items",
    METADATA,
    Column("item_id", Text, primary_key=True),
    Column("item_group_id", Text),
    Column("title", Text),
    Column("description", Text),
    Column("brand", Text),
    Column("category", Text),
    Column("attributes", ARRAY(Text)),
    Column("color", Text),
    Column("price", Double),
    Column("availability", Text),
    Column("available_from", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
    Column("looks_version", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("reborn", Boolean, nullable=False),
    Column("photo_sha256", Text),
    Column("state", Text, nullable=False),
    Column("error", Text),
    Column("described_by", Text),
    Column("said_category", Text),
    Column("said_attributes", ARRAY(Text)),
    Column("seen", JSONB),
    Column("embedding", LargeBinary),
    Column("position", BigInteger, nullable=False),
    Index("items_by_position", "position", unique=True),
    _moment("items", "available_from"),
)
#: The photo of each item that has one, as it was sent.
ITEM_PHOTOS = Table(
    "item_photos",
    METADATA,
    Column("item_id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
)
#: What waits to be described; a row is of no use once its item has another ``looks_version``.
ITEM_QUEUE = Table(
    "item_queue",
    METADATA,
    Column("job_id", BigInteger, Identity(always=True), primary_key=True),
    Column("item_id", Text, nullable=False),
    Column("looks_version", BigInteger, nullable=False),
)
