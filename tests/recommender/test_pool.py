from __future__ import annotations

import numpy as np
import pytest
from checkerboard import N_ITEMS
from hypothesis import given
from hypothesis import strategies as st

from modiste.recommender.candidates import Candidates
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pool import SOURCES, Pool, merge, propose, with_rows
from modiste.recommender.selection import MAX_PER_GROUP, backfill_rows, falling, select


def _candidates(*rows, k=3):
    return Candidates.from_rows(
        [(np.array(list(row), np.int32), np.array(list(row.values()), np.float32)) for row in rows],
        k,
    )


class TestMerge:
    def test_each_item_once_a_query(self):
        pool = merge(
            {
                "popular": _candidates({1: 0.5, 2: 0.9}, {}, {7: 0.1}),
                "visual": _candidates({2: 0.4}, {}, {8: 0.3, 7: 0.2}),
            }
        )
        assert pool.n_queries == 3
        assert pool.query_index.tolist() == [0, 0, 2, 2]
        assert pool.item_index.tolist() == [1, 2, 7, 8]
        assert pool.group_sizes.tolist() == [2, 0, 2]
        assert pool.indptr.tolist() == [0, 2, 2, 4]
        visual, popular = SOURCES.index("visual"), SOURCES.index("popular")
        np.testing.assert_allclose(pool.scores[:, visual], [np.nan, 0.4, 0.2, 0.3])
        np.testing.assert_allclose(pool.ranks[:, visual], [np.nan, 1, 2, 1])
        np.testing.assert_allclose(pool.scores[:, popular], [0.5, 0.9, 0.1, np.nan])
        np.testing.assert_allclose(pool.ranks[:, popular], [2, 1, 1, np.nan])
        assert np.isnan(pool.scores[:, SOURCES.index("repeat")]).all()

    def test_of_nothing_found(self):
        pool = merge({"visual": _candidates({}, {})})
        assert len(pool) == 0
        assert pool.indptr.tolist() == [0, 0, 0]

    def test_unknown_source_is_refused(self):
        with pytest.raises(ValueError, match=r"visual, attribute.*Received: \['astrology'\]"):
            merge({"astrology": _candidates({1: 1.0})})

    def test_sources_must_answer_the_same_queries(self):
        with pytest.raises(ValueError, match=r"every query. Received: \[1, 2\]"):
            merge({"visual": _candidates({}), "popular": _candidates({}, {})})


class TestPropose:
    @pytest.fixture
    def queries(self, catalogue, history):
        shopper = EncodedQuery.of_user(history, 3)
        return [shopper, EncodedQuery(), EncodedQuery.of_item(catalogue, 5, shopper)]

    def test_every_source_scores_what_any_proposed(self, sources, queries):
        allowed = np.ones((3, N_ITEMS), dtype=bool)
        pool = propose(sources, queries, 10, allowed)
        for name, source in sources.items():
            expected = source.pair_scores(queries, pool.query_index, pool.item_index)
            np.testing.assert_allclose(
                pool.scores[:, SOURCES.index(name)], expected, atol=1e-6, err_msg=name
            )
        assert pool.proposed.all()

    def test_batch_is_its_queries_one_by_one(self, sources, queries):
        allowed = np.ones((3, N_ITEMS), dtype=bool)
        pool = propose(sources, queries, 10, allowed)
        for row, query in enumerate(queries):
            alone = propose(sources, [query], 10, allowed[:1])
            own = slice(pool.indptr[row], pool.indptr[row + 1])
            assert pool.item_index[own].tolist() == alone.item_index.tolist()
            np.testing.assert_allclose(pool.scores[own], alone.scores, rtol=1e-4, atol=1e-6)

    def test_added_rows_are_scored_but_not_proposed(self, sources, queries):
        pool = propose(sources, queries, 4, np.ones((3, N_ITEMS), dtype=bool))
        new = np.setdiff1d(np.arange(N_ITEMS), pool.item_index)[:2].astype(np.int32)
        grown = with_rows(pool, sources, queries, np.array([2, 0], np.int32), new)
        assert len(grown) == len(pool) + 2
        assert (~grown.proposed).sum() == 2
        assert (np.diff(grown.query_index) >= 0).all()
        popular = SOURCES.index("popular")
        assert not np.isnan(grown.scores[:, popular]).any()


def _pool(items_of_queries, proposed=None):
    query_index = np.repeat(
        np.arange(len(items_of_queries)), [len(items) for items in items_of_queries]
    )
    item_index = np.concatenate([np.array(items, np.int32) for items in items_of_queries])
    ranks = np.full((len(item_index), len(SOURCES)), np.nan, np.float32)
    ranks[:, 0] = 1.0
    if proposed is not None:
        ranks[~np.array(proposed, dtype=bool), 0] = np.nan
    return Pool(
        len(items_of_queries),
        query_index.astype(np.int32),
        item_index,
        np.zeros_like(ranks),
        ranks,
    )


class TestSelect:
    def test_best_of_each_group_first(self):
        pool = _pool([[0, 1, 2, 3]])
        groups = np.array([0, 0, 1, 2], np.int32)
        scores = np.array([4, 3, 2, 1], np.float32)
        assert select(pool, scores, groups, 3)[0].tolist() == [0, 2, 3]

    def test_group_repeats_only_to_reach_k(self):
        pool = _pool([[0, 1, 2, 3]])
        groups = np.array([0, 0, 0, 1], np.int32)
        scores = np.array([4, 3, 2, 1], np.float32)
        assert select(pool, scores, groups, 3)[0].tolist() == [0, 3, 1]
        assert select(pool, scores, groups, 9)[0].tolist() == [0, 3, 1, 2]

    def test_backfilled_items_come_after_proposed_ones(self):
        pool = _pool([[0, 1, 2]], proposed=[True, False, True])
        scores = np.array([1, 9, 2], np.float32)
        chosen = select(pool, scores, np.arange(3, dtype=np.int32), 3)[0]
        assert chosen.tolist() == [2, 0, 1]
        assert falling(scores[chosen]).tolist() == [2, 1, 1]

    def test_ties_go_to_the_lower_item(self):
        pool = _pool([[5, 6], [3, 4]])
        groups = np.arange(10, dtype=np.int32)
        chosen = select(pool, np.zeros(4, np.float32), groups, 2)
        assert [rows.tolist() for rows in chosen] == [[0, 1], [2, 3]]

    def test_query_without_rows(self):
        pool = _pool([[], [1]])
        chosen = select(pool, np.zeros(1, np.float32), np.arange(3, dtype=np.int32), 2)
        assert [rows.tolist() for rows in chosen] == [[], [0]]
        assert falling(np.empty(0, np.float32)).size == 0


@given(st.data())
def test_answers_are_as_long_and_as_varied_as_can_be(data):
    n_items = data.draw(st.integers(1, 12))
    groups = np.array(data.draw(st.lists(st.integers(0, 4), min_size=n_items, max_size=n_items)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=n_items, max_size=n_items)))
    in_pool = [i for i in range(n_items) if allowed[i] and data.draw(st.booleans())]
    k = data.draw(st.integers(1, n_items))
    order = np.array(data.draw(st.permutations(range(n_items))), dtype=np.int32)
    groups = groups.astype(np.int32)

    pool = _pool([in_pool])
    query_index, added = backfill_rows(pool, allowed[None], groups, order, k)
    assert not set(added.tolist()) & set(in_pool)
    assert allowed[added].all()
    both = sorted([*in_pool, *added.tolist()])
    pool = _pool([both], proposed=[item in in_pool for item in both])
    chosen = pool.item_index[select(pool, np.zeros(len(both), np.float32), groups, k)[0]]

    assert len(chosen) == len(set(chosen.tolist())) == min(k, allowed.sum())
    assert MAX_PER_GROUP == 1
    assert len(np.unique(groups[chosen])) == min(k, len(np.unique(groups[allowed])))
    assert (query_index == 0).all()
