from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from checkerboard import events_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.data.dataset import empty_events
from modiste.data.identifiers import IdMap
from modiste.errors import ReleaseError
from modiste.recommender.history import USERS_FILE, History
from modiste.recommender.history_counts import (
    EVENT_WEIGHTS,
    POPULARITY_HALF_LIFE_DAYS,
    REPEAT_PRIOR_PURCHASES,
    TASTE_HALF_LIFE_DAYS,
)

ITEMS = IdMap(["x", "y", "z"])
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _days(days: float) -> datetime:
    return NOON - timedelta(days=days)


def _of(*rows, as_of=NOON):
    return History.from_events(events_frame(rows), ITEMS, as_of)


def _entries(history, user):
    row = history.row(history.user_ids.index(user))
    return [ITEMS.ids[i] for i in history.item_index[row]]


def _purchases(history, user):
    row = history.row(history.user_ids.index(user))
    items = [ITEMS.ids[i] for i in history.item_index[row]]
    counts = history.n_purchases[row].tolist()
    return {item: n for item, n in zip(items, counts, strict=True) if n}


class TestRefunds:
    def test_cancels_the_latest_earlier_purchase(self):
        history = _of(
            ("u", "x", "purchase", _days(30)),
            ("u", "x", "purchase", _days(20)),
            ("u", "x", "refund", _days(15)),
        )
        row = history.row(0)
        assert history.n_purchases[row].tolist() == [1]
        assert history.purchase_days[row].tolist() == [30.0]

    def test_of_the_only_purchase_leaves_nothing(self):
        history = _of(("u", "x", "purchase", _days(3)), ("u", "x", "refund", _days(1)))
        assert _entries(history, "u") == []
        assert history.popularity.tolist() == [0.0, 0.0, 0.0]

    def test_leaves_other_events_of_the_item(self):
        history = _of(
            ("u", "x", "view_item", _days(4)),
            ("u", "x", "purchase", _days(3)),
            ("u", "x", "refund", _days(1)),
        )
        assert _entries(history, "u") == ["x"]
        assert history.last_days.tolist() == [4.0]
        assert np.isnan(history.purchase_days[0])

    def test_before_the_purchase_is_ignored(self):
        history = _of(("u", "x", "refund", _days(3)), ("u", "x", "purchase", _days(1)))
        assert _purchases(history, "u") == {"x": 1}

    def test_of_another_shopper_or_item_is_ignored(self):
        history = _of(
            ("u", "x", "purchase", _days(3)),
            ("v", "x", "refund", _days(1)),
            ("u", "y", "refund", _days(1)),
        )
        assert _purchases(history, "u") == {"x": 1}

    def test_at_the_moment_of_its_purchase_counts(self):
        history = _of(("u", "x", "refund", _days(1)), ("u", "x", "purchase", _days(1)))
        assert _entries(history, "u") == []

    def test_after_the_cut_does_not_count_yet(self):
        history = _of(
            ("u", "x", "purchase", _days(3)), ("u", "x", "refund", _days(1)), as_of=_days(2)
        )
        assert _purchases(history, "u") == {"x": 1}

    @pytest.mark.parametrize(("refunded", "left"), [(1, 1), (2, 0), (None, 0)])
    def test_of_part_of_the_quantity_leaves_the_purchase(self, refunded, left):
        events = events_frame([("u", "x", "purchase", _days(3)), ("u", "x", "refund", _days(1))])
        events["quantity"] = pd.array([2, refunded], dtype="Int64")
        history = History.from_events(events, ITEMS, NOON)
        assert sum(history.n_purchases) == left

    def test_of_more_than_the_last_quantity_reaches_the_one_before(self):
        events = events_frame(
            [
                ("u", "x", "purchase", _days(5)),
                ("u", "x", "purchase", _days(3)),
                ("u", "x", "refund", _days(1)),
            ]
        )
        events["quantity"] = pd.array([1, 2, 3], dtype="Int64")
        assert _entries(History.from_events(events, ITEMS, NOON), "u") == []


NAMES = ("search", "view_item", "add_to_wishlist", "add_to_cart", "purchase", "refund")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("uvw"),
            st.sampled_from("xyzq"),
            st.sampled_from(NAMES),
            st.integers(0, 400),
        ),
        max_size=40,
    )
)
def test_agrees_with_counting_event_by_event(drawn):
    rows = [(user, item, name, _days(n / 4)) for user, item, name, n in drawn]
    cut = _days(10)
    history = _of(*rows, as_of=cut)

    standing: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    seen: dict[tuple[str, str], list[tuple[datetime, float]]] = defaultdict(list)
    users = set()
    for user, item, name, when in sorted(rows, key=lambda row: (row[3], row[2] == "refund")):
        if name == "search" or item == "q" or when >= cut:
            continue
        users.add(user)
        if name == "purchase":
            standing[user, item].append(when)
        elif name == "refund":
            if standing[user, item]:
                standing[user, item].pop()
        else:
            seen[user, item].append((when, EVENT_WEIGHTS[name]))
    assert history.user_ids.ids == tuple(sorted(users))

    popularity = dict.fromkeys(ITEMS.ids, 0.0)
    for user in users:
        row = history.row(history.user_ids.index(user))
        found = {}
        for place in range(row.start, row.stop):
            found[ITEMS.ids[history.item_index[place]]] = place
        for item in ITEMS.ids:
            events = [
                *seen[user, item],
                *((when, EVENT_WEIGHTS["purchase"]) for when in standing[user, item]),
            ]
            assert (item in found) == bool(events)
            if not events:
                continue
            ages = [((cut - when) / timedelta(days=1), weight) for when, weight in events]
            place = found[item]
            weight = sum(w * 0.5 ** (age / TASTE_HALF_LIFE_DAYS) for age, w in ages)
            assert history.weight[place] == pytest.approx(weight, rel=1e-5)
            assert history.last_days[place] == pytest.approx(min(age for age, _ in ages))
            assert history.n_purchases[place] == len(standing[user, item])
            popularity[item] += sum(w * 0.5 ** (age / POPULARITY_HALF_LIFE_DAYS) for age, w in ages)
        assert (np.diff(history.last_days[row]) <= 0).all()
    np.testing.assert_allclose(history.popularity, list(popularity.values()), rtol=1e-4, atol=1e-6)
    for index, item in enumerate(ITEMS.ids):
        counts = [len(standing[user, item]) for user in users]
        assert history.item_purchases[index] == sum(counts)
        assert history.item_repeats[index] == sum(max(0, n - 1) for n in counts)


class TestCut:
    def test_event_at_the_cut_is_left_out(self):
        history = _of(("u", "x", "view_item", NOON), ("u", "y", "view_item", _days(1)))
        assert _entries(history, "u") == ["y"]

    def test_default_is_just_after_the_last_event(self):
        history = _of(("u", "x", "view_item", _days(2)), as_of=None)
        assert history.as_of == _days(2) + timedelta(microseconds=1)
        assert _entries(history, "u") == ["x"]

    def test_needs_a_zone(self):
        with pytest.raises(ValueError, match="time zone"):
            _of(("u", "x", "view_item", _days(2)), as_of=datetime(2026, 1, 1))

    def test_order_of_the_rows_does_not_matter(self):
        rows = [
            ("u", "x", "purchase", _days(9)),
            ("v", "y", "view_item", _days(8)),
            ("u", "x", "refund", _days(7)),
            ("u", "z", "add_to_cart", _days(6)),
        ]
        forward, backward = _of(*rows), _of(*reversed(rows))
        assert np.array_equal(forward.weight, backward.weight)
        assert np.array_equal(forward.item_index, backward.item_index)


def test_no_events():
    history = History.from_events(empty_events(), ITEMS)
    assert (history.n_users, len(history.item_index)) == (0, 0)
    assert history.repeat_rates(np.zeros(3, np.int32), 1).tolist() == [0.0, 0.0]


def test_nulls_in_the_item_column_are_searches():
    history = _of(("u", None, "search", _days(1)), ("v", "x", "view_item", _days(1)))
    assert history.user_ids.ids == ("v",)


def test_repeat_rates_start_at_the_shops():
    rows = [("u", "x", "purchase", _days(day)) for day in range(1, 31)]
    rows.append(("u", "y", "purchase", _days(1)))
    rates = _of(*rows).repeat_rates(np.array([0, 1, -1], dtype=np.int32), 2)
    shop = 29 / 31
    assert rates[0] == pytest.approx((29 + REPEAT_PRIOR_PURCHASES * shop) / (30 + 10))
    assert rates[1] == pytest.approx((0 + REPEAT_PRIOR_PURCHASES * shop) / (1 + 10))
    assert rates[-1] == pytest.approx(shop)


def test_matrix_holds_the_weights(history):
    assert history.matrix.shape == (history.n_users, history.n_items)
    assert history.matrix.sum() == pytest.approx(history.weight.sum(), rel=1e-5)


class TestDisk:
    def test_round_trip(self, history, tmp_path):
        history.save(tmp_path)
        loaded = History.load(tmp_path)
        assert loaded.user_ids.ids == history.user_ids.ids
        assert loaded.as_of == history.as_of
        assert loaded.n_items == history.n_items
        for name in ("indptr", "item_index", "weight", "last_days", "purchase_days", "popularity"):
            np.testing.assert_array_equal(getattr(loaded, name), getattr(history, name))

    def test_of_no_shoppers(self, tmp_path):
        History.from_events(empty_events(), ITEMS).save(tmp_path)
        assert History.load(tmp_path).n_users == 0

    def test_files_of_different_shoppers_are_refused(self, history, tmp_path):
        history.save(tmp_path)
        other = tmp_path / "other"
        other.mkdir()
        _of(("u", "x", "view_item", _days(1))).save(other)
        (other / USERS_FILE).replace(tmp_path / USERS_FILE)
        with pytest.raises(ReleaseError, match="same shoppers"):
            History.load(tmp_path)
