"""A photo or a phrase: what was seen, what was read, and what follows from changing it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.demo_release import DemoRelease
from tests.page.watching import opened, searching, settled, shot, shown_items

ITEM = "I00002"
_GIVE = """([bytes, kind]) => {
    const content = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([content], "photo.jpg", { type: "image/jpeg" }));
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
        : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector("#drop").dispatchEvent(event);
}"""


@pytest.fixture
def photo(demo_release: DemoRelease) -> Path:
    return demo_release.shop / "images" / f"{ITEM}-shop.jpg"


def test_a_photo_is_searched_with_and_its_box_moved(
    page: Page, photo: Path, request: pytest.FixtureRequest
) -> None:
    opened(page)
    is_phone = request.node.callspec.id == "phone"
    page.locator("#photo-take" if is_phone else "#photo-choose").set_input_files(photo)
    expect(page.locator("#box")).to_be_visible()
    settled(page)
    assert shown_items(page)[0] == ITEM
    expect(page.locator("#heading")).to_have_text("Like your photo")
    card = page.locator("#cards .card").first
    expect(card.locator(".reasons")).to_contain_text("Looks like your photo")
    expect(card.locator(".match .share")).to_have_text(re.compile(r"\d+%"))
    shot(page, f"photo-{request.node.callspec.id}")

    before = page.locator("#box").bounding_box()
    corner = page.locator(".handle.bottom-right").bounding_box()
    assert before is not None
    assert corner is not None
    x, y = corner["x"] + 22, corner["y"] + 22
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 60, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(r"box="))
    settled(page)
    after = page.locator("#box").bounding_box()
    assert after is not None
    assert after["width"] == pytest.approx(before["width"] - 40, abs=3)
    assert after["height"] == pytest.approx(before["height"] - 60, abs=3)

    address = page.url
    page.locator(".handle.move").focus()
    with searching(page):
        page.keyboard.press("ArrowUp")
    assert page.url != address
    expect(page.locator("#announcer")).not_to_be_empty()
    # The same address brings the same photo and box back.
    edges = page.locator("#box").get_attribute("style")
    page.reload()
    settled(page)
    expect(page.locator("#box")).to_have_attribute("style", edges or "")
    page.locator("#box-reset").click()
    settled(page)
    assert "box=" not in page.url


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_photo_may_be_pasted_or_dropped(new_page, photo: Path, way: str) -> None:
    page = new_page()
    opened(page)
    page.evaluate(_GIVE, [base64.b64encode(photo.read_bytes()).decode(), way])
    expect(page.locator("#heading")).to_have_text("Like your photo")
    expect(page.locator("#cards .card").first).to_have_attribute("data-item", ITEM)
    page.locator("#photo-remove").click()
    expect(page.locator("#heading")).to_have_text("Popular now")


def test_a_sample_is_searched_with_and_its_words_are_required_avoided_and_dropped(
    page: Page, request: pytest.FixtureRequest
) -> None:
    opened(page)
    page.locator(".sample").first.click()
    page.wait_for_url(re.compile(r"sample="))
    expect(page.locator("#categories .chip").first).to_be_visible()
    chip = page.locator("#categories .chip").first
    name = chip.locator("span").first.inner_text()
    expect(chip.locator("small")).to_have_text(re.compile(r"\d+%"))
    for state in ("want", "avoid", "ignore", "plain"):
        with searching(page) as answer:
            chip.click()
        assert answer.value.ok
        settled(page)
        expect(chip).to_have_attribute("data-state", state)
        kinds = {one["item"]["category"] for one in answer.value.json()["recommendations"]}
        if state == "want":
            assert kinds == {name}
            shot(page, f"chips-{request.node.callspec.id}")
        if state == "avoid":
            assert name not in kinds
    assert "category" not in page.url


def test_a_phrase_shows_how_it_was_read(page: Page, request: pytest.FixtureRequest) -> None:
    opened(page)
    page.locator("#q").fill("strped dress not red under 90 euro qwxzv")
    page.keyboard.press("Enter")
    expect(page.locator("#understood")).to_contain_text("Dress")
    expect(page.locator("#understood")).to_contain_text("not red")
    expect(page.locator("#understood")).to_contain_text("up to €90")
    expect(page.locator("#corrected")).to_contain_text("strped")
    expect(page.locator("#missed")).to_have_text("qwxzv")
    settled(page)
    shot(page, f"phrase-{request.node.callspec.id}")
    assert "q=strped" in page.url


def test_a_phrase_refines_a_photo(new_page) -> None:
    page = new_page()
    opened(page, f"/?sample={ITEM}")
    page.locator("#q").fill("but in red")
    with searching(page) as answer:
        page.keyboard.press("Enter")
    told = answer.value.json()
    assert told["refinement"]["added"]
    assert told["garment"]
    expect(page.locator("#heading")).to_have_text("Like your photo, but “but in red”")
    expect(page.locator("#understood")).to_contain_text("red")


def test_a_photo_of_another_device_is_asked_for(new_page) -> None:
    page = new_page()
    opened(page, "/?photo=elsewhere1")
    expect(page.locator("#photo-elsewhere")).to_be_visible()


def test_what_is_no_photo_is_said(new_page, watch, tmp_path: Path) -> None:
    watch.allowed.append("status of 4")
    page = new_page()
    opened(page)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo at all")
    page.locator("#photo-choose").set_input_files(broken)
    expect(page.locator("#problem-title")).to_have_text("That is not a photo that can be read")
    page.locator("#photo-remove").click()
    expect(page.locator("#problem")).to_be_hidden()
    settled(page)
