from __future__ import annotations

import numpy as np
import pytest
from checkerboard import N_ITEMS

from modiste.recommender.candidates import Candidates
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pool import SOURCES, merge, propose, with_rows


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
