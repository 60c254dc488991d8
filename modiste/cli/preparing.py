"""`modiste prepare`: datasets from public sources and the demo shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modiste.cli import terminal
from modiste.cli.options import FOLDER, json_option

if TYPE_CHECKING:
    from modiste.data.prepared import PrepareReport


@click.group()
def prepare() -> None:
    """Write a dataset from a public source or the demo shop."""


@prepare.command("deepfashion")
@click.argument("source", type=FOLDER)
@click.argument("destination", type=FOLDER)
@json_option
def prepare_deepfashion(source: Path, destination: Path, as_json: bool) -> None:
    """DeepFashion's Category and Attribute Prediction benchmark."""
    from modiste.data.deepfashion import prepare

    with terminal.progress_bars() as progress:
        report = prepare(source, destination, progress=progress)
    _print_prepared(report, destination, as_json=as_json)


@prepare.command("fashion-product-images")
@click.argument("source", type=FOLDER)
@click.argument("destination", type=FOLDER)
@json_option
def prepare_fashion_product_images(source: Path, destination: Path, as_json: bool) -> None:
    """Fashion Product Images: styles.csv or labels.csv, and images/."""
    from modiste.data.fashion_product_images import prepare

    with terminal.progress_bars() as progress:
        report = prepare(source, destination, progress=progress)
    _print_prepared(report, destination, as_json=as_json)


@prepare.command("online-retail")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("destination", type=FOLDER)
@json_option
def prepare_online_retail(source: Path, destination: Path, as_json: bool) -> None:
    """UCI Online Retail: a year of a shop's invoices."""
    from modiste.data.online_retail import prepare

    with terminal.progress_bars() as progress:
        report = prepare(source, destination, progress=progress)
    _print_prepared(report, destination, as_json=as_json)


@prepare.command("demo-shop")
@click.argument("destination", type=FOLDER)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@click.option("--items", "n_items", type=click.IntRange(60), default=1500, show_default=True)
@click.option("--users", "n_users", type=click.IntRange(60), default=1200, show_default=True)
@click.option("--deepfashion", type=FOLDER, help="Also write DeepFashion's own layout here.")
def prepare_demo_shop(
    destination: Path, seed: int, n_items: int, n_users: int, deepfashion: Path | None
) -> None:
    """Draw and simulate a small fashion shop from a seed."""
    from modiste.data.deepfashion_layout import write_deepfashion_layout
    from modiste.data.demo_shop.shop import write_demo_shop

    with terminal.progress_bars() as progress:
        write_demo_shop(destination, n_items=n_items, n_users=n_users, seed=seed, progress=progress)
        if deepfashion is not None:
            write_deepfashion_layout(destination, deepfashion)
    terminal.say(f"Wrote {destination}")


def _print_prepared(report: PrepareReport, destination: Path, *, as_json: bool) -> None:
    if as_json:
        terminal.print_json(report.to_json())
        return
    terminal.say(str(report))
    terminal.say(f"Wrote {destination}")
