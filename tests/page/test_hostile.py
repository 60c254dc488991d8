"""Titles, brands and phrases that would be markup, script or template: shown, never run."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.page.watching import Watch, opened, searching, settled, shot
from tests.reliability.service import Service

HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<svg onload=window.ran=1>",
    '"><script>window.ran = 1</script>',
    "'><img src=x onerror=window.ran=1>",
    "</title><script>window.ran = 1</script>",
    "</li></ol><script>window.ran = 1</script>",
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "<a href='javascript:window.ran=1'>dress</a>",
    "javascript:window.ran=1",
    "JaVaScRiPt:window.ran=1//",
    "data:text/html,<script>window.ran=1</script>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/><button>x</button></form>",
    "<details open ontoggle=window.ran=1>",
    "<template><script>window.ran=1</script></template>",
    "{{ 7 * 7 }}",
    "{% include '/etc/passwd' %}",
    "${window.ran=1}",
    "`${window.ran=1}`",
    "#{window.ran=1}",
    "{title} {n} {phrase}",
    "$& $1 $` $'",
    "\u202egnirts desrever\u202c",
    "\u2066isolate\u2069 \u200f\u200e",
    "a\u200db\ufeffc\u00ad",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0342l\u0341g\u0340o",
    "\U0001f457" * 40,
    "فستان أحمر <b>قصير</b>",
    "word" * 200,
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "\\u003cscript\\u003ewindow.ran=1",
    "' OR 1=1; DROP TABLE items; --",
    "<!-- <script>window.ran=1</script> -->",
    "<math><mtext></form><form><mglyph><svg><mtext><style><img src=x onerror=window.ran=1>",
    "]]><script>window.ran=1</script>",
)
_GO_ON = """() => {
    const more = document.querySelector("#more");
    if (!more.hidden) more.firstElementChild.click();
    return !more.hidden;
}"""
BRAND = "<img src=x onerror=window.ran=1>"


@pytest.fixture(scope="module")
def hostile(start_service: Callable[..., Service]) -> Service:
    """A service of its own, with as many items whose titles are hostile."""
    service = start_service("--demo")
    lines = [
        {
            "op": "upsert",
            "item_id": f"X{nth:02}",
            "item": {
                "title": title,
                "brand": BRAND,
                "category": "Dress",
                "price": 10.0 + nth,
                "availability": "in_stock",
            },
        }
        for nth, title in enumerate(HOSTILE)
    ]
    body = "\n".join(json.dumps(line) for line in lines).encode()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    kind = {"Content-Type": "application/x-ndjson"}
    connection.request("POST", "/v1/items/batch", body, kind)
    assert json.loads(connection.getresponse().read())["problems"] == []
    connection.close()
    search = {"filters": {"brand": [BRAND]}}
    until = time.monotonic() + 120
    while time.monotonic() < until:
        status, answer = service.ask("POST", "/v1/recommendations", {**search, "k": 40})
        if status == 200 and len(json.loads(answer)["recommendations"]) == len(HOSTILE):
            return service
        time.sleep(0.1)
    raise AssertionError(f"the hostile items are not shown: {answer[:500]!r}")


def _nothing_ran(page: Page) -> None:
    assert page.evaluate("window.ran") is None
    foreign = "main :is(script, iframe, style, form:not(#search), a, b, base, link, meta, math)"
    assert page.locator(foreign).count() == 0


def test_hostile_titles_and_phrases_are_text(
    hostile: Service, new_page: Callable[..., Page], watch: Watch
) -> None:
    assert len(HOSTILE) == 40
    watch.origin = f"http://127.0.0.1:{hostile.port}"
    page = new_page(base_url=watch.origin)
    page.on("dialog", lambda dialog: watch.noted.append(f"dialog: {dialog.message}"))
    opened(page, f"/?brand={BRAND.replace('=', '%3D')}&user=%3Cscript%3E")
    # The list goes on by itself as well, so that the button may be gone before it is pressed.
    while page.evaluate(_GO_ON):
        settled(page)
    titles = page.locator("#cards .title").evaluate_all(
        "(all) => all.map((one) => one.textContent)"
    )
    assert sorted(titles) == sorted(HOSTILE)
    _nothing_ran(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "hostile")
    page.locator("[data-act=not]").first.click()
    expect(page.locator("#toast")).to_be_visible()
    page.locator("[data-act=buy]").first.click()
    expect(page.locator("#shopper-done li").first).to_be_visible()
    page.locator("[data-act=look]").first.click()
    expect(page.locator("#subject")).to_be_visible()
    settled(page)
    for phrase in HOSTILE:
        page.locator("#q").fill(phrase)
        with searching(page) as answer:
            page.locator("#q").press("Enter")
        assert answer.value.ok
        settled(page)
        expect(page.locator("#heading")).to_contain_text(phrase.strip()[:20])
    _nothing_ran(page)
