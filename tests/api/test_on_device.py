"""The network and its runtime for browsers, and searches with what was seen there."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from contract import checked_client
from fake_recommender import VOCABULARY, FakeRecommender
from flask.testing import FlaskClient

from modiste.api import browser_runtime
from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.portable import PortableNetwork

CONTENT = b"a network" * 100
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime of two small files in place of the one that a build fetches."""
    folder = tmp_path / f"onnxruntime-web-{browser_runtime.VERSION}"
    folder.mkdir()
    (folder / browser_runtime.MODULE).write_text("export {};")
    (folder / browser_runtime.WASM_KEPT).write_bytes(gzip.compress(b"wasm"))
    monkeypatch.setattr(
        "modiste.api.on_device.runtime_folder", lambda: browser_runtime.runtime_folder(tmp_path)
    )
    return folder


@pytest.fixture
def network(tmp_path: Path, recommender: FakeRecommender) -> PortableNetwork:
    (tmp_path / "network.onnx").write_bytes(CONTENT)
    found = PortableNetwork(
        tmp_path / "network.onnx",
        "float32",
        32,
        VOCABULARY,
        np.array([0.5, 0.25, 0.125], dtype=np.float32),
        Calibration(np.array([2.0, 1.0, 1.0]), np.array([0.5, 0.0, 0.0]), temperature=1.5),
        second_look=True,
    )
    recommender.portable_network = found
    return found


@pytest.fixture
def client(network: PortableNetwork, recommender: FakeRecommender) -> FlaskClient:
    return checked_client(recommender)


def test_tells_all_that_is_done_before_and_after_the_network(client: FlaskClient) -> None:
    told = client.get("/v1/network").get_json()
    assert told["sha256"] == SHA256
    assert told["bytes"] == len(CONTENT)
    assert (told["precision"], told["image_size"], told["max_side"]) == ("float32", 32, 1024)
    assert told["thresholds"] == [0.5, 0.25, 0.125]
    assert told["second_look"] == {
        "margin": 0.1,
        "min_side": 0.2,
        "attributes": True,
        "box": False,
    }
    assert told["calibration"] == {
        "temperature": 1.5,
        "slope": [2.0, 1.0, 1.0],
        "intercept": [0.5, 0.0, 0.0],
    }
    assert [one["name"] for one in told["attributes"]] == list(VOCABULARY.attributes)
    assert told["shown_as"] == [0, 1, 2]


def test_a_calibration_of_categories_alone_names_no_slopes(
    client: FlaskClient, recommender: FakeRecommender, network: PortableNetwork
) -> None:
    plain = PortableNetwork(network.path, "int8", 32, VOCABULARY, network.thresholds)
    recommender.portable_network = plain
    told = client.get("/v1/network").get_json()
    assert told["calibration"] is None
    assert told["second_look"] is None
    assert told["precision"] == "int8"


def test_the_file_may_be_kept_for_good(client: FlaskClient) -> None:
    address = client.get("/v1/network").get_json()["address"]
    with client.get(address) as answer:
        assert answer.data == CONTENT
        # Whoever shares a cache may have no key.
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        tag = answer.headers["ETag"]
    with client.get(address, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize("name", ["0" * 64, "..%2fnetwork.json", "network.onnx"])
def test_there_is_no_other_file(client: FlaskClient, name: str) -> None:
    assert client.get(f"/v1/network/{name}").status_code == 404


def test_a_file_that_is_gone_is_not_found(client: FlaskClient, network: PortableNetwork) -> None:
    address = client.get("/v1/network").get_json()["address"]
    network.path.unlink()
    assert client.get(address).status_code == 404


def test_a_release_without_a_network_says_so(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    recommender.portable_network = None
    assert client.get("/v1/network").status_code == 404
    assert client.get(f"/v1/network/{SHA256}").status_code == 404


def test_the_runtime_is_served_as_it_was_fetched(client: FlaskClient, runtime: Path) -> None:
    told = client.get("/v1/network").get_json()["runtime"]
    assert told["bytes"] == sum(path.stat().st_size for path in runtime.iterdir())
    with client.get(told["wasm"]) as wasm:
        # A browser would unpack it by itself, and not know how much of it has come.
        assert "Content-Encoding" not in wasm.headers
        assert gzip.decompress(wasm.data) == b"wasm"
        assert "immutable" in wasm.headers["Cache-Control"]
    with client.get(told["module"]) as module:
        assert module.mimetype == "text/javascript"


@pytest.mark.parametrize("path", ["1.0.0/ort.wasm.bundle.min.mjs", "{version}/package.json"])
def test_the_runtime_has_no_other_files(client: FlaskClient, path: str) -> None:
    path = path.format(version=browser_runtime.VERSION)
    assert client.get(f"/runtime/{path}").status_code == 404


def test_a_package_built_without_the_runtime_says_so(client: FlaskClient, runtime: Path) -> None:
    (runtime / browser_runtime.MODULE).unlink()
    assert client.get("/v1/network").get_json()["runtime"] is None
    path = f"/runtime/{browser_runtime.VERSION}/{browser_runtime.WASM_KEPT}"
    assert client.get(path).status_code == 404


def test_what_was_seen_reaches_the_recommender(
    client: FlaskClient, recommender: FakeRecommender
) -> None:
    asked = {
        "embedding": [1.0, 0.0],
        "seen": {"category_scores": {"Dress": 0.75}, "attributes": {"striped": 0.5}},
        "network": SHA256,
    }
    assert client.post("/v1/recommendations", json=asked).status_code == 200
    query = recommender.calls[-1]["query"]
    assert query.seen.category_scores == {"Dress": 0.75}
    assert query.seen.attributes == {"striped": 0.5}


def test_numbers_of_another_network_are_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/recommendations", json={"embedding": [1.0], "network": "0" * 64})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["code"] == "another_network"


def test_what_was_seen_needs_its_embedding(client: FlaskClient) -> None:
    answer = client.post("/v1/recommendations", json={"seen": {"attributes": {"striped": 0.5}}})
    assert answer.get_json()["errors"][0]["code"] == "seen_without_embedding"


@pytest.mark.parametrize("score", [1.5, -0.1, "1", None])
def test_scores_lie_between_0_and_1(client: FlaskClient, score: object) -> None:
    asked = {"embedding": [1.0], "seen": {"category_scores": {"Dress": score}}}
    assert client.post("/v1/recommendations", json=asked).status_code == 422


def test_a_cursor_is_of_what_was_seen(client: FlaskClient) -> None:
    asked = {"embedding": [1.0], "seen": {"attributes": {"striped": 0.5}}, "k": 5}
    cursor = client.post("/v1/recommendations", json=asked).get_json()["next_cursor"]
    other = asked | {"seen": {"attributes": {"cotton": 0.5}}, "cursor": cursor}
    assert client.post("/v1/recommendations", json=asked | {"cursor": cursor}).status_code == 200
    assert client.post("/v1/recommendations", json=other).status_code == 422


def test_only_the_worker_may_compile_webassembly(client: FlaskClient) -> None:
    page = client.get("/")
    assert "wasm" not in page.headers["Content-Security-Policy"]
    script = client.get("/service-worker.js").get_data(as_text=True)
    version = script.split("/static/")[1].split("/")[0]
    with client.get(f"/static/{version}/js/device/worker/worker.js") as worker:
        policy = worker.headers["Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert worker.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    with client.get(f"/static/{version}/js/device/device.js") as other:
        assert "wasm" not in other.headers["Content-Security-Policy"]
