"""The sources that propose on home pages: likeness to what was touched, and new arrivals."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from checkerboard import BARE, LAST_DAY, N_ITEMS, VOCABULARY, shop_embeddings, shop_items

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.new import NEW_HALF_LIFE_DAYS, NEW_UNTIL_DAYS, New
from modiste.recommender.taste_source import N_ANCHORS, Taste
from modiste.recommender.visual import Visual


def shopper_of(*items):
    return EncodedQuery(
        history=np.array(items, dtype=np.int32),
        history_weights=np.ones(len(items), dtype=np.float32),
    )


def everything(n_queries=1):
    return np.ones((n_queries, N_ITEMS), dtype=bool)


def slow_likeness(catalogue, one, other):
    known = []
    if catalogue.has_embedding[one] and catalogue.has_embedding[other]:
        known.append(float(catalogue.embeddings[one] @ catalogue.embeddings[other]))
    first, second = (catalogue.attribute_profiles[[i]].toarray()[0] for i in (one, other))
    if first.any() and second.any():
        known.append(float(first @ second))
    return np.mean(known) if known else np.nan


class TestTaste:
    def test_scores_by_the_most_alike_item_of_the_history(self, catalogue, sources):
        history = (3, 8, 21)
        found = sources["taste"].pair_scores(
            [shopper_of(*history)],
            np.zeros(N_ITEMS, dtype=np.int32),
            np.arange(N_ITEMS, dtype=np.int32),
        )
        for item in range(N_ITEMS):
            alike = [slow_likeness(catalogue, item, one) for one in history if one != item]
            if np.isnan(alike).all():
                assert np.isnan(found[item])
            else:
                assert found[item] == pytest.approx(np.nanmax(alike), abs=1e-3)

    def test_only_what_was_touched_last_counts(self, sources):
        latest = list(range(10, 10 + N_ANCHORS))
        long, short = shopper_of(1, 2, 3, *latest), shopper_of(*latest)
        rows = np.zeros(N_ITEMS, dtype=np.int32), np.arange(N_ITEMS, dtype=np.int32)
        np.testing.assert_array_equal(
            sources["taste"].pair_scores([long], *rows),
            sources["taste"].pair_scores([short], *rows),
        )

    def test_finds_items_nobody_touched(self, catalogue, history, sources):
        untouched = np.flatnonzero(history.popularity == 0)
        alike = [item for item in untouched if catalogue.has_embedding[item] and item != BARE]
        found = sources["taste"].candidates([shopper_of(3)], N_ITEMS, everything())
        assert set(alike) & set(found.item_index[0].tolist())

    def test_proposes_nothing_where_something_is_asked(self, catalogue, sources):
        asked = EncodedQuery.of_item(catalogue, 3, shopper_of(8))
        for name in ("taste", "new"):
            found = sources[name].candidates([asked], 5, everything())
            assert (found.item_index == -1).all()

    def test_works_without_any_embedding(self):
        bare = Catalogue.from_items(shop_items(), VOCABULARY)
        found = Taste(bare, Visual(bare)).candidates([shopper_of(3)], 5, everything())
        assert (found.item_index[0] >= 0).all()
        assert 3 not in found.item_index[0]


class TestNew:
    @pytest.fixture
    def shop(self):
        items = shop_items()
        items["available_from"] = LAST_DAY - timedelta(days=400)
        for item, age in ((4, 0), (7, 14), (9, 59), (11, 61), (13, -3)):
            items.loc[item, "available_from"] = LAST_DAY - timedelta(days=age)
        items.loc[15, "available_from"] = None
        return Catalogue.from_items(items, VOCABULARY, embeddings=shop_embeddings())

    def test_latest_first_and_nothing_old(self, shop, history):
        found = New(shop, history).candidates([shopper_of(3)], N_ITEMS, everything())
        n_found = int((found.item_index[0] >= 0).sum())
        # What arrived after the release was made is as new as what arrived with it.
        assert found.item_index[0, :n_found].tolist() == [4, 13, 7, 9]
        expected = [1.0, 1.0, 0.5, 0.5 ** (59 / NEW_HALF_LIFE_DAYS)]
        np.testing.assert_allclose(found.score[0, :n_found], expected, rtol=1e-3)
        assert NEW_UNTIL_DAYS == 60

    def test_others_have_no_score(self, shop, history):
        scores = New(shop, history).pair_scores(
            [EncodedQuery()], np.zeros(3, np.int32), np.array([4, 11, 15], np.int32)
        )
        assert np.isnan(scores).tolist() == [False, True, True]
