"""A PostgreSQL that may be trusted with events: checked, and brought to the tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Self

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from modiste.data.store.silence import BOUNDS, be_patient, heard_engine
from modiste.errors import StoreError

#: The oldest PostgreSQL that is known to do: 15.
OLDEST_VERSION: Final = 150_000
_DRIVER: Final = "postgresql+psycopg"
#: Whoever brings the tables up to date holds this lock; any number, the same everywhere.
_LOCK: Final = 6_620_731
_CONNECT_SECONDS: Final = 3
#: What lies between a colon and an @ is told nobody, in a mistyped URL either.
_TOLD_NOBODY: Final = r":[^:@]*@"
_POOL_SIZE: Final = 8
#: Searches that read at once; more wait no longer than `SEARCH_SECONDS`.
READERS: Final = 8
#: A request waits so long for a free connection: what cannot be written now is told to come again.
_POOL_SECONDS: Final = 0.5
#: A statement of a request may take so long, and so may a wait for a lock.
_STATEMENT_SECONDS: Final = 10.0
#: The same of what a search reads.
SEARCH_SECONDS: Final = 0.25
#: A peer that acknowledges nothing is given up after this.
_DEAD_SECONDS: Final = 5
#: A search tries no longer to connect; libpq knows no shorter time.
_SEARCH_CONNECT_SECONDS: Final = 2


class Database:
    """A checked database; open one with `connect`.

    Parameters
    ----------
    engine : Engine
        For all that is written, and for what may take seconds.
    reading : Engine, optional
        For what searches read, which must not wait for writers; `engine` by default.
    """

    def __init__(self, engine: Engine, reading: Engine | None = None) -> None:
        self.engine = engine
        self.reading = engine if reading is None else reading
        self._finishing: list[Callable[[], None]] = []

    @classmethod
    def connect(cls, url: str) -> Self:
        """Open a database, check that it keeps what it acknowledges, and bring it up to date.

        Parameters
        ----------
        url : str
            ``postgresql://user@host:port/name``, as libpq takes it.

        Raises
        ------
        StoreError
            If it is no PostgreSQL of `OLDEST_VERSION` or later, cannot be reached, runs with
            ``fsync`` or ``synchronous_commit`` off, or was made by a later modiste.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StoreError(
                "A database is a URL such as postgresql://user@host:5432/name. "
                f"Received: {re.sub(_TOLD_NOBODY, ':***@', url)!r}"
            ) from error
        if parsed.drivername not in ("postgres", "postgresql", _DRIVER):
            raise StoreError(
                f"The store needs PostgreSQL: postgresql://... Received: {parsed.drivername}://..."
            )
        address = parsed.set(drivername=_DRIVER)
        engine = heard_engine(
            address,
            # Fewer than the service has threads: where each waits for a server that hangs, some are
            # left for searches.
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_SIZE,
            pool_timeout=_POOL_SECONDS,
            pool_pre_ping=True,
            # An error is logged, and shoppers' ids and phrases must not be.
            hide_parameters=True,
            connect_args=_bounded(address, _STATEMENT_SECONDS, _CONNECT_SECONDS),
        )
        reading = heard_engine(
            address,
            pool_size=READERS,
            max_overflow=0,
            pool_timeout=SEARCH_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            # One statement each: neither BEGIN nor ROLLBACK is sent.
            isolation_level="AUTOCOMMIT",
            connect_args=_bounded(address, SEARCH_SECONDS, _SEARCH_CONNECT_SECONDS),
        )
        for each in (engine, reading):
            event.listen(each, "connect", _tell_times_in_utc)
        database = cls(engine, reading)
        try:
            database.check()
            database.upgrade()
            # The first search has less time than a connection may take.
            reading.connect().close()
        except OperationalError as error:
            database.close()
            raise StoreError(
                f"The database {_named(parsed)} cannot be reached. Received: {error.orig}"
            ) from error
        except SQLAlchemyError as error:
            database.close()
            raise StoreError(
                f"The database {_named(parsed)} cannot be used; its user must own its tables. "
                f"Received: {error}"
            ) from error
        except StoreError:
            database.close()
            raise
        return database

    def check(self) -> None:
        """Refuse a server that is too old or may lose what it has acknowledged."""
        with self.engine.connect() as connection:
            names = ("server_version_num", "fsync", "synchronous_commit")
            said = {
                name: connection.execute(
                    text("SELECT current_setting(:name)"), {"name": name}
                ).scalar_one()
                for name in names
            }
        if int(said["server_version_num"]) < OLDEST_VERSION:
            raise StoreError(
                f"The store needs PostgreSQL {OLDEST_VERSION // 10_000} or later. "
                f"Received: {said['server_version_num']}"
            )
        off = [name for name in ("fsync", "synchronous_commit") if said[name] == "off"]
        if off:
            raise StoreError(
                "The database must keep what it has acknowledged when it loses power: turn "
                f"{' and '.join(off)} on. Received: off"
            )

    def upgrade(self) -> None:
        """Bring the tables up to date; several processes may try at once."""
        with self.engine.begin() as connection:
            be_patient(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config = Config()
            config.set_main_option("script_location", "modiste.data.store:migrations")
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise StoreError(
                    "The database was brought up to date by another version of modiste; use that "
                    f"one or a later one. Received: {error}"
                ) from error

    def before_closing(self, finish: Callable[[], None]) -> None:
        """Have something called by `close` while the database can still be written."""
        self._finishing.append(finish)

    def close(self) -> None:
        """Close every connection."""
        while self._finishing:
            self._finishing.pop()()
        self.engine.dispose()
        self.reading.dispose()


def _bounded(url: URL, seconds: float, connect_seconds: int) -> dict[str, object]:
    """Return the arguments of a connection that waits for nothing without an end."""
    bounds = [f"-c {name}={1_000 * seconds:.0f}" for name in BOUNDS]
    own = url.query.get("options", ())
    return {
        "application_name": "modiste",
        "connect_timeout": connect_seconds,
        "tcp_user_timeout": 1_000 * _DEAD_SECONDS,
        "keepalives_idle": _DEAD_SECONDS,
        "keepalives_interval": 1,
        "keepalives_count": _DEAD_SECONDS,
        # The operator's own come last, and so count.
        "options": " ".join([*bounds, own] if isinstance(own, str) else [*bounds, *own]),
    }


def _named(url: object) -> str:
    # Rendered without its password.
    return str(url)


def _tell_times_in_utc(connection: DBAPIConnection, _: object) -> None:
    # East of Greenwich, the last day of the year 9999 is one that no Python reads.
    connection.cursor().execute("SET TIME ZONE 'UTC'")
    connection.commit()
