"""`modiste prepare`: datasets from public sources, a shop's folders and the demo shop."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modiste.cli import terminal
from modiste.cli.options import FILE, FOLDER, json_option

if TYPE_CHECKING:
    from modiste.data.prepared import PrepareReport

#: What each public source is; its reader is the module of that name, with underscores.
SOURCES: Mapping[str, str] = {
    "clothing-co-parsing": "Clothing Co-Parsing: boxes.csv and photos/, the largest garment each.",
    "deepfashion": "DeepFashion's Category and Attribute Prediction benchmark.",
    "fashion-mnist": "Fashion-MNIST: four IDX files of grey photos, packed or not.",
    "fashion-product-images": "Fashion Product Images: styles.csv or labels.csv, and images/.",
    "hm": "H&M's Personalized Fashion Recommendations: articles, purchases, images/.",
    "online-retail": "UCI Online Retail: a year of a shop's invoices.",
    "own-shop": "Your shop: Merchant, Shopify or plain catalogue, GA4 or plain events, photos.",
    "photo-folders": "Photos in folders: CLASS/, SPLIT/CLASS/ or SPLIT/CLASS/ITEM/.",
    "street2shop": "Street2Shop: the JSON lists and what was downloaded of the photos.",
}
_Decorator = Callable[[Callable[..., None]], Callable[..., None]]

#: Further options of a source; each is an argument of its reader's `prepare`.
OPTIONS: Mapping[str, tuple[_Decorator, ...]] = {
    "deepfashion": (
        click.option(
            "--annotation",
            type=click.Choice(("coarse", "fine")),
            default="coarse",
            show_default=True,
            help="Coarse: 1,000 attributes. Fine: 26, of fewer photos.",
        ),
    ),
    "own-shop": (
        click.option("--items", type=FILE, help="The catalogue, if not called items.* or so."),
        click.option(
            "--events",
            type=click.Path(exists=True, path_type=Path),
            help="A file or folder of events, if not called events.* or so.",
        ),
        click.option(
            "--column",
            multiple=True,
            callback=lambda _context, _option, given: _pairs(given),
            metavar="OURS=THEIRS",
            help="What plain tables call a column: item_id=sku, event_time=created_at.",
        ),
    ),
}


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    bad = [
        each for each, (ours, _, theirs) in zip(given, pairs, strict=True) if not (ours and theirs)
    ]
    if bad:
        raise click.BadParameter(f"must be OURS=THEIRS, such as item_id=sku. Received: {bad[0]!r}")
    return {ours: theirs for ours, _, theirs in pairs}


@click.group()
def prepare() -> None:
    """Write a dataset from a public source, folders of photos or the demo shop."""


def _add_source(name: str) -> None:
    def run(source: Path, destination: Path, *, as_json: bool, **options: object) -> None:
        reader = importlib.import_module(f"modiste.data.{name.replace('-', '_')}")
        with terminal.progress_bars() as progress:
            report: PrepareReport = reader.prepare(
                source, destination, progress=progress, **options
            )
        if as_json:
            terminal.print_json(report.to_json())
        else:
            terminal.say(str(report))
            terminal.say(f"Wrote {destination}")

    command: Callable[..., None] = json_option(run)
    for option in reversed(OPTIONS.get(name, ())):
        command = option(command)
    command = click.argument("destination", type=FOLDER)(command)
    command = click.argument("source", type=click.Path(exists=True, path_type=Path))(command)
    # Given as such, click does not cut it in the list of commands.
    prepare.command(name, help=SOURCES[name], short_help=SOURCES[name])(command)


for _name in SOURCES:
    _add_source(_name)


@prepare.command(
    "demo-shop", short_help="The demo shop: drawn and simulated from a seed, nothing to fetch."
)
@click.argument("destination", type=FOLDER)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--items", "n_items", type=click.IntRange(60), default=1500, show_default=True)
@click.option("--users", "n_users", type=click.IntRange(60), default=1200, show_default=True)
@click.option("--deepfashion", type=FOLDER, help="Also write DeepFashion's own layout here.")
@click.option("--photo-folders", type=FOLDER, help="Also write the photos in folders here.")
def prepare_demo_shop(
    destination: Path,
    seed: int,
    n_items: int,
    n_users: int,
    deepfashion: Path | None,
    photo_folders: Path | None,
) -> None:
    """Draw and simulate a small fashion shop from a seed."""
    from modiste.data.deepfashion_layout import write_deepfashion_layout
    from modiste.data.demo_shop.shop import write_demo_shop
    from modiste.data.photo_folders_layout import write_photo_folders

    with terminal.progress_bars() as progress:
        write_demo_shop(destination, n_items=n_items, n_users=n_users, seed=seed, progress=progress)
        if deepfashion is not None:
            write_deepfashion_layout(destination, deepfashion)
        if photo_folders is not None:
            write_photo_folders(destination, photo_folders, progress=progress)
    terminal.say(f"Wrote {destination}")
