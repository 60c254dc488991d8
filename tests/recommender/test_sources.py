from __future__ import annotations

import warnings

import numpy as np
import pytest
from checkerboard import BARE, N_ITEMS, VOCABULARY, category_of, held_out

from modiste.errors import ReleaseError
from modiste.recommender.attribute import CATEGORY_WEIGHT, Attribute
from modiste.recommender.candidates import NO_ITEM, Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Collaborative, Factors
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.encoder import QueryEncoder
from modiste.recommender.history import History
from modiste.recommender.history_counts import REPEAT_PRIOR_PURCHASES
from modiste.recommender.pool import SOURCES
from modiste.recommender.popular import Popular
from modiste.recommender.query import Query
from modiste.recommender.repeat import REPEAT_HALF_LIFE_DAYS, Repeat
from modiste.recommender.visual import Visual


@pytest.fixture(scope="module")
def queries(catalogue, history):
    shopper = EncodedQuery.of_user(history, 0)
    return [
        EncodedQuery(),
        shopper,
        EncodedQuery.of_item(catalogue, 3),
        EncodedQuery.of_item(catalogue, 8, shopper),
        EncodedQuery.of_item(catalogue, BARE),
        EncodedQuery(attributes=np.array([1, 0, 0, -1], dtype=np.float32)),
        EncodedQuery(categories=np.array([0, 1, 0], dtype=np.float32)),
        EncodedQuery.of_user(history, -1, np.array([4, 9, 4], dtype=np.int32)),
    ]


@pytest.fixture(scope="module")
def allowed(queries):
    allowed = np.random.default_rng(3).random((len(queries), N_ITEMS)) < 0.6
    allowed[-1] = False
    return allowed


class TestContract:
    """What every source promises, whatever it scores by."""

    @pytest.fixture(params=SOURCES)
    def source(self, request, sources):
        assert sources[request.param].name == request.param
        return sources[request.param]

    @pytest.mark.parametrize("k", [1, 7, N_ITEMS, 2 * N_ITEMS])
    def test_shapes_and_types(self, source, queries, allowed, k):
        found = source.candidates(queries, k, allowed)
        assert found.item_index.shape == found.score.shape == (len(queries), k)
        assert found.item_index.dtype == np.int32
        assert found.score.dtype == np.float32

    def test_no_item_pairs_with_no_score(self, source, queries, allowed):
        found = source.candidates(queries, 30, allowed)
        assert np.array_equal(found.item_index == NO_ITEM, np.isneginf(found.score))
        assert not np.isnan(found.score).any()

    def test_best_first_without_repeats_or_gaps(self, source, queries, allowed):
        found = source.candidates(queries, 30, allowed)
        for items, scores in zip(found.item_index, found.score, strict=True):
            n_found = int((items != NO_ITEM).sum())
            assert (items[:n_found] != NO_ITEM).all()
            assert len(set(items[:n_found])) == n_found
            assert (np.diff(scores[:n_found]) <= 0).all()

    def test_only_allowed_items(self, source, queries, allowed):
        found = source.candidates(queries, N_ITEMS, allowed)
        for row, items in enumerate(found.item_index):
            assert allowed[row, items[items != NO_ITEM]].all()

    def test_a_query_alone_gets_what_it_gets_in_a_batch(self, source, queries, allowed):
        batch = source.candidates(queries, 12, allowed)
        for row, query in enumerate(queries):
            alone = source.candidates([query], 12, allowed[row : row + 1])
            np.testing.assert_allclose(alone.score[0], batch.score[row], rtol=1e-5, atol=1e-6)
            assert set(alone.item_index[0]) == set(batch.item_index[row])

    def test_fewer_candidates_are_the_first_of_more(self, source, queries, allowed):
        few = source.candidates(queries, 5, allowed)
        many = source.candidates(queries, 20, allowed)
        assert np.array_equal(few.item_index, many.item_index[:, :5])

    def test_pair_scores_are_the_scores_of_candidates(self, source, queries, allowed):
        found = source.candidates(queries, N_ITEMS, allowed)
        query_index, place = np.nonzero(found.item_index != NO_ITEM)
        item_index = found.item_index[query_index, place]
        scores = source.pair_scores(queries, query_index.astype(np.int32), item_index)
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores, found.score[query_index, place], atol=1e-6)

    def test_pair_scores_of_no_rows(self, source, queries):
        nothing = np.empty(0, dtype=np.int32)
        assert source.pair_scores(queries, nothing, nothing).shape == (0,)

    def test_no_queries(self, source):
        found = source.candidates([], 5, np.empty((0, N_ITEMS), dtype=bool))
        assert found.item_index.shape == (0, 5)

    def test_k_below_one_is_refused(self, source, queries, allowed):
        with pytest.raises(ValueError, match="k must be at least 1"):
            source.candidates(queries, 0, allowed)


def _everything(queries):
    return np.ones((len(queries), N_ITEMS), dtype=bool)


class TestFromScores:
    def test_is_a_stable_sort(self):
        generator = np.random.default_rng(0)
        scores = generator.integers(0, 6, (20, 40)).astype(np.float32)
        scores[generator.random(scores.shape) < 0.2] = -np.inf
        allowed = generator.random(scores.shape) < 0.7
        for k in (1, 3, 17, 40, 50):
            found = Candidates.from_scores(scores, k, allowed)
            for row in range(len(scores)):
                usable = [
                    (-scores[row, i], i)
                    for i in range(40)
                    if allowed[row, i] and np.isfinite(scores[row, i])
                ]
                expected = [i for _, i in sorted(usable)[:k]]
                assert found.item_index[row].tolist() == expected + [-1] * (k - len(expected))

    def test_one_mask_for_all_queries(self):
        scores = np.array([[1, 2, 3], [3, 2, 1]], dtype=np.float32)
        found = Candidates.from_scores(scores, 1, np.array([True, True, False]))
        assert found.item_index.tolist() == [[1], [0]]

    def test_nan_is_not_a_candidate(self):
        scores = np.array([[np.nan, 1.0]], dtype=np.float32)
        found = Candidates.from_scores(scores, 2, np.ones(2, dtype=bool))
        assert found.item_index.tolist() == [[1, -1]]


class TestVisual:
    def test_agrees_with_every_dot_product(self, catalogue, queries, allowed, sources):
        found = sources["visual"].candidates(queries, 10, allowed)
        for row, query in enumerate(queries):
            if query.embedding is None:
                assert (found.item_index[row] == NO_ITEM).all()
                continue
            scores = catalogue.embeddings @ query.embedding
            usable = allowed[row] & catalogue.has_embedding
            expected = sorted(np.flatnonzero(usable), key=lambda i: (-scores[i], i))[:10]
            n_found = len(expected)
            np.testing.assert_allclose(
                found.score[row, :n_found], scores[expected], rtol=1e-3, atol=1e-3
            )

    def test_item_without_photo_is_never_proposed(self, sources, catalogue):
        queries = [EncodedQuery.of_item(catalogue, 1)]
        found = sources["visual"].candidates(queries, N_ITEMS, _everything(queries))
        assert BARE not in found.item_index
        assert (found.item_index != NO_ITEM).sum() == N_ITEMS - 1

    def test_pair_without_photo_is_unknown(self, sources, catalogue):
        queries = [EncodedQuery.of_item(catalogue, 1), EncodedQuery()]
        scores = sources["visual"].pair_scores(
            queries, np.array([0, 0, 1], np.int32), np.array([1, BARE, 1], np.int32)
        )
        assert np.isnan(scores).tolist() == [False, True, True]
        assert scores[0] == pytest.approx(1.0, abs=1e-5)

    def test_float16_embeddings(self, catalogue):
        half = Catalogue.from_items(
            catalogue.items, VOCABULARY, embeddings=catalogue.embeddings.astype(np.float16)
        )
        query = EncodedQuery.of_item(half, 2)
        found = Visual(half).candidates([query], 3, _everything([query]))
        assert found.item_index[0, 0] == 2

    def test_shop_without_photos(self, catalogue):
        bare = Catalogue.from_items(catalogue.items, VOCABULARY)
        queries = [EncodedQuery()]
        found = Visual(bare).candidates(queries, 3, _everything(queries))
        assert (found.item_index == NO_ITEM).all()

    def test_embedding_of_another_network_is_refused(self, sources):
        query = EncodedQuery(embedding=np.ones(5, dtype=np.float32))
        with pytest.raises(ValueError, match=r"shape \(16,\).*Received: \(5,\)"):
            sources["visual"].candidates([query], 3, _everything([query]))


class TestAttribute:
    def _oracle(self, catalogue, query, item):
        idf = catalogue.attribute_idf
        parts, weights = [], []
        if query.attributes is not None and query.attributes.any():
            wanted = query.attributes * idf
            has = catalogue.attributes[[item]].toarray()[0] * idf
            length = np.linalg.norm(wanted) * np.linalg.norm(has)
            parts.append(float(wanted @ has / length) if length else 0.0)
            weights.append(1.0)
        if query.categories is not None and query.categories.any():
            category = catalogue.categories[item]
            parts.append(float(query.categories[category]) if category >= 0 else 0.0)
            weights.append(CATEGORY_WEIGHT)
        return sum(p * w for p, w in zip(parts, weights, strict=True)) / max(sum(weights), 1)

    def test_agrees_with_the_definition(self, catalogue, queries, sources):
        found = sources["attribute"].candidates(queries, N_ITEMS, _everything(queries))
        for row, query in enumerate(queries):
            expected = {i: self._oracle(catalogue, query, i) for i in range(N_ITEMS)}
            proposed = dict(zip(found.item_index[row], found.score[row], strict=True))
            proposed.pop(NO_ITEM, None)
            assert set(proposed) == {i for i, score in expected.items() if score > 1e-9}
            for item, score in proposed.items():
                assert score == pytest.approx(expected[item], abs=1e-5)

    def test_unwanted_attribute_subtracts(self, catalogue, sources):
        plain = EncodedQuery(attributes=np.array([1, 0, 0, 0], dtype=np.float32))
        not_red = EncodedQuery(attributes=np.array([1, 0, 0, -1], dtype=np.float32))
        rows = np.array([0, 1], dtype=np.int32)
        red = np.array([10, 10], dtype=np.int32)  # striped and red
        scores = sources["attribute"].pair_scores([plain, not_red], rows, red)
        assert scores[1] < scores[0]

    def test_rare_attribute_outweighs_common_one(self, catalogue):
        query = EncodedQuery(attributes=np.array([1, 0, 0, 1], dtype=np.float32))
        scores = Attribute(catalogue).pair_scores(
            [query], np.zeros(2, np.int32), np.array([5, 4], np.int32)
        )
        # 5 is floral, cotton and red; 4 is striped and cotton: red is the rarer.
        assert catalogue.attribute_idf[3] > catalogue.attribute_idf[0]
        assert scores[0] > scores[1]


class TestCollaborative:
    def test_finds_the_held_out_items(self, history, sources):
        for kind, parity in (("a", 0), ("b", 1)):
            for number in range(10):
                user = history.user_ids.index(f"{kind}{number}")
                query = EncodedQuery.of_user(history, user)
                fresh = np.ones((1, N_ITEMS), dtype=bool)
                fresh[0, query.history] = False
                found = sources["collaborative"].candidates([query], 5, fresh).item_index[0]
                missing = held_out(number, parity)
                assert set(found[: len(missing)]) == missing

    def test_scores_are_the_least_squares_solution(self, history, factors, sources):
        query = EncodedQuery.of_user(history, 4)
        y = factors.item_factors.astype(np.float64)
        confidence = np.ones(N_ITEMS)
        confidence[query.history] = factors.alpha * query.history_weights
        preference = np.zeros(N_ITEMS)
        preference[query.history] = 1.0
        left = y.T @ (confidence[:, None] * y) + factors.regularization * np.eye(y.shape[1])
        user = np.linalg.solve(left, y.T @ (confidence * preference))
        solved = sources["collaborative"].user_factors([query])[0]
        np.testing.assert_allclose(solved, user, rtol=2e-3, atol=2e-4)

    def test_live_events_of_a_new_shopper_count(self, sources):
        query = EncodedQuery.of_user(
            History.from_events(_no_events(), _ids()), -1, np.array([10, 14], dtype=np.int32)
        )
        found = sources["collaborative"].candidates([query], 10, _everything([query]))
        assert (found.item_index[0] % 2 == 0).all()

    def test_shopper_without_history_gets_nothing(self, sources):
        queries = [EncodedQuery(user_index=-1)]
        found = sources["collaborative"].candidates(queries, 5, _everything(queries))
        assert (found.item_index == NO_ITEM).all()
        scores = sources["collaborative"].pair_scores(
            queries, np.zeros(1, np.int32), np.zeros(1, np.int32)
        )
        assert np.isnan(scores).all()

    def test_does_not_warn_about_blas(self, factors):
        import implicit.utils

        implicit.utils._checked_blas_config = False
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            Collaborative(factors)

    def test_factors_survive_the_disk(self, factors, tmp_path):
        factors.save(tmp_path)
        loaded = Factors.load(tmp_path, N_ITEMS)
        assert np.array_equal(loaded.item_factors, factors.item_factors)
        assert loaded.regularization == factors.regularization
        assert loaded.alpha == factors.alpha

    def test_factors_of_other_items_are_refused(self, factors, tmp_path):
        factors.save(tmp_path)
        with pytest.raises(ReleaseError, match=r"each of 7 items.*Received: 60 rows"):
            Factors.load(tmp_path, 7)


class TestRepeat:
    def test_scores_by_rate_count_and_age(self, catalogue, history):
        repeat = Repeat(catalogue, history)
        rates = history.repeat_rates(catalogue.categories, catalogue.n_categories)
        rates = rates[catalogue.categories]
        query = EncodedQuery.of_user(history, 2)
        found = repeat.candidates([query], N_ITEMS, _everything([query]))
        bought = dict(zip(query.purchased, range(len(query.purchased)), strict=True))
        n_found = int((found.item_index[0] != NO_ITEM).sum())
        assert n_found == len(bought)
        for item, score in zip(
            found.item_index[0, :n_found], found.score[0, :n_found], strict=True
        ):
            place = bought[item]
            again = history.item_repeats[item] + REPEAT_PRIOR_PURCHASES * rates[item]
            rate = again / (history.item_purchases[item] + REPEAT_PRIOR_PURCHASES)
            decay = 0.5 ** (query.purchased_days[place] / REPEAT_HALF_LIFE_DAYS)
            chance = 1 - (1 - rate) ** (query.purchased_counts[place] * decay)
            assert score == pytest.approx(chance, rel=1e-5)

    def test_socks_are_bought_again_and_dresses_are_not(self, catalogue, history):
        rebought = Repeat(catalogue, history).rebought
        for item in range(50):
            assert rebought[item] == (category_of(item) == "Socks")

    def test_refunded_item_is_not_proposed(self, history, sources):
        query = EncodedQuery.of_user(history, history.user_ids.index("a0"))
        found = sources["repeat"].candidates([query], N_ITEMS, _everything([query]))
        assert 52 not in found.item_index

    def test_pair_never_bought_is_unknown(self, history, sources):
        query = EncodedQuery.of_user(history, history.user_ids.index("a0"))
        scores = sources["repeat"].pair_scores(
            [query], np.zeros(2, np.int32), np.array([1, int(query.purchased[0])], np.int32)
        )
        assert np.isnan(scores).tolist() == [True, False]


class TestPopular:
    def test_agrees_with_a_sort(self, catalogue, history, queries, allowed):
        found = Popular(catalogue, history).candidates(queries, 9, allowed)
        for row, query in enumerate(queries):
            usable = allowed[row] & (history.popularity > 0)
            if query.categories is not None and query.categories.any():
                usable = usable & (catalogue.categories == query.categories.argmax())
            expected = sorted(
                np.flatnonzero(usable), key=lambda i: (-np.float32(history.popularity[i]), i)
            )[:9]
            assert found.item_index[row, : len(expected)].tolist() == expected
            assert (found.item_index[row, len(expected) :] == NO_ITEM).all()

    def test_scores_are_shares_of_the_most_popular(self, sources):
        queries = [EncodedQuery()]
        found = sources["popular"].candidates(queries, 5, _everything(queries))
        assert found.score[0, 0] == pytest.approx(1.0)

    def test_shop_without_events(self, catalogue):
        popular = Popular(catalogue, History.from_events(_no_events(), catalogue.item_ids))
        queries = [EncodedQuery()]
        assert (popular.candidates(queries, 5, _everything(queries)).item_index == NO_ITEM).all()


def _ids():
    from checkerboard import shop_items

    from modiste.data.identifiers import IdMap

    return IdMap(shop_items()["item_id"])


def _no_events():
    from modiste.data.dataset import empty_events

    return empty_events()


def test_encoder_and_sources_agree_on_an_unknown_shopper(catalogue, history, sources):
    query = QueryEncoder(catalogue, history).encode([Query(user_id="nobody")])[0]
    assert query.user_index == -1
    found = sources["collaborative"].candidates([query], 5, _everything([query]))
    assert (found.item_index == NO_ITEM).all()
