"""Releases listed, published and rolled back over HTTP, and what is told of them."""

from __future__ import annotations

import json
from pathlib import Path

import published_fakes
import pytest
from contract import checked_client
from flask.testing import FlaskClient

from modiste.api.live.live import Live
from modiste.errors import StoreError
from modiste.recommender import release
from modiste.recommender.guard import BLEND, SEGMENTS, Guard
from modiste.recommender.manifest import Manifest
from modiste.recommender.recommender import Recommender
from modiste.recommender.release import live_ids, publish


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Recommender, "load", published_fakes.load_live)
    first = published_fakes.write(tmp_path, 0)
    published_fakes.write(tmp_path, 1)
    publish(tmp_path, first)
    return tmp_path


@pytest.fixture
def ids(releases: Path) -> list[str]:
    return sorted(path.name for path in releases.iterdir() if path.is_dir())


@pytest.fixture
def shop(releases: Path) -> FlaskClient:
    return checked_client(releases)


def test_releases_are_listed(shop: FlaskClient, releases: Path, ids: list[str]) -> None:
    third = published_fakes.write(releases, 2)
    (releases / third / "manifest.json").write_text("{")
    body = shop.get("/v1/releases").get_json()
    assert [(one["release_id"], one["live"]) for one in body["releases"]] == [
        (ids[0], True),
        (ids[1], False),
    ]
    assert body["releases"][1]["metrics"] == {"nth": 1}
    assert body["releases"][0]["n_items"] == 30
    assert body["releases"][0]["created"] == "2024-03-01T00:00:00Z"
    (unreadable,) = body["unreadable"]
    assert unreadable["release_id"] == third
    assert "manifest.json" in unreadable["why"]
    assert str(releases) not in unreadable["why"]


def test_a_release_tells_its_parts(shop: FlaskClient, releases: Path) -> None:
    guard = Guard(
        dict.fromkeys(SEGMENTS, BLEND), {"home_hot": {BLEND: 0.25, "popular": 0.2}}, {"home_hot": 9}
    )
    network = {"metrics": {"category_top_1": 0.6}, "variants": {"int8": {"published": True}}}
    told = published_fakes.write(
        releases,
        3,
        files={"ranker.json": json.dumps(guard.parts()), "network.json": json.dumps(network)},
    )
    body = shop.get(f"/v1/releases/{told}").get_json()
    assert (body["release_id"], body["live"], body["metrics"]) == (told, False, {"nth": 3})
    assert body["guard"]["ndcg_at_10"]["home_hot"] == {BLEND: 0.25, "popular": 0.2}
    assert body["guard"]["served"]["query_cold"] == BLEND
    assert body["network"] == network
    sizes = [one["size"] for one in body["files"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == body["size"] > 0
    listed = shop.get("/v1/releases").get_json()["releases"]
    assert listed[-1]["size"] == body["size"]


def test_a_release_without_parts_or_with_bad_ones(
    shop: FlaskClient, releases: Path, ids: list[str]
) -> None:
    body = shop.get(f"/v1/releases/{ids[0]}").get_json()
    assert (body["live"], body["guard"], body["network"]) == (True, None, None)
    assert shop.get("/v1/releases/20240301T000000Z-ffffffff").status_code == 404
    for nth, name in enumerate(("ranker.json", "network.json")):
        bad = published_fakes.write(releases, 4 + nth, files={name: "[]"})
        answer = shop.get(f"/v1/releases/{bad}")
        assert answer.status_code == 422
        assert name in answer.get_json(force=True)["detail"]
        assert str(releases).encode() not in answer.data


def test_what_rolling_back_would_serve_is_told(
    shop: FlaskClient, releases: Path, ids: list[str]
) -> None:
    assert shop.get("/v1/releases").get_json()["before"] is None
    publish(releases, ids[1])
    assert shop.get("/v1/releases").get_json()["before"] == ids[0]


def test_published_and_rolled_back(shop: FlaskClient, releases: Path, ids: list[str]) -> None:
    assert shop.get("/v1/items/item-1").get_json()["title"].endswith("of 0")
    answer = shop.post(f"/v1/releases/{ids[1]}/publish")
    assert answer.status_code == 200
    assert answer.get_json()["release_id"] == ids[1]
    assert shop.get("/v1/items/item-1").get_json()["title"].endswith("of 1")
    ready = shop.get("/readyz").get_json()
    assert (ready["release_id"], ready["since"]) == (ids[1], answer.get_json()["since"])
    assert shop.post("/v1/releases/rollback").get_json()["release_id"] == ids[0]
    assert live_ids(releases) == [ids[0]]
    nothing = shop.post("/v1/releases/rollback")
    assert nothing.status_code == 409
    assert nothing.get_json(force=True)["type"] == "urn:modiste:problem:no-earlier-release"


@pytest.mark.parametrize("name", ["20240301T000000Z-ffffffff", "..", "CURRENT", "a b"])
def test_an_unknown_release_is_404(shop: FlaskClient, releases: Path, name: str) -> None:
    answer = shop.post(f"/v1/releases/{name}/publish")
    assert answer.status_code == 404
    assert str(releases).encode() not in answer.data


def test_a_damaged_release_is_refused(shop: FlaskClient, releases: Path, ids: list[str]) -> None:
    published_fakes.damage(releases / ids[1])
    answer = shop.post(f"/v1/releases/{ids[1]}/publish")
    assert answer.status_code == 422
    body = answer.get_json(force=True)
    assert body["type"] == "urn:modiste:problem:release-refused"
    assert "items.parquet must have" in body["detail"]
    assert str(releases) not in body["detail"]
    assert live_ids(releases) == [ids[0]]


def test_files_are_read_before_others_wait_and_not_again(
    shop: FlaskClient, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    live: Live = shop.application.extensions["modiste"]
    read_meanwhile: list[Path] = []
    check = release.check_release

    def checked(folder: Path) -> Manifest:
        if live._replacing.locked():
            read_meanwhile.append(folder)
        return check(folder)

    monkeypatch.setattr(release, "check_release", checked)
    monkeypatch.setattr("modiste.api.live.release_watch.check_release", checked)
    for release_id in (ids[1], ids[1]):
        assert shop.post(f"/v1/releases/{release_id}/publish").status_code == 200
    assert shop.post("/v1/releases/rollback").status_code == 200
    assert not read_meanwhile


def test_what_is_live_and_damaged_since_is_not_published_again(
    shop: FlaskClient, releases: Path, ids: list[str]
) -> None:
    published_fakes.damage(releases / ids[0])
    assert shop.post(f"/v1/releases/{ids[0]}/publish").status_code == 422
    assert shop.get("/readyz").status_code == 200


def test_one_at_a_time(shop: FlaskClient, ids: list[str]) -> None:
    with shop.application.extensions["modiste"].loading:
        answer = shop.post(f"/v1/releases/{ids[1]}/publish")
    assert answer.status_code == 409
    assert answer.headers["Retry-After"] == "5"


def test_a_disk_that_is_full_is_told(
    shop: FlaskClient, releases: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(releases / ".incoming-1"))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        answer = shop.post(f"/v1/releases/{ids[1]}/publish")
    assert answer.status_code == 503
    assert "No space left on device" in answer.get_json(force=True)["detail"]
    assert live_ids(releases) == [ids[0]]
    assert shop.get("/readyz").get_json()["release_id"] == ids[0]
    assert shop.post(f"/v1/releases/{ids[1]}/publish").status_code == 200


def test_a_store_that_is_away_is_told(shop: FlaskClient, releases: Path, ids: list[str]) -> None:
    def away(release: object) -> None:
        raise StoreError("away")

    shop.application.extensions["modiste"].with_changes = away
    answer = shop.post(f"/v1/releases/{ids[1]}/publish")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json(force=True)["type"] == "urn:modiste:problem:store-unavailable"
    assert live_ids(releases) == [ids[0]]
    assert shop.get("/readyz").get_json()["release_id"] == ids[0]


def test_a_refusal_is_told_by_readyz_and_metrics(
    shop: FlaskClient, releases: Path, ids: list[str]
) -> None:
    publish(releases, ids[1])
    published_fakes.damage(releases / ids[1])
    shop.application.extensions["modiste.watch"].look()
    ready = shop.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json()["release_id"] == ids[0]
    refused = ready.get_json()["refused"]
    assert refused["release_id"] == ids[1]
    assert refused["code"] == "unreadable_release"
    assert set(refused) == {"release_id", "code", "when"}
    told = shop.get("/v1/releases").get_json()["refused"]
    assert "items.parquet" in told["why"]
    assert b"modiste_releases_refused_total 1.0" in shop.get("/metrics").data


def test_a_recommender_of_ones_own_has_no_releases(client: FlaskClient) -> None:
    assert client.get("/v1/releases").status_code == 404
