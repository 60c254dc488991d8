from __future__ import annotations

import json

import numpy as np
import pytest
from small_shop import small_shop

from modiste.data.dataset import empty_events
from modiste.recommender.pool import SOURCES
from modiste.recommender.ranker import BLEND, HYBRID, SCORERS, SEGMENTS
from modiste.training.ranker import MIN_GUARD_QUERIES, RankerConfig, fit_ranker, guard
from modiste.training.ranking_evaluation import SERVED, Standing, evaluate_ranking
from modiste.training.time_cuts import time_cuts

CONFIG = RankerConfig(n_trees=40, min_rows_a_leaf=20, n_cuts=2)


@pytest.fixture(scope="module")
def shop():
    return small_shop()


@pytest.fixture(scope="module")
def cuts(shop):
    return time_cuts(shop[1], n_training=2)


@pytest.fixture(scope="module")
def ranker(shop, cuts):
    return fit_ranker(*shop, config=CONFIG, cuts=cuts)


@pytest.fixture(scope="module")
def report(shop, cuts, ranker):
    return evaluate_ranking(ranker, *shop, cuts.test)


def test_the_hybrid_beats_every_source_where_there_is_a_query(report):
    found = {line.system: line for line in report.lines if line.questions == "query"}
    best_source = max(found[name].ndcg.mean for name in SOURCES)
    assert found[SERVED].ndcg.mean > 1.1 * best_source
    assert found[SERVED].ndcg.low > found["popular"].ndcg.high


def test_the_report_names_every_system_with_intervals(report):
    assert {line.system for line in report.lines} == {SERVED, HYBRID, BLEND, *SOURCES}
    assert {line.questions for line in report.lines} == {"query", "home"}
    for line in report.lines:
        assert 0 <= line.ndcg.low <= line.ndcg.mean <= line.ndcg.high <= 1
        assert line.recall.mean >= line.ndcg.mean * 0.5
        assert 0 < line.coverage <= 1
    plain = json.loads(json.dumps(report.to_json()))
    assert plain["systems"]["home"]["popular"]["n_users"] == report.lines[-1].ndcg.n_users
    assert "NDCG@10" in str(report)


def test_the_guard_records_why(ranker):
    assert ranker.booster is not None
    assert set(ranker.guard.served) == set(SEGMENTS)
    for segment, row in ranker.guard.table.items():
        assert set(row) == set(SCORERS)
        if ranker.guard.n_queries[segment] >= MIN_GUARD_QUERIES:
            assert row[ranker.guard.served[segment]] == max(row.values())


def test_the_same_seed_gives_the_same_trees(shop, cuts, ranker):
    again = fit_ranker(*shop, config=CONFIG, cuts=cuts)
    assert again.booster.model_to_string() == ranker.booster.model_to_string()
    assert again.guard == ranker.guard


def standing(segment, ndcg):
    n_queries = len(ndcg)
    return Standing(
        np.zeros((n_queries, 10), np.int32), np.array(ndcg), np.array(ndcg), np.array(segment)
    )


def test_the_guard_takes_the_best_of_each_segment():
    segment = [0] * 40 + [3] * 40
    low, high = [0.1] * 40, [0.9] * 40
    found = {name: standing(segment, low + low) for name in SCORERS}
    found[HYBRID] = standing(segment, high + [0.5] * 40)
    found["collaborative"] = standing(segment, low + high)
    chosen = guard(found)
    assert chosen.served["query_hot"] == HYBRID
    assert chosen.served["home_hot"] == "collaborative"
    # Segments without queries of their own follow the others of their kind.
    assert chosen.served["query_cold"] == HYBRID
    assert chosen.served["home_cold"] == "collaborative"
    assert chosen.n_queries["query_cold"] == 0
    assert "query_cold" not in chosen.table


def test_equals_are_served_by_the_hybrid_and_too_few_by_the_blend():
    found = {name: standing([0] * 40 + [3] * 5, [0.5] * 45) for name in SCORERS}
    chosen = guard(found)
    assert chosen.served["query_hot"] == HYBRID
    assert chosen.served["home_hot"] == BLEND


def test_without_events_the_blend_serves_and_says_why(shop):
    ranker = fit_ranker(shop[0], empty_events())
    assert set(ranker.guard.served.values()) == {BLEND}
    assert "was not fitted" in ranker.guard.note


def test_with_too_few_purchases_the_blend_serves_and_says_why(cuts):
    catalogue, events = small_shop(n_users=4, sessions=3)
    ranker = fit_ranker(catalogue, events, config=CONFIG)
    assert ranker.booster is None
    assert "at least 20 queries" in ranker.guard.note
    report = evaluate_ranking(ranker, catalogue, events, time_cuts(events).test)
    assert HYBRID not in {line.system for line in report.lines}
