"""The page in Debian's Chromium, against the real service on a small demo shop.

Everything is made once: the shop and its release by the first worker that needs them, a service a
worker, a browser a test file.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.page.demo_release import DemoRelease, make_demo_release
from tests.page.watching import Watch
from tests.reliability.service import Service

#: How a browser of each size shows the page.
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE = "Pixel 7"
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

PageMaker = Callable[..., Page]


def chromium_path() -> str | None:
    """Return where Chromium is, or None."""
    named = os.environ.get("MODISTE_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def demo_release(tmp_path_factory: pytest.TempPathFactory) -> DemoRelease:
    """The demo shop and its release; workers of one run share them.

    With MODISTE_PAGE_DEMO they stay in that folder, for the next run.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = os.environ.get("MODISTE_PAGE_DEMO")
    folder = Path(kept) if kept else shared / "page-demo"
    with (shared / "page-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make_demo_release(folder)
            made.touch()
    return DemoRelease(folder / "releases", folder / "shop")


@pytest.fixture(scope="package")
def start_service(
    tmp_path_factory: pytest.TempPathFactory, demo_release: DemoRelease
) -> Iterator[Callable[..., Service]]:
    """Start ``modiste serve`` on the demo shop, with a store of its own and further options."""
    with ExitStack() as stack:

        def start(*options: str, store: Path | None = None, key: str | None = None) -> Service:
            folder = tmp_path_factory.mktemp("service")
            return stack.enter_context(
                Service(
                    demo_release.releases,
                    *("--images", str(demo_release.shop)),
                    *("--store", str(store or folder / "store")),
                    *("--currency", "EUR"),
                    *options,
                    log=folder / "log.txt",
                    key=key,
                )
            )

        yield start


@pytest.fixture(scope="package")
def service(start_service: Callable[..., Service]) -> Service:
    """The service, open to all, with shoppers to choose among."""
    return start_service("--demo")


@pytest.fixture(scope="package")
def address(service: Service) -> str:
    """The service's address, without a path."""
    return f"http://127.0.0.1:{service.port}"


# A file each: while it runs, no test of the same process can have an event loop of its own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium here: install it (apt install chromium) or set MODISTE_CHROMIUM")
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture
def watch(address: str) -> Watch:
    """What the test's pages should not do; put what a test expects into ``allowed``."""
    return Watch(address)


@pytest.fixture
def new_page(
    browser: Browser, playwright: Playwright, address: str, watch: Watch
) -> Iterator[PageMaker]:
    """Make pages in contexts of their own, by ``phone=True`` and the options of `new_context`."""
    contexts = []

    def make(*, phone: bool = False, **options: Any) -> Page:
        size = playwright.devices[PHONE] if phone else DESKTOP
        context = browser.new_context(
            **{"base_url": address, "locale": "en-GB", "service_workers": "block"}
            | dict(size)
            | options
        )
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        watch.check(context)
    for context in contexts:
        context.close()


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, new_page: PageMaker) -> Page:
    """A page of each size."""
    return new_page(phone=request.param == "phone")
