"""Who was erased, known by a salted hash only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from modiste.data.store.database import Database
from modiste.data.store.schema import SALTS, TOMBSTONES

#: Writers of what shoppers do share this lock, whoever erases one holds it alone: any number,
#: the same everywhere.
_LOCK: Final = 6_620_732
_SALT_NAME: Final = "tombstones"


@dataclass(frozen=True)
class Tombstone:
    """One shopper who was erased.

    Parameters
    ----------
    user_hash : bytes
        HMAC-SHA256 of the user_id with the database's salt.
    erased_at : datetime
        What they did until then is gone; what they do later counts again.
    """

    user_hash: bytes
    erased_at: datetime


class Tombstones:
    """The tombstones of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._salt: bytes | None = None

    def all(self) -> list[Tombstone]:
        """Return every tombstone, oldest first: keep a copy where backups are kept."""
        with self._engine.connect() as connection:
            return self.all_in(connection)

    def all_in(self, connection: Connection) -> list[Tombstone]:
        """Return as `all` does, inside a transaction."""
        statement = select(TOMBSTONES).order_by(TOMBSTONES.c.erased_at, TOMBSTONES.c.user_hash)
        return [Tombstone(**row) for row in connection.execute(statement).mappings()]

    def erased(self, user_ids: Collection[str]) -> dict[str, datetime]:
        """Return when each of those shoppers who were erased last was; waits for nobody."""
        with self._engine.connect() as connection:
            return self.seen_in(connection, user_ids)

    def erased_in(self, connection: Connection, user_ids: Collection[str]) -> dict[str, datetime]:
        """Return as `erased` does, before a transaction writes what those shoppers did.

        Nobody is erased until that transaction ends.
        """
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK})
        return self.seen_in(connection, user_ids)

    def seen_in(self, connection: Connection, user_ids: Collection[str]) -> dict[str, datetime]:
        """Return as `erased` does, for a transaction that only reads: nobody waits for it."""
        if not user_ids:
            return {}
        by_hash = {self.user_hash(connection, user_id): user_id for user_id in user_ids}
        statement = select(TOMBSTONES).where(TOMBSTONES.c.user_hash.in_(list(by_hash)))
        return {
            by_hash[bytes(row.user_hash)]: row.erased_at for row in connection.execute(statement)
        }

    def add(self, connection: Connection, tombstones: Sequence[Tombstone]) -> None:
        """Keep tombstones; the latest of each shopper counts."""
        if not tombstones:
            return
        statement = insert(TOMBSTONES)
        statement = statement.on_conflict_do_update(
            index_elements=["user_hash"],
            set_={"erased_at": func.greatest(TOMBSTONES.c.erased_at, statement.excluded.erased_at)},
        )
        rows = [{"user_hash": one.user_hash, "erased_at": one.erased_at} for one in tombstones]
        connection.execute(statement, rows)

    def user_hash(self, connection: Connection, user_id: str) -> bytes:
        """Return what a shopper's tombstone is known by."""
        if self._salt is None:
            statement = select(SALTS.c.salt).where(SALTS.c.name == _SALT_NAME)
            self._salt = bytes(connection.execute(statement).scalar_one())
        return hmac.digest(self._salt, user_id.encode(), hashlib.sha256)

    @staticmethod
    def lock(connection: Connection) -> None:
        """Wait for writers of what shoppers do, and keep them out until the transaction ends."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
