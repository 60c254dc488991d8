"""Each metric against a slow version that reads like its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp

from modiste.training import metrics
from modiste.training.bootstrap import bootstrap_interval, paired_ratio

N_ITEMS = 12


def slow_ndcg(ranked, relevant, k):
    shown = list(ranked[:k])
    gained = sum(1 / math.log2(rank + 1) for rank, i in enumerate(shown, start=1) if i in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gained / ideal


def slow_recall(ranked, relevant, k):
    return len(set(ranked[:k]) & relevant) / len(relevant)


def slow_hit_rate(ranked, relevant, k):
    return float(bool(set(ranked[:k]) & relevant))


def slow_reciprocal_rank(ranked, relevant, k):
    for rank, i in enumerate(ranked[:k], start=1):
        if i in relevant:
            return 1 / rank
    return 0.0


def slow_average_precision(ranked, relevant, k):
    found, total = 0, 0.0
    for rank, i in enumerate(ranked[:k], start=1):
        if i in relevant:
            found += 1
            total += found / rank
    return total / min(k, len(relevant))


def world(seed, n_ranked):
    generator = np.random.default_rng(seed)
    ranked = np.stack([generator.permutation(N_ITEMS)[:n_ranked] for _ in range(40)])
    ranked[generator.random(40) < 0.3, n_ranked // 2 :] = -1
    relevant = np.zeros((40, N_ITEMS))
    for row in relevant:
        row[generator.permutation(N_ITEMS)[: generator.integers(1, 7)]] = generator.integers(1, 4)
    return ranked.astype(np.int32), sp.csr_matrix(relevant)


@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        (metrics.ndcg_at_k, slow_ndcg),
        (metrics.recall_at_k, slow_recall),
        (metrics.hit_rate_at_k, slow_hit_rate),
        (metrics.reciprocal_rank_at_k, slow_reciprocal_rank),
        (metrics.average_precision_at_k, slow_average_precision),
    ],
    ids=["ndcg", "recall", "hit_rate", "reciprocal_rank", "average_precision"],
)
@pytest.mark.parametrize("k", [1, 3, 10, 20])
@pytest.mark.parametrize("n_ranked", [1, 5, N_ITEMS])
def test_metric_equals_its_slow_version(fast, slow, k, n_ranked):
    ranked, relevant = world(k, n_ranked)
    expected = [
        slow(list(row), set(relevant[query].indices), k) for query, row in enumerate(ranked)
    ]
    np.testing.assert_allclose(fast(ranked, relevant, k), expected)


def whole_orders():
    """Return every item in some order, what is right, and scores of that order."""
    _, relevant = world(7, N_ITEMS)
    ranked = np.stack([np.random.default_rng(row).permutation(N_ITEMS) for row in range(40)])
    scores = np.zeros((40, N_ITEMS))
    np.put_along_axis(scores, ranked, np.arange(N_ITEMS, 0, -1)[None].repeat(40, 0), axis=1)
    return ranked, relevant, scores


def test_ndcg_equals_scikit_learn():
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    ranked, relevant, scores = whole_orders()
    expected = sklearn_metrics.ndcg_score((relevant.toarray() > 0).astype(int), scores, k=5)
    assert metrics.ndcg_at_k(ranked, relevant, 5).mean() == pytest.approx(expected)


def test_average_precision_of_a_whole_order_equals_scikit_learn():
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    ranked, relevant, scores = whole_orders()
    expected = [
        sklearn_metrics.average_precision_score(truth > 0, score)
        for truth, score in zip(relevant.toarray(), scores, strict=True)
    ]
    found = metrics.average_precision_at_k(ranked.astype(np.int32), relevant, N_ITEMS)
    np.testing.assert_allclose(found, expected)


def test_the_ideal_order_scores_one_and_the_wrong_items_zero():
    relevant = sp.csr_matrix(np.array([[1, 1, 0, 0]]))
    right, wrong = np.array([[1, 0]], np.int32), np.array([[2, 3]], np.int32)
    for metric in (metrics.ndcg_at_k, metrics.recall_at_k, metrics.reciprocal_rank_at_k):
        assert metric(right, relevant, 2) == [1.0]
        assert metric(wrong, relevant, 2) == [0.0]


def test_missing_items_never_hit_the_last_item():
    relevant = sp.csr_matrix(np.array([[0, 0, 1]]))
    assert not metrics.hits_at_k(np.array([[-1, -1]], np.int32), relevant, 2).any()


def test_coverage_counts_each_item_once():
    ranked = np.array([[0, 1, 5], [0, -1, -1], [1, 0, 4]], np.int32)
    assert metrics.coverage_at_k(ranked, 8, 2) == 2 / 8
    assert metrics.coverage_at_k(ranked, 8, 3) == 4 / 8


def test_bad_arguments_are_told():
    ranked = np.array([[0]], np.int32)
    with pytest.raises(ValueError, match=r"k must be at least 1\. Received: 0"):
        metrics.ndcg_at_k(ranked, sp.csr_matrix([[1]]), 0)
    with pytest.raises(ValueError, match="1 of 1 queries without"):
        metrics.ndcg_at_k(ranked, sp.csr_matrix([[0]]), 1)
    with pytest.raises(ValueError, match="one row for each row"):
        metrics.recall_at_k(ranked, sp.csr_matrix([[1], [1]]), 1)
    with pytest.raises(ValueError, match="n_items"):
        metrics.coverage_at_k(ranked, 0, 1)


def test_interval_of_normal_values_has_the_known_width():
    values = np.random.default_rng(0).normal(2.0, 1.0, size=2_000)
    interval = bootstrap_interval(values, seed=1)
    assert interval.mean == pytest.approx(values.mean())
    assert interval.high - interval.low == pytest.approx(2 * 1.96 / math.sqrt(2_000), rel=0.1)
    assert interval == bootstrap_interval(values, seed=1)
    assert str(interval).startswith(f"{interval.mean:.4f} [")


def test_a_shoppers_queries_are_drawn_together():
    values = np.repeat(np.random.default_rng(0).normal(size=50), 100)
    users = np.repeat(np.arange(50), 100)
    together = bootstrap_interval(values, users)
    apart = bootstrap_interval(values)
    assert together.n_users == 50
    assert together.mean == pytest.approx(apart.mean)
    assert together.high - together.low > 5 * (apart.high - apart.low)


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval(np.array([]))
    with pytest.raises(ValueError, match="0 of them finite"):
        bootstrap_interval(np.array([np.nan]))


class TestPairedRatio:
    def test_is_the_ratio_of_the_means_whatever_both_have_in_common(self):
        generator = np.random.default_rng(0)
        other = generator.random(200)
        found = paired_ratio(1.5 * other, other)
        assert found.mean == pytest.approx(1.5)
        # Every sample has the same ratio, though the means differ widely between samples.
        assert (found.low, found.high) == (pytest.approx(1.5), pytest.approx(1.5))
        assert found.n_users == 200

    def test_interval_covers_the_truth_as_often_as_it_says(self):
        generator = np.random.default_rng(1)
        covered = 0
        for seed in range(100):
            values, others = generator.exponential(2.0, 80), generator.exponential(1.0, 80)
            found = paired_ratio(values, others, seed=seed, n_resamples=200)
            covered += found.low <= 2.0 <= found.high
        assert 88 <= covered <= 100

    def test_a_shopper_s_queries_are_drawn_together(self):
        values, others = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])
        found = paired_ratio(values, others, np.array([4, 4, 9], dtype=np.int32))
        assert found.n_users == 2
        assert found.low == found.high == 2.0

    def test_nothing_to_compare_with(self):
        found = paired_ratio(np.ones(3), np.zeros(3))
        assert found.mean == found.low == np.inf
        neither = paired_ratio(np.zeros(3), np.zeros(3))
        assert np.isnan([neither.mean, neither.low, neither.high]).all()
        with pytest.raises(ValueError, match="same queries"):
            paired_ratio(np.ones(3), np.ones(2))
