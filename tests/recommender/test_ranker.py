from __future__ import annotations

import json

import lightgbm
import numpy as np
import pytest

from modiste.errors import ReleaseError
from modiste.recommender.agreement import is_weak_match
from modiste.recommender.causes import CAUSES, cause_of_feature
from modiste.recommender.features import COLUMN, FEATURE_NAMES
from modiste.recommender.guard import BLEND, GUARD_FILE, HYBRID, SEGMENTS, Guard
from modiste.recommender.pool import SOURCES
from modiste.recommender.ranker import RANKER_FILE, Ranker, segments


def table(n_rows=200, seed=0):
    generator = np.random.default_rng(seed)
    features = generator.random((n_rows, len(FEATURE_NAMES))).astype(np.float32)
    for source in SOURCES:
        order = np.argsort(-features[:, COLUMN[f"{source}_score"]])
        features[order, COLUMN[f"{source}_rank"]] = np.arange(1, n_rows + 1)
    # Full matches all, so that what was asked for does not order them.
    features[:, COLUMN["visual_relative"]] = 1.0
    return features


def of_segment(features, *, asked, n_history, n_purchased):
    features = features.copy()
    features[:, COLUMN["has_embedding"]] = asked
    features[:, COLUMN["has_attributes"]] = 0
    features[:, COLUMN["n_history"]] = n_history
    features[:, COLUMN["n_purchased"]] = n_purchased
    return features


@pytest.fixture(scope="module")
def booster():
    """Trees that learnt: the visual score raises, the price lowers."""
    features = table(2_000, seed=1)
    labels = features[:, COLUMN["visual_score"]] - 0.5 * features[:, COLUMN["price"]] > 0.3
    data = lightgbm.Dataset(
        features, labels.astype(int), group=[100] * 20, feature_name=list(FEATURE_NAMES)
    )
    parameters = {"objective": "lambdarank", "verbosity": -1, "num_threads": 1, "num_leaves": 8}
    return lightgbm.train(parameters, data, num_boost_round=20)


def guard(**served):
    return Guard({**dict.fromkeys(SEGMENTS, HYBRID), **served})


def test_segments_are_query_by_shopper():
    features = table(1)
    found = [
        segments(of_segment(features, asked=asked, n_history=history, n_purchased=bought))[0]
        for asked in (1, 0)
        for history, bought in ((9, 5), (9, 4), (0, 0))
    ]
    assert [SEGMENTS[one] for one in found] == list(SEGMENTS)


def test_each_segment_is_served_by_what_the_guard_names(booster):
    ranker = Ranker(booster, guard(home_hot="collaborative", query_cold=BLEND))
    hybrid = of_segment(table(), asked=1, n_history=9, n_purchased=9)
    single = of_segment(table(), asked=0, n_history=9, n_purchased=9)
    blend = of_segment(table(), asked=1, n_history=0, n_purchased=0)
    together = ranker.scores(np.concatenate([hybrid, single, blend]))
    np.testing.assert_array_equal(together[:200], ranker.scores_by(HYBRID, hybrid))
    np.testing.assert_array_equal(together[200:400], single[:, COLUMN["collaborative_score"]])
    np.testing.assert_array_equal(together[400:], ranker.scores_by(BLEND, blend))
    assert np.isfinite(together).all()
    assert together.dtype == np.float32


def test_what_was_asked_for_comes_before_what_is_only_liked(booster):
    ranker = Ranker(booster, guard())
    features = of_segment(table(), asked=1, n_history=9, n_purchased=9)
    features[:, COLUMN["visual_relative"]] = 0.1
    features[:, COLUMN["attribute_relative"]] = np.nan
    features[::4, COLUMN["visual_relative"]] = 0.9
    features[1::4, COLUMN["attribute_relative"]] = 0.6
    scores = ranker.scores(features)
    weak = is_weak_match(features)
    assert weak.tolist() == [False, False, True, True] * 50
    assert scores[~weak].min() > scores[weak].max()
    plain = ranker.scores_by(HYBRID, features)
    np.testing.assert_array_equal(np.argsort(scores[weak]), np.argsort(plain[weak]))
    features[:, COLUMN["has_embedding"]] = 0
    np.testing.assert_array_equal(ranker.scores(features), ranker.scores_by(HYBRID, features))


def test_the_worse_a_weak_match_the_further_behind():
    features = of_segment(table(6), asked=1, n_history=9, n_purchased=9)
    features[:, COLUMN["visual_relative"]] = [0.4, 0.0, 0.2, 0.9, 0.45, 0.1]
    features[:, COLUMN["attribute_relative"]] = [np.nan, 0.0, 0.3, 0.0, 0.1, 0.2]
    # The shopper likes best what fits worst.
    features[:, COLUMN["collaborative_relative"]] = [0.1, 1.0, 0.5, 0.0, 0.0, 0.9]
    scores = Ranker.blend_only("a test").scores(features)
    assert np.argsort(-scores).tolist() == [3, 4, 0, 2, 5, 1]


def test_a_single_source_puts_its_own_proposals_first_and_then_what_sells():
    ranker = Ranker.blend_only("no purchases")
    features = table(6)
    features[:, COLUMN["visual_score"]] = [0.1, 0.9, 0.8, 0.2, np.nan, np.nan]
    features[:, COLUMN["visual_rank"]] = [2, 1, np.nan, np.nan, np.nan, np.nan]
    features[:, COLUMN["popular_score"]] = [0.9, 0.0, 0.1, 0.4, np.nan, 0.3]
    scores = ranker.scores_by("visual", features)
    assert np.argsort(-scores).tolist() == [1, 0, 3, 5, 2, 4]


def test_contributions_add_up_to_the_score(booster):
    ranker = Ranker(booster, guard())
    features = of_segment(table(), asked=1, n_history=9, n_purchased=9)
    found = ranker.contributions(features)
    assert found.shape == (200, len(CAUSES))
    rest = ranker.scores(features) - found.sum(axis=1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_taking_a_cause_away_lowers_the_score_that_it_raised(booster):
    ranker = Ranker(booster, guard())
    features = of_segment(table(), asked=1, n_history=9, n_purchased=9)
    raised = ranker.contributions(features)[:, CAUSES.index("visual")] > 0.2
    assert raised.any()
    without = features.copy()
    for name in FEATURE_NAMES:
        if cause_of_feature(name) == "visual":
            without[:, COLUMN[name]] = features[:, COLUMN[name]].min()
    assert (ranker.scores(without) < ranker.scores(features))[raised].all()


@pytest.mark.parametrize(
    ("scorer", "asked", "causes"),
    [
        (BLEND, 1, set(CAUSES) - {"new", "other"}),
        (BLEND, 0, set(CAUSES) - {"visual", "attributes", "other"}),
        ("popular", 1, {"popular"}),
        ("item_to_item", 0, {"item_to_item"}),
    ],
)
def test_contributions_of_the_simple_scorers_name_their_sources(scorer, asked, causes):
    ranker = Ranker(None, Guard(dict.fromkeys(SEGMENTS, scorer)))
    features = of_segment(table(), asked=asked, n_history=3, n_purchased=1)
    found = ranker.contributions(features)
    assert {CAUSES[column] for column in np.flatnonzero(found.any(axis=0))} == causes
    np.testing.assert_allclose(found.sum(axis=1), ranker.scores(features), rtol=1e-5)


def test_what_a_single_source_did_not_propose_is_explained_by_what_sells():
    ranker = Ranker(None, Guard(dict.fromkeys(SEGMENTS, "repeat")))
    features = of_segment(table(4), asked=0, n_history=3, n_purchased=1)
    features[:2, COLUMN["repeat_rank"]] = np.nan
    features[1, COLUMN["popular_score"]] = np.nan
    found = ranker.contributions(features)
    assert not found[1].any()
    assert np.flatnonzero(found[0]).tolist() == [CAUSES.index("popular")]
    assert [np.flatnonzero(row).tolist() for row in found[2:]] == [[CAUSES.index("repeat")]] * 2


def test_every_cause_but_other_has_features_and_they_exist():
    assert {cause_of_feature(name) for name in FEATURE_NAMES} == set(CAUSES)


def test_the_same_scores_after_saving(booster, tmp_path):
    table_of = {"home_hot": {HYBRID: 0.4, BLEND: 0.3}}
    before = Ranker(
        booster, Guard(guard(home_cold="popular").served, table_of, {"home_hot": 50}, "a note")
    )
    before.save(tmp_path)
    after = Ranker.load(tmp_path)
    np.testing.assert_array_equal(after.scores(table()), before.scores(table()))
    np.testing.assert_array_equal(after.contributions(table()), before.contributions(table()))
    assert after.guard == before.guard
    assert json.loads((tmp_path / GUARD_FILE).read_text())["served"]["home_cold"] == "popular"


def test_home_pages_are_ranked_by_their_own_trees(booster, tmp_path):
    features = table(2_000, seed=2)
    labels = (features[:, COLUMN["taste_color"]] > 0.5).astype(int)
    data = lightgbm.Dataset(features, labels, group=[100] * 20, feature_name=list(FEATURE_NAMES))
    parameters = {"objective": "lambdarank", "verbosity": -1, "num_threads": 1}
    home_booster = lightgbm.train(parameters, data, num_boost_round=5)
    Ranker(booster, guard(), home_booster).save(tmp_path)
    ranker = Ranker.load(tmp_path)
    asked = of_segment(table(), asked=1, n_history=9, n_purchased=9)
    home = of_segment(table(), asked=0, n_history=9, n_purchased=9)
    scores = ranker.scores(np.concatenate([asked, home]))
    np.testing.assert_allclose(scores[:200], booster.predict(asked), rtol=1e-6)
    np.testing.assert_allclose(scores[200:], home_booster.predict(home), rtol=1e-6)
    rest = scores[200:] - ranker.contributions(home).sum(axis=1)
    np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_a_ranker_without_trees_saves_no_trees(tmp_path):
    Ranker.blend_only("too few purchases").save(tmp_path)
    assert not (tmp_path / RANKER_FILE).exists()
    assert Ranker.load(tmp_path).guard.note == "too few purchases"


def test_other_features_are_refused(booster, tmp_path):
    Ranker(booster, guard()).save(tmp_path)
    parts = json.loads((tmp_path / GUARD_FILE).read_text())
    parts["feature_names"][0] = "shoe_size"
    (tmp_path / GUARD_FILE).write_text(json.dumps(parts))
    with pytest.raises(ReleaseError, match="shoe_size"):
        Ranker.load(tmp_path)


def test_trees_of_other_features_are_refused(booster, tmp_path):
    Ranker(booster, guard()).save(tmp_path)
    text = (tmp_path / RANKER_FILE).read_text().replace("visual_score", "shoe_size")
    (tmp_path / RANKER_FILE).write_text(text)
    with pytest.raises(ReleaseError, match="this version's features"):
        Ranker.load(tmp_path)


def test_missing_and_broken_files_are_refused(booster, tmp_path):
    with pytest.raises(ReleaseError, match=r"ranker\.json"):
        Ranker.load(tmp_path)
    Ranker(booster, guard()).save(tmp_path)
    (tmp_path / RANKER_FILE).unlink()
    with pytest.raises(ReleaseError, match=r"ranker\.txt"):
        Ranker.load(tmp_path)
    (tmp_path / GUARD_FILE).write_text("{}")
    with pytest.raises(ReleaseError, match=r"ranker\.json"):
        Ranker.load(tmp_path)


def test_bad_guards_and_scorers_are_refused():
    with pytest.raises(ValueError, match="served must give one of"):
        Guard({"home_hot": BLEND})
    with pytest.raises(ValueError, match="needs a booster"):
        Ranker(None, guard())
    with pytest.raises(ValueError, match="scorer must be one of"):
        Ranker.blend_only("").scores_by("astrology", table())
    with pytest.raises(ValueError, match="no booster"):
        Ranker.blend_only("").scores_by(HYBRID, table())
