"""`modiste erasures`: who was erased, kept beside the backups and erased again after a restore."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modiste.cli import terminal
from modiste.cli.answering import opened_store
from modiste.cli.options import FILE, FOLDER
from modiste.errors import StoreError

if TYPE_CHECKING:
    from modiste.data.store.shopper_data import ShopperData
    from modiste.data.store.tombstones import Tombstone

_store_option = click.option("--store", type=FOLDER, help="The store's directory, as for serve.")
_database_option = click.option("--database", "url", help="The store's URL, as for serve.")


@click.group()
def erasures() -> None:
    """Keep who was erased beside the backups of a store, and erase them again after a restore.

    Shoppers are known by salted hashes only.
    """


@erasures.command("save")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_store_option
@_database_option
def save_command(file: Path, store: Path | None, url: str | None) -> None:
    """Write who was erased so far to FILE, in the place of what it held."""
    with _opened(store, url) as data:
        found = data.tombstones.all()
    # Whole or not at all: the file before it is worth more than half of this one.
    partial = file.with_name(f"{file.name}.partial")
    with partial.open("w", encoding="ascii") as written:
        for one in found:
            line = {"user_hash": one.user_hash.hex(), "erased_at": one.erased_at.isoformat()}
            written.write(json.dumps(line) + "\n")
        written.flush()
        os.fsync(written.fileno())
    partial.replace(file)
    terminal.say(f"Saved {len(found):,} erasures to {file}")


@erasures.command("reapply")
@click.argument("file", type=FILE)
@_store_option
@_database_option
def reapply_command(file: Path, store: Path | None, url: str | None) -> None:
    """Erase what a restored backup brought back of those whom FILE names.

    Do it before the service starts on what was restored.
    """
    tombstones = list(_read(file))
    with _opened(store, url) as data:
        n_shoppers = data.erase_again(tombstones)
    terminal.say(f"Erased {n_shoppers:,} shoppers again, of {len(tombstones):,} in {file}")


@contextmanager
def _opened(store: Path | None, url: str | None) -> Iterator[ShopperData]:
    from modiste.data.store.shopper_data import ShopperData

    with opened_store(store, url) as database:
        if database is None:
            raise ValueError(
                "Erasures lie in a store: give --store or --database. Received: neither"
            )
        yield ShopperData(database)


def _read(file: Path) -> Iterator[Tombstone]:
    from modiste.data.store.tombstones import Tombstone

    with file.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                told = json.loads(line)
                erased_at = datetime.fromisoformat(told["erased_at"])
                user_hash = bytes.fromhex(told["user_hash"])
            except (KeyError, TypeError, ValueError) as error:
                raise _unreadable(file, number, line) from error
            if erased_at.tzinfo is None or len(user_hash) != 32:
                raise _unreadable(file, number, line)
            yield Tombstone(user_hash, erased_at)


def _unreadable(file: Path, number: int, line: str) -> StoreError:
    return StoreError(
        f"Line {number} of {file} must be as `modiste erasures save` writes it. "
        f"Received: {line.strip()[:80]!r}"
    )
