import numpy as np
import pytest

from modiste.training.network_metrics import (
    attribute_recall,
    attribute_recall_by_type,
    box_overlap,
    f1_thresholds,
    macro_top_k_accuracy,
    mean_average_precision,
    top_k_accuracy,
)


def test_top_k_accuracy_leaves_unknown_categories_out():
    scores = np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.9, 0.1, 0.0]], dtype=np.float32)
    truth = np.array([1, 1, -1], dtype=np.int32)
    assert top_k_accuracy(scores, truth, 1) == 0.5
    assert top_k_accuracy(scores, truth, 2) == 1.0
    assert np.isnan(top_k_accuracy(scores, np.full(3, -1, dtype=np.int32), 1))


def test_macro_accuracy_counts_a_rare_category_as_much_as_a_frequent_one():
    truth = np.array([0] * 8 + [1, 1, -1], dtype=np.int32)
    scores = np.tile(np.array([0.6, 0.4, 0.0], dtype=np.float32), (11, 1))
    scores[9] = [0.0, 0.1, 0.9]
    assert top_k_accuracy(scores, truth, 1) == pytest.approx(0.8)
    assert macro_top_k_accuracy(scores, truth, 1) == pytest.approx(0.5)
    assert macro_top_k_accuracy(scores, truth, 2) == pytest.approx(1.0)
    assert np.isnan(macro_top_k_accuracy(scores, np.full(11, -1, dtype=np.int32), 1))


def test_ties_and_nan_are_no_right_answers():
    truth = np.array([0, 2], dtype=np.int32)
    assert top_k_accuracy(np.full((2, 4), 0.25, dtype=np.float32), truth, 1) == 0
    assert top_k_accuracy(np.full((2, 4), np.nan, dtype=np.float32), truth, 3) == 0


def test_attribute_recall_counts_every_present_attribute_once():
    scores = np.array([[0.9, 0.8, 0.1, 0.2], [0.1, 0.2, 0.3, 0.9]], dtype=np.float32)
    truth = np.array([[1, 0, 1, 0], [0, 0, 1, -1]], dtype=np.int8)
    # The unknown one of the second photo is not ranked, so its third comes first.
    assert attribute_recall(scores, truth, 1) == pytest.approx(2 / 3)
    assert attribute_recall(scores, truth, 4) == 1.0
    assert np.isnan(attribute_recall(scores, np.zeros_like(truth), 1))


def test_recall_by_type_ranks_within_the_type_and_pools():
    scores = np.array([[0.9, 0.8, 0.1, 0.2], [0.9, 0.8, 0.3, 0.4]], dtype=np.float32)
    truth = np.array([[1, 0, 1, 0], [1, 1, 0, 1]], dtype=np.int8)
    found = attribute_recall_by_type(scores, truth, ["style", "style", "part", "part"], 1)
    assert found == pytest.approx({"style": 2 / 3, "part": 1 / 2, "pooled": 3 / 5})


def test_box_overlap_against_counted_pixels():
    first = np.array([[0.0, 0.0, 0.5, 0.5], [0.2, 0.2, 0.4, 0.4]], dtype=np.float32)
    second = np.array([[0.25, 0.0, 0.75, 0.5], [0.6, 0.6, 0.9, 0.9]], dtype=np.float32)
    assert box_overlap(first, second).tolist() == pytest.approx([1 / 3, 0.0])
    assert box_overlap(first, first).tolist() == pytest.approx([1.0, 1.0])


def test_thresholds_part_present_from_absent():
    rng = np.random.default_rng(0)
    truth = (rng.random((200, 2)) < 0.3).astype(np.int8)
    bounds = np.array([0.2, 0.7])
    scores = (bounds + np.where(truth == 1, 0.1, -0.1)).astype(np.float32)
    named = scores >= f1_thresholds(scores, truth)
    np.testing.assert_array_equal(named, truth == 1)


def test_rare_attributes_share_a_threshold_and_no_labels_give_a_half():
    truth = np.zeros((50, 3), dtype=np.int8)
    truth[:20, 0] = 1
    truth[0, 1] = 1
    scores = np.where(truth == 1, 0.6, 0.3).astype(np.float32)
    thresholds = f1_thresholds(scores, truth)
    assert thresholds[1] == thresholds[2]
    assert 0.3 < thresholds[2] <= 0.6
    assert f1_thresholds(scores, np.full_like(truth, -1)).tolist() == [0.5] * 3


def test_average_precision_of_right_and_random_scores():
    rng = np.random.default_rng(0)
    truth = (rng.random((400, 3)) < [0.1, 0.3, 0.5]).astype(np.int8)
    truth[:, 2] = 0
    truth[:3, 2] = 1  # too few to count
    truth[5, :2] = -1
    perfect, chance, n_attributes = mean_average_precision(truth.astype(np.float32), truth)
    assert n_attributes == 2
    assert perfect == pytest.approx(1.0)
    assert chance == pytest.approx(0.2, abs=0.05)
    blind, _, _ = mean_average_precision(rng.random((400, 3)).astype(np.float32), truth)
    assert blind == pytest.approx(chance, abs=0.08)
    assert np.isnan(mean_average_precision(truth * 0.0, truth * 0)[0])
