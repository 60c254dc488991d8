"""A search for settings: resumable, on the validation window, never worse than its start."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from small_shop import small_shop

from modiste.data.dataset import Dataset, empty_photos, write_dataset
from modiste.errors import DatasetError
from modiste.recommender.ranker import Ranker
from modiste.training.collaborative import AlsConfig
from modiste.training.fitted_parts import FittedParts
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.ranker import RankerConfig
from modiste.training.ranking_settings import RankingSettings
from modiste.training.tuning import SETTINGS_FILE, tune_ranking

pytest.importorskip("optuna", reason="optuna, of the extra tune, is not installed")

START = RankingSettings(
    AlsConfig(n_factors=8, iterations=3),
    ItemToItemConfig(l2=100.0),
    RankerConfig(n_trees=20, min_rows_a_leaf=20, n_cuts=2, max_users=60),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    catalogue, events = small_shop(n_users=60)
    folder = tmp_path_factory.mktemp("shop")
    write_dataset(folder, catalogue.vocabulary, catalogue.items, events, empty_photos())
    dataset = Dataset.read(folder)
    return FittedParts(None, None, catalogue, Ranker.blend_only("a test")), dataset


@pytest.fixture(scope="module")
def study(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return folder, tune_ranking(*shop, folder, n_trials=3, start=START)


def test_the_first_trial_is_of_the_settings_started_from(study):
    folder, found = study
    assert [trial.number for trial in found.trials] == [0, 1, 2]
    assert found.trials[0].settings == START
    assert len({json.dumps(trial.settings.to_json()) for trial in found.trials}) == 3
    assert found.best.ndcg == max(trial.ndcg for trial in found.trials) >= found.trials[0].ndcg
    assert 0 < found.best.ndcg < 1
    # What is not searched stays as it was.
    for trial in found.trials:
        assert trial.settings.ranker.n_cuts == 2
        assert trial.settings.als.iterations == 3
    assert RankingSettings.read(folder / SETTINGS_FILE) == found.best.settings


def test_a_search_goes_on_where_it_stopped(shop, study, tmp_path):
    _, whole = study
    first = tune_ranking(*shop, tmp_path, n_trials=2, start=START)
    second = tune_ranking(*shop, tmp_path, n_trials=3, start=START)
    assert second.trials[:2] == first.trials
    assert first.trials[0].ndcg == whole.trials[0].ndcg
    assert tune_ranking(*shop, tmp_path, n_trials=3, start=START) == second


def test_a_search_on_other_data_is_refused(shop, study):
    folder, _ = study
    parts, dataset = shop
    with pytest.raises(DatasetError, match="on another dataset or from other settings"):
        tune_ranking(parts, dataset, folder, n_trials=4, start=RankingSettings())
    with pytest.raises(ValueError, match="at least 1"):
        tune_ranking(parts, dataset, folder, n_trials=0)
    one_window = replace(START, ranker=replace(START.ranker, n_cuts=1))
    with pytest.raises(DatasetError, match="at least two training windows"):
        tune_ranking(parts, dataset, folder, start=one_window)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "must be an object with any of als, item_to_item, ranker"),
        ('{"als": {"factors": 8}}', "als must be an object with any of n_factors"),
        ('{"als": {"alpha": -1}}', "alpha above 0"),
        ("{", "must hold the settings"),
    ],
)
def test_settings_that_are_none_are_refused(tmp_path, text, message):
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        RankingSettings.read(path)


def test_settings_survive_json():
    assert RankingSettings.from_json(json.loads(json.dumps(START.to_json()))) == START
    manifest = {"als": {"n_factors": 9}, "network": {"backbone": "ResNet50"}}
    assert RankingSettings.of_manifest(manifest).als == AlsConfig(n_factors=9)
