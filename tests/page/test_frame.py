"""What every page has: a language, a theme, and no surprises."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_page_opens(page: Page) -> None:
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
