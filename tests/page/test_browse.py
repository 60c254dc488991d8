"""Facets with counts, several at once, in the address."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.page.watching import opened, searching, settled, shot, shown_items


def _open_facets(page: Page) -> None:
    if page.locator("#facets-open").is_visible():
        page.locator("#facets-open").click()


def _close_facets(page: Page) -> None:
    if page.locator("#facets-show").is_visible():
        page.locator("#facets-show").click()


def _choose(page: Page, facet: str, value: str) -> None:
    box = page.locator(f"[data-key='{facet}:{value}']")
    if not box.is_visible():
        page.locator(f"[data-key='{facet}?']").click()
    with searching(page):
        box.check()


def test_facets_filter_count_and_come_back_by_link(
    page: Page, new_page, request: pytest.FixtureRequest
) -> None:
    opened(page)
    counted = page.request.get("/v1/facets").json()
    kind, color = counted["category"][0]["value"], counted["color"][0]["value"]
    _open_facets(page)
    label = page.locator(f"label:has([data-key='category:{kind}'])")
    expect(label.locator(".number")).to_have_text(str(counted["category"][0]["count"]))
    _choose(page, "category", kind)
    _choose(page, "category", counted["category"][1]["value"])
    of_kinds = page.request.get(
        f"/v1/facets?category={kind}&category={counted['category'][1]['value']}"
    ).json()
    color = of_kinds["color"][0]["value"]
    _choose(page, "color", color)
    shot(page, f"facets-{request.node.callspec.id}")
    _close_facets(page)
    said = parse_qs(urlsplit(page.url).query)
    assert said["category"] == [kind, counted["category"][1]["value"]]
    assert said["color"] == [color]
    settled(page)
    items = shown_items(page)
    shown = page.locator("#cards .facts").all_inner_texts()
    assert all(kind in one or counted["category"][1]["value"] in one for one in shown)

    other = new_page()
    opened(other, page.url)
    assert shown_items(other) == items
    expect(other.locator("#chosen-list .chip")).to_have_count(3)
    other.locator("#clear-chosen").click()
    expect(other.locator("#chosen")).to_be_hidden()
    other.go_back()
    expect(other.locator("#chosen-list .chip")).to_have_count(3)


@pytest.mark.parametrize("facet", ["type", "pattern", "brand"])
def test_each_facet_counts_what_it_then_shows(new_page, facet: str) -> None:
    page = new_page()
    opened(page)
    # The fewest, so that all of them are on the first page.
    value = page.request.get("/v1/facets").json()[facet][-1]
    label = page.locator(f"label:has([data-key='{facet}:{value['value']}'])")
    page.locator(f"[data-key='{facet}?']").click()
    more = page.locator(f"[data-key='{facet}+']")
    if more.is_visible():
        more.click()
    expect(label.locator(".number")).to_have_text(str(value["count"]))
    with searching(page) as answer:
        label.locator("input").check()
    found = answer.value.json()["recommendations"]
    settled(page)
    groups = {one["item"]["item_group_id"] or one["item_id"] for one in found}
    assert 0 < len(groups) <= value["count"]


def test_prices_and_news_are_facets_too(new_page) -> None:
    page = new_page()
    opened(page)
    band = page.request.get("/v1/facets").json()["price"][0]
    with searching(page) as answer:
        page.locator(f"[data-key='price:{band['min']:g}']").check()
    prices = [one["item"]["price"] for one in answer.value.json()["recommendations"]]
    assert band["min"] <= min(prices) <= max(prices) <= band["max"]
    page.wait_for_url(re.compile("min="))
    with searching(page):
        page.locator("[data-key='price.max']").fill("55")
        page.keyboard.press("Tab")
    page.wait_for_url(re.compile("max=55"))
    settled(page)
    page.locator("#clear-chosen").click()
    page.wait_for_url(re.compile(r"/$"))
    with searching(page) as answer:
        page.locator("[data-key=new]").check()
    assert answer.value.ok
    page.wait_for_url(re.compile("new=1"))


def test_nothing_left_is_said_with_a_way_back(new_page) -> None:
    page = new_page()
    opened(page, "/?min=99999")
    expect(page.locator("#empty")).to_be_visible()
    expect(page.locator("#notes")).to_contain_text("No product passes all of these filters")
    shot(page, "empty")
    page.locator("#empty-clear").click()
    expect(page.locator("#cards .card").first).to_be_visible()


def test_an_address_of_nonsense_is_no_fault_of_the_page(new_page) -> None:
    page = new_page()
    opened(page, "/?min=cheap&max=-1&box=1,2,3&order=sideways&nothing=here&category=")
    assert shown_items(page)
