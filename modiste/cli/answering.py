"""`modiste recommend` and `serve`: answers from a release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modiste.cli import terminal
from modiste.cli.door_options import door_options
from modiste.cli.options import EXISTING_FOLDER, FILE, FOLDER, json_option

if TYPE_CHECKING:
    from modiste.api.doors.request_log import LogFormat
    from modiste.api.doors.settings import DoorSettings
    from modiste.data.store.database import Database
    from modiste.recommender.rules import Rules

_rules_option = click.option(
    "--rules",
    "rules_file",
    type=FILE,
    help="JSON file of the shop's rules: diversity, pinned, excluded, ...",
)


@click.command()
@click.argument("releases", type=EXISTING_FOLDER)
@click.option("--photo", type=FILE, help="A JPEG, PNG or WebP file.")
@click.option("--text", help='A phrase, such as "striped cotton dress".')
@click.option("--item", "item_id", help="Find others like this item.")
@click.option("--complete", "look_of", metavar="ITEM_ID", help="Find what goes with this item.")
@click.option("--user", "user_id", help="The shopper.")
@click.option("-k", type=int, default=10, show_default=True, help="How many products.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Keep items with this value, or any of several: color=red,navy; price=10..60.",
)
@click.option("--exclude", multiple=True, metavar="ITEM_ID", help="Leave this item out.")
@_rules_option
@json_option
def recommend(
    releases: Path,
    photo: Path | None,
    text: str | None,
    item_id: str | None,
    look_of: str | None,
    user_id: str | None,
    k: int,
    filters: tuple[str, ...],
    exclude: tuple[str, ...],
    rules_file: Path | None,
    as_json: bool,
) -> None:
    """Answer one query from the current release."""
    from modiste.recommender.query import Query
    from modiste.recommender.recommender import Recommender
    from modiste.training.answer_sheet import answer_table, understood

    query = Query(image=photo, text=text, item_id=item_id, user_id=user_id)
    wanted = parse_filters(filters)
    if look_of is not None and (photo, text, item_id) != (None, None, None):
        raise ValueError(
            "--complete is asked alone or with --user. Received: a photo, phrase or item too"
        )
    recommender = Recommender.load(releases, rules=_read_rules(rules_file))
    if look_of is None:
        answer = recommender.recommend(query, k, filters=wanted, exclude=exclude)
    else:
        answer = recommender.complete(look_of, k, user_id=user_id, filters=wanted, exclude=exclude)
    if as_json:
        terminal.print_json(answer.to_json())
        return
    for line in understood(answer):
        terminal.say(line)
    terminal.print_tables([answer_table("", answer, recommender)])


@click.command()
@click.argument("releases", type=EXISTING_FOLDER)
@click.option("--images", type=FOLDER, help="The dataset whose photos the page shows.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=4, show_default=True)
@_rules_option
@click.option(
    "--store", type=FOLDER, help="Keep events and items here, in a PostgreSQL of modiste's own."
)
@click.option("--database", "url", help="Keep them in this PostgreSQL: postgresql://...")
@click.option(
    "--log",
    "log_format",
    type=click.Choice(["json", "text"]),
    default="text",
    show_default=True,
    help="One line a request on standard error, for programs or for people.",
)
@click.option(
    "--language", default="en", show_default=True, help="Of the items' titles and descriptions."
)
@click.option(
    "--worker/--no-worker",
    "works",
    default=True,
    show_default=True,
    help="Describe items that wait, as `modiste worker` does.",
)
@click.option(
    "--demo",
    is_flag=True,
    help="Let whoever opens the page choose a shopper; of a made-up shop only.",
)
@click.option("--currency", help="Of the prices, such as EUR.")
@door_options
def serve(
    releases: Path,
    images: Path | None,
    host: str,
    port: int,
    threads: int,
    rules_file: Path | None,
    store: Path | None,
    url: str | None,
    log_format: LogFormat,
    language: str,
    works: bool,
    demo: bool,
    currency: str | None,
    doors: DoorSettings,
) -> None:
    """Serve the current release over HTTP, with its page at /.

    With a store, shoppers' events are taken at /v1/events and count in their next answer, and
    items at /v1/items, which are found within two seconds.
    """
    from modiste.api.doors.request_log import configure_logging

    rules = _read_rules(rules_file)
    with opened_store(store, url) as database:
        if doors.require_keys and database is None:
            raise ValueError("Keys lie in a store: give --store or --database. Received: neither")
        configure_logging(log_format)
        serve_release(
            releases,
            images,
            host,
            port,
            threads,
            demo=demo,
            currency=currency,
            rules=rules,
            database=database,
            doors=doors,
            language=language,
            works=works,
        )


@contextmanager
def opened_store(store: Path | None, url: str | None) -> Iterator[Database | None]:
    """Open the store of ``--store`` or ``--database``; None where neither is given.

    Raises
    ------
    ValueError
        If both are given.
    """
    if store is not None and url is not None:
        raise ValueError("Give --store or --database. Received: both")
    with ExitStack() as stack:
        if store is not None:
            from modiste.data.store.embedded import EmbeddedServer

            url = stack.enter_context(EmbeddedServer(store)).url
        if url is None:
            yield None
            return
        from modiste.data.store.database import Database

        database = Database.connect(url)
        stack.callback(database.close)
        yield database


def _read_rules(path: Path | None) -> Rules | None:
    from modiste.recommender.rules import Rules

    return None if path is None else Rules.read(path)


def parse_filters(filters: Sequence[str]) -> dict[str, object]:
    """Read ``name=value``, ``name=one,other`` and ``name=10..60`` as filters.

    Raises
    ------
    ValueError
        If one has no ``=``, or a range has an end that is no number.
    """
    wanted: dict[str, object] = {}
    for text in filters:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ValueError(f"A filter is NAME=VALUE, such as color=red. Received: {text!r}")
        if name.strip() in wanted:
            raise ValueError(
                f"Give each filter once; several values are NAME=ONE,OTHER. Received: {text!r}"
            )
        if ".." in value:
            low, _, high = value.partition("..")
            ends = {"min": low, "max": high}
            wanted[name.strip()] = {key: float(end) for key, end in ends.items() if end.strip()}
        else:
            wanted[name.strip()] = [part.strip() for part in value.split(",")]
    return wanted


def serve_release(
    releases: Path,
    images: Path | None,
    host: str,
    port: int,
    threads: int,
    *,
    demo: bool = False,
    currency: str | None = None,
    rules: Rules | None = None,
    database: Database | None = None,
    doors: DoorSettings | None = None,
    language: str = "en",
    works: bool = True,
) -> None:
    """Serve until stopped; `demo` lets visitors choose among the shop's simulated shoppers."""
    from modiste.api.config import ApiConfig
    from modiste.api.doors.settings import DoorSettings
    from modiste.api.server import serve as serve_forever

    config = ApiConfig(
        images, demo, currency, rules, doors or DoorSettings(), language=language, works=works
    )
    serve_forever(releases, host, port, threads, config, database)
