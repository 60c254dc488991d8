"""A real release on disk, loaded, served by waitress and asked over HTTP."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_recommender import VOCABULARY, events, item_table, photo
from numpy.typing import NDArray

from modiste.api import create_app
from modiste.api.server import Server
from modiste.attribute_model.garment import Box, Garment
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.release import publish, write_release

SIZE = 8


class SeesItemOne:
    """A network to which every photo is item 1."""

    def detect(
        self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box | None] | None = None
    ) -> list[Garment]:
        seen = Garment(
            category="Dress",
            category_scores={"Dress": 0.75, "Tee": 0.25},
            box=(0.1, 0.1, 0.9, 0.9),
            attributes={"striped": 0.9},
            embedding=embeddings()[1],
            attribute_scores=np.array([0.9, 0.1, 0.1], dtype=np.float32),
        )
        return [seen for _ in images]


def embeddings() -> NDArray[np.float32]:
    rows = np.random.default_rng(0).normal(size=(len(item_table()), SIZE)).astype(np.float32)
    normalised: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normalised


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("releases")
    catalogue = Catalogue.from_items(item_table(), VOCABULARY, embeddings=embeddings())

    def write_parts(parts: Path) -> None:
        catalogue.save(parts)
        History.from_events(events(catalogue.items), catalogue.item_ids).save(parts)
        factors = np.random.default_rng(0).normal(size=(catalogue.n_items, 4))
        Factors(factors.astype(np.float32)).save(parts)
        ItemWeights.nothing(catalogue.n_items).save(parts)
        Ranker.blend_only("a test").save(parts)

    release = write_release(folder, write_parts, config={}, metrics={}, data_fingerprint="0")
    publish(folder, release.name)
    return folder


@pytest.fixture(scope="module")
def port(releases: Path) -> Iterator[int]:
    loaded = Recommender.load(releases)
    recommender = Recommender(
        loaded.catalogue,
        loaded.history,
        Factors.load(releases / _live(releases), loaded.catalogue.n_items),
        loaded.ranker,
        photo_reader=SeesItemOne(),
        manifest=loaded.manifest,
    )
    server = Server(create_app(recommender), port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.port
    server.stop()
    thread.join(10)


def _live(releases: Path) -> str:
    return (releases / "CURRENT").read_text().splitlines()[0]


def post(port: int, body: bytes, kind: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/v1/recommendations", body, {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_photo_finds_its_item(port: int, releases: Path) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = head + photo() + b"\r\n--b--\r\n"
    status, answer = post(port, body, "multipart/form-data; boundary=b")
    assert status == 200
    assert answer["release_id"] == _live(releases)
    assert answer["garment"]["category"] == "Dress"
    shown = answer["recommendations"]
    assert [one["rank"] for one in shown] == list(range(1, 11))
    assert shown[0]["item_id"] == "item-1"
    assert all(one["reasons"] for one in shown)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 200),
        ({"user_id": "ana"}, 200),
        ({"user_id": "nobody", "k": 30}, 200),
        ({"k": 31}, 422),
        ({"recent": ["none"], "exclude": ["none"]}, 200),
        ({"filters": {"price": {"min": 1000}}}, 200),
        ({"filters": {"color": ["red"], "category": "Dress"}}, 200),
        ({"filters": {"attributes": ["striped"]}}, 200),
        ({"item_id": "none"}, 404),
        ({"filters": {"colour": "red"}}, 422),
        ({"filters": {"color": 5}}, 422),
        ({"filters": {"color": {"min": 1}}}, 422),
        ({"filters": {"price": "cheap"}}, 422),
        ({"filters": {"price": [True, 1]}}, 422),
        ({"filters": {"available_from": "2024"}}, 422),
        ({"filters": {"attributes": ["wibbly"]}}, 422),
        ({"text": "striped"}, 422),
    ],
)
def test_real_answers_and_refusals(port: int, asked: dict[str, object], status: int) -> None:
    found, body = post(port, json.dumps(asked).encode(), "application/json")
    assert found == status, body
    assert status != 422 or "Received" in body["detail"]


def test_a_releases_directory_is_loaded_and_ready(releases: Path) -> None:
    client = create_app(releases).test_client()
    assert client.get("/readyz").get_json()["release_id"] == _live(releases)
    similar = client.get("/v1/items/item-1/similar?k=5").get_json()["recommendations"]
    assert len(similar) == 5
    assert "item-1" not in {one["item_id"] for one in similar}
