"""Keys of the service, made in its store before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from modiste.data.store.api_keys import ApiKeys
from modiste.data.store.database import Database

#: The harness asks faster than a shop should.
NO_RATES: Final = (
    *("--key-rate", "none", "--key-photos-rate", "none"),
    *("--address-rate", "none", "--address-photos-rate", "none"),
)


def make_keys(url: str, wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return a key for each name, with the scopes given; those called expired or revoked are."""
    database = Database.connect(url)
    try:
        keys = ApiKeys(database)
        made = {}
        for name, scopes in wanted.items():
            now = datetime.now(UTC) - timedelta(hours=2)
            expires_at = now + timedelta(hours=1) if name == "expired" else None
            new = keys.create(name, scopes, expires_at=expires_at, now=now)
            made[name] = new.secret
            if name == "revoked":
                keys.revoke(new.key.prefix)
        return made
    finally:
        database.close()
