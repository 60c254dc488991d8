"""Keys that clients of the service show: random, kept as hashes, for some scopes, for a time."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from modiste.data.store.database import Database
from modiste.data.store.schema import API_KEYS
from modiste.data.store.scopes import SCOPES
from modiste.errors import StoreError

MAX_NAME: Final = 100
_MARK: Final = "mdst"
_PREFIX_BYTES: Final = 5
_SECRET_BYTES: Final = 32
_KEY: Final = re.compile(rf"{_MARK}_([0-9a-f]{{{2 * _PREFIX_BYTES}}})_[A-Za-z0-9_-]{{43}}")


@dataclass(frozen=True)
class ApiKey:
    """One key, without its secret.

    Parameters
    ----------
    prefix : str
        Names the key in lists, commands and logs; public.
    name : str
        Whose key it is, in the operator's words.
    scopes : tuple of str
        Of `SCOPES`, in their order.
    created_at : datetime
    expires_at : datetime, optional
        From then on it opens nothing.
    revoked_at : datetime, optional
    last_used_at : datetime, optional
        Exact to about a minute.
    replaced_by : str, optional
        Prefix of the key it was rotated to.
    """

    prefix: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    replaced_by: str | None = None

    def is_usable(self, now: datetime) -> bool:
        """Whether the key opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True)
class NewKey:
    """A key just made, and its text, which is told this once.

    Parameters
    ----------
    secret : str
        What the client sends after ``Authorization: Bearer``.
    key : ApiKey
    """

    secret: str
    key: ApiKey

    def __repr__(self) -> str:
        """Return the key without its secret, so that no log or traceback tells it."""
        return f"NewKey(secret='{_MARK}_{self.key.prefix}_...', key={self.key!r})"


def key_hash(secret: str) -> bytes:
    """Return the SHA-256 of a key's text.

    A plain hash is enough: 256 random bits cannot be guessed, however fast it is.
    """
    return hashlib.sha256(secret.encode()).digest()


def prefix_of(secret: str) -> str | None:
    """Return the public prefix in a key's text, or None if the text is no key."""
    found = _KEY.fullmatch(secret)
    return found[1] if found else None


class ApiKeys:
    """The keys of a database.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        expires_at: datetime | None = None,
        now: datetime | None = None,
    ) -> NewKey:
        """Make a key.

        Parameters
        ----------
        name : str
            Whose key it is; at most `MAX_NAME` characters. Several keys may share one.
        scopes : sequence of str
            At least one of `SCOPES`.
        expires_at : datetime, optional
            With a zone; without it the key works until it is revoked.
        now : datetime, optional
            The present by default. With a zone.

        Raises
        ------
        ValueError
            If a value is not as described.
        """
        now = now or datetime.now(UTC)
        if not name.strip() or len(name) > MAX_NAME or "\x00" in name:
            raise ValueError(
                f"A key needs a name of 1 to {MAX_NAME} characters. Received: {name[:MAX_NAME]!r}"
            )
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            raise ValueError(
                f"A key needs scopes, each one of {', '.join(SCOPES)}. "
                f"Received: {', '.join(unknown) or 'none'}"
            )
        if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now):
            raise ValueError(
                f"expires_at must lie ahead and have a time zone. Received: {expires_at}"
            )
        chosen = tuple(scope for scope in SCOPES if scope in scopes)
        with self._engine.begin() as connection:
            return _made(connection, name, chosen, now, expires_at)

    def listed(self) -> list[ApiKey]:
        """Return every key that was ever made, oldest first."""
        statement = select(API_KEYS).order_by(API_KEYS.c.created_at, API_KEYS.c.prefix)
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(statement).mappings()]

    def usable(self, now: datetime | None = None) -> dict[str, tuple[ApiKey, bytes]]:
        """Return the keys that open something, with their hashes, by prefix."""
        table = API_KEYS
        statement = select(table).where(
            table.c.revoked_at.is_(None),
            or_(table.c.expires_at.is_(None), table.c.expires_at > (now or datetime.now(UTC))),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
        return {row["prefix"]: (_key(row), row["hash"]) for row in rows}

    def rotate(self, prefix: str, *, grace: timedelta, now: datetime | None = None) -> NewKey:
        """Make a key beside an old one, with its name, scopes and lifetime.

        Parameters
        ----------
        prefix : str
            Of the old key.
        grace : timedelta
            How long the old key still works, if it does not expire sooner.
        now : datetime, optional
            The present by default. With a zone.

        Raises
        ------
        StoreError
            If there is no such key, or it opens nothing any more, or was rotated before.
        ValueError
            If the grace is negative.
        """
        now = now or datetime.now(UTC)
        if grace < timedelta(0):
            raise ValueError(f"The grace must not be negative. Received: {grace}")
        with self._engine.begin() as connection:
            old = _found(connection, prefix)
            if not old.is_usable(now) or old.replaced_by is not None:
                raise StoreError(
                    "Only a key that works and was not rotated before can be rotated; make a new "
                    f"one with `modiste keys create`. Received: {prefix}"
                )
            lifetime = None if old.expires_at is None else old.expires_at - old.created_at
            expires_at = None if lifetime is None else now + lifetime
            new = _made(connection, old.name, old.scopes, now, expires_at)
            ends = now + grace
            ends = ends if old.expires_at is None else min(ends, old.expires_at)
            _change(connection, prefix, expires_at=ends, replaced_by=new.key.prefix)
        return new

    def revoke(self, prefix: str, *, now: datetime | None = None) -> ApiKey:
        """End a key for good; revoking it again changes nothing.

        Raises
        ------
        StoreError
            If there is no such key.
        """
        with self._engine.begin() as connection:
            key = _found(connection, prefix)
            if key.revoked_at is not None:
                return key
            at = now or datetime.now(UTC)
            _change(connection, prefix, revoked_at=at)
            return replace(key, revoked_at=at)

    def mark_used(self, times: Mapping[str, datetime]) -> None:
        """Keep when keys were used last; an earlier time than the one kept changes nothing.

        Parameters
        ----------
        times : mapping of str to datetime
            By prefix.
        """
        if not times:
            return
        table = API_KEYS
        statement = (
            update(table)
            .where(table.c.prefix == bindparam("of"))
            .values(last_used_at=func.greatest(table.c.last_used_at, bindparam("at")))
        )
        # One order for all processes, so that two never wait for each other.
        rows = [{"of": prefix, "at": times[prefix]} for prefix in sorted(times)]
        with self._engine.begin() as connection:
            connection.execute(statement, rows)


def _made(
    connection: Connection,
    name: str,
    scopes: tuple[str, ...],
    now: datetime,
    expires_at: datetime | None,
) -> NewKey:
    prefix = secrets.token_hex(_PREFIX_BYTES)
    secret = f"{_MARK}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    key = ApiKey(prefix, name, scopes, now, expires_at)
    values = {
        "prefix": prefix,
        "name": name,
        "hash": key_hash(secret),
        "scopes": list(scopes),
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(API_KEYS).values(values))
    return NewKey(secret, key)


def _found(connection: Connection, prefix: str) -> ApiKey:
    statement = select(API_KEYS).where(API_KEYS.c.prefix == prefix).with_for_update()
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        # Whoever gives the whole key in place of its prefix must not find it in a log.
        shown = prefix if len(prefix) <= 2 * _PREFIX_BYTES else "another text"
        raise StoreError(
            "A key is named by its prefix; `modiste keys list` shows those there are. "
            f"Received: {shown}"
        )
    return _key(row)


def _change(connection: Connection, prefix: str, **values: Any) -> None:
    connection.execute(update(API_KEYS).where(API_KEYS.c.prefix == prefix).values(values))


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(
        prefix=row["prefix"],
        name=row["name"],
        scopes=tuple(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
        replaced_by=row["replaced_by"],
    )
