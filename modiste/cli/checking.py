"""`modiste check`: what is in a dataset, and what must be mended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modiste.cli import terminal
from modiste.cli.options import EXISTING_FOLDER, json_option
from modiste.data import columns
from modiste.training.report import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modiste.data.report.check_report import CheckReport

_N_ROWS = 20  # rows of a table that are printed


@click.command()
@click.argument("dataset", type=EXISTING_FOLDER)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a page with pictures here.",
)
@json_option
@click.pass_context
def check(context: click.Context, dataset: Path, page: Path | None, as_json: bool) -> None:
    """Look DATASET over before training on it.

    Exit status 0: clean enough to train on. 1: something must be mended first (missing or
    unreadable photos, bad boxes or other bad values, one photo in several splits), or there
    is no dataset to read.
    """
    from modiste.data.report.check import check_dataset
    from modiste.data.report.page import write_page

    with terminal.progress_bars() as progress:
        report = check_dataset(dataset, progress=progress)
    if page is not None:
        write_page(report, page)
        terminal.tell(f"Wrote {page}")
    if as_json:
        terminal.print_json(report.to_json())
    else:
        _print(report)
    context.exit(0 if report.is_clean else 1)


def _print(report: CheckReport) -> None:
    from modiste.data.report.findings import list_findings

    findings = list_findings(report)
    terminal.say(
        f"{report.n_items:,} items, {report.n_events:,} events, {report.n_photos:,} photos usable "
        f"of {report.n_photo_rows:,}"
    )
    if report.sizes is not None:
        width, height = report.sizes.width_px, report.sizes.height_px
        terminal.say(
            f"Photos are {width[1]}x{height[1]} pixels at the median, "
            f"{width[0]}x{height[0]} to {width[2]}x{height[2]}"
        )
    terminal.print_tables(
        [
            Table(
                "Findings",
                ("what", "count", "", "what to do"),
                tuple(
                    (f.title, f"{f.count:,}", f.mark, f.advice if f.count else "") for f in findings
                ),
            ),
            _classes(report),
        ]
    )
    _print_some("Missing photos", ("photo",), [(image,) for image in report.missing])
    _print_some(
        "Unreadable photos", ("photo", "why"), [(u.image, u.reason) for u in report.unreadable]
    )
    pairs = [pair for group in report.leaks for pair in group.leaking_pairs()]
    _print_some("One photo in two splits", ("photo", "the same in another split"), pairs)
    _print_some("Bad values", ("where and what",), [(str(p),) for p in report.problems])
    if report.is_clean:
        terminal.say("Clean enough to train on.")
    else:
        kinds = [f"{f.title} ({f.count:,})" for f in findings if f.mark == "mend"]
        terminal.say(f"Mend before training: {'; '.join(kinds)}.")


def _classes(report: CheckReport) -> Table:
    rows = [
        (
            "(no category)" if count.name is None else count.name,
            *(f"{count.n_photos[split]:,}" for split in columns.SPLITS),
            f"{count.total:,}",
        )
        for count in report.classes
    ]
    title = "Photos of each category"
    if len(rows) > 2 * _N_ROWS:
        title += f", the {_N_ROWS} most and least frequent of {len(rows)}"
        rows = [*rows[:_N_ROWS], ("...", *["-"] * 4), *rows[-_N_ROWS:]]
    return Table(title, ("category", *columns.SPLITS, "all"), tuple(rows))


def _print_some(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if not rows:
        return
    if len(rows) > _N_ROWS:
        title += f", the first {_N_ROWS} of {len(rows):,} (--json lists all)"
    terminal.print_table(Table(title, header, tuple(rows[:_N_ROWS])))
