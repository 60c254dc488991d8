import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.training.retrieval_metrics import item_ranks, retrieve, retrieve_leaving_one_out


def slow_hits(likeness, relevant, k):
    """Rank one query's gallery; of equals what is wrong comes first."""
    order = sorted(range(len(likeness)), key=lambda i: (-likeness[i], relevant[i]))
    return [relevant[i] for i in order][:k]


def slow_average_precision(hits, n_relevant, k):
    precision = [sum(hits[: i + 1]) / (i + 1) for i in range(len(hits)) if hits[i]]
    return sum(precision) / min(n_relevant, k)


@st.composite
def searches(draw):
    n_queries, n_gallery = draw(st.integers(1, 5)), draw(st.integers(2, 9))
    values = st.sampled_from([-1.0, 0.0, 1.0])
    size = draw(st.integers(1, 2))

    def arrays(n):
        rows = draw(
            st.lists(st.lists(values, min_size=size, max_size=size), min_size=n, max_size=n)
        )
        groups = draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n))
        return np.array(rows, dtype=np.float32), np.array(groups, dtype=np.int32)

    return *arrays(n_queries), *arrays(n_gallery), draw(st.integers(1, 10))


@settings(max_examples=60, deadline=None)
@given(searches())
def test_a_search_against_a_slow_one(search):
    queries, query_groups, gallery, gallery_groups, k = search
    found = retrieve(queries, query_groups, gallery, gallery_groups, k=k)
    asked = [q for q in range(len(queries)) if query_groups[q] >= 0
             and (gallery_groups == query_groups[q]).any()]  # fmt: skip
    assert found.query.tolist() == asked
    for row, query in enumerate(asked):
        relevant = gallery_groups == query_groups[query]
        hits = slow_hits(gallery @ queries[query], relevant, k)
        assert found.hits[row].tolist() == hits
        assert found.recall(k)[row] == any(hits)
        slow = slow_average_precision(hits, relevant.sum(), k)
        assert found.average_precision(k)[row] == pytest.approx(slow)


@settings(max_examples=40, deadline=None)
@given(searches())
def test_leaving_one_out_against_removing_the_photo(search):
    _, _, embeddings, groups, k = search
    found = retrieve_leaving_one_out(embeddings, groups, k=k)
    assert found.n_gallery == len(embeddings) - 1
    for row, query in enumerate(found.query):
        others = np.arange(len(embeddings)) != query
        alone = retrieve(
            embeddings[[query]], groups[[query]], embeddings[others], groups[others], k=k
        )
        assert found.hits[row].tolist() == alone.hits[0].tolist()
        assert found.n_relevant[row] == alone.n_relevant[0]


def test_chance_is_the_mean_over_all_orders():
    gallery = np.arange(5, dtype=np.float32)[:, None]
    query, own = np.ones((1, 1), dtype=np.float32), np.zeros(1, dtype=np.int32)
    precisions, recalls = [], []
    for order in itertools.permutations([0, 0, 1, 1, -1]):
        found = retrieve(query, own, gallery, np.array(order, dtype=np.int32), k=3)
        precisions.append(found.average_precision(3)[0])
        recalls.append(found.recall(2)[0])
    assert found.chance_average_precision(3)[0] == pytest.approx(np.mean(precisions))
    assert found.chance_recall(2)[0] == pytest.approx(np.mean(recalls))


@pytest.mark.parametrize("constant", [1.0, np.nan])
def test_a_constant_embedding_finds_nothing(constant):
    embeddings = np.full((40, 1), constant, dtype=np.float32)
    found = retrieve_leaving_one_out(embeddings, np.arange(40, dtype=np.int32) // 2, k=5)
    assert len(found.query) == 40
    assert found.recall(5).sum() == found.average_precision(5).sum() == 0


def test_a_perfect_search_has_precision_one_however_many_are_right():
    groups = np.array([0] * 8 + [1] * 2, dtype=np.int32)
    found = retrieve_leaving_one_out(np.eye(2, dtype=np.float32)[groups], groups, k=3)
    assert found.average_precision(3).tolist() == [1.0] * 10


def test_an_item_is_as_near_as_its_nearest_photo():
    rng = np.random.default_rng(0)
    queries, gallery = (rng.normal(size=(n, 4)).astype(np.float32) for n in (300, 30))
    item_of_photo = rng.permutation(np.arange(30) % 12)
    own = rng.integers(0, 12, 300)
    ranks = item_ranks(queries, own, gallery, item_of_photo)
    for row in range(300):
        nearest = [(gallery[item_of_photo == i] @ queries[row]).max() for i in range(12)]
        assert ranks[row] == 1 + sorted(nearest, reverse=True).index(nearest[own[row]])
    same = item_ranks(np.ones_like(queries), own, np.ones_like(gallery), item_of_photo)
    assert set(same.tolist()) == {12}


def test_what_cannot_be_searched_is_refused():
    photos, groups = np.ones((3, 2), dtype=np.float32), np.zeros(3, dtype=np.int32)
    with pytest.raises(ValueError, match=r"k must be at least 1\. Received: 0"):
        retrieve_leaving_one_out(photos, groups, k=0)
    with pytest.raises(ValueError, match=r"one group a photo. Received: \(3, 2\)"):
        retrieve_leaving_one_out(photos, groups[:2], k=1)
    with pytest.raises(ValueError, match=r"the answers kept\. Received: 2"):
        retrieve_leaving_one_out(photos, groups, k=1).recall(2)
