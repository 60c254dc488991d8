"""The contact sheet: what is given is drawn, and nothing runs outside its card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from modiste.training.contact_sheet import Card, SheetRow, draw_contact_sheet, save_contact_sheet

RED = np.zeros((40, 30, 3), np.uint8) + np.array([255, 0, 0], np.uint8)


def row(n_cards: int, title: str = "Striped dress") -> SheetRow:
    card = Card(RED, title, "49.50", ("looks like your photo", "because you bought a tee"))
    return SheetRow("A photo", "u1", RED, (0.2, 0.2, 0.8, 0.8), ["Seen: Dress"], [card] * n_cards)


def n_red(sheet: Image.Image) -> int:
    return int((np.asarray(sheet) == [255, 0, 0]).all(axis=2).sum())


def test_every_card_adds_its_photo_and_height() -> None:
    one, six = draw_contact_sheet([row(1)], "t"), draw_contact_sheet([row(6)], "t")
    assert six.height > one.height
    assert n_red(six) > n_red(one) > 0


def test_long_titles_and_missing_photos_keep_the_size() -> None:
    endless = Card(None, "word " * 200, "1.00", ("because " * 50,))
    long = SheetRow("h", "s", None, None, ["seen " * 100], [endless] * 5)
    short = SheetRow("h", "s", None, None, [], [Card(None, "a", "1.00", ())] * 5)
    assert draw_contact_sheet([long], "t").size == draw_contact_sheet([short], "t").size


def test_an_answer_without_products_is_still_a_row() -> None:
    assert draw_contact_sheet([row(0)], "t").height > 300


def test_saves_a_png(tmp_path: Path) -> None:
    path = save_contact_sheet(tmp_path / "new" / "sheet.png", [row(2)], "t")
    with Image.open(path) as saved:
        assert saved.format == "PNG"
