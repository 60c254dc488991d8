"""The retraining job on datasets that lack something: what is left is served."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from painted_photos import painted_photos

from modiste import Query, Recommender
from modiste.data.dataset import Dataset, empty_events, empty_items, empty_photos, write_dataset
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, ReleaseError
from modiste.training.demo import run_demo
from modiste.training.job import JobConfig, catalogue_texts, run_job

pytestmark = pytest.mark.network

VOCABULARY = Vocabulary.from_pairs(
    [("Dress", "full"), ("Tee", "upper")], [("striped", "texture"), ("navy", "colour")]
)


def items(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": [f"i{n}" for n in range(n)],
            "title": [
                f"{'Striped' if n % 2 else 'Navy'} {'dress' if n % 3 else 'tee'}" for n in range(n)
            ],
            "category": ["Dress" if n % 3 else "Tee" for n in range(n)],
            "attributes": [["striped"] if n % 2 else ["navy"] for n in range(n)],
            "price": [10.0 + n for n in range(n)],
            "availability": "in_stock",
        }
    )


def purchases(n_users: int, n_items: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [
        (f"u{user}", f"i{(user % 2) + 2 * int(rng.integers(n_items // 2))}", day)
        for user in range(n_users)
        for day in sorted(rng.integers(0, 300, size=8).tolist())
    ]
    return pd.DataFrame(
        {
            "event_id": [f"e{n}" for n in range(len(rows))],
            "user_id": [user for user, _, _ in rows],
            "item_id": [item for _, item, _ in rows],
            "event_name": "purchase",
            "event_time": pd.Timestamp("2025-01-01", tz="UTC")
            + pd.to_timedelta([day for _, _, day in rows], unit="D"),
            "quantity": 1,
        }
    )


def published(tmp_path: Path, items: pd.DataFrame, events: pd.DataFrame) -> Recommender:
    write_dataset(tmp_path / "shop", VOCABULARY, items, events, empty_photos())
    release = run_job(Dataset.read(tmp_path / "shop"), tmp_path / "releases")
    assert release.evaluation.figures["not_scored"]
    return Recommender.load(tmp_path / "releases")


def test_without_photos_phrases_and_shoppers_are_answered(tmp_path: Path) -> None:
    recommender = published(tmp_path, items(40), purchases(60, 40))
    answer = recommender.recommend(Query(text="striped dress", user_id="u1"), 5)
    assert len(answer) == 5
    with pytest.raises(ReleaseError, match=r"photo|network"):
        recommender.recommend(Query(image=np.zeros((64, 64, 3), np.uint8)))


def test_without_events_nothing_is_personal(tmp_path: Path) -> None:
    recommender = published(tmp_path, items(40), empty_events())
    answer = recommender.recommend(Query(text="navy tee", user_id="u1"), 5)
    assert len(answer) == 5
    assert {found.personal_score for found in answer} == {0.0}
    best = recommender.catalogue.items.set_index("item_id").loc[answer[0].item_id]
    assert best["title"] == "Navy tee"


def test_an_empty_dataset_is_a_release_that_answers_nothing(tmp_path: Path) -> None:
    recommender = published(tmp_path, empty_items(), empty_events())
    with pytest.raises(ValueError, match="Received: 10"):
        recommender.recommend(Query())


def test_texts_are_titles_descriptions_and_searches(tmp_path: Path) -> None:
    events = purchases(2, 4)
    events.loc[0, ["event_name", "item_id", "search_term"]] = ["search", None, "stripy frock"]
    write_dataset(
        tmp_path, VOCABULARY, items(4).assign(description="Soft."), events, empty_photos()
    )
    texts = catalogue_texts(Dataset.read(tmp_path))
    assert texts[0] == "Navy tee. Soft."
    assert texts[-1] == "stripy frock"
    assert len(texts) == 5


def test_photos_that_only_the_evaluation_reads_are_looked_at_before_the_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted_photos(tmp_path / "shop", n_items=20)
    dataset = Dataset.read(tmp_path / "shop")
    photos = dataset.photos.assign(
        split=np.resize(["train", "val", "test", "test"], len(dataset.photos))
    )
    dataset = replace(dataset, photos=photos)
    for row in (2, 7):
        path = dataset.image_path(photos.image[row])
        path.write_bytes(path.read_bytes()[:-200])
    fits: list[object] = []
    monkeypatch.setattr("modiste.training.job.fit_network", lambda *given, **_: fits.append(given))
    with pytest.raises(DatasetError, match="Received: 2 such photos") as refused:
        run_job(dataset, tmp_path / "releases")
    assert [problem.row for problem in refused.value.problems] == [2, 7]
    assert fits == []


def test_settings_are_json_without_paths_of_this_machine(tmp_path: Path) -> None:
    settings = JobConfig(pretrained_vectors=tmp_path / "vectors.bin").with_seed(3).to_json()
    assert settings["pretrained_vectors"] == "vectors.bin"
    assert settings["seed"] == 3
    assert settings["fit"]["seed"] == settings["als"]["seed"] == settings["ranker"]["seed"] == 3
    assert str(tmp_path) not in str(settings)


def test_searches_of_the_held_back_windows_train_no_word_vectors(tmp_path: Path) -> None:
    events = purchases(2, 4)
    events.loc[0, ["event_name", "item_id", "search_term"]] = ["search", None, "stripy frock"]
    write_dataset(tmp_path, VOCABULARY, items(4), events, empty_photos())
    dataset = Dataset.read(tmp_path)
    searched_at = dataset.events["event_time"].iloc[0].to_pydatetime()
    assert "stripy frock" not in catalogue_texts(dataset, before=searched_at)
    assert "stripy frock" in catalogue_texts(dataset, before=searched_at + timedelta(days=1))


def test_the_demo_replaces_only_what_it_made(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "CURRENT").write_text("mine")
    with pytest.raises(DatasetError, match="another --dir"):
        run_demo(tmp_path)
    assert (tmp_path / "releases" / "CURRENT").read_text() == "mine"
