"""A page in a browser, watched: whatever it should not do is noted and fails the test."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "screenshots"
_OWN_SCHEMES = frozenset({"blob", "data"})
_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
"""


@dataclass
class Watch:
    """What the pages of one browser context did that they should not.

    Parameters
    ----------
    origin : str
        The service's; requests elsewhere are noted.
    allowed : list of str
        Patterns of console lines that a test expects, such as of an answer of 401.
    """

    origin: str
    allowed: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context from its first line."""
        context.add_init_script(_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.noted.append(f"error: {error.error}"))
        context.on("request", self._request)

    def check(self, context: BrowserContext) -> None:
        """Fail with all that was noted."""
        for page in context.pages:
            found: list[str] = page.evaluate("window.violations ?? []")
            self.noted += [f"policy: {one}" for one in found]
        unexpected = [
            one for one in self.noted if not any(re.search(rule, one) for rule in self.allowed)
        ]
        assert not unexpected, "\n".join(unexpected)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self.noted.append(f"console {message.type}: {message.text} ({where})")

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if urlsplit(request.url).scheme in _OWN_SCHEMES:
            return
        if not request.url.startswith(f"{self.origin}/"):
            self.noted.append(f"another host: {request.url}")


def shot(page: Page, name: str, **options: Any) -> None:
    """Keep a screenshot, to be looked at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", **options)


def searching(page: Page) -> AbstractContextManager[Any]:
    """Wait for the answer to a search; that for the samples is none."""
    return page.expect_response(
        lambda answer: (
            answer.url.endswith("/v1/recommendations") and answer.request.post_data != "{}"
        )
    )


def settled(page: Page) -> None:
    """Wait until the list has its answer: products, none, or what went wrong."""
    page.wait_for_function(
        """() => document.querySelector('#cards')?.ariaBusy === "false" && [
            "#cards .card:not(.skeleton)", "#empty:not([hidden])", "#problem:not([hidden])",
        ].some((one) => document.querySelector(one))"""
    )


def opened(page: Page, path: str = "/") -> None:
    """Go to an address and wait for its answer."""
    page.goto(path)
    settled(page)


def shown_items(page: Page) -> list[str]:
    """Return the items of the list, in order."""
    found: list[str] = page.locator("#cards .card").evaluate_all(
        "(cards) => cards.map((card) => card.dataset.item)"
    )
    return found
