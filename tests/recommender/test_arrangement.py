"""Which rows of a scored pool are shown, and where, by the shop's rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from checkerboard import LAST_DAY
from hypothesis import given
from hypothesis import strategies as st

from modiste.recommender.arrangement import Arranger
from modiste.recommender.likeness import BRAND_SHARE, Likeness
from modiste.recommender.pool import SOURCES, Pool
from modiste.recommender.rules import Rules
from modiste.recommender.selection import MAX_PER_GROUP, backfill_rows, falling

NOTHING = np.empty(0, np.float32)


def pool_of(items_of_queries, proposed=None):
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


@pytest.fixture
def arranger(catalogue, history):
    """Return what makes an arranger of other groups, brands or days, with some rules."""

    def make(rules=None, **changed):
        columns = {
            name: np.resize(np.asarray(values), len(catalogue)) for name, values in changed.items()
        }
        return Arranger(replace(catalogue, **columns), history, rules or Rules())

    return make


def arranged(made, pool, scores, k, weak=None):
    weak = np.zeros(len(pool), bool) if weak is None else np.array(weak, bool)
    return made.arrange(pool, np.array(scores, np.float32), weak, k)


def alone(n_items=60):
    return np.arange(n_items, dtype=np.int32)


class TestWithoutRules:
    def test_best_of_each_group_first(self, arranger):
        made = arranger(groups=np.array([0, 0, 1, 2], np.int32))
        (shown,) = arranged(made, pool_of([[0, 1, 2, 3]]), [4, 3, 2, 1], 3)
        assert shown.rows.tolist() == [0, 2, 3]
        assert not shown.pinned.any()
        assert not shown.lifted.any()

    def test_group_repeats_only_to_reach_k(self, arranger):
        made = arranger(groups=np.array([0, 0, 0, 1], np.int32))
        pool = pool_of([[0, 1, 2, 3]])
        assert arranged(made, pool, [4, 3, 2, 1], 3)[0].rows.tolist() == [0, 3, 1]
        assert arranged(made, pool, [4, 3, 2, 1], 9)[0].rows.tolist() == [0, 3, 1, 2]

    def test_backfilled_items_come_after_proposed_ones(self, arranger):
        pool = pool_of([[0, 1, 2]], proposed=[True, False, True])
        scores = np.array([1, 9, 2], np.float32)
        (shown,) = arranged(arranger(groups=alone()), pool, scores, 3)
        assert shown.rows.tolist() == [2, 0, 1]
        assert falling(scores[shown.rows]).tolist() == [2, 1, 1]
        assert falling(NOTHING).size == 0

    def test_ties_go_to_the_lower_item(self, arranger):
        pool = pool_of([[5, 6], [3, 4]])
        shown = arranged(arranger(groups=alone()), pool, np.zeros(4), 2)
        assert [one.rows.tolist() for one in shown] == [[0, 1], [2, 3]]

    def test_query_without_rows(self, arranger):
        shown = arranged(arranger(), pool_of([[], [1]]), [0.0], 2)
        assert [one.rows.tolist() for one in shown] == [[], [0]]


@given(st.data())
def test_answers_are_as_long_and_as_varied_as_can_be(catalogue, history, data):
    n_items = data.draw(st.integers(1, 12))
    groups = np.array(data.draw(st.lists(st.integers(0, 4), min_size=n_items, max_size=n_items)))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=n_items, max_size=n_items)))
    in_pool = [i for i in range(n_items) if allowed[i] and data.draw(st.booleans())]
    k = data.draw(st.integers(1, n_items))
    order = np.array(data.draw(st.permutations(range(n_items))), dtype=np.int32)
    groups = groups.astype(np.int32)
    rules = data.draw(
        st.builds(
            Rules,
            diversity=st.sampled_from([0.0, 0.5]),
            max_per_brand=st.sampled_from([None, 1, 3]),
            fresh_share=st.sampled_from([0.0, 0.4]),
            fresh_days=st.sampled_from([28.0, 400.0]),
            pinned=st.lists(st.sampled_from(["i1", "i3", "gone"]), unique=True),
            buried=st.lists(st.sampled_from(["i2", "i5"]), unique=True),
        )
    )
    shop = replace(catalogue, groups=np.resize(groups, len(catalogue)))
    made = Arranger(shop, history, rules)

    pool = pool_of([in_pool])
    query_index, added = backfill_rows(pool, allowed[None], groups, order, k)
    assert not set(added.tolist()) & set(in_pool)
    assert allowed[added].all()
    both = sorted([*in_pool, *added.tolist()])
    pool = pool_of([both], proposed=[item in in_pool for item in both])
    scores = np.array(data.draw(st.permutations(range(len(both)))), np.float32)
    chosen = pool.item_index[arranged(made, pool, scores, k)[0].rows]

    assert len(chosen) == len(set(chosen.tolist())) == min(k, allowed.sum())
    assert MAX_PER_GROUP == 1
    if rules.max_per_brand is None:
        assert len(np.unique(groups[chosen])) == min(k, len(np.unique(groups[allowed])))
    assert (query_index == 0).all()


class TestPlaces:
    def test_pinned_items_come_first_in_the_shops_order(self, arranger):
        made = arranger(Rules(pinned=("i3", "gone", "i1")), groups=alone())
        pool = pool_of([[0, 1, 2, 3]], proposed=[True, True, True, False])
        (shown,) = arranged(made, pool, [9, 1, 8, 0], 3)
        assert shown.rows.tolist() == [3, 1, 0]
        assert shown.pinned.tolist() == [True, True, False]
        assert made.notes == ("Items of the rules not in this release: gone.",)

    def test_a_note_names_a_few_of_many_unknown_items(self, arranger):
        made = arranger(Rules(buried=[f"gone{n}" for n in range(8)]))
        assert made.notes[0].endswith("gone3, gone4 and 3 more.")
        assert arranger().notes == ()

    def test_what_does_not_fit_the_question_keeps_its_place(self, arranger):
        made = arranger(Rules(pinned=("i3",)), groups=alone())
        (shown,) = arranged(made, pool_of([[0, 1, 3]]), [9, 8, 99], 3, weak=[False, False, True])
        assert shown.rows.tolist() == [0, 1, 2]
        assert not shown.pinned.any()

    def test_pinned_items_that_nothing_proposed_are_added(self, arranger):
        made = arranger(Rules(pinned=("i3", "i1", "i5")))
        allowed = np.ones((2, 60), bool)
        allowed[1, 3] = False
        queries, items = made.pinned_rows(pool_of([[0, 1], []]), allowed)
        assert list(zip(queries.tolist(), items.tolist(), strict=True)) == [
            (0, 3),
            (0, 5),
            (1, 1),
            (1, 5),
        ]
        queries, items = arranger().pinned_rows(pool_of([[0]]), allowed[:1])
        assert len(queries) == len(items) == 0

    def test_buried_items_come_last_and_complete_a_list_last(self, arranger):
        made = arranger(Rules(buried=("i0", "gone")), groups=alone())
        pool = pool_of([[0, 1, 2]], proposed=[True, True, False])
        assert arranged(made, pool, [9, 1, 2], 3)[0].rows.tolist() == [1, 2, 0]
        assert made.backfill_order[-1] == 0
        assert sorted(made.backfill_order.tolist()) == list(range(60))


class TestVariety:
    def test_likeness_is_of_looks_and_brand(self, catalogue):
        likeness = Likeness(catalogue)
        others = np.arange(len(catalogue), dtype=np.int32)
        alike = likeness.to(4, others)
        assert alike[4] == pytest.approx(1.0, abs=1e-5)
        cosine = catalogue.embeddings @ catalogue.embeddings[4]
        assert alike[6] == pytest.approx((1 - BRAND_SHARE) * cosine[6] + BRAND_SHARE, abs=1e-5)
        assert alike[5] == pytest.approx((1 - BRAND_SHARE) * cosine[5], abs=1e-5)
        # The last has neither photo nor brand nor attributes.
        assert alike[-1] == 0
        assert likeness.to(59, others)[:5].tolist() == [0] * 5

    def test_items_without_photos_are_alike_by_attributes(self, catalogue):
        bare = replace(
            catalogue,
            has_embedding=np.zeros(len(catalogue), bool),
            brands=np.full(len(catalogue), -1, np.int32),
        )
        alike = Likeness(bare).to(0, np.array([0, 20, 1], np.int32))
        assert alike[0] == pytest.approx(1.0, abs=1e-5)
        assert alike[1] == pytest.approx(1.0, abs=1e-5)  # the same three attributes
        assert alike[2] < 0.9

    def test_what_is_much_like_the_first_gives_way(self, arranger):
        pool = pool_of([[0, 2, 4, 1]])
        scores = [1.0, 0.99, 0.98, 0.9]
        plain = arranged(arranger(groups=alone()), pool, scores, 2)
        varied = arranged(arranger(Rules(diversity=0.7), groups=alone()), pool, scores, 2)
        assert plain[0].rows.tolist() == [0, 1]
        assert varied[0].rows.tolist() == [0, 3]

    def test_a_weak_match_never_comes_before_a_match(self, arranger):
        made = arranger(Rules(diversity=0.9), groups=alone())
        (shown,) = arranged(
            made, pool_of([[0, 2, 1]]), [1.0, 0.99, 0.9], 3, weak=[False, False, True]
        )
        assert shown.rows.tolist() == [0, 1, 2]

    def test_a_brand_fills_no_more_than_its_limit(self, arranger):
        made = arranger(
            Rules(max_per_brand=2), groups=alone(), brands=np.array([0, 0, 0, 1, 1, -1], np.int32)
        )
        pool = pool_of([[0, 1, 2, 3, 4, 5, 11]])
        (shown,) = arranged(made, pool, [9, 8, 7, 6, 5, 4, 3], 6)
        assert shown.rows.tolist() == [0, 1, 3, 4, 5, 6]
        assert shown.n_over_brand == 0
        (shown,) = arranged(made, pool, [9, 8, 7, 6, 5, 4, 3], 7)
        assert shown.rows.tolist() == [0, 1, 3, 4, 5, 6, 2]
        assert shown.n_over_brand == 1

    def test_what_is_buried_stands_behind_what_the_limit_holds_back(self, arranger):
        made = arranger(
            Rules(max_per_brand=1, buried=("i3",)),
            groups=alone(),
            brands=np.array([0, 0, 0, 1], np.int32),
        )
        (shown,) = arranged(made, pool_of([[0, 1, 2, 3]]), [9, 8, 7, 99], 4)
        assert shown.rows.tolist() == [0, 1, 2, 3]


class TestNews:
    @pytest.fixture
    def dated(self, arranger):
        today = LAST_DAY.timestamp() / 86_400
        days = np.full(60, today - 300)
        days[[5, 6, 7]] = today - 3
        days[8] = np.nan
        days[9] = today + 2

        def make(**rules):
            return arranger(Rules(**rules), groups=alone(), available_from_days=days)

        return make

    def test_the_last_places_are_kept_for_new_arrivals(self, dated):
        pool = pool_of([[0, 1, 2, 3, 4, 5, 6, 8]])
        scores = [9, 8, 7, 6, 5, 2, 1, 4]
        (shown,) = arranged(dated(fresh_share=0.5, fresh_days=7), pool, scores, 4)
        assert pool.item_index[shown.rows].tolist() == [0, 1, 5, 6]
        assert shown.lifted.tolist() == [False, False, True, True]
        (shown,) = arranged(dated(fresh_share=0.75, fresh_days=7), pool, scores, 4)
        # Only two of the pool are new.
        assert pool.item_index[shown.rows].tolist() == [0, 1, 5, 6]

    def test_what_arrived_since_the_last_event_is_new_too(self, dated):
        pool = pool_of([[0, 1, 2, 9]])
        (shown,) = arranged(dated(fresh_share=0.5, fresh_days=7), pool, [9, 8, 7, 1], 2)
        assert pool.item_index[shown.rows].tolist() == [0, 9]

    def test_a_new_arrival_that_stands_there_anyway_counts(self, dated):
        pool = pool_of([[0, 1, 2, 5, 6]])
        (shown,) = arranged(dated(fresh_share=0.25, fresh_days=7), pool, [3, 2, 1, 9, 0], 4)
        assert pool.item_index[shown.rows].tolist() == [5, 0, 1, 2]
        assert not shown.lifted.any()

    def test_one_that_matches_badly_is_not_lifted(self, dated):
        pool = pool_of([[0, 1, 2, 5]])
        weak = [False, False, False, True]
        (shown,) = arranged(dated(fresh_share=0.5, fresh_days=7), pool, [3, 2, 1, 9], 3, weak)
        assert pool.item_index[shown.rows].tolist() == [0, 1, 2]
