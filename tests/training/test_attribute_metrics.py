import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from sklearn.metrics import average_precision_score

from modiste.training.attribute_metrics import (
    attribute_hits,
    attribute_recall,
    attribute_recall_by_type,
    average_precisions,
    shares_present,
)

# Few values, so that ties and NaN are common.
SCORES = st.sampled_from([0.0, 0.25, 0.5, 1.0, np.nan])


@st.composite
def scored_photos(draw, max_attributes=6):
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, max_attributes)))
    scores = draw(nps.arrays(np.float32, shape, elements=SCORES))
    truth = draw(nps.arrays(np.int8, shape, elements=st.sampled_from([-1, 0, 1])))
    return scores, truth


def worst_hits(scores, truth, k):
    """Count the hits of every order that the scores allow, one photo; return the fewest."""
    known = [i for i in range(len(scores)) if truth[i] >= 0 and not np.isnan(scores[i])]
    orders = [
        order
        for order in itertools.permutations(known)
        if all(scores[a] >= scores[b] for a, b in itertools.pairwise(order))
    ]
    return min(sum(truth[i] == 1 for i in order[:k]) for order in orders)


@settings(max_examples=100, deadline=None)
@given(scored_photos(), st.integers(1, 7))
def test_hits_are_those_of_the_worst_order_that_the_scores_allow(photos, k):
    scores, truth = photos
    slow = [worst_hits(*row, k) for row in zip(scores, truth, strict=True)]
    assert attribute_hits(scores, truth, k).tolist() == slow


@settings(max_examples=40, deadline=None)
@given(scored_photos(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_types_are_ranked_apart_and_pooled(photos, k, random):
    scores, truth = photos
    types = [random.choice(("part", "style", "colour")) for _ in range(scores.shape[1])]
    found, present = 0, 0
    recalls = attribute_recall_by_type(scores, truth, types, k)
    for kind in set(types):
        of_kind = [i for i, own in enumerate(types) if own == kind]
        rows = zip(scores[:, of_kind], truth[:, of_kind], strict=True)
        hits, n = sum(worst_hits(*row, k) for row in rows), (truth[:, of_kind] == 1).sum()
        assert (kind in recalls) == bool(n)
        if n:
            assert recalls[kind] == pytest.approx(hits / n)
        found, present = found + hits, present + n
    assert recalls["pooled"] == pytest.approx(found / present if present else np.nan, nan_ok=True)
    assert attribute_hits(scores, truth, k, types=types).sum() == found


@pytest.mark.parametrize("constant", [0.7, np.nan, -np.inf])
def test_a_constant_scorer_finds_nothing_that_can_be_missed(constant):
    truth = np.eye(40, dtype=np.int8)
    assert attribute_recall(np.full((40, 40), constant, dtype=np.float32), truth, 5) == 0


def test_one_list_for_all_types_is_harder_than_one_a_type():
    scores = np.array([[0.9, 0.8, 0.2, 0.1]], dtype=np.float32)
    truth = np.array([[1, 0, 1, 0]], dtype=np.int8)
    assert attribute_recall(scores, truth, 2) == 0.5
    assert attribute_recall_by_type(scores, truth, ["part", "part", "style", "style"], 1) == {
        "part": 1.0, "style": 1.0, "pooled": 1.0,
    }  # fmt: skip


def test_hits_refuse_what_cannot_be_ranked():
    scores, truth = np.zeros((2, 3), dtype=np.float32), np.zeros((2, 3), dtype=np.int8)
    with pytest.raises(ValueError, match=r"k must be at least 1\. Received: 0"):
        attribute_hits(scores, truth, 0)
    with pytest.raises(ValueError, match=r"one shape. Received: \(2, 3\) and \(2, 2\)"):
        attribute_hits(scores, truth[:, :2], 1)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_average_precision_is_scikit_learns_on_known_photos(data):
    n = data.draw(st.integers(1, 12))
    scores = data.draw(nps.arrays(np.float32, (n, 1), elements=SCORES))
    truth = data.draw(nps.arrays(np.int8, (n, 1), elements=st.sampled_from([-1, 0, 1])))
    found = average_precisions(scores, truth, min_present=1)[0]
    known = truth[:, 0] >= 0
    if not (truth == 1).any():
        assert np.isnan(found)
        return
    slow = average_precision_score(truth[known, 0] == 1, np.nan_to_num(scores[known, 0], nan=-1.0))
    assert found == pytest.approx(slow)


def test_a_constant_has_the_precision_of_chance():
    truth = np.zeros((20, 2), dtype=np.int8)
    truth[:6, 0] = 1
    truth[10:, 1] = -1
    found = average_precisions(np.full((20, 2), 0.9, dtype=np.float32), truth)
    assert found[0] == pytest.approx(shares_present(truth)[0]) == pytest.approx(0.3)
    assert np.isnan(found[1])


@pytest.mark.parametrize("types", [None, ()])
def test_photos_of_a_vocabulary_without_attributes_have_no_hits(types):
    nothing = np.zeros((3, 0))
    hits = attribute_hits(nothing.astype(np.float32), nothing.astype(np.int8), 5, types=types)
    assert hits.tolist() == [0, 0, 0]
