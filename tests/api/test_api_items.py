from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest
from fake_recommender import SLASHED, FakeRecommender, item_table, photo
from flask.testing import FlaskClient

from modiste.api import ApiConfig, create_app
from modiste.errors import DatasetError


def test_an_item_is_answered_without_the_shops_own_columns(client: FlaskClient) -> None:
    body = client.get("/v1/items/item-3").get_json()
    assert body["title"] == "Garment 3"
    assert body["price"] is None
    assert body["image"] is None
    assert "purchase_cost" not in body


def test_an_item_in_the_clients_cache_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/v1/items/item-1")
    again = client.get("/v1/items/item-1", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("item_id", [SLASHED, quote(SLASHED, safe="")])
def test_an_id_may_hold_slashes(client: FlaskClient, item_id: str) -> None:
    assert client.get(f"/v1/items/{item_id}").get_json()["item_id"] == SLASHED
    similar = client.get(f"/v1/items/{item_id}/similar?k=2").get_json()
    assert len(similar["recommendations"]) == 2


def test_similar_leaves_the_item_itself_out(client: FlaskClient) -> None:
    body = client.get("/v1/items/item-0/similar").get_json()
    assert [r["item_id"] for r in body["recommendations"]][:2] == ["item-1", "item-2"]


@pytest.mark.parametrize("arguments", ["k=0", "k=101", "k=ten", "k=", "n=5", "k=1e400"])
def test_similar_checks_its_arguments(client: FlaskClient, arguments: str) -> None:
    answer = client.get(f"/v1/items/item-0/similar?{arguments}")
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["field"] in {"k", "n"}


@pytest.mark.parametrize("item_id", ["item-3", SLASHED])
def test_a_look_is_completed_for_a_shopper(
    client: FlaskClient, recommender: FakeRecommender, item_id: str
) -> None:
    body = client.get(f"/v1/items/{item_id}/complete?k=4&user_id=ana").get_json()
    call = recommender.calls[-1]
    assert (call["completes"], call["query"].user_id, call["k"]) == (item_id, "ana", 4)
    assert [found["rank"] for found in body["recommendations"]] == [1, 2, 3, 4]
    assert item_id not in {found["item_id"] for found in body["recommendations"]}
    assert client.get(f"/v1/items/{item_id}/complete").status_code == 200
    assert recommender.calls[-1]["query"].user_id is None


@pytest.mark.parametrize(
    ("arguments", "field"),
    [("k=0", "k"), ("k=ten", "k"), ("user_id=", "user_id"), ("filters=x", "filters")],
)
def test_complete_checks_its_arguments(client: FlaskClient, arguments: str, field: str) -> None:
    answer = client.get(f"/v1/items/item-0/complete?{arguments}")
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["field"] == field


@pytest.mark.parametrize("end", ["", "/similar", "/complete", "/image"])
@pytest.mark.parametrize("item_id", ["none", "%00", "..%2F..%2Fetc%2Fpasswd", "%FF"])
def test_an_unknown_item_is_404(client: FlaskClient, end: str, item_id: str) -> None:
    answer = client.get(f"/v1/items/{item_id}{end}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_the_shops_photo_is_sent_and_cached(client: FlaskClient) -> None:
    with client.get("/v1/items/item-1/image") as first:
        assert first.data == photo()
        assert first.content_type == "image/jpeg"
    seen = {"If-None-Match": first.headers["ETag"]}
    with client.get("/v1/items/item-1/image", headers=seen) as again:
        assert again.status_code == 304


@pytest.mark.parametrize(
    "item_id",
    ["item-0", "item-2", "item-4", "item-5"],
    ids=["no photo", "outside the folder", "no file", "not a photo"],
)
def test_nothing_else_is_sent(client: FlaskClient, images_dir: Path, item_id: str) -> None:
    (images_dir.parent / "secret.jpg").write_bytes(photo())
    answer = client.get(f"/v1/items/{item_id}/image")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_the_images_folder_may_be_a_link_but_lead_nowhere_else(tmp_path: Path) -> None:
    disk, dataset = tmp_path / "disk", tmp_path / "dataset"
    disk.mkdir()
    dataset.mkdir()
    (disk / "1.jpg").write_bytes(photo())
    (tmp_path / "secret.jpg").write_bytes(photo())
    (disk / "2.jpg").symlink_to(tmp_path / "secret.jpg")
    (dataset / "images").symlink_to(disk)
    items = item_table()
    items["image"] = [f"images/{i}.jpg" for i in range(len(items))]
    client = create_app(FakeRecommender(items), ApiConfig(images_dir=dataset)).test_client()
    with client.get("/v1/items/item-1/image") as answer:
        assert answer.status_code == 200
    assert client.get("/v1/items/item-2/image").status_code == 404


def test_without_a_dataset_no_item_has_a_photo(recommender: FakeRecommender) -> None:
    client = create_app(recommender).test_client()
    assert client.get("/v1/items/item-1").get_json()["image"] is None
    assert client.get("/v1/items/item-1/image").status_code == 404


def test_photos_may_leave_out_what_may_be_null(
    recommender: FakeRecommender, images_dir: Path
) -> None:
    photos = pd.read_parquet(images_dir / "photos.parquet")
    shown = {"photo_kind": True, "item_id": False}
    for column, has_photo in shown.items():
        # The street photo of item-1 has no file, so the shop's is the only row kept.
        photos.iloc[1:].drop(columns=column).to_parquet(images_dir / "photos.parquet")
        client = create_app(recommender, ApiConfig(images_dir=images_dir)).test_client()
        assert bool(client.get("/v1/items/item-1").get_json()["image"]) is has_photo


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        (None, r"photos.parquet must be a Parquet file .*Received"),
        ({"item_id": ["item-1"]}, r"needs the column 'image'. Received: item_id"),
        ({"image": [["a.jpg"]], "item_id": ["item-1"]}, r"are text; .*Received"),
    ],
    ids=["corrupt", "no image", "lists"],
)
def test_broken_photos_are_named(
    recommender: FakeRecommender,
    images_dir: Path,
    photos: dict[str, list[object]] | None,
    message: str,
) -> None:
    file = images_dir / "photos.parquet"
    if photos is None:
        file.write_bytes(file.read_bytes()[:-20])
    else:
        pd.DataFrame(photos).to_parquet(file)
    with pytest.raises(DatasetError, match=message):
        create_app(recommender, ApiConfig(images_dir=images_dir))


def test_an_images_directory_must_exist(recommender: FakeRecommender, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="images directory"):
        create_app(recommender, ApiConfig(images_dir=tmp_path / "none"))
