"""`modiste keys`: make, list, rotate and revoke the keys of the service's clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modiste.cli import terminal
from modiste.cli.options import FOLDER, json_option
from modiste.data.store.scopes import SCOPES
from modiste.training.report import Table

if TYPE_CHECKING:
    from modiste.data.store.api_keys import ApiKey, ApiKeys, NewKey

_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
#: A century; a datetime ends in the year 9999.
_LONGEST_SECONDS = 36_500 * 86_400


class Duration(click.ParamType):  # type: ignore[type-arg]
    """``90d``, ``12h`` or ``30m``; ``never`` where `or_never`."""

    name = "duration"

    def __init__(self, *, or_never: bool = False) -> None:
        self._or_never = or_never

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta | str:
        """Read a duration."""
        if isinstance(value, timedelta) or (value == "never" and self._or_never):
            return value  # type: ignore[no-any-return]
        found = re.fullmatch(r"(\d{1,6})([mhd])", value)
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        if found is None or seconds > _LONGEST_SECONDS:
            never = " or never" if self._or_never else ""
            self.fail(f"must be such as 90d, 12h or 30m{never}. Received: {value!r}", param, ctx)
        return timedelta(seconds=seconds)


@click.group()
def keys() -> None:
    """Make, list, rotate and revoke the keys of the service's clients.

    `modiste serve --require-keys` asks every client for one.
    """


_store_option = click.option("--store", type=FOLDER, help="The store's directory, as for serve.")
_database_option = click.option("--database", "url", help="The store's URL, as for serve.")


@keys.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What the key is for; give it several times for several scopes.",
)
@click.option("--expires-in", type=Duration(or_never=True), default="365d", show_default=True)
@_store_option
@_database_option
@json_option
def create_command(
    name: str,
    scopes: tuple[str, ...],
    expires_in: timedelta | str,
    store: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Make a key for NAME and show it, this once."""
    expires_at = None if isinstance(expires_in, str) else datetime.now(UTC) + expires_in
    with _opened(store, url) as found:
        made = found.create(name, scopes, expires_at=expires_at)
    _show(made, as_json=as_json)


@keys.command("list")
@_store_option
@_database_option
@json_option
def list_command(store: Path | None, url: str | None, as_json: bool) -> None:
    """List the keys, oldest first, with their scopes and when they were used last."""
    with _opened(store, url) as found:
        listed = found.listed()
    if as_json:
        terminal.print_json([_as_json(key) for key in listed])
        return
    if not listed:
        terminal.tell("There is no key yet; `modiste keys create` makes one.")
        return
    now = datetime.now(UTC)
    header = ("prefix", "name", "scopes", "state", "expires", "last used")
    rows = tuple(
        (
            key.prefix,
            key.name,
            " ".join(key.scopes),
            _state(key, now),
            _day(key.expires_at),
            _day(key.last_used_at),
        )
        for key in listed
    )
    terminal.print_table(Table("", header, rows))


@keys.command("rotate")
@click.argument("prefix")
@click.option(
    "--grace",
    type=Duration(),
    default="7d",
    show_default=True,
    help="How long the old key still works.",
)
@_store_option
@_database_option
@json_option
def rotate_command(
    prefix: str, grace: timedelta, store: Path | None, url: str | None, as_json: bool
) -> None:
    """Make a key like the one named PREFIX and show it; the old one works for the grace."""
    with _opened(store, url) as found:
        made = found.rotate(prefix, grace=grace)
    _show(made, as_json=as_json)


@keys.command("revoke")
@click.argument("prefix")
@_store_option
@_database_option
def revoke_command(prefix: str, store: Path | None, url: str | None) -> None:
    """End the key named PREFIX; running services refuse it a few seconds later."""
    with _opened(store, url) as found:
        key = found.revoke(prefix)
    terminal.say(f"Revoked: {key.prefix} of {key.name}")


@contextmanager
def _opened(store: Path | None, url: str | None) -> Iterator[ApiKeys]:
    from modiste.cli.answering import opened_store
    from modiste.data.store.api_keys import ApiKeys

    with opened_store(store, url) as database:
        if database is None:
            raise ValueError("Keys lie in a store: give --store or --database. Received: neither")
        yield ApiKeys(database)


def _show(made: NewKey, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json({"key": made.secret, **_as_json(made.key)})
        return
    terminal.tell(
        f"Key {made.key.prefix} of {made.key.name}, for {', '.join(made.key.scopes)}, until "
        f"{_day(made.key.expires_at)}. Keep it now: it is not shown again."
    )
    terminal.say(made.secret)


def _as_json(key: ApiKey) -> dict[str, object]:
    times = ("created_at", "expires_at", "revoked_at", "last_used_at")
    told = {name: getattr(key, name) for name in times}
    return {
        "prefix": key.prefix,
        "name": key.name,
        "scopes": list(key.scopes),
        **{name: None if at is None else at.isoformat() for name, at in told.items()},
        "replaced_by": key.replaced_by,
    }


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if not key.is_usable(now):
        return "expired"
    return f"until replaced by {key.replaced_by}" if key.replaced_by else "works"


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
