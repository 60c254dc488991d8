"""A service that asks for keys: the page says so, takes one, and shows it with every request."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.watching import Watch, settled, shot
from tests.reliability.service import Service

_KEYS = "from modiste.cli import main; main()"


@pytest.fixture(scope="module")
def guarded(
    start_service: Callable[..., Service], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Service, str, str]:
    """A service with its store, a key that may search, and one that may not."""
    store = tmp_path_factory.mktemp("guarded") / "store"
    keys = []
    for scopes in (("search", "events"), ("catalogue",)):
        command = [sys.executable, "-c", _KEYS, "keys", "create", "shop", "--store", str(store)]
        options = [part for scope in scopes for part in ("--scope", scope)]
        said = subprocess.run(  # noqa: S603 - a fixed command
            [*command, *options], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"\S{30,}", said)
        assert found is not None, said
        keys.append(found[0])
    service = start_service("--require-keys", "--demo", store=store, key=keys[0])
    return service, keys[0], keys[1]


def test_the_page_asks_for_a_key_and_shows_it(
    guarded: tuple[Service, str, str], new_page: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    service, key, another = guarded
    watch.origin = f"http://127.0.0.1:{service.port}"
    watch.allowed.append("status of 40[13]")
    page = new_page(base_url=watch.origin)
    page.goto("/")
    dialog = page.locator("#key-dialog")
    expect(dialog).to_be_visible()
    shot(page, "key")
    page.locator("#key").fill("mod_nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#key-problem")).to_have_text("That key is not known here, or no longer.")
    page.locator("#key").fill(another)
    page.keyboard.press("Enter")
    expect(page.locator("#key-problem")).to_have_text(re.compile("may not do this"))
    page.locator("#key").fill(key)
    page.locator("#key-dialog button[type=submit]").click()
    expect(dialog).to_be_hidden()
    settled(page)
    # Photos need the key too.
    image = page.locator("#cards img").first
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    page.wait_for_function("() => document.querySelector('#cards img').naturalWidth > 0")
    # Those who may not list shoppers are not asked to choose one.
    expect(page.locator("#shopper-bar")).to_be_hidden()
    page.reload()
    settled(page)
    expect(dialog).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.locator("#key-button").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
