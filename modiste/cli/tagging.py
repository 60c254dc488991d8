"""`modiste tag`: labels from product texts."""

from __future__ import annotations

from pathlib import Path

import click

from modiste.cli import terminal
from modiste.cli.options import EXISTING_FOLDER, json_option
from modiste.nlp.lexicon import LANGUAGES
from modiste.training.report import Table

_N_NAMES = 20


@click.command()
@click.argument("dataset", type=EXISTING_FOLDER)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@json_option
def tag(dataset: Path, language: str, *, as_json: bool) -> None:
    """Read attributes and categories off the texts of DATASET's items.

    Fills in what is unknown of items and their photos, so that a shop without labels can
    train on its own photos; what is given stays. tags.csv beside the tables says which
    words gave which name.
    """
    from modiste.nlp.dataset_tags import TAGS_FILE, tag_dataset

    with terminal.progress_bars() as progress:
        report = tag_dataset(dataset, language=language, progress=progress)
    if as_json:
        terminal.print_json(report.to_json())
        return
    terminal.say(
        f"{report.n_tagged:,} of {report.n_items:,} items got attributes, {report.n_categories:,} "
        f"a category; {report.n_given:,} had attributes and kept them. "
        f"{report.n_photos:,} photos were labelled from their items."
    )
    names = list(report.names.items())[:_N_NAMES]
    title = f"The {len(names)} most frequent of {len(report.names)} attributes"
    examples = [(item, found.evidence, found.name) for item, found in report.examples]
    terminal.print_tables(
        [
            Table(title, ("attribute", "items"), tuple((n, f"{count:,}") for n, count in names)),
            Table("Examples", ("item", "words", "attribute"), tuple(examples)),
        ]
    )
    terminal.say(f"Wrote {dataset}; {dataset / TAGS_FILE} has the evidence.")
