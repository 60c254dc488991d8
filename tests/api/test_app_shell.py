"""The page's files under one version, its manifest, its service worker, photos shared to it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from fake_recommender import photo
from flask.testing import FlaskClient

from modiste.api.app_shell import FOLDER, Shell
from modiste.api.languages import LANGUAGES, texts


@pytest.fixture
def shell() -> Shell:
    return Shell.read()


def test_a_change_in_any_file_is_another_version(tmp_path: Path) -> None:
    for path in ("static/js/a.js", "templates/page.html"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("one")
    versions = {Shell.read(tmp_path).version}
    (tmp_path / "static/js/a.js").write_text("two")
    versions.add(Shell.read(tmp_path).version)
    (tmp_path / "templates/page.html").write_text("two")
    versions.add(Shell.read(tmp_path).version)
    (tmp_path / "static/js/a.js").rename(tmp_path / "static/js/b.js")
    versions.add(Shell.read(tmp_path).version)
    assert len(versions) == 4


def test_a_file_of_this_version_may_be_kept_for_good(client: FlaskClient, shell: Shell) -> None:
    with client.get(f"/static/{shell.version}/icon.svg") as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_of_another_version_gets_what_there_is(client: FlaskClient) -> None:
    with client.get("/static/0000000000000000/icon.svg") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "js", "none.js"])
def test_there_are_no_other_files(client: FlaskClient, shell: Shell, name: str) -> None:
    assert client.get(f"/static/{shell.version}/{name}").status_code == 404


def test_the_worker_lists_every_file_that_the_page_may_ask_for(
    client: FlaskClient, shell: Shell
) -> None:
    answer = client.get("/service-worker.js")
    listed = json.loads(re.search(r"FILES = (\[.*?\]);", answer.get_data(as_text=True))[1])  # type: ignore[index]
    assert set(listed) == {f"/static/{shell.version}/{name}" for name in shell.files}
    page = client.get("/").get_data(as_text=True)
    named = set(re.findall(r'"(/static/[^" ]+)"', page))
    assert named
    assert named <= set(listed)
    # An import of a module is relative to it.
    for name in shell.files:
        if name.endswith(".js"):
            script = FOLDER / "static" / name
            for imported in re.findall(r'from "(\.[^"]+)"', script.read_text()):
                found = (script.parent / imported).resolve().relative_to(FOLDER / "static")
                assert found.as_posix() in shell.files, (name, imported)


def test_the_worker_is_asked_for_again(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    again = client.get("/service-worker.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_manifest_is_in_the_visitors_language(client: FlaskClient, code: str) -> None:
    answer = client.get(f"/manifest.webmanifest?lang={code}")
    told = json.loads(answer.data)
    assert told["lang"] == code
    assert told["dir"] == LANGUAGES[code].direction
    assert told["name"] == texts(code, ("page", "device"))["app.name"]
    # One app, whatever language it was installed in.
    assert told["id"] == "/"
    for icon in told["icons"]:
        with client.get(icon["src"]) as drawn:
            width = int.from_bytes(drawn.data[16:20], "big")
            assert f"{width}x{width}" == icon["sizes"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}


def test_a_shared_photo_is_not_read_where_there_is_no_worker(client: FlaskClient) -> None:
    answer = client.post("/share", data={"photo": (io.BytesIO(photo()), "a.jpg")})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_every_language_says_the_same() -> None:
    keys = {code: set(texts(code, ("device",))) for code in LANGUAGES}
    assert all(found == keys["en"] for found in keys.values())
