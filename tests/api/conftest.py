"""Clients of the service over a fake recommender."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from contract import checked_client
from fake_recommender import FakeRecommender, item_table, photo
from flask.testing import FlaskClient

from modiste.api import ApiConfig

# The checkerboard shop is in there.
sys.path.append(str(Path(__file__).parents[1] / "recommender"))


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine of the tests, a store that can be read is waited for."""
    monkeypatch.setattr("modiste.api.since_release._WAIT_SECONDS", 20.0)


@pytest.fixture
def recommender() -> FakeRecommender:
    return FakeRecommender()


@pytest.fixture
def images_dir(tmp_path: Path) -> Path:
    """A dataset directory with photos of two items, one of them named badly."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.jpg").write_bytes(photo())
    (tmp_path / "secret.jpg").write_bytes(photo())
    paths = {1: "images/1.jpg", 2: "../secret.jpg", 4: "images/none.jpg", 5: "photos.parquet"}
    items = item_table()["item_id"]
    pd.DataFrame(
        {
            "image": ["images/street.jpg", *paths.values()],
            "item_id": ["item-1", *(items[i] for i in paths)],
            "photo_kind": ["street", "shop", "shop", None, None],
        }
    ).to_parquet(tmp_path / "photos.parquet")
    return tmp_path


@pytest.fixture
def client(recommender: FakeRecommender, images_dir: Path) -> FlaskClient:
    client = checked_client(recommender, ApiConfig(images_dir=images_dir, demo=True))
    getattr(recommender, "calls", []).clear()  # those that warmed it
    return client
