"""The check report as one HTML page: no script, no other file, nothing from the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from modiste.data import columns
from modiste.data.report.check_report import CheckReport
from modiste.data.report.findings import list_findings
from modiste.data.report.galleries import (
    box_gallery,
    class_gallery,
    duplicate_gallery,
    unreadable_table,
)
from modiste.data.report.markup import (
    Html,
    Part,
    document,
    element,
    joined,
    table,
    write_document,
)
from modiste.data.report.page_style import STYLE

#: Rows of a table that the page shows; JSON has all.
N_ROWS = 200
_MARKS = {"mend": "✗ mend", "look": "! look", "ok": "✓ none"}


def report_page(report: CheckReport) -> str:
    """Return the page; the same report and photos give the same text.

    Every text of the dataset is escaped, and the page forbids itself scripts and requests.
    """
    sections = [
        ("findings", "Findings", _findings(report)),
        ("classes", "Categories", _classes(report)),
        ("duplicates", "Duplicates", duplicate_gallery(report)),
        ("boxes", "Boxes", box_gallery(report)),
        ("photos", "Photos that cannot be read", unreadable_table(report, N_ROWS)),
        ("examples", "Examples", class_gallery(report)),
        ("attributes", "Attributes", _attributes(report)),
        ("rows", "Bad values", _problems(report)),
    ]
    links = (element("li", element("a", title, href=f"#{name}")) for name, title, _ in sections)
    name = Path(report.dataset).resolve().name
    return document(
        f"Check of {name}",
        STYLE,
        element(
            "header",
            element("h1", f"Check of {name}"),
            element("p", report.dataset, class_="path"),
            _verdict(report),
            _figures(report),
            element("nav", element("ul", *links), aria_label="Sections"),
        ),
        element(
            "main",
            *(
                element("section", element("h2", title, id=name), content)
                for name, title, content in sections
            ),
        ),
        element("footer", "Written by modiste check. Pictures are reduced copies."),
    )


def write_page(report: CheckReport, file: str | Path) -> Path:
    """Write the page and return its path."""
    return write_document(report_page(report), file)


def _verdict(report: CheckReport) -> Html:
    if report.is_clean:
        return element("p", element("strong", "Clean enough to train on."), class_="verdict")
    kinds = [f"{f.title} ({f.count:,})" for f in list_findings(report) if f.mark == "mend"]
    return element(
        "p",
        element("strong", "Mend before training: "),
        f"{'; '.join(kinds)}.",
        class_="verdict mend",
    )


def _figures(report: CheckReport) -> Html:
    figures: list[tuple[str, Part, str]] = [
        ("Photos", report.n_photos, f"of {report.n_photo_rows:,} rows usable"),
        *(
            (f"In {split}", count, f"{count / max(1, report.n_photos):.0%}")
            for split, count in report.n_per_split.items()
        ),
        ("Categories", sum(c.name is not None for c in report.classes), "in the vocabulary"),
        ("Attributes", len(report.attributes), "in the vocabulary"),
        ("Items", report.n_items, f"{report.n_events:,} events"),
    ]
    if report.sizes is not None:
        width, height = report.sizes.width_px, report.sizes.height_px
        spread = f"{width[0]}x{height[0]} to {width[2]}x{height[2]} px"
        figures.append(("Median photo", f"{width[1]}x{height[1]}", spread))
    cells = (
        element("div", element("dt", name), element("dd", value, element("small", more)))
        for name, value, more in figures
    )
    return element("dl", *cells, class_="figures")


def _findings(report: CheckReport) -> Html:
    rows = [
        (
            element("span", _MARKS[found.mark], class_=f"mark {found.mark}"),
            found.count,
            found.title,
            found.advice if found.count else "",
        )
        for found in list_findings(report)
    ]
    return table("Everything that was looked for", ("", "Count", "What", "What to do"), rows)


def _classes(report: CheckReport) -> Html:
    most = max((count.total for count in report.classes), default=0)
    total = max(1, sum(count.total for count in report.classes if count.name is not None))
    keys = (joined([element("span", "", class_=f"key {split}"), split]) for split in columns.SPLITS)
    rows: list[list[Part]] = []
    empty = [count.name for count in report.classes if count.name and not count.total]
    for count in report.classes:
        if count.name in empty:
            continue
        bars = (
            element("span", "", class_=split, style=f"width:{100 * n / max(1, most):.2f}%")
            for split, n in count.n_photos.items()
        )
        rows.append(
            [
                count.name if count.name is not None else element("em", "no category"),
                *count.n_photos.values(),
                count.total,
                "" if count.name is None else _share(count.total / total),
                element("div", *bars, class_="bar", aria_hidden="true"),
            ]
        )
    header = ("Category", *columns.SPLITS, "all", "share", "")
    return joined(
        [
            element("p", "Usable photos of each category, by split.", *keys, class_="note"),
            table("Photos of each category and split, most frequent first", header, rows),
            element("p", f"No photo at all ({len(empty)}): {', '.join(empty)}.") if empty else "",
        ]
    )


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "< 0.1%"


def _attributes(report: CheckReport) -> Html:
    if not report.attributes:
        return element("p", "The vocabulary has no attributes.")
    rows = [(count.name, count.type, count.n_present, count.n_known) for count in report.attributes]
    header = ("Attribute", "Type", "present on", "known on")
    return _cut(
        "Photos on which each attribute is present, and on which somebody looked for it",
        header,
        rows,
    )


def _problems(report: CheckReport) -> Html:
    if not report.problems:
        return element("p", "Every row of every table keeps the rules.")
    rows = [(p.file, p.row, p.column, repr(p.value)[:120], p.problem) for p in report.problems]
    return _cut("Values that break a rule", ("File", "Row", "Column", "Value", "Rule"), rows)


def _cut(caption: str, header: tuple[str, ...], rows: Sequence[Sequence[Part]]) -> Html:
    if len(rows) > N_ROWS:
        caption += f" (the first {N_ROWS} of {len(rows):,}; --json lists all)"
    return table(caption, header, rows[:N_ROWS])
