"""Whether a photo analysed in the browser is what the service makes of it.

Chromium opens the page of a real service; each photo is analysed in the page's worker and by the
service, and searched for both ways. Beside them: what the same network makes of the photo if a
canvas has squashed it to the network's square first, which is what pages do that trust one.

    make bench NAME=on_device                # the shop and the release of `make demo`
    make bench NAME=on_device DATA=...       # and real photos
"""

from __future__ import annotations

import base64
import multiprocessing
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click
import httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright

from modiste.api import ApiConfig, create_app
from modiste.api.browser_runtime import runtime_folder
from modiste.api.client import Client
from modiste.api.server import Server
from modiste.data import columns
from modiste.data.dataset import Dataset

from harness import figure, print_figures

LEAST_COSINE = 0.99
LEAST_SAME = 0.9
_REAL = ("clothing-dataset-small", "clothing-co-parsing")
_START = """async () => {
    const base = document.querySelector("script[type=module]").src;
    window.device = await import(new URL("device/device.js", base));
    return device.prepare();
}"""
_ANALYSE = """async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
    const begun = performance.now();
    const found = await device.analyse(new Blob([bytes]));
    return { ms: performance.now() - begun, parts: found.ms, fields: device.fieldsOf(found) };
}"""
_BY_CANVAS = """async ([encoded, size]) => {
    const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(size, size);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, size, size);
    const found = await device.analyse(await canvas.convertToBlob({ type: "image/png" }));
    return { fields: device.fieldsOf(found) };
}"""


@dataclass
class Agreement:
    """How one way agrees with the service, photo by photo."""

    cosines: list[float] = field(default_factory=list)
    same_ten: list[bool] = field(default_factory=list)
    same_order: list[bool] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)

    def add(
        self, found: dict[str, Any], seen: Sequence[float], theirs: list[str], shop: Client
    ) -> None:
        """Compare one photo: its embedding, and the ten products found with it."""
        embedding = np.array(found["fields"]["embedding"])
        self.cosines.append(float(embedding @ np.array(seen) / np.linalg.norm(embedding)))
        ours = _ids(shop.recommend(**found["fields"], k=10))
        self.same_ten.append(set(ours) == set(theirs))
        self.same_order.append(ours == theirs)


def serve(releases: Path, images: Path, ready: Connection) -> None:
    """Serve until killed."""
    server = Server(create_app(releases, ApiConfig(images_dir=images)), port=0)
    ready.send(server.url)
    server.run()


@contextmanager
def _service(releases: Path, images: Path) -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(releases, images, theirs)
    )
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _ids(answer: Any) -> list[str]:
    return [product.item_id for product in answer.recommendations]


def _shop_photos(shop: Path, n_photos: int, seed: int) -> list[Path]:
    """Return photos that the network was not fitted on."""
    dataset = Dataset.read(shop)
    held_out = dataset.photos[dataset.photos[columns.SPLIT] == columns.TEST]
    drawn = held_out.sample(min(n_photos, len(held_out)), random_state=seed)
    return [dataset.image_path(image) for image in drawn[columns.IMAGE]]


def _real_photos(data: Path, n_photos: int, seed: int) -> list[Path]:
    found = sorted(path for name in _REAL for path in (data / name).rglob("*.jpg"))
    chosen = np.random.default_rng(seed).choice(len(found), size=n_photos, replace=False)
    return [found[one] for one in sorted(chosen)]


def _compare(
    page: Page, shop: Client, photos: list[Path]
) -> tuple[Agreement, Agreement, list[float]]:
    size = shop.get_network().image_size
    device, canvas, answered = Agreement(), Agreement(), []
    for path in photos:
        content = path.read_bytes()
        seen = shop.detect(content).embedding
        begun = time.perf_counter()
        theirs = _ids(shop.recommend(content, k=10))
        answered.append(1000 * (time.perf_counter() - begun))
        encoded = base64.b64encode(content).decode()
        found = page.evaluate(_ANALYSE, encoded)
        device.add(found, seen, theirs, shop)
        device.ms.append(found["ms"])
        device.sent.append(len(httpx.Request("POST", "http://a", json=found["fields"]).content))
        canvas.add(page.evaluate(_BY_CANVAS, [encoded, size]), seen, theirs, shop)
    return device, canvas, answered


def _tell(name: str, device: Agreement, canvas: Agreement, answered: list[float]) -> list[Any]:
    n = len(device.cosines)
    click.echo(f"\n{name}, {n} photos{'':24} device   canvas squashed")
    for what, ours, naive in (
        ("least cosine with the service", min(device.cosines), min(canvas.cosines)),
        ("mean cosine", statistics.fmean(device.cosines), statistics.fmean(canvas.cosines)),
        ("same ten products", sum(device.same_ten), sum(canvas.same_ten)),
        ("in the same order", sum(device.same_order), sum(canvas.same_order)),
    ):
        click.echo(f"  {what:44} {ours:10.7g} {naive:10.7g}")
    click.echo(
        f"  a photo takes {np.median(device.ms):.0f} ms in the browser (the slowest "
        f"{max(device.ms):.0f}), and {np.median(device.sent):.0f} bytes are sent; the service "
        f"answers a photo in {np.median(answered):.0f} ms"
    )
    return [
        figure(
            f"{name}: least cosine",
            min(device.cosines),
            baseline=min(canvas.cosines),
            at_least=LEAST_COSINE,
        ),
        figure(
            f"{name}: same ten products",
            statistics.fmean(device.same_ten),
            baseline=statistics.fmean(canvas.same_ten),
            at_least=LEAST_SAME,
        ),
        figure(
            f"{name}: same order",
            statistics.fmean(device.same_order),
            baseline=statistics.fmean(canvas.same_order),
        ),
        figure(
            f"{name}: ms a photo", float(np.median(device.ms)), baseline=float(np.median(answered))
        ),
        figure(f"{name}: bytes sent", float(np.median(device.sent))),
    ]


@click.command()
@click.option(
    "--releases", type=click.Path(path_type=Path), default=Path("demo/releases"), show_default=True
)
@click.option(
    "--shop", type=click.Path(path_type=Path), default=Path("demo/shop"), show_default=True
)
@click.option("--data", type=click.Path(path_type=Path), help="Real photos; see README.")
@click.option("--photos", "n_photos", type=click.IntRange(1), default=50, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
def main(releases: Path, shop: Path, data: Path | None, n_photos: int, seed: int) -> None:
    """Compare the two on photos that the network was not fitted on."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or runtime_folder() is None or not releases.is_dir():
        raise click.UsageError(
            "This needs Chromium, onnxruntime-web (python modiste/api/browser_runtime.py) and a "
            f"release: `make demo`. Received: {chromium}, {runtime_folder()}, {releases}"
        )
    sets = {"demo shop": _shop_photos(shop, n_photos, seed)}
    if data is not None:
        sets["real photos"] = _real_photos(data, n_photos, seed)
    figures = []
    with _service(releases, shop) as url, sync_playwright() as playwright, Client(url) as client:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(service_workers="block").new_page()
        page.goto(url)
        begun = time.perf_counter()
        ready = page.evaluate(_START)
        seconds = time.perf_counter() - begun
        click.echo(
            f"{ready['bytes']:,} bytes fetched once ({ready['precision']}), ready after "
            f"{seconds:.1f} s"
        )
        for name, photos in sets.items():
            figures += _tell(name, *_compare(page, client, photos))
        browser.close()
    figures += [
        figure("bytes fetched once", float(ready["bytes"])),
        figure("seconds until ready", seconds),
    ]
    print_figures("on_device", figures)


if __name__ == "__main__":
    main()
