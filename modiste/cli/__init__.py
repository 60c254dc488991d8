"""The commands; each is a thin layer over a function of the library."""

from __future__ import annotations

import click

from modiste import __version__
from modiste.cli import terminal
from modiste.cli.answering import recommend, serve
from modiste.cli.checking import check
from modiste.cli.erasing import erasures
from modiste.cli.jobs import demo, evaluate, train
from modiste.cli.keys import keys
from modiste.cli.preparing import prepare
from modiste.cli.releasing import releases
from modiste.cli.storing import export_store, worker
from modiste.cli.tagging import tag
from modiste.cli.tuning import tune


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="modiste")
def cli() -> None:
    """Name the garment in a photo or phrase, find it, rank it for this shopper.

    Every command takes --debug, which shows the traceback of an error.
    """


for command in (demo, prepare, check, tag, train, evaluate, tune, recommend, serve, keys, releases):
    cli.add_command(command)
for command in (worker, export_store, erasures):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    terminal.run(cli)
