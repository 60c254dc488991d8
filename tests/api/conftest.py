"""Clients of the service over a fake recommender."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from contract import CheckedClient
from fake_recommender import FakeRecommender, item_table, photo
from flask.testing import FlaskClient

from modiste.api import ApiConfig, create_app

# The checkerboard shop is in there.
sys.path.append(str(Path(__file__).parents[1] / "recommender"))


def checked_client(*parts: object) -> FlaskClient:
    """Return a client of `create_app` whose every answer is held against the contract."""
    app = create_app(*parts)  # type: ignore[arg-type]
    app.test_client_class = CheckedClient
    return app.test_client()


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
    recommender.calls.clear()  # those that warmed it
    return client
