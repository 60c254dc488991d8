"""The products: what a card says, what may be done with it, and where the list leads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.page.watching import opened, searching, settled, shot, shown_items

_SCORES = "(cards, name) => cards.map((one) => parseInt(one.querySelector(name).textContent))"


_TOP_OF = """(item) =>
    document.querySelector(`#cards [data-item="${item}"]`).getBoundingClientRect().top"""


def a_shopper(page: Page) -> str:
    """Return one who bought."""
    found: str = page.request.get("/v1/users?limit=1").json()["users"][0]["user_id"]
    return found


def test_a_card_says_all_of_a_product(page: Page, request: pytest.FixtureRequest) -> None:
    user = a_shopper(page)
    with searching(page) as answer:
        opened(page, f"/?q=dress&user={user}")
    first = page.locator("#cards .card").first
    item_id = first.get_attribute("data-item")
    told = answer.value.json()["recommendations"]
    one = next(found for found in told if found["item_id"] == item_id)
    expect(first.locator(".title")).to_have_text(one["item"]["title"])
    expect(first.locator(".price")).to_have_text(f"€{one['item']['price']:,.2f}")
    expect(first.locator(".stock")).to_have_text("In stock")
    expect(first.locator(".match .share")).to_have_text(f"{100 * one['match_score']:.0f}%")
    expect(first.locator(".personal .share")).to_have_text(f"{100 * one['personal_score']:.0f}%")
    assert first.locator(".reasons li").count() == len(one["reasons"])
    assert first.locator("img").get_attribute("src") == one["item"]["image"]
    shot(page, f"results-{request.node.callspec.id}")


def test_the_orders_move_the_cards(page: Page, request: pytest.FixtureRequest) -> None:
    opened(page, f"/?q=striped+dress&user={a_shopper(page)}")
    ranked = shown_items(page)
    cards = page.locator("#cards .card")
    for order, name in (("personal", ".personal .share"), ("match", ".match .share")):
        page.locator(f"#order input[value={order}]").press("Space")
        page.wait_for_url(re.compile(f"order={order}"))
        moved = page.evaluate("document.getAnimations().length")
        scores = cards.evaluate_all(_SCORES, name)
        assert scores == sorted(scores, reverse=True)
        assert moved > 0
    assert set(shown_items(page)) == set(ranked)
    shot(page, f"orders-{request.node.callspec.id}")
    page.locator("#order input[value=rank]").press("Space")
    expect(cards.first).to_have_attribute("data-item", ranked[0])
    assert shown_items(page) == ranked


def test_without_motion_nothing_moves(new_page) -> None:
    page = new_page(reduced_motion="reduce")
    opened(page, f"/?q=striped+dress&user={a_shopper(page)}")
    page.locator("#order input[value=personal]").press("Space")
    page.wait_for_url(re.compile("order=personal"))
    assert page.evaluate("document.getAnimations().length") == 0


def test_more_like_this_and_the_look_and_back_again(
    page: Page, request: pytest.FixtureRequest
) -> None:
    opened(page, "/?q=dress")
    card = page.locator("#cards .card").first
    title = card.locator(".title").inner_text()
    item_id = card.get_attribute("data-item")
    card.locator("[data-act=similar]").click()
    expect(page.locator("#heading")).to_have_text(f"More like {title}")
    settled(page)
    assert item_id not in shown_items(page)
    expect(page.locator("#subject-title")).to_have_text(title)
    expect(page.locator("#cards .reasons").first).to_contain_text(
        re.compile("[Ll]ooks like|atches")
    )
    page.go_back()
    expect(page.locator("#heading")).to_have_text("“dress”")
    expect(page.locator("#cards .card").first).to_have_attribute("data-item", item_id or "")
    page.locator("#cards .card").first.locator("[data-act=look]").click()
    expect(page.locator("#heading")).to_have_text(f"Goes with {title}")
    settled(page)
    assert shown_items(page)
    shot(page, f"look-{request.node.callspec.id}")
    page.locator("#subject-remove").click()
    expect(page.locator("#heading")).to_have_text("Popular now")


def test_what_is_not_wanted_is_hidden_and_the_shop_told(page: Page) -> None:
    user = a_shopper(page)
    opened(page, f"/?user={user}")
    first = shown_items(page)[0]
    with page.expect_response("**/v1/feedback") as answer:
        page.locator(f"[data-item='{first}'] [data-act=not]").click()
    assert answer.value.json() == {"new": True}
    expect(page.locator(f"[data-item='{first}']")).to_have_count(0)
    told = page.request.get(f"/v1/users/{user}").json()["feedback"]
    assert [first, "dismiss"] in [[one["item_id"], one["kind"]] for one in told]
    page.locator("#toast button").click()
    expect(page.locator("#cards .card").first).to_have_attribute("data-item", first)


def test_what_fills_the_list_is_named(new_page) -> None:
    page = new_page()
    # Hardly anything is asked for here, so that popularity completes the list.
    with searching(page) as answer:
        opened(page, "/?q=kaftan&max=400")
    told = answer.value.json()
    filling = [
        one["item_id"]
        for one in told["recommendations"]
        if any(reason["kind"] == "backfill" for reason in one["reasons"])
    ]
    tagged = page.locator("#cards .card:has(.tag:not([hidden]))").evaluate_all(
        "(cards) => cards.map((card) => card.dataset.item)"
    )
    assert tagged == filling
    noted = any("only complete the list" in note for note in told["notes"])
    expect(page.locator("#notes")).to_be_visible(visible=noted)


def test_the_list_goes_on_and_keeps_its_place(new_page) -> None:
    page = new_page()
    opened(page)
    n = len(shown_items(page))
    page.locator("#more-button").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("(n) => document.querySelectorAll('#cards .card').length > n", arg=n)
    settled(page)
    items = shown_items(page)
    assert len(items) == len(set(items))
    card = page.locator(f"[data-item='{items[n]}']")
    card.evaluate("(one) => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.mouse.wheel(0, 40)
    page.wait_for_function("(item) => history.state?.item === item", arg=items[n])
    top = page.evaluate(_TOP_OF, items[n])
    # By script: the mouse would scroll first.
    card.locator("[data-act=similar]").evaluate("(button) => button.click()")
    expect(page.locator("#heading")).to_have_text(re.compile("More like"))
    settled(page)
    page.go_back()
    expect(page.locator("#heading")).to_have_text("Popular now")
    page.wait_for_function(
        f"([item, top]) => Math.abs(({_TOP_OF})(item) - top) < 5", arg=[items[n], top]
    )
    assert shown_items(page)[: len(items)] == items
    page.reload()
    settled(page)
    assert len(shown_items(page)) >= len(items)


def test_a_service_that_stops_answering_is_said_and_asked_again(new_page, watch) -> None:
    watch.allowed.append("ERR_FAILED|status of 503")
    page = new_page()
    opened(page)
    page.route("**/v1/recommendations", lambda route: route.abort())
    page.locator("#q").fill("coat")
    page.keyboard.press("Enter")
    expect(page.locator("#problem-title")).to_have_text("The service cannot be reached")
    page.unroute("**/v1/recommendations")
    page.locator("#problem-again").click()
    expect(page.locator("#problem")).to_be_hidden()
    settled(page)
    # The next page too, which leaves what is there.
    n = len(shown_items(page))
    page.route("**/v1/recommendations", lambda route: route.abort())
    page.locator("#more-button").click()
    expect(page.locator("#problem")).to_be_visible()
    page.unroute("**/v1/recommendations")
    page.locator("#problem-again").click()
    page.wait_for_function("(n) => document.querySelectorAll('#cards .card').length > n", arg=n)
    expect(page.locator("#problem")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
