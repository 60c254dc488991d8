"""`modiste worker` and `export-store`: what is done with a store beside serving from it."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from modiste.cli import terminal
from modiste.cli.answering import opened_store
from modiste.cli.options import EXISTING_FOLDER, FILE, FOLDER, json_option

_store_option = click.option("--store", type=FOLDER, help="A store of modiste's own.")
_database_option = click.option("--database", "url", help="A PostgreSQL: postgresql://...")


@click.command()
@click.argument("releases", type=EXISTING_FOLDER)
@_store_option
@_database_option
@click.option("--language", default="en", show_default=True, help="Of titles and descriptions.")
def worker(releases: Path, store: Path | None, url: str | None, language: str) -> None:
    """Describe the items that wait, by the current release of RELEASES, until stopped.

    `modiste serve` does so itself; further workers, here or on other machines, share the work.
    """
    from modiste.api.item_worker import ItemWorker, ReleaseReader
    from modiste.data.store.item_queue import ItemQueue

    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    with opened_store(store, url) as database:
        if database is None:
            raise ValueError("A worker needs --store or --database. Received: neither")
        reader = ReleaseReader(releases, language)
        reader()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        terminal.tell("Describing items  (Ctrl-C stops it)")
        ItemWorker(ItemQueue(database), reader).run(stopping)


@click.command("export-store")
@click.argument("destination", type=FOLDER)
@_store_option
@_database_option
@click.option(
    "--vocabulary",
    type=FILE,
    help="vocabulary.json of a dataset or release; DeepFashion's by default.",
)
@json_option
def export_store(
    destination: Path, store: Path | None, url: str | None, vocabulary: Path | None, as_json: bool
) -> None:
    """Write the items, photos and events of a store as the dataset DESTINATION.

    Deleted items are left out, with all that was done with them, and so is what erased shoppers
    did until they were erased.
    """
    from modiste.data.store.dataset_export import export_dataset
    from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary

    names = deepfashion_vocabulary() if vocabulary is None else Vocabulary.read(vocabulary)
    with opened_store(store, url) as database, terminal.progress_bars() as progress:
        if database is None:
            raise ValueError("Exporting needs --store or --database. Received: neither")
        report = export_dataset(database, destination, names, progress=progress)
    if as_json:
        terminal.print_json(report.to_json())
        return
    terminal.say(str(report))
    terminal.say(f"Wrote {destination}")
