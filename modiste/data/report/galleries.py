"""The pictures of the page: examples, duplicates side by side, boxes that are wrong."""

from __future__ import annotations

from pathlib import Path

from modiste.data.report.check_report import (
    BAD_BOXES,
    CheckReport,
    DuplicateGroup,
)
from modiste.data.report.markup import Html, Part, element, image, joined, table
from modiste.data.report.pictures import picture_uri

#: How much of each the page shows, which bounds its size; JSON lists all.
N_CLASSES = 150
N_GROUPS = 60
N_IN_GROUP = 4
N_BOXES = 60
#: Categories past this many get one example each.
_MANY_CLASSES = 60


def class_gallery(report: CheckReport) -> Html:
    """Show photos of each category with their boxes."""
    shown = list(report.examples.items())
    if not shown:
        return element("p", "No photo has a category.")
    frequency = {count.name: count.total for count in report.classes}
    shown.sort(key=lambda pair: -frequency[pair[0]])
    n_each = 4 if len(shown) <= _MANY_CLASSES else 3
    cards = []
    for name, images in shown[:N_CLASSES]:
        photos = (
            image(
                picture_uri(_file(report, path), report.boxes_of_examples.get(path)),
                f"{name}: {path}",
            )
            for path in images[:n_each]
        )
        cards.append(
            element("section", element("h3", name), element("div", *photos, class_="row examples"))
        )
    return joined(
        [
            element("p", _shown("category", "categories", len(cards), len(shown)), class_="note"),
            element("div", *cards, class_="gallery"),
        ]
    )


def duplicate_gallery(report: CheckReport) -> Html:
    """Show the photos of each group side by side, leaks first."""
    if not report.duplicates:
        return element("p", "No two photos have the same bytes or show the same picture.")
    cards = [_group(report, group) for group in report.duplicates[:N_GROUPS]]
    told = _shown("group", "groups", len(cards), len(report.duplicates))
    return joined(
        [
            element(
                "p",
                f"{told} Photos of the same bytes, or of one picture saved anew; a cropped or "
                "mirrored copy is not found.",
                class_="note",
            ),
            element("div", *cards, class_="gallery"),
        ]
    )


def _group(report: CheckReport, group: DuplicateGroup) -> Html:
    both = zip(group.images, group.splits, group.categories, strict=True)
    photos = [
        element(
            "figure",
            image(picture_uri(_file(report, path)), f"{category or 'no category'}: {path}"),
            element("figcaption", path, Html("<br>"), f"{split}, {category or 'no category'}"),
        )
        for path, split, category in list(both)[:N_IN_GROUP]
    ]
    title = "Same bytes" if group.same_bytes else "Same picture"
    if len(group.images) > N_IN_GROUP:
        title += f", {len(group.images):,} photos"
    marks: list[Part] = []
    if group.is_leak:
        marks.append(element("span", "✗ across splits", class_="mark mend"))
    if group.is_contradictory:
        marks.append(element("span", "! different categories", class_="mark look"))
    return element(
        "section",
        element("h3", title),
        element("div", *marks, class_="marks"),
        element("div", *photos, class_="row"),
    )


def box_gallery(report: CheckReport) -> Html:
    """Show the boxes that are wrong or look wrong, drawn on their photos."""
    boxed = f"{report.n_boxed:,} of {report.n_photos:,} usable photos have a box."
    if not report.boxes:
        sound = " Each lies in its photo and covers a sensible part of it."
        return element("p", boxed + sound if report.n_boxed else "No photo has a box.")
    photos = []
    for found in report.boxes[:N_BOXES]:
        mark = "mend" if found.problem in BAD_BOXES else "look"
        edges = ", ".join(f"{edge:.4g}" for edge in found.box) or "not numbers"
        photos.append(
            element(
                "figure",
                image(
                    picture_uri(_file(report, found.image), found.box),
                    f"{found.image} with its box: {found.problem}",
                ),
                element(
                    "figcaption",
                    element("span", found.problem, class_=f"mark {mark}"),
                    Html("<br>"),
                    f"{found.image} ({edges})",
                ),
            )
        )
    told = _shown("box", "boxes", len(photos), len(report.boxes))
    return joined(
        [
            element("p", boxed, " To look at: ", told, class_="note"),
            element("div", *photos, class_="row"),
        ]
    )


def unreadable_table(report: CheckReport, n_rows: int) -> Html:
    """List the photos that are missing or cannot be decoded."""
    rows = [(name, "no such file") for name in report.missing]
    rows += [(found.image, found.reason) for found in report.unreadable]
    if not rows:
        return element("p", "Every photo is there and can be read.")
    caption = _shown("photo", "photos", min(n_rows, len(rows)), len(rows))
    return table(caption, ("Photo", "Why"), rows[:n_rows])


def _shown(one: str, several: str, n_shown: int, n_all: int) -> str:
    if n_shown < n_all:
        return f"The first {n_shown} of {n_all:,} {several}; --json lists all."
    return f"{n_all:,} {one if n_all == 1 else several}."


def _file(report: CheckReport, path: str) -> Path:
    return Path(report.dataset) / path
