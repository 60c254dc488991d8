from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from small_shop import CATEGORIES, small_shop

from modiste.attribute_model.garment import Garment
from modiste.data.dataset import empty_events
from modiste.errors import DatasetError
from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.features import COLUMN
from modiste.training.ranking_queries import (
    HOME,
    MAX_QUESTIONS_A_SHOPPER,
    PHOTO,
    PHRASE,
    QuestionSources,
    labelled_queries,
)
from modiste.training.ranking_sets import N_OTHERS, RankingSet, pooled_queries, ranking_set
from modiste.training.snapshot import Snapshot
from modiste.training.time_cuts import time_cuts


@pytest.fixture(scope="module")
def shop():
    return small_shop(n_users=60, n_items=120)


@pytest.fixture(scope="module")
def cut(shop):
    return time_cuts(shop[1]).validation


@pytest.fixture(scope="module")
def snapshot(shop, cut):
    return Snapshot.take(*shop, cut.as_of)


@pytest.fixture(scope="module")
def labelled(shop, cut, snapshot):
    return labelled_queries(snapshot, shop[1], cut)


class Reader:
    """Knows the categories, and nothing else."""

    def read(self, text):
        known = {name.lower(): name for name in CATEGORIES}
        return AttributeQuery({known[word]: 1.0 for word in text.split() if word in known})


def test_windows_do_not_overlap_and_end_with_the_log(shop):
    cuts = time_cuts(shop[1], n_training=3)
    every = [*cuts.training, cuts.validation, cuts.test]
    for earlier, later in itertools.pairwise(every):
        assert earlier.until == later.as_of
    last = shop[1]["event_time"].max().to_pydatetime()
    assert every[-1].as_of < last < every[-1].until
    assert shop[1]["event_time"].min() < every[0].as_of


def test_too_short_a_log_cannot_be_cut(shop):
    with pytest.raises(DatasetError, match="events at different times"):
        time_cuts(empty_events())
    with pytest.raises(DatasetError, match="must leave events before the first"):
        time_cuts(shop[1], window_days=100)
    with pytest.raises(ValueError, match="n_training"):
        time_cuts(shop[1], n_training=0)


def test_nothing_after_the_cut_changes_a_snapshot(shop, cut, snapshot):
    catalogue, events = shop
    only_before = Snapshot.take(catalogue, events[events["event_time"] < cut.as_of], cut.as_of)
    assert only_before.factors.item_factors.tobytes() == snapshot.factors.item_factors.tobytes()
    np.testing.assert_array_equal(only_before.history.popularity, snapshot.history.popularity)
    assert only_before.history.user_ids.ids == snapshot.history.user_ids.ids


def test_items_that_had_not_arrived_are_not_on_sale(shop, cut, snapshot):
    arrived = shop[0].items["available_from"] <= cut.as_of
    np.testing.assert_array_equal(snapshot.on_sale, arrived)
    assert not snapshot.on_sale.all()


def test_answers_are_purchases_of_the_window_that_could_be_shown(shop, cut, labelled, snapshot):
    catalogue, events = shop
    inside = events[(events["event_time"] >= cut.as_of) & (events["event_time"] < cut.until)]
    bought = set(catalogue.item_ids.indices(list(inside.query("event_name == 'purchase'").item_id)))
    assert len(labelled) > 20
    assert set(labelled.relevant.indices) <= bought
    allowed = snapshot.allowed(labelled.queries)
    for row in range(len(labelled)):
        answers = labelled.relevant[[row]].indices
        assert answers.size
        assert allowed[row, answers].all()


def test_features_know_nothing_of_the_window(shop, cut, labelled, snapshot):
    history = snapshot.history
    purchases = sparse.csr_matrix(
        (history.n_purchases, history.item_index, history.indptr),
        shape=(history.n_users, history.n_items),
    )
    for part in pooled_queries(snapshot, labelled):
        queries = labelled.queries[part.queries]
        users = np.array([query.user_index for query in queries])[part.pool.query_index]
        known = users >= 0
        before = purchases[users[known], part.pool.item_index[known]]
        np.testing.assert_array_equal(
            part.features[known, COLUMN["times_bought"]], np.asarray(before).ravel()
        )
        age = part.features[:, COLUMN["item_age_days"]]
        assert np.nanmin(age) >= 0


def test_home_pages_ask_nothing_and_questions_something(labelled):
    assert set(labelled.kinds) == {HOME, PHOTO, PHRASE}
    for query, kind in zip(labelled.queries, labelled.kinds, strict=True):
        assert query.has_content == (kind != HOME)
        assert query.item_index == -1
    counts = pd.Series(labelled.users[labelled.kinds != HOME]).value_counts()
    assert counts.max() <= MAX_QUESTIONS_A_SHOPPER
    assert (labelled.kinds == HOME).sum() == len(np.unique(labelled.users))


def test_a_made_up_photo_is_not_the_items_own(shop, labelled):
    photos = np.flatnonzero(labelled.kinds == PHOTO)
    own = [
        float(
            shop[0].embeddings[labelled.relevant[[row]].indices[0]]
            @ labelled.queries[row].embedding
        )
        for row in photos
    ]
    assert 0.5 < np.mean(own) < 0.99


def test_the_search_before_a_purchase_is_the_question(shop, cut, snapshot):
    sources = QuestionSources(text_reader=Reader())
    asked = labelled_queries(snapshot, shop[1], cut, sources)
    rows = np.flatnonzero(asked.kinds != HOME)
    assert set(asked.kinds[rows]) == {PHRASE}
    for row in rows:
        category = shop[0].categories[asked.relevant[[row]].indices[0]]
        assert asked.queries[row].categories[category] == 1.0


def test_a_street_photo_is_the_question_where_there_is_one(shop, cut, snapshot):
    catalogue, events = shop
    embedding = np.full(16, 0.25, dtype=np.float32)
    garment = Garment(
        category="Tee",
        category_scores={"Tee": 1.0},
        box=(0.0, 0.0, 1.0, 1.0),
        attributes={"attribute3": 0.8},
        embedding=embedding,
        attribute_scores=np.zeros(16, dtype=np.float32),
    )
    photos = dict.fromkeys(catalogue.item_ids.ids, (garment,))
    asked = labelled_queries(snapshot, events, cut, QuestionSources(street_photos=photos))
    rows = np.flatnonzero(asked.kinds != HOME)
    assert set(asked.kinds[rows]) == {PHOTO}
    for row in rows:
        np.testing.assert_array_equal(asked.queries[row].embedding, embedding)
        assert asked.queries[row].attributes[3] == np.float32(0.8)


def test_training_rows_hold_every_purchase_and_few_others(snapshot, labelled):
    rows = ranking_set(snapshot, labelled)
    assert rows.group_sizes.sum() == len(rows) == len(rows.features)
    starts = np.concatenate([[0], np.cumsum(rows.group_sizes)[:-1]])
    positives = np.add.reduceat(rows.labels, starts)
    assert positives.min() >= 1
    asking, home = rows.split_by_hint()
    assert len(asking) + len(home) == len(rows)
    assert not home.features[:, COLUMN["has_attributes"]].any()
    assert asking.group_sizes.max() <= N_OTHERS + 1
    assert home.group_sizes.max() > N_OTHERS / 2
    again = ranking_set(snapshot, labelled)
    np.testing.assert_array_equal(rows.features, again.features)
    assert len(RankingSet.joined([rows, rows])) == 2 * len(rows)
    assert len(RankingSet.joined([])) == 0


def test_a_window_without_purchases_gives_no_queries(shop, snapshot, cut):
    later = type(cut)(cut.until + timedelta(days=999), cut.until + timedelta(days=1000))
    asked = labelled_queries(snapshot, shop[1], later)
    assert len(asked) == 0
    assert len(ranking_set(snapshot, asked)) == 0
