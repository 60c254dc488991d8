"""What the page costs a visitor: bytes, time until it can be used, jank, and a photo's answer.

Chromium without a window, over the loopback, against `modiste serve` on a demo shop (`make demo
ARGS="--items 2000"` makes one of the size that the targets are for).

    make bench NAME=page ARGS="--demo demo"
"""

from __future__ import annotations

import json
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from playwright.sync_api import Browser, Page, sync_playwright

from harness import figure, print_figures

_SHOWN = "#cards[aria-busy=false] .card:not(.skeleton)"
_LONG_TASKS = """
    window.longTasks = [];
    new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) {
            window.longTasks.push([startTime, duration]);
        }
    }).observe({ type: "longtask", buffered: true });
"""
_LAST_SEARCH = """() => performance.getEntriesByType("resource")
    .filter((one) => one.name.endsWith("/v1/recommendations")).at(-1)?.duration ?? 0"""
_START_SECONDS = 120.0


@click.command()
@click.option("--demo", type=click.Path(path_type=Path), default=Path("demo"), show_default=True)
@click.option("--loads", "n_loads", type=click.IntRange(1), default=10, show_default=True)
@click.option("--photos", "n_photos", type=click.IntRange(1), default=20, show_default=True)
def main(demo: Path, n_loads: int, n_photos: int) -> None:
    """Measure the page over the demo shop in a folder."""
    path = shutil.which("chromium")
    if path is None:
        raise click.ClickException("There must be a Chromium: apt install chromium.")
    photos = sorted((demo / "shop" / "images").glob("*-street-1.jpg"))[:n_photos]
    with _service(demo) as (address, n_items), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        loads = [_load(browser, address) for _ in range(n_loads)]
        longest, n_cards = _scroll(browser, address)
        answers = _photos(browser, address, photos)
        browser.close()
    sizes = [size for size, _, _ in loads]
    interactive = statistics.median(ms for _, ms, _ in loads)
    shown = statistics.median(ms for _, _, ms in loads)
    click.echo(f"{n_items:,} items")
    click.echo(f"first load: {max(sizes):,} bytes compressed, without photos")
    click.echo(f"usable after {interactive:.0f} ms, products shown after {shown:.0f} ms (medians)")
    click.echo(f"{n_cards} cards scrolled: longest task {longest:.0f} ms")
    click.echo(
        f"photo search: {statistics.median(answers):.0f} ms median, {max(answers):.0f} ms at most"
    )
    print_figures(
        "page",
        [
            figure("items", n_items),
            figure("first load, bytes compressed", max(sizes), at_most=150_000),
            figure("interactive, ms", interactive, at_most=1_000),
            figure("products shown, ms", shown),
            figure("longest task while 100 cards scroll, ms", longest, at_most=50),
            figure("photo search, ms", statistics.median(answers), at_most=300),
        ],
    )


@contextmanager
def _service(demo: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-c", "from modiste.cli import main; main()", "serve"]
    options = ["--images", str(demo / "shop"), "--port", str(port), "--demo", "--currency", "EUR"]
    process = subprocess.Popen(  # noqa: S603 - a fixed command
        [*command, str(demo / "releases"), *options], stdout=subprocess.PIPE, text=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        yield address, _n_items(address)
    finally:
        process.terminate()
        process.wait()


def _n_items(address: str) -> int:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:  # noqa: S310 - our own
                return int(json.load(answer)["n_items"])
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _page(browser: Browser, address: str) -> Page:
    context = browser.new_context(base_url=address, service_workers="block")
    context.add_init_script(_LONG_TASKS)
    return context.new_page()


def _load(browser: Browser, address: str) -> tuple[int, float, float]:
    """Return bytes, and milliseconds until usable and until products are shown."""
    page = _page(browser, address)
    sizes: list[int] = []

    def count(request: Any) -> None:
        if not request.url.endswith("/image"):
            told = request.sizes()
            sizes.append(told["responseBodySize"] + told["responseHeadersSize"])

    page.on("requestfinished", count)
    page.goto("/")
    page.wait_for_selector(_SHOWN)
    shown = float(page.evaluate("performance.now()"))
    interactive = float(page.evaluate("performance.getEntriesByName('interactive')[0].startTime"))
    page.wait_for_load_state("networkidle")
    page.context.close()
    return sum(sizes), interactive, shown


def _scroll(browser: Browser, address: str) -> tuple[float, int]:
    """Return the longest task in milliseconds, 0 where none is over 50, and the cards passed."""
    page = _page(browser, address)
    page.goto("/")
    page.wait_for_selector(_SHOWN)
    page.wait_for_load_state("networkidle")
    page.mouse.move(800, 600)
    started = page.evaluate("performance.now()")
    count = "document.querySelectorAll('#cards .card').length"
    while (n_cards := int(page.evaluate(count))) < 100:
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(30)
    tasks = page.evaluate("window.longTasks")
    page.context.close()
    return max((ms for start, ms in tasks if start >= started), default=0.0), n_cards


def _photos(browser: Browser, address: str, photos: list[Path]) -> list[float]:
    """Return how long the service took to answer each, as the browser saw it."""
    page = _page(browser, address)
    page.goto("/")
    page.wait_for_selector(_SHOWN)
    page.wait_for_load_state("networkidle")
    answers = []
    for photo in photos:
        with page.expect_response("**/v1/recommendations"):
            page.locator("#photo-choose, #photo-other").first.set_input_files(photo)
        page.wait_for_load_state("networkidle")
        answers.append(float(page.evaluate(_LAST_SEARCH)))
    page.context.close()
    return answers


if __name__ == "__main__":
    main()
