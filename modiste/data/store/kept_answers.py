"""Answers kept under a client's key, so that a request sent twice is answered once.

References
----------
draft-ietf-httpapi-idempotency-key-header, The Idempotency-Key HTTP Header Field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select, text

from modiste.data.store.database import Database
from modiste.data.store.schema import KEPT_ANSWERS
from modiste.errors import KeyInUseError, KeyReusedError

#: An answer is kept this long.
KEPT: Final = timedelta(hours=24)
#: Old answers that one new one takes along.
_FORGOTTEN_AT_ONCE: Final = 100


class KeptAnswers:
    """The answers of a database, by key.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def once(
        self,
        key: str,
        body: bytes,
        make: Callable[[Connection], str],
        *,
        now: datetime | None = None,
    ) -> str:
        """Return what was answered to a key, or make the answer and keep it.

        Nothing is kept if `make` raises.

        Parameters
        ----------
        key : str
            Whose it is, what it is for and the client's own key; only its hash is kept.
        body : bytes
            What was sent.
        make : callable
            Returns the answer. What it writes through the connection given is kept with the
            answer, or neither is; with a connection of its own, as many requests as there are
            connections would each wait for a second one.
        now : datetime, optional
            The present by default. With a zone.

        Raises
        ------
        KeyInUseError
            If the first request with this key is still being answered.
        KeyReusedError
            If the key came with another body.
        sqlalchemy.exc.SQLAlchemyError
            If the database cannot be used.
        """
        moment = now or datetime.now(UTC)
        key_hash = hashlib.sha256(key.encode()).digest()
        body_hash = hashlib.sha256(body).digest()
        table = KEPT_ANSWERS
        with self._engine.begin() as connection:
            # Let go when the transaction ends, whatever becomes of this process.
            lock = int.from_bytes(key_hash[:8], signed=True)
            took = text("SELECT pg_try_advisory_xact_lock(:lock)")
            if not connection.execute(took, {"lock": lock}).scalar_one():
                raise KeyInUseError(
                    "The first request with this Idempotency-Key is still being answered; send it "
                    "again in a moment. Received: its key a second time"
                )
            of_key = table.c.key_hash == key_hash
            recent = table.c.made_at > moment - KEPT
            kept = connection.execute(select(table).where(of_key, recent)).first()
            if kept is None:
                answer = make(connection)
                _forget(connection, key_hash, moment - KEPT)
                connection.execute(
                    table.insert().values(
                        key_hash=key_hash, body_hash=body_hash, answer=answer, made_at=moment
                    )
                )
                return answer
            if bytes(kept.body_hash) != body_hash:
                raise KeyReusedError(
                    "An Idempotency-Key stands for one body; take another key for another "
                    "request. Received: a known key with another body"
                )
            return str(kept.answer)


def _forget(connection: Connection, key_hash: bytes, oldest: datetime) -> None:
    """Drop what is too old: this key's answer, and some others that nobody else is dropping."""
    table = KEPT_ANSWERS
    old = table.c.made_at <= oldest
    # Its own first, and the others without waiting: two that wait for each other would both fail.
    connection.execute(table.delete().where(table.c.key_hash == key_hash, old))
    others = (
        select(table.c.key_hash)
        .where(old)
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    connection.execute(table.delete().where(table.c.key_hash.in_(others)))
