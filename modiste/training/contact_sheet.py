"""One picture of several answers, so that a person can judge them at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from modiste.attribute_model.garment import Box

_CARD_WIDTH = 172
_PHOTO_HEIGHT = 204
_CARD_HEIGHT = 318
_QUERY_WIDTH = 250
_GAP = 14
_MARGIN = 28
_HEADING = 60
_COLUMNS = 5

_GROUND = (247, 246, 243)
_CARD = (255, 255, 255)
_LINE = (226, 223, 216)
_INK = (32, 33, 36)
_MUTED = (110, 108, 104)
_ACCENT = (176, 58, 72)

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Card:
    """One product on the sheet."""

    pixels: NDArray[np.uint8] | None
    title: str
    price: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class SheetRow:
    """One query and its products.

    Parameters
    ----------
    heading, subheading : str
        Who asked what.
    pixels : ndarray or None
        The query's photo, shape ``(height, width, 3)`` uint8.
    box : tuple of float or None
        The predicted box, as fractions of the photo.
    seen : sequence of str
        Lines under the query: what the network or the phrase reader understood.
    cards : sequence of Card
    """

    heading: str
    subheading: str
    pixels: NDArray[np.uint8] | None
    box: Box | None
    seen: Sequence[str]
    cards: Sequence[Card]


def draw_contact_sheet(rows: Sequence[SheetRow], title: str) -> Image.Image:
    """Draw the rows, each with its query at the left and its products in rows of five."""
    heights = [
        _HEADING + max(1, -(-len(row.cards) // _COLUMNS)) * (_CARD_HEIGHT + _GAP) + _GAP
        for row in rows
    ]
    width = 2 * _MARGIN + _QUERY_WIDTH + _COLUMNS * (_CARD_WIDTH + _GAP)
    sheet = Image.new("RGB", (width, 90 + sum(heights) + _MARGIN), _GROUND)
    pen = ImageDraw.Draw(sheet)
    pen.text((_MARGIN, 28), title, _INK, _font(30))
    top = 90
    for row, height in zip(rows, heights, strict=True):
        pen.line((_MARGIN, top, width - _MARGIN, top), _LINE, 2)
        pen.text((_MARGIN, top + 12), row.heading, _INK, _font(21))
        told = _wrapped(row.subheading, width - 2 * _MARGIN, 14)[0]
        pen.text((_MARGIN, top + 38), told, _MUTED, _font(14))
        _draw_query(sheet, pen, row, top + _HEADING + 6)
        for i, card in enumerate(row.cards):
            left = _MARGIN + _QUERY_WIDTH + _GAP + (i % _COLUMNS) * (_CARD_WIDTH + _GAP)
            card_top = top + _HEADING + 6 + (i // _COLUMNS) * (_CARD_HEIGHT + _GAP)
            _draw_card(sheet, pen, card, i + 1, left, card_top)
        top += height
    return sheet


def save_contact_sheet(path: str | Path, rows: Sequence[SheetRow], title: str) -> Path:
    """Write the sheet as a PNG and return its path."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    draw_contact_sheet(rows, title).save(file)
    return file


@cache
def _font(size: int) -> _Font:
    return ImageFont.load_default(size)


def _draw_query(sheet: Image.Image, pen: ImageDraw.ImageDraw, row: SheetRow, top: int) -> None:
    y = top
    if row.pixels is not None:
        photo, left = _fitted(row.pixels, _QUERY_WIDTH, 330)
        sheet.paste(photo, (_MARGIN + left, y))
        if row.box is not None:
            x1, y1, x2, y2 = row.box
            corners = (
                _MARGIN + left + x1 * photo.width,
                y + y1 * photo.height,
                _MARGIN + left + x2 * photo.width,
                y + y2 * photo.height,
            )
            pen.rectangle(corners, outline=(255, 255, 255), width=5)
            pen.rectangle(corners, outline=_ACCENT, width=3)
        y += photo.height + 12
    for line in row.seen:
        for part in _wrapped(line, _QUERY_WIDTH, 15):
            pen.text((_MARGIN, y), part, _INK, _font(15))
            y += 20
        y += 4


def _draw_card(
    sheet: Image.Image, pen: ImageDraw.ImageDraw, card: Card, rank: int, left: int, top: int
) -> None:
    pen.rounded_rectangle(
        (left, top, left + _CARD_WIDTH, top + _CARD_HEIGHT), 8, fill=_CARD, outline=_LINE
    )
    if card.pixels is None:
        pen.text((left + 50, top + 90), "no photo", _MUTED, _font(15))
    else:
        photo, inset = _fitted(card.pixels, _CARD_WIDTH - 12, _PHOTO_HEIGHT - 10)
        sheet.paste(photo, (left + 6 + inset, top + 6))
    pen.text((left + 9, top + 7), str(rank), _ACCENT, _font(17))
    y = top + _PHOTO_HEIGHT
    for part in _wrapped(card.title, _CARD_WIDTH - 18, 13)[:2]:
        pen.text((left + 9, y), part, _INK, _font(13))
        y += 17
    pen.text((left + 9, y), card.price, _INK, _font(14))
    y += 21
    bottom = top + _CARD_HEIGHT - 16
    for reason in card.reasons:
        for part in _wrapped(reason, _CARD_WIDTH - 18, 12):
            if y > bottom:
                return
            pen.text((left + 9, y), part, _MUTED, _font(12))
            y += 15


def _fitted(pixels: NDArray[np.uint8], width: int, height: int) -> tuple[Image.Image, int]:
    """Return the photo inside ``width x height`` and its inset from the left."""
    photo = Image.fromarray(pixels)
    scale = min(width / photo.width, height / photo.height)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    return photo.resize(size, Image.Resampling.LANCZOS), (width - size[0]) // 2


def _wrapped(text: str, width: int, size: int) -> list[str]:
    font = _font(size)
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
