"""Photos analysed in the browser: what is seen, what is sent, and what the page says of it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, Request, expect

from modiste.api.browser_runtime import runtime_folder
from modiste.attribute_model.runtime import Detector
from modiste.attribute_model.second_look import MARGIN, MIN_SIDE, crop_around, in_photo
from modiste.data.dataset import Dataset
from modiste.data.images import crop_and_resize, decode
from modiste.recommender.encoder import MAX_SIDE_PX
from modiste.recommender.release import current_release
from modiste.recommender.release_parts import read_release
from tests.page.conftest import PageMaker
from tests.page.demo_release import DemoRelease
from tests.page.watching import Watch, shot

pytestmark = pytest.mark.skipif(
    runtime_folder() is None,
    reason="onnxruntime-web is not here: run `python modiste/api/browser_runtime.py`",
)

N_PHOTOS = 8
#: Pillow before 13 makes tall photos smaller in another order, which rounds elsewhere.
AT_MOST = 0 if int(PIL.__version__.split(".")[0]) >= 13 else 1
_MODULE = """async (path) => {
    const base = document.querySelector("script[type=module]").src;
    window.module = await import(new URL(path, base));
}"""
_BYTES = "const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));"


@pytest.fixture(scope="module")
def photos(demo_release: DemoRelease) -> list[Path]:
    """Street photos of the shop, and one whose EXIF says that it lies on its side."""
    dataset = Dataset.read(demo_release.shop)
    street = dataset.photos[dataset.photos["photo_kind"] == "street"]
    return [dataset.image_path(image) for image in street["image"][:N_PHOTOS]]


@pytest.fixture(scope="module")
def detector(demo_release: DemoRelease) -> Detector:
    found = read_release(demo_release.releases).photo_reader
    assert isinstance(found, Detector)
    return found


def opened(page: Page) -> Page:
    page.goto("/")
    expect(page.locator("#cards > li").first).to_be_visible()
    return page


def turned_on(page: Page) -> Page:
    opened(page)
    page.locator("#device summary").click()
    page.locator("#device-switch").check()
    expect(page.locator("#device-status")).to_have_text(re.compile("^Ready"))
    return page


def searches(page: Page) -> list[Request]:
    """Return the searches that the page will ask for, as they come."""
    asked: list[Request] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/recommendations"):
            asked.append(request)

    page.on("request", note)
    return asked


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def shown(page: Page) -> list[str]:
    expect(page.locator("#cards")).to_have_attribute("aria-busy", "false")
    found: list[str] = page.locator("#cards > li").evaluate_all(
        "(cards) => cards.slice(0, 10).map((card) => card.dataset.item)"
    )
    return found


def upload(page: Page, photo: Path) -> None:
    page.locator("#photo-choose").set_input_files(photo)
    expect(page.locator("#seen")).to_be_visible()


def test_pixels_are_made_smaller_as_pillow_does_it(new_page: PageMaker) -> None:
    page = opened(new_page())
    page.evaluate(_MODULE, "device/worker/resample.js")
    generator = np.random.default_rng(0)
    cases = [
        ((40, 60), 32, None),
        ((700, 500), 64, None),
        ((301, 402), 64, (0.1, 0.2, 0.85, 0.93)),
        ((90, 70), 64, (0.5, 0.5, 0.502, 0.502)),
        ((16, 900), 48, (0.9, 0.0, 1.0, 1.0)),
    ]
    for (height, width), size, box in cases:
        photo = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
        opaque = np.dstack([photo, np.full((height, width), 255, dtype=np.uint8)])
        found = page.evaluate(
            "([encoded, width, height, size, box]) => {"
            + _BYTES
            + """
                const picture = { width, height, data: new Uint8ClampedArray(bytes) };
                return Array.from(module.cropAndResize(picture, size, box).data);
            }""",
            [base64.b64encode(opaque.tobytes()).decode(), width, height, size, box],
        )
        ours = np.array(found, dtype=np.uint8).reshape(size, size, 4)[:, :, :3]
        theirs = crop_and_resize(photo, size, box)
        assert np.abs(ours.astype(int) - theirs).max() <= AT_MOST, (height, width, box)


def test_the_second_look_goes_where_the_service_s_does(new_page: PageMaker) -> None:
    page = opened(new_page())
    page.evaluate(_MODULE, "device/worker/network.js")
    corners = np.sort(np.random.default_rng(0).uniform(0, 1, (300, 2, 2)), axis=1)
    edges = [[0, 0, 1, 1], [0, 0, 0.01, 0.01], [0.99, 0.9, 1, 1], [0.5, 0.2, 0.5, 0.4]]
    boxes = np.concatenate([corners.reshape(-1, 4), edges]).astype(np.float32)
    seen = np.sort(np.random.default_rng(1).uniform(0, 1, (len(boxes), 2, 2)), axis=1)
    seen = seen.reshape(-1, 4).astype(np.float32)
    found = page.evaluate(
        """([boxes, seen, room]) => boxes.map((box, i) => {
            const crop = module.cropAround(box, room);
            return crop && { crop, box: module.inPhoto(seen[i], crop) };
        })""",
        [boxes.tolist(), seen.tolist(), {"margin": MARGIN, "min_side": MIN_SIDE}],
    )
    expected = [crop_around(box) for box in boxes]
    assert [one is None for one in found] == [one is None for one in expected]
    assert expected.count(None) == 2
    for ours, theirs, again in zip(found, expected, seen, strict=True):
        if theirs is not None:
            np.testing.assert_allclose(ours["crop"], theirs, atol=1e-6)
            np.testing.assert_allclose(ours["box"], in_photo(again, theirs), atol=1e-6)


def test_the_browser_sees_what_the_service_sees(
    new_page: PageMaker, photos: list[Path], detector: Detector, tmp_path: Path
) -> None:
    page = opened(new_page())
    page.evaluate(_MODULE, "device/device.js")
    sideways = tmp_path / "sideways.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(photos[0]) as picture:
        picture.save(sideways, exif=exif, quality=90)
    large = tmp_path / "large.png"
    with Image.open(photos[1]) as picture:
        picture.resize((1300, 1700)).convert("RGBA").save(large)
    for path in [*photos, sideways, large]:
        for box in (None, (0.2, 0.1, 0.9, 0.95)):
            found = page.evaluate(
                "async ([encoded, box]) => {"
                + _BYTES
                + """
                    const found = await module.analyse(new Blob([bytes]), box);
                    return { ...found.garment, fields: module.fieldsOf(found) };
                }""",
                [encoded(path), box],
            )
            (seen,) = detector.detect([decode(path, max_side=MAX_SIDE_PX)], [box])
            embedding = np.array(found["embedding"])
            assert embedding @ seen.embedding / np.linalg.norm(embedding) >= 0.999
            assert found["category"] == seen.category
            assert [one["name"] for one in found["attributes"]] == list(seen.attributes)
            np.testing.assert_allclose(found["box"], seen.box, atol=0.01)
            scores = found["fields"]["seen"]["category_scores"]
            assert scores == pytest.approx(seen.category_scores, abs=0.01)


def test_numbers_are_sent_and_no_photo(new_page: PageMaker, photos: list[Path]) -> None:
    page = opened(new_page())
    upload(page, photos[2])
    by_service = shown(page)
    page.locator("#device summary").click()
    asked = searches(page)
    with page.expect_response("**/v1/recommendations"):
        page.locator("#device-switch").check()
    assert shown(page) == by_service
    page.locator("#q").fill("but in red")
    with page.expect_response("**/v1/recommendations"):
        page.locator("#q").press("Enter")
    with page.expect_response("**/v1/recommendations"):
        upload(page, photos[3])
    assert len(asked) == 3
    for request in asked:
        assert request.headers["content-type"] == "application/json"
        body: dict[str, Any] = json.loads(request.post_data or "")
        assert set(body) <= {"k", "filter_viewed", "text", "embedding", "seen", "network"}
        assert len(body["embedding"]) == 64
    assert all("photo" not in request.url for request in asked)
    shot(page, "device-on")


def test_it_is_off_until_somebody_turns_it_on(new_page: PageMaker, watch: Watch) -> None:
    page = opened(new_page())
    assert not page.locator("#device-switch").is_checked()
    assert not [url for url in watch.requests if "/runtime/" in url or "/v1/network" in url]
    page.locator("#device summary").click()
    expect(page.locator("#device-status")).to_have_text(
        re.compile(r"^Turning it on downloads [\d.]+ MB once")
    )
    assert not [url for url in watch.requests if "/runtime/" in url]


def test_it_stays_on_and_is_fetched_once(new_page: PageMaker, watch: Watch) -> None:
    page = turned_on(new_page())
    fetched = [
        url for url in watch.requests if url.endswith((".gz", ".onnx")) or "/network/" in url
    ]
    page.reload()
    expect(page.locator("#device-status")).to_have_text(re.compile("^Ready"))
    assert page.locator("#device-switch").is_checked()
    again = [url for url in watch.requests if url.endswith((".gz", ".onnx")) or "/network/" in url]
    assert fetched
    assert again == fetched


def test_a_photo_is_not_sent_where_it_cannot_be_analysed(
    new_page: PageMaker, photos: list[Path], tmp_path: Path
) -> None:
    page = turned_on(new_page())
    asked = searches(page)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photos[0].read_bytes()[:30])
    page.locator("#photo-choose").set_input_files(broken)
    expect(page.locator("#problem-title")).to_contain_text("It was not sent")
    assert not asked


def test_without_its_files_no_photo_is_sent(
    new_page: PageMaker, photos: list[Path], watch: Watch
) -> None:
    watch.allowed.append("status of 503")
    page = opened(new_page())
    page.route("**/runtime/**", lambda route: route.fulfill(status=503))
    page.locator("#device summary").click()
    page.locator("#device-switch").check()
    expect(page.locator("#device-status")).to_contain_text("could not be downloaded")
    asked = searches(page)
    page.locator("#photo-choose").set_input_files(photos[0])
    expect(page.locator("#problem-title")).to_contain_text("could not be downloaded")
    assert not asked
    # Turned off again, it is the service that looks.
    page.locator("#device-switch").uncheck()
    expect(page.locator("#seen")).to_be_visible()
    assert asked[-1].headers["content-type"].startswith("multipart/form-data")


def test_another_release_is_looked_at_with_its_own_network(
    new_page: PageMaker, photos: list[Path], watch: Watch, demo_release: DemoRelease
) -> None:
    watch.allowed.append("status of 422")
    page = turned_on(new_page())
    refusal = {"title": "x", "errors": [{"field": "network", "code": "another_network"}]}
    refusal["errors"][0]["message"] = "another"  # type: ignore[index]
    n_refused = 0

    def refuse_once(route: Any) -> None:
        nonlocal n_refused
        n_refused += 1
        if n_refused > 1:
            route.continue_()
        else:
            route.fulfill(
                status=422, body=json.dumps(refusal), content_type="application/problem+json"
            )

    page.route("**/v1/recommendations", refuse_once)
    with page.expect_response("**/v1/network"):
        upload(page, photos[4])
    assert n_refused == 2
    assert current_release(demo_release.releases).name in (page.locator("#release").inner_text())


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ar", "dark")])
def test_the_panel_is_for_everybody(
    new_page: PageMaker, phone: bool, language: str, theme: str
) -> None:
    page = new_page(phone=phone, color_scheme=theme)
    page.goto(f"/?lang={language}")
    expect(page.locator("#cards > li").first).to_be_visible()
    # By keyboard alone.
    page.locator("#device summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#device-switch")).to_be_enabled()
    page.locator("#device-switch").focus()
    page.keyboard.press("Space")
    expect(page.locator("#device-progress")).to_be_hidden()
    expect(page.locator("#device-switch")).to_be_checked()
    found = Axe().run(page, "#device")
    assert found.violations_count == 0, found.generate_report()
    page.locator("#device").scroll_into_view_if_needed()
    shot(page, f"device-{'phone' if phone else 'desktop'}-{language}")
