"""API keys in a real PostgreSQL: kept as hashes, rotated, revoked, and `modiste keys`."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import click
import pytest
from sqlalchemy import text

from modiste.cli.keys import keys as keys_command
from modiste.data.store.api_keys import ApiKeys, key_hash, prefix_of
from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer
from modiste.errors import StoreError

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
YEAR, WEEK = timedelta(days=365), timedelta(days=7)


@pytest.fixture
def keys(database: Database) -> ApiKeys:
    with database.engine.begin() as connection:
        connection.execute(text("TRUNCATE api_keys"))
    return ApiKeys(database)


def test_a_key_is_256_random_bits_and_only_its_hash_is_kept(
    keys: ApiKeys, database: Database
) -> None:
    made, other = (keys.create("shop", ["events", "search"], now=NOW) for _ in range(2))
    assert prefix_of(made.secret) == made.key.prefix != other.key.prefix
    secret = made.secret.split("_", 2)[2]
    assert len(base64.urlsafe_b64decode(secret + "=")) * 8 == 256
    assert secret != other.secret.split("_", 2)[2]
    assert made.key.scopes == ("search", "events")
    with database.engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM api_keys")).all())
    assert secret not in rows
    assert secret not in repr(made)
    assert keys.usable(NOW)[made.key.prefix] == (made.key, key_hash(made.secret))
    assert keys.listed() == sorted([made.key, other.key], key=lambda key: key.prefix)


@pytest.mark.parametrize(
    "secret", ["", "mdst_", "mdst_0123456789_short", "x" * 59, "mdst_ABCDEF0123_" + "a" * 43]
)
def test_other_texts_have_no_prefix(secret: str) -> None:
    assert prefix_of(secret) is None


@pytest.mark.parametrize(
    ("name", "scopes", "expires_at", "message"),
    [
        (" ", ["search"], None, "needs a name"),
        ("x" * 101, ["search"], None, "needs a name"),
        ("shop", [], None, "needs scopes, .* Received: none"),
        ("shop", ["search", "root"], None, "Received: root"),
        ("shop", ["search"], NOW, "must lie ahead"),
        ("shop", ["search"], datetime(2030, 1, 1), "time zone"),
    ],
)
def test_a_key_that_is_none_is_refused(
    keys: ApiKeys, name: str, scopes: list[str], expires_at: datetime | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        keys.create(name, scopes, expires_at=expires_at, now=NOW)
    assert keys.listed() == []


def test_a_rotated_key_works_on_for_the_grace(keys: ApiKeys) -> None:
    old = keys.create("shop", ["search"], expires_at=NOW + YEAR, now=NOW).key
    later = NOW + timedelta(days=100)
    new = keys.rotate(old.prefix, grace=WEEK, now=later).key
    assert (new.name, new.scopes, new.expires_at) == ("shop", ("search",), later + YEAR)
    assert set(keys.usable(later)) == {old.prefix, new.prefix}
    assert set(keys.usable(later + WEEK)) == {new.prefix}
    assert keys.listed()[0].replaced_by == new.prefix
    with pytest.raises(StoreError, match=f"not rotated before.*{old.prefix}"):
        keys.rotate(old.prefix, grace=WEEK, now=later)
    with pytest.raises(ValueError, match="negative"):
        keys.rotate(new.prefix, grace=-WEEK, now=later)


def test_the_grace_makes_no_key_live_longer(keys: ApiKeys) -> None:
    ends = NOW + timedelta(days=1)
    old = keys.create("shop", ["search"], expires_at=ends, now=NOW).key
    keys.rotate(old.prefix, grace=WEEK, now=NOW)
    assert keys.listed()[0].expires_at == ends
    endless = keys.create("shop", ["search"], now=NOW).key
    assert keys.rotate(endless.prefix, grace=WEEK, now=NOW).key.expires_at is None


def test_a_revoked_key_opens_nothing_and_cannot_be_rotated(keys: ApiKeys) -> None:
    key = keys.create("shop", ["search"], now=NOW).key
    assert keys.revoke(key.prefix, now=NOW).revoked_at == NOW
    assert keys.revoke(key.prefix, now=NOW + WEEK).revoked_at == NOW
    assert keys.usable(NOW) == {}
    with pytest.raises(StoreError, match="Only a key that works"):
        keys.rotate(key.prefix, grace=WEEK, now=NOW)


def test_a_key_in_place_of_its_prefix_is_not_repeated(keys: ApiKeys) -> None:
    made = keys.create("shop", ["search"], now=NOW)
    with pytest.raises(StoreError, match="named by its prefix") as caught:
        keys.revoke(made.secret)
    assert made.secret not in str(caught.value)
    assert keys.usable(NOW)


def test_the_last_use_never_goes_back(keys: ApiKeys) -> None:
    key = keys.create("shop", ["search"], now=NOW).key
    for hours in (1, 3, 2):
        keys.mark_used({key.prefix: NOW + timedelta(hours=hours)})
    keys.mark_used({})
    assert keys.listed()[0].last_used_at == NOW + timedelta(hours=3)


def run(server: EmbeddedServer, *arguments: str) -> None:
    keys_command.main([*arguments, "--database", server.url], standalone_mode=False)


def test_keys_from_the_command_line(
    keys: ApiKeys, server: EmbeddedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    run(server, "list")
    assert "no key yet" in capsys.readouterr().err
    run(server, "create", "shop", "--scope", "search", "--scope", "events", "--expires-in", "never")
    out, err = capsys.readouterr()
    # Standard output is the key alone, for a program to keep.
    secret = out.removesuffix("\n")
    prefix = prefix_of(secret)
    assert prefix is not None
    assert "for search, events, until never" in err
    assert secret not in err
    run(server, "rotate", prefix, "--grace", "12h", "--json")
    new = json.loads(capsys.readouterr().out)
    assert new["scopes"] == ["search", "events"]
    run(server, "revoke", new["prefix"])
    assert capsys.readouterr().out == f"Revoked: {new['prefix']} of shop\n"
    run(server, "list")
    listed = capsys.readouterr().out
    assert f"until replaced by {new['prefix']}" in " ".join(listed.split())
    assert "revoked" in listed
    run(server, "list", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [key["prefix"] for key in told] == [prefix, new["prefix"]]
    assert secret.split("_", 2)[2] not in json.dumps(told) + listed


@pytest.mark.parametrize("duration", ["soon", "1y", "-1d", "999999d", "1.5d"])
def test_a_duration_that_is_none_is_refused(duration: str) -> None:
    with pytest.raises(click.UsageError, match="Received"):
        keys_command.main(
            ["create", "shop", "--scope", "search", f"--expires-in={duration}"],
            standalone_mode=False,
        )


def test_keys_need_a_store() -> None:
    with pytest.raises(ValueError, match="give --store or --database"):
        keys_command.main(["list"], standalone_mode=False)
