"""The page: whole, self-contained, and deaf to hostile names."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from broken_dataset import HOSTILE, write_broken, write_clean
from PIL import Image

from modiste.data.report.check import check_dataset
from modiste.data.report.page import report_page, write_page
from modiste.data.report.pictures import picture_uri

VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Reads a page, checks that what opens closes, and keeps tags and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(tmp_path_factory, draw_photo) -> str:
    folder = write_broken(tmp_path_factory.mktemp("broken"), draw_photo)
    return report_page(check_dataset(folder))


@pytest.fixture(scope="module")
def read(page) -> Reader:
    return Reader(page)


def test_it_is_one_whole_file(page, read):
    assert read.open == []
    assert not read.all("script")
    assert not read.all("link")
    assert all(img["src"].startswith("data:image/jpeg;base64,") for img in read.all("img"))
    assert not re.search(r"https?:|url\(|@import", page)
    policy = next(m["content"] for m in read.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'")


def test_no_name_is_taken_for_markup(read):
    assert f"{HOSTILE} with its box: whole photo" in [img["alt"] for img in read.all("img")]
    handlers = [name for _, attributes in read.tags for name in attributes if name[:2] == "on"]
    assert handlers == []


def test_it_can_be_read_without_seeing_it(read):
    headings = [tag for tag, _ in read.tags if tag in {"h1", "h2", "h3"}]
    assert headings.count("h1") == 1
    assert headings[0] == "h1"
    assert all(img["alt"] for img in read.all("img"))
    assert read.all("html")[0]["lang"] == "en"
    targets = {attributes.get("id") for _, attributes in read.tags}
    assert {a["href"][1:] for a in read.all("a")} <= targets


def test_it_says_what_was_found(page, read):
    text = " ".join(read.texts)
    assert "Mend before training: " in text
    assert "missing photos (1)" in text
    assert "across splits" in text
    assert "images/gone.png" in text
    assert "outside" in text
    assert "No photo at all (1): Cape." in text
    assert "prefers-color-scheme: dark" in page


def test_the_same_dataset_gives_the_same_page(tmp_path, draw_photo):
    report = check_dataset(write_clean(tmp_path / "shop", draw_photo))
    first = write_page(report, tmp_path / "pages/a.html").read_bytes()
    assert first == write_page(report, tmp_path / "b.html").read_bytes()
    assert b"Clean enough to train on." in first


def decoded(uri: str) -> np.ndarray:
    data = base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))
    return np.asarray(Image.open(io.BytesIO(data))).astype(int)


def is_drawn(pixels: np.ndarray) -> np.ndarray:
    """Return where the colour of the box's line is, roughly."""
    red, green, blue = np.moveaxis(pixels, -1, 0)
    return (red - green > 90) & (red - blue > 50)


def test_a_box_is_drawn_where_it_is(tmp_path):
    Image.new("RGB", (100, 100), (230, 230, 230)).save(tmp_path / "a.png")
    plain, boxed = (decoded(picture_uri(tmp_path / "a.png", b)) for b in (None, (0.2, 0.3, 0.8, 1)))
    assert not is_drawn(plain).any()
    rows, columns = np.nonzero(is_drawn(boxed))
    assert (columns.min(), rows.min()) == pytest.approx((20, 30), abs=2)
    assert (columns.max(), rows.max()) == pytest.approx((80, 99), abs=2)


def test_a_box_outside_is_shown_beside_the_photo(tmp_path):
    Image.new("RGB", (100, 80), (230, 230, 230)).save(tmp_path / "a.png")
    pixels = decoded(picture_uri(tmp_path / "a.png", (0.5, 0.2, 1.2, 0.8)))
    assert pixels.shape == (120, 150, 3)
    assert np.nonzero(is_drawn(pixels))[1].max() == pytest.approx(25 + 120, abs=2)


@pytest.mark.parametrize("box", [(), (0.1, float("nan"), 0.5, 0.5), (1e30, 0, -1e30, 1)])
def test_a_hopeless_box_still_has_its_photo(tmp_path, box):
    Image.new("RGB", (100, 80)).save(tmp_path / "a.png")
    assert picture_uri(tmp_path / "a.png", box) is not None


def test_no_picture_of_what_cannot_be_read(tmp_path):
    (tmp_path / "a.png").write_text("no photo")
    assert picture_uri(tmp_path / "a.png") is None
