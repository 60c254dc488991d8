"""What every view has: a language, a theme, room for fingers, a way for keyboards, no surprises."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from modiste.api.languages import LANGUAGES
from tests.page.watching import opened, settled, shot, shown_items

#: A view with nearly everything in it.
FULL = "/?sample=I00002&q=but+in+red+qwxzv&user=U00003&want=solid&color=olive&color=red"
#: A few cards and choices stand for all.
_FEW = """() => {
    document.querySelector("#more").hidden = true;
    for (const one of document.querySelectorAll("#cards > li:nth-child(n + 4)")) one.remove();
    for (const one of document.querySelectorAll(".facet li:nth-child(n + 4)")) one.remove();
}"""
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_TARGETS = """() => [...document.querySelectorAll("a, button, select, summary, input, label")]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((one) => one.matches("label input") ? one.closest("label") : one)
    .filter((one) => one.matches("a, button, select, summary, input, label:has(input)"))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1 && !one.matches(".skip"))
    .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
_CONTROLS = """() => [...document.querySelectorAll("a[href], button, select, summary, input")]
    .filter((one) => one.checkVisibility({ contentVisibilityAuto: true }))
    .filter((one) => !one.disabled && !one.matches("input[type=radio]:not(:checked)"))
    .map((one, nth) => (one.dataset.nth = nth))"""


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_no_language_or_theme_has_a_fault_that_axe_finds(new_page, code: str) -> None:
    axe = Axe()
    # Without motion: what is half transparent on its way has no contrast yet.
    options = {"locale": code, "reduced_motion": "reduce"}
    phone, desktop = new_page(phone=True, **options), new_page(**options)
    found = []
    both = ("light", "dark")
    for page, path, themes in (
        (desktop, FULL, both),
        (phone, "/", ("dark",)),
        (phone, "/?min=99999", ("light",)),
    ):
        opened(page, path)
        name = "phone" if page is phone else "desktop"
        for theme in themes:
            page.locator("#theme").select_option(theme)
            shot(page, f"frame-{code}-{theme}-{name}")
        page.evaluate(_FEW)
        for theme in themes:
            page.locator("#theme").select_option(theme)
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            for one in axe.run(page, options=_RULES).response["violations"]:
                nodes = [node["html"][:160] for node in one["nodes"][:3]]
                found.append(f"{path} {theme}: {one['id']}: {nodes}")
    assert not found, "\n".join(found)


def test_the_language_is_the_browsers_until_another_is_chosen(new_page) -> None:
    page = new_page(locale="fr-CA")
    opened(page, "/?q=dress&lang=xx")
    root = page.locator("html")
    expect(root).to_have_attribute("lang", "fr")
    page.locator("#language").select_option("ar")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", "ar")
    settled(page)
    # What was searched for stays.
    expect(page.locator("#heading")).to_contain_text("dress")
    page.goto("/?lang=de")
    expect(root).to_have_attribute("lang", "de")
    settled(page)
    page.goto("/")
    expect(root).to_have_attribute("lang", "ar")
    settled(page)


def test_the_theme_is_the_systems_until_another_is_chosen(new_page) -> None:
    page = new_page(color_scheme="dark")
    opened(page)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#theme").select_option("light")
    assert page.evaluate(ground) != dark
    page.reload()
    settled(page)
    assert page.evaluate(ground) != dark


def test_reasons_and_notes_are_in_the_pages_language(new_page) -> None:
    page = new_page(locale="de-DE")
    opened(page, "/?q=dress&user=NOBODY-KNOWS")
    expect(page.locator("#notes")).to_contain_text(re.compile("NOBODY-KNOWS .* hier neu"))
    expect(page.locator("#cards .reasons").first).not_to_contain_text(re.compile("matches|popular"))
    expect(page.locator("#cards .price").first).to_have_text(re.compile(r"\d,\d\d\s€"))


def test_fingers_find_every_control(new_page) -> None:
    page = new_page(phone=True)
    opened(page, FULL)
    assert page.evaluate(_TARGETS) == []
    page.locator("#facets-open").click()
    page.locator("#facets details").evaluate_all("(all) => all.map((one) => (one.open = true))")
    assert page.evaluate(_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("code", ["de", "ar"])
def test_nothing_is_wider_than_the_window(new_page, code: str) -> None:
    page = new_page(locale=code)
    opened(page, FULL)
    for width in (1100, 960, 800, 700, 560, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_keyboard_reaches_every_control(new_page) -> None:
    page = new_page(reduced_motion="reduce")
    opened(page, FULL)
    page.evaluate(_FEW)
    controls = set(page.evaluate(_CONTROLS))
    reached = set()
    for _ in range(len(controls) + 10):
        page.keyboard.press("Tab")
        nth = page.evaluate("document.activeElement.dataset.nth ?? ''")
        if nth:
            reached.add(int(nth))
    missed = page.evaluate(
        "(missed) => missed.map((nth) => document.querySelector(`[data-nth='${nth}']`).outerHTML)",
        sorted(controls - reached),
    )
    assert not missed


def test_a_journey_by_keyboard_alone(new_page) -> None:
    page = new_page(phone=True)
    opened(page)
    page.locator("#q").focus()
    page.keyboard.type("dress")
    page.keyboard.press("Enter")
    expect(page.locator("#heading")).to_have_text("“dress”")
    settled(page)
    page.locator("#facets-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_be_visible()
    page.locator("#facets [data-key^='color:']").first.focus()
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("color="))
    # Counted again, and still where it was.
    expect(page.locator("#facets [data-key^='color:']:focus")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()
    settled(page)
    first = shown_items(page)[0]
    page.locator(f"[data-item='{first}'] [data-act=similar]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#heading")).to_contain_text("More like")
    settled(page)


def test_the_first_load_is_small_and_asks_no_other_host(new_page, watch) -> None:
    page = new_page()
    sizes: dict[str, int] = {}

    def count(request) -> None:
        if not request.url.endswith("/image"):
            told = request.sizes()
            sizes[request.url] = told["responseBodySize"] + told["responseHeadersSize"]

    page.on("requestfinished", count)
    opened(page)
    page.wait_for_load_state("networkidle")
    assert 20_000 < sum(sizes.values()) < 150_000, json.dumps(sizes, indent=1)


def test_no_script_or_style_is_inline(new_page) -> None:
    page = new_page()
    answer = page.goto("/")
    assert answer is not None
    markup = answer.text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", markup)
    assert all(not body for body in re.findall(r"<script[^>]*>(.*?)</script>", markup, re.DOTALL))
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    settled(page)
