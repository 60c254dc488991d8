"""Who shops: a history that is shown, events that are sent, and an answer that they change."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.page.watching import opened, settled, shot, shown_items


def test_what_a_shopper_buys_changes_the_next_answer(
    page: Page, request: pytest.FixtureRequest
) -> None:
    opened(page)
    expect(page.locator("#shopper option")).not_to_have_count(1)
    nth = {"desktop": 2, "phone": 3}[request.node.callspec.id]
    user = page.locator("#shopper option").nth(nth).get_attribute("value") or ""
    page.locator("#shopper").select_option(user)
    expect(page.locator("#heading")).to_have_text(f"For {user}")
    settled(page)
    expect(page.locator("#shopper-done li").first).to_be_visible()
    expect(page.locator("#cards .personal").first).to_be_visible()
    before = shown_items(page)
    bought = before[1]
    with page.expect_response("**/v1/events") as sent:
        page.locator(f"[data-item='{bought}'] [data-act=buy]").click()
    assert sent.value.json() == {"new": 1, "known": 0, "quarantined": 0}
    expect(page.locator("#toast")).to_contain_text(f"{user} bought")
    expect(page.locator("#shopper-done img").first).to_have_attribute(
        "src", f"/v1/items/{bought}/image"
    )
    settled(page)
    page.wait_for_function(
        "(before) => JSON.stringify([...document.querySelectorAll('#cards .card')]"
        ".map((one) => one.dataset.item)) !== JSON.stringify(before)",
        arg=before,
    )
    shot(page, f"shopper-{request.node.callspec.id}")
    events = page.request.get(f"/v1/users/{user}").json()["events"]
    assert [("purchase", bought)] == [(one["event_name"], one["item_id"]) for one in events]

    looked = shown_items(page)[0]
    with page.expect_response("**/v1/events"):
        page.locator(f"[data-item='{looked}'] [data-act=view]").click()
    expect(page.locator("#toast")).to_contain_text("looked at")
    expect(page.locator("#shopper-done img").first).to_have_attribute(
        "src", f"/v1/items/{looked}/image"
    )
    # A link brings the shopper back.
    page.reload()
    settled(page)
    expect(page.locator("#shopper")).to_have_value(user)


def test_nobody_in_particular_is_asked_for_nothing_personal(new_page) -> None:
    page = new_page()
    opened(page, "/?user=U00001")
    page.locator("#shopper").select_option("")
    expect(page.locator("#heading")).to_have_text("Popular now")
    settled(page)
    expect(page.locator("#cards .personal:visible")).to_have_count(0)
    expect(page.locator("[data-act=buy]:visible")).to_have_count(0)
