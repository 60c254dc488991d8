from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from small_shop import small_shop

from modiste.data.dataset import empty_events
from modiste.recommender.guard import BLEND, HYBRID, SCORERS, SEGMENTS
from modiste.recommender.pool import SOURCES
from modiste.training.bootstrap import Interval
from modiste.training.evaluation import Evaluation
from modiste.training.evaluation_page import evaluation_page, write_evaluation_page
from modiste.training.ranker import MIN_GUARD_QUERIES, RankerConfig, fit_ranker, guard
from modiste.training.ranking_evaluation import SINGLE, evaluate_ranking
from modiste.training.ranking_tables import SYSTEM_NAMES, ranking_tables
from modiste.training.standings import SERVED, SYSTEMS, Standing
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
    assert {line.system for line in report.lines} == set(SYSTEMS)
    assert {line.questions for line in report.lines} == {"query", "home"}
    for line in report.lines:
        assert 0 <= line.ndcg.low <= line.ndcg.mean <= line.ndcg.high <= 1
        assert line.figures["recall_at_10"].mean >= line.ndcg.mean * 0.5
        assert line.figures["hit_rate_at_10"].mean >= line.figures["mrr_at_10"].mean
        assert line.figures["map_at_10"].mean <= line.figures["recall_at_10"].mean
        assert line.figures["novelty_at_10"].low > 0
        assert line.figures["calibration_at_10"].low >= 0
        assert 0 < line.coverage <= 1
    plain = json.loads(json.dumps(report.to_json()))
    assert plain["systems"]["home"]["popular"]["n_users"] == report.lines[-1].ndcg.n_users
    served = plain["systems"]["query"]["served"]
    assert served["served_minus_this"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    other = plain["systems"]["query"]["popular"]
    assert other["served_minus_this"]["mean"] == pytest.approx(
        served["ndcg_at_10"]["mean"] - other["ndcg_at_10"]["mean"], abs=2e-4
    )


def test_segments_are_of_shoppers_and_of_items(report):
    found = {line.segment: line for line in report.segments}
    assert (
        {"query_warm_items", "home_warm_items"}
        < set(found)
        <= {
            *SEGMENTS,
            *(f"{asked}_{kind}_items" for asked in ("query", "home") for kind in ("warm", "cold")),
        }
    )
    queries = {line.questions: line.n_queries for line in report.lines}
    for asked in ("query", "home"):
        own = [found[name].n_queries for name in SEGMENTS if name in found and asked in name]
        assert sum(own) == queries[asked]
    for line in report.segments:
        assert line.ndcg[line.best_single] == max(line.ndcg[name] for name in SINGLE)
        gain = line.ndcg[SERVED] - line.ndcg[line.best_single]
        assert line.gain.mean == pytest.approx(gain)


def test_tables_and_page_name_every_system_and_segment(report, tmp_path):
    tables = ranking_tables(report, "test")
    assert [len(table.rows) for table in tables] == [12, 12, 12, 12, len(report.segments)]
    assert all(len(row) == len(table.header) for table in tables for row in table.rows)
    figures = {"split": "test", "not_scored": {"network": "no <b>photos</b>"}}
    evaluation = Evaluation(figures, tuple(tables), report)
    path = write_evaluation_page(evaluation, "<shop>", "releases", tmp_path / "a" / "page.html")
    page = path.read_text(encoding="utf-8")
    assert "Evaluation of &lt;shop&gt;" in page
    assert "no &lt;b&gt;photos&lt;/b&gt;" in page
    assert "<script" not in page
    assert page.count("data:image/png;base64,") == 2
    for name in SYSTEM_NAMES.values():
        assert f'<td class="t">{name}</td>' in page
    verdict = re.search(r"<p class=\"verdict[^>]*>([^<]*)<", page).group(1)
    worse = [line for line in report.segments if line.gain.high < 0]
    assert ("is worse than one of its sources" in verdict) == bool(worse)


def test_a_segment_served_worse_is_said_first(report):
    bad = replace(report.segments[0], gain=Interval(-0.2, -0.3, -0.1, 50))
    evaluation = Evaluation({}, (), replace(report, segments=(bad,)))
    page = evaluation_page(evaluation, "shop", "releases")
    assert "alone for: " + bad.segment.replace("_", " ") in page
    nothing = evaluation_page(Evaluation({"note": "old"}, ()), "shop", "releases")
    assert ">old<" in nothing
    assert "data:image" not in nothing


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
    return Standing(np.zeros((n_queries, 10), np.int32), np.array(ndcg), np.array(segment))


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
