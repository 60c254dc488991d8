"""Random bytes that every process of a database shares."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from modiste.data.store.database import Database
from modiste.data.store.schema import SALTS

_N_BYTES: Final = 32


def shared_salt(database: Database, name: str) -> bytes:
    """Return the salt of a name, made by whoever asks first.

    Not for tombstones, whose salt is made with the tables: another one would forget them all.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database cannot be used.
    """
    made = insert(SALTS).values(name=name, salt=secrets.token_bytes(_N_BYTES))
    with database.engine.begin() as connection:
        connection.execute(made.on_conflict_do_nothing())
        found = connection.execute(select(SALTS.c.salt).where(SALTS.c.name == name))
        return bytes(found.scalar_one())
