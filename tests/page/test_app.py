"""The page as an app: without a network, with a new version, with a photo shared to it."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from modiste.api import ApiConfig, create_app
from modiste.api.app_shell import FOLDER, Shell, register_shell
from tests.page.conftest import PATIENCE_MS, PageMaker
from tests.page.demo_release import DemoRelease
from tests.page.watching import Watch, shot

_WORKER_IS_THERE = """async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((done) => {
        navigator.serviceWorker.addEventListener("controllerchange", done, { once: true });
    });
}"""
_NEXT_WORKER = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const changed = new Promise((done) => {
        navigator.serviceWorker.addEventListener("controllerchange", done, { once: true });
    });
    const failed = new Promise((done) => {
        registration.addEventListener("updatefound", () => {
            const found = registration.installing;
            found.addEventListener("statechange", () => found.state === "redundant" && done());
        });
    });
    await registration.update();
    await Promise.race([changed, failed]);
    const { active } = registration;
    while (active.state !== "activated") {
        await new Promise((next) => active.addEventListener("statechange", next, { once: true }));
    }
}"""
_SHELLS = "async () => (await caches.keys()).filter((name) => name.startsWith('modiste-shell-'))"
_PHOTOS_KEPT = """async () => {
    const kept = await (await caches.open("modiste-photos")).keys();
    return kept.map((one) => [new URL(one.url).pathname, one.headers.has("Authorization")]);
}"""


def installed(page: Page) -> Page:
    """Open the page and wait for its worker; then open it as that worker serves it."""
    page.goto("/")
    page.evaluate(_WORKER_IS_THERE)
    page.reload()
    loaded(page)
    return page


def loaded(page: Page) -> None:
    expect(page.locator("#cards > li[data-item]").first).to_be_visible()
    expect(page.locator("#cards")).to_have_attribute("aria-busy", "false")


def titles(page: Page) -> list[str]:
    """Return those of the first ten products; more are fetched while one looks."""
    return page.locator("#cards .title").all_text_contents()[:10]


@pytest.fixture
def app_page(new_page: PageMaker, watch: Watch) -> Page:
    watch.allowed.append("net::ERR_(INTERNET_DISCONNECTED|FAILED)")
    return new_page(phone=True, service_workers="allow")


def test_the_last_products_are_there_without_a_network(app_page: Page) -> None:
    page = installed(app_page)
    page.locator("#q").fill("dress")
    page.locator("#q").press("Enter")
    expect(page.locator("#heading")).to_contain_text("dress")
    loaded(page)
    last = titles(page)
    page.context.set_offline(True)
    page.goto("/")
    loaded(page)
    assert titles(page) == last
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#notes")).to_contain_text(re.compile(r"^No network.*, on .*\d"))
    # Photos of what was shown are there too.
    first = page.locator("#cards img").first
    assert first.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }")
    shot(page, "app-offline")
    page.context.set_offline(False)
    expect(page.locator("#notes")).not_to_contain_text("No network")
    loaded(page)
    assert titles(page) != last


def test_a_new_search_without_a_network_says_what_it_shows(app_page: Page) -> None:
    page = installed(app_page)
    last = titles(page)
    page.context.set_offline(True)
    page.locator("#q").fill("jeans")
    page.locator("#q").press("Enter")
    expect(page.locator("#notes")).to_contain_text("No network")
    assert titles(page) == last


def test_photos_are_kept_within_bounds_and_without_a_key(app_page: Page) -> None:
    page = installed(app_page)
    kept = page.evaluate(
        """async () => {
            const path = document.querySelector("#cards img").src;
            const headers = { Authorization: "Bearer secret" };
            for (let n = 0; n < 130; n++) await (await fetch(`${path}?n=${n}`, { headers })).blob();
            const photos = await caches.open("modiste-photos");
            // The last ones are put away after they were handed over.
            const isWhole = async () => {
                const kept = await photos.keys();
                return kept.length <= 120 && kept.at(-1).url.endsWith("n=129");
            };
            while (!(await isWhole())) await new Promise((next) => setTimeout(next, 20));
            return (await photos.keys()).length;
        }"""
    )
    assert kept == 120
    assert not any(has_key for _, has_key in page.evaluate(_PHOTOS_KEPT))


def test_nothing_else_of_a_visitor_is_kept(app_page: Page) -> None:
    page = installed(app_page)
    page.locator("#shopper").select_option(index=1)
    loaded(page)
    kept = page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys()) {
                for (const one of await (await caches.open(name)).keys()) {
                    found.push(new URL(one.url).pathname);
                }
            }
            return found;
        }"""
    )
    others = [path for path in kept if not path.startswith("/static/")]
    assert {"/", "/last-results"} <= set(others)
    photo = re.compile("/v1/items/.+/image")
    assert all(path in {"/", "/last-results"} or photo.fullmatch(path) for path in others)


def share(context: BrowserContext, address: str, photo: Path | None, text: str = "") -> Page:
    """Send what another app shares, as a phone does it: a form that is posted to the address."""
    page = context.new_page()
    page.set_content(
        f'<form method="post" enctype="multipart/form-data" action="{address}/share">'
        '<input type="file" name="photo"><input name="text"><button>Share</button></form>'
    )
    if photo is not None:
        page.locator("[type=file]").set_input_files(photo)
    page.locator("[name=text]").fill(text)
    page.locator("button").click()
    page.wait_for_url(f"{address}/**")
    return page


def test_a_shared_photo_is_searched_with(
    app_page: Page, address: str, demo_release: DemoRelease
) -> None:
    installed(app_page)
    photo = next((demo_release.shop / "images").glob("*street*"))
    page = share(app_page.context, address, photo)
    expect(page.locator("#seen")).to_be_visible()
    expect(page.locator("#stage img")).to_be_visible()
    loaded(page)
    # Taken once: another visit starts anew.
    assert not page.evaluate("caches.has('modiste-shared')")
    page.goto("/")
    expect(page.locator("#stage")).to_be_hidden()


def test_shared_words_are_searched_for(app_page: Page, address: str) -> None:
    installed(app_page)
    page = share(app_page.context, address, None, "a <b>red</b> dress")
    expect(page.locator("#q")).to_have_value("a <b>red</b> dress")
    expect(page.locator("#read")).to_be_visible()


def test_a_photo_shared_before_the_worker_is_there_opens_the_page(
    new_page: PageMaker, address: str, demo_release: DemoRelease
) -> None:
    photo = next((demo_release.shop / "images").glob("*street*"))
    page = share(new_page().context, address, photo)
    loaded(page)
    assert page.url == f"{address}/"


@pytest.mark.parametrize(("start", "field"), [("phrase", "#q"), ("photo", "#photo-choose")])
def test_a_shortcut_starts_where_it_says(new_page: PageMaker, start: str, field: str) -> None:
    page = new_page()
    page.goto(f"/?start={start}")
    expect(page.locator(field)).to_be_focused()
    assert "start" not in page.url


def test_installing_is_offered_once_and_quietly(new_page: PageMaker) -> None:
    page = new_page()
    page.goto("/")
    loaded(page)
    button = page.locator("#install")
    expect(button).to_be_hidden()
    offer = """() => {
        const event = new Event("beforeinstallprompt", { cancelable: true });
        event.prompt = () => { window.prompted = true; };
        event.userChoice = Promise.resolve({ outcome: "dismissed" });
        dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    assert page.evaluate(offer)
    expect(button).to_be_visible()
    button.click()
    expect(button).to_be_hidden()
    assert page.evaluate("window.prompted")
    page.reload()
    loaded(page)
    page.evaluate(offer)
    expect(button).to_be_hidden()


class Versions:
    """A service whose page changes while it is open."""

    def __init__(self, releases: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._releases, self._folder, self._monkeypatch = releases, folder, monkeypatch
        self._app: Any = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        found: Iterable[bytes] = self._app(environ, start)
        return found

    def serve(self, rule: str, *, without: str | None = None) -> str:
        """Serve the page with one more rule in its sheet, and return its version."""
        folder = self._folder / f"{len(list(self._folder.iterdir()))}"
        for part in ("static", "templates"):
            shutil.copytree(FOLDER / part, folder / part)
        with (folder / "static" / "page.css").open("a") as sheet:
            sheet.write(rule)
        version = Shell.read(folder).version
        self._monkeypatch.setattr(
            "modiste.api.app.register_shell", lambda app: register_shell(app, folder)
        )
        self._app = create_app(self._releases, ApiConfig())
        if without is not None:
            (folder / "static" / without).unlink()
        return version


@pytest.fixture
def versions(
    demo_release: DemoRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Versions:
    return Versions(demo_release.releases, tmp_path, monkeypatch)


@pytest.fixture
def versioned_page(browser: Browser, versions: Versions) -> Iterator[Page]:
    server = make_server("127.0.0.1", 0, versions, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = browser.new_context(base_url=f"http://127.0.0.1:{server.port}")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_new_version_takes_over(versioned_page: Page, versions: Versions) -> None:
    page = versioned_page
    first = versions.serve(".version { order: 1 }")
    installed(page)
    assert page.evaluate(_SHELLS) == [f"modiste-shell-{first}"]
    second = versions.serve(".version { order: 2 }")
    page.evaluate(_NEXT_WORKER)
    # The page that is open may still ask for files of the version before.
    assert page.evaluate(_SHELLS) == [f"modiste-shell-{first}", f"modiste-shell-{second}"]
    page.context.set_offline(True)
    page.reload()
    loaded(page)
    assert second in (page.locator("link[rel=stylesheet]").get_attribute("href") or "")
    page.context.set_offline(False)
    third = versions.serve(".version { order: 3 }")
    page.evaluate(_NEXT_WORKER)
    assert page.evaluate(_SHELLS) == [f"modiste-shell-{second}", f"modiste-shell-{third}"]


# The browser hangs up on the other files, which the server of this test then leaves open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_version_that_cannot_be_fetched_whole_is_not_taken(
    versioned_page: Page, versions: Versions
) -> None:
    page = versioned_page
    first = versions.serve(".version { order: 1 }")
    installed(page)
    versions.serve(".version { order: 2 }", without="icon-512.png")
    page.evaluate(_NEXT_WORKER)
    assert page.evaluate(_SHELLS) == [f"modiste-shell-{first}"]
    page.context.set_offline(True)
    page.reload()
    loaded(page)
    assert first in (page.locator("link[rel=stylesheet]").get_attribute("href") or "")
