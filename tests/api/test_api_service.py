"""Health, shoppers, the page, and what happens without a release."""

from __future__ import annotations

import gzip
import re
from datetime import datetime
from pathlib import Path

import pytest
from fake_recommender import RELEASE_ID, FakeRecommender
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import ServiceUnavailable

from modiste.api import ApiConfig, create_app
from modiste.api.health import health_blueprint
from modiste.api.live.live import Live, LiveRelease
from modiste.errors import ReleaseError, StoreError
from modiste.recommender.recommender import Recommender


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json()["status"] == "alive"
    ready = client.get("/readyz").get_json()
    assert datetime.fromisoformat(ready.pop("since")).tzinfo is not None
    assert ready == {
        "status": "ready",
        "release_id": RELEASE_ID,
        "n_items": 30,
        "refused": None,
    }


def test_without_a_release_the_service_is_alive_but_not_ready(tmp_path: Path) -> None:
    client = create_app(tmp_path).test_client()
    assert client.get("/healthz").status_code == 200
    for answer in (client.get("/readyz"), client.post("/v1/recommendations", json={})):
        assert answer.status_code == 503
        assert answer.content_type == "application/problem+json"
        assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("broken", ["release", "photos"])
def test_what_cannot_be_loaded_is_503_until_it_can(
    recommender: FakeRecommender,
    images_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    client = create_app(images_dir, ApiConfig(images_dir=images_dir)).test_client()
    photos = images_dir / "photos.parquet"
    whole = photos.read_bytes()
    if broken == "photos":
        monkeypatch.setattr(Recommender, "load", lambda folder, precision, rules: recommender)
        photos.write_bytes(b"PAR1")
    for path in ("/v1/items/item-1", "/readyz"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.content_type == "application/problem+json"
        assert answer.headers["Retry-After"] == "5"
    monkeypatch.setattr(Recommender, "load", lambda folder, precision, rules: recommender)
    photos.write_bytes(whole)
    assert client.get("/readyz").status_code == 503
    assert client.get("/v1/items/item-1").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_release_published_later_is_found_and_loaded_once(recommender: FakeRecommender) -> None:
    loads = []

    def load() -> FakeRecommender:
        loads.append(1)
        if len(loads) == 1:
            raise ReleaseError("none yet")
        return recommender

    live = Live(load, ApiConfig())
    with pytest.raises(ReleaseError):
        live.load()
    assert live.release() is live.release()
    assert len(loads) == 2
    assert recommender.is_warm


def test_a_probe_loads_nothing(recommender: FakeRecommender) -> None:
    loads = []

    def load() -> FakeRecommender:
        loads.append(1)
        return recommender

    app = Flask("probed")
    live = Live(load, ApiConfig())
    app.register_blueprint(health_blueprint(live))
    assert app.test_client().get("/readyz").status_code == 503
    assert app.test_client().get("/healthz").status_code == 200
    assert loads == []


def test_a_store_that_is_away_has_nothing_loaded_twice(
    recommender: FakeRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads, tries = [], []

    def load() -> FakeRecommender:
        loads.append(1)
        return recommender

    def away(release: LiveRelease) -> LiveRelease:
        tries.append(1)
        raise StoreError("away")

    live = Live(load, ApiConfig())
    live.with_changes = away
    for _ in range(3):
        with pytest.raises(ServiceUnavailable):
            live.release()
    assert (len(loads), len(tries)) == (1, 1)
    monkeypatch.setattr("modiste.api.live.live.time.monotonic", lambda: float("inf"))
    with pytest.raises(ServiceUnavailable):
        live.release()
    assert (len(loads), len(tries)) == (1, 2)
    # Whoever follows the store brings it back.
    live.with_changes = lambda release: release
    live.refresh()
    assert live.release() is live.in_use
    assert len(loads) == 1


def test_shoppers_are_listed_by_purchases_in_a_demo(client: FlaskClient) -> None:
    body = client.get("/v1/users?limit=2").get_json()
    assert body["users"] == [
        {
            "user_id": "ana",
            "n_purchases": 2,
            "last_bought": ["Garment 2", "Garment 1"],
            "bought": ["item-2", "item-1"],
        },
        {
            "user_id": "bo",
            "n_purchases": 1,
            "last_bought": ["Garment 5"],
            "bought": ["item-5"],
        },
    ]
    assert client.get("/v1/users?limit=0").status_code == 422


def test_shoppers_are_not_listed_otherwise(recommender: FakeRecommender) -> None:
    client = create_app(recommender).test_client()
    assert client.get("/v1/users").status_code == 404
    assert b'id="shopper"' not in client.get("/").data


def test_the_page_asks_no_other_host_and_runs_nothing_inline(client: FlaskClient) -> None:
    answer = client.get("/")
    page = answer.get_data(as_text=True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    for body in re.findall(r"<script[^>]*>(.*?)</script>", page, flags=re.DOTALL):
        assert body == ""


def test_every_file_the_page_names_is_there(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(files) > 10
    for file in files:
        with client.get(file) as answer:
            assert answer.status_code == 200


def test_every_control_of_the_page_has_a_label(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    labels = re.findall(r"<label.*?</label>", page, flags=re.DOTALL)
    for control, name in re.findall(r'<(input|select)[^>]*?id="([\w-]+)"', page):
        inside = any(f'id="{name}"' in label for label in labels)
        assert inside or f'for="{name}"' in page, (control, name)


def test_the_page_is_in_the_readers_language(client: FlaskClient) -> None:
    for asked, got in (("de-AT,de;q=0.9", "de"), ("ar", "ar"), ("pt", "en"), ("", "en")):
        answer = client.get("/", headers={"Accept-Language": asked})
        assert answer.headers["Content-Language"] == got
        assert f'<html lang="{got}"' in answer.get_data(as_text=True)
        assert {"Accept-Language", "Cookie"} <= set(answer.vary)
    client.set_cookie("modiste_language", "fr")
    assert client.get("/").headers["Content-Language"] == "fr"
    assert client.get("/?lang=es").headers["Content-Language"] == "es"
    client.set_cookie("modiste_language", "xx")
    client.set_cookie("modiste_theme", '"><script>')
    page = client.get("/", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert '<html lang="ar" dir="rtl" data-theme="system"' in page


def test_the_pages_files_are_compressed(client: FlaskClient) -> None:
    accepted = {"Accept-Encoding": "gzip"}
    # Whatever the version of the page, its files are these.
    sheet = "/static/any/page.css"
    with client.get(sheet) as answer:
        plain, tag = answer.data, answer.headers["ETag"]
    for _ in range(2):
        with client.get(sheet, headers=accepted) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["ETag"] != tag
            assert gzip.decompress(answer.data) == plain
            packed = answer.headers["ETag"]
    with client.get(sheet, headers={**accepted, "If-None-Match": packed}) as again:
        assert (again.status_code, again.data) == (304, b"")
    with client.get("/", headers=accepted) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
    with client.get(sheet, headers={**accepted, "Range": "bytes=0-9"}) as part:
        assert (part.status_code, part.data) == (206, plain[:10])


@pytest.mark.parametrize("code", ["euro", "€", "1", ""])
def test_a_currency_is_an_iso_code(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        ApiConfig(currency=code)


def test_the_script_finds_every_part_it_looks_for(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    known = set(re.findall(r'id="([\w-]+)"', page))
    scripts = re.findall(r'(?:src|href)="(/static/js/[^"]+)"', page)
    for script in scripts:
        with client.get(script) as answer:
            found = re.findall(r'(?<!shelf\.)\bfind\("([\w-]+)"\)', answer.get_data(as_text=True))
        # A dialog's key button is there only where keys are asked for.
        assert set(found) <= known | {"key-button"}, script
