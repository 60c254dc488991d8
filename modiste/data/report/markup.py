"""Pieces of HTML in which every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True)
class Html:
    """HTML that is safe to put on the page; whatever is no `Html` is escaped."""

    text: str


#: The page runs no script and asks for nothing; its pictures are in it.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

#: Text is escaped, `Html` is kept, numbers get separators.
Part = str | int | Html


def safe(part: Part) -> str:
    """Return a part as HTML."""
    if isinstance(part, Html):
        return part.text
    return f"{part:,}" if isinstance(part, int) else escape(part, quote=True)


def element(tag: str, *parts: Part, **attributes: str) -> Html:
    """Return an element; ``class_`` stands for class, ``aria_label`` for aria-label."""
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value, quote=True)}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{named}>{''.join(map(safe, parts))}</{tag}>")


def joined(parts: Iterable[Part]) -> Html:
    """Return the parts one after the other."""
    return Html("".join(map(safe, parts)))


def image(uri: str | None, alt: str) -> Html:
    """Return a picture, or a note where there is none to show."""
    if uri is None:
        return element(
            "span",
            "cannot be shown",
            class_="gone",
            role="img",
            aria_label=f"{alt} (cannot be shown)",
        )
    return Html(f'<img src="{escape(uri, quote=True)}" alt="{escape(alt, quote=True)}">')


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Part]]) -> Html:
    """Return a table whose numbers stand to the right."""
    body = [list(row) for row in rows]
    is_number = [all(isinstance(row[i], int) for row in body) for i in range(len(header))]
    head = joined(
        element("th", name, scope="col", class_="n" if number and body else "t")
        for name, number in zip(header, is_number, strict=True)
    )
    lines = (
        element(
            "tr",
            *(
                element("td", part, class_="n" if number else "t")
                for part, number in zip(row, is_number, strict=True)
            ),
        )
        for row in body
    )
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", head)),
        element("tbody", *lines),
    )
    return element("div", whole, class_="wide", tabindex="0", role="region", aria_label=caption)


def document(title: str, style: str, *body: Html) -> str:
    """Return a whole page that forbids itself scripts and requests.

    Parameters
    ----------
    title : str
    style : str
        CSS, as it stands.
    body : Html
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{element('title', title).text}\n<style>{style}</style>\n</head>\n"
        f"<body>\n{joined(body).text}\n</body>\n</html>\n"
    )


def write_document(text: str, file: str | Path) -> Path:
    """Write a page and return its path; its folder is made where there is none."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names on disk need not be Unicode.
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
    return path
