"""Each feature against what its definition says, on a shop small enough to work out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from modiste.data.vocabulary import Vocabulary
from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.features import COLUMN, FEATURE_NAMES, ItemFeatures, feature_table
from modiste.recommender.history import History
from modiste.recommender.pool import merge

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
ATTRIBUTES = ("striped", "cotton", "floral", "denim")


def catalogue():
    items = pd.DataFrame(
        {
            "item_id": ["a", "b", "c", "d", "e"],
            "item_group_id": ["g", "g", None, None, None],
            "title": ["A", "B", "C", "D", "E"],
            "description": None,
            "brand": ["x", "x", "y", None, "y"],
            "category": ["Dress", "Dress", "Tee", None, "Tee"],
            "attributes": [
                ["striped", "cotton"],
                ["striped"],
                ["floral"],
                None,
                ["floral", "cotton"],
            ],
            "color": ["red", "navy", "red", None, "red"],
            "price": [10.0, 20.0, 40.0, None, 80.0],
            "availability": "in_stock",
            "available_from": pd.to_datetime(
                ["2026-01-01", None, "2026-02-19", None, "2026-02-27"], utc=True
            ),
        }
    )
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [0, 0], [0.8, 0.6]], dtype=np.float32)
    vocabulary = Vocabulary.from_pairs(
        [("Dress", "full"), ("Tee", "upper")], [(name, "texture") for name in ATTRIBUTES]
    )
    return Catalogue.from_items(items, vocabulary, embeddings=vectors)


def history(shop):
    rows = [
        ("u", "a", "purchase", "2026-01-10"),
        ("u", "a", "purchase", "2026-02-19"),
        ("u", "c", "view_item", "2026-02-27"),
        ("v", "c", "purchase", "2026-02-20"),
    ]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "event_name", "event_time"])
    events["event_time"] = pd.to_datetime(events["event_time"], utc=True)
    events["quantity"] = pd.Series([pd.NA] * len(events), dtype="Int64")
    return History.from_events(events, shop.item_ids, AS_OF)


def all_items_pool(n_queries, n_items=5):
    scores = np.linspace(1.0, 0.2, n_items, dtype=np.float32)
    found = Candidates(
        np.tile(np.arange(n_items, dtype=np.int32), (n_queries, 1)),
        np.tile(scores, (n_queries, 1)),
    )
    return merge({"popular": found})


@pytest.fixture
def shop():
    return catalogue()


def column(table, name):
    return table[:, COLUMN[name]]


def table_of(shop, *queries):
    return feature_table(all_items_pool(len(queries)), queries, shop, history(shop))


def test_shape_names_and_sources(shop):
    table = table_of(shop, EncodedQuery())
    assert table.shape == (5, len(FEATURE_NAMES))
    assert len(set(FEATURE_NAMES)) == len(FEATURE_NAMES)
    np.testing.assert_allclose(
        column(table, "popular_relative"), [1, 0.75, 0.5, 0.25, 0], atol=1e-6
    )
    np.testing.assert_array_equal(column(table, "popular_rank"), [1, 2, 3, 4, 5])
    assert np.isnan(column(table, "visual_score")).all()
    assert np.isnan(column(table, "visual_relative")).all()


def test_agreement_with_what_was_asked(shop):
    wanted = np.array([1.0, 0.5, 0.0, -1.0], dtype=np.float32)
    query = EncodedQuery(attributes=wanted, categories=np.array([0.9, 0.1], dtype=np.float32))
    table = table_of(shop, query, EncodedQuery())
    np.testing.assert_allclose(
        column(table, "attribute_agreement")[:5], [1.0, 1 / 1.5, 0, 0, 0.5 / 1.5], rtol=1e-6
    )
    np.testing.assert_array_equal(column(table, "attribute_conflict")[:5], 0)
    np.testing.assert_allclose(
        column(table, "category_agreement")[:5], [0.9, 0.9, 0.1, np.nan, 0.1], rtol=1e-6
    )
    for name in ("attribute_agreement", "attribute_conflict", "category_agreement"):
        assert np.isnan(column(table, name)[5:]).all()


def test_taste_is_the_weighted_history(shop):
    query = EncodedQuery(
        history=np.array([0, 2], dtype=np.int32),
        history_weights=np.array([3.0, 1.0], dtype=np.float32),
    )
    table = table_of(shop, query)
    np.testing.assert_allclose(
        column(table, "taste_category"), [0.75, 0.75, 0.25, np.nan, 0.25], rtol=1e-6
    )
    np.testing.assert_allclose(column(table, "taste_color"), [1, 0, 1, np.nan, 1], rtol=1e-6)
    np.testing.assert_allclose(
        column(table, "taste_brand"), [0.75, 0.75, 0.25, np.nan, 0.25], rtol=1e-6
    )
    usual = 0.75 * np.log(11) + 0.25 * np.log(41)
    np.testing.assert_allclose(
        column(table, "taste_price"), np.log([11, 21, 41, np.nan, 81]) - usual, rtol=1e-5
    )
    profiles = shop.attribute_profiles.toarray()
    mean = 0.75 * profiles[0] + 0.25 * profiles[2]
    np.testing.assert_allclose(
        column(table, "taste_attributes"), profiles @ mean / np.linalg.norm(mean), rtol=1e-5
    )


def test_what_the_shopper_did_with_the_item(shop):
    known = history(shop)
    user = known.user_ids.index("u")
    table = feature_table(all_items_pool(1), [EncodedQuery.of_user(known, user)], shop, known)
    np.testing.assert_array_equal(column(table, "times_bought"), [2, 0, 0, 0, 0])
    np.testing.assert_array_equal(
        column(table, "days_since_bought"), [10, np.nan, np.nan, np.nan, np.nan]
    )
    np.testing.assert_array_equal(column(table, "group_bought"), [2, 2, 0, 0, 0])
    np.testing.assert_array_equal(column(table, "touched_position"), [1, np.nan, 0, np.nan, np.nan])
    assert (column(table, "touched_weight") > 0).tolist() == [True, False, True, False, False]
    assert column(table, "n_history").tolist() == [2] * 5
    assert column(table, "n_purchased").tolist() == [1] * 5


def test_item_columns(shop):
    table = table_of(shop, EncodedQuery())
    np.testing.assert_allclose(
        column(table, "item_age_days"), [59, np.nan, 10, np.nan, 2], rtol=1e-6
    )
    np.testing.assert_allclose(
        column(table, "item_purchases"), np.log1p([2, 0, 1, 0, 0]), rtol=1e-6
    )
    assert column(table, "category_popularity").tolist() == [1, 0, 1, 0, 0]
    np.testing.assert_allclose(
        column(table, "price"), np.log1p([10, 20, 40, np.nan, 80]), rtol=1e-6
    )


def test_a_new_shopper_and_an_empty_query_have_no_taste_and_no_match(shop):
    table = table_of(shop, EncodedQuery())
    for name in ("taste_attributes", "taste_color", "taste_price", "touched_position"):
        assert np.isnan(column(table, name)).all()
    assert not column(table, "has_embedding").any()
    assert not column(table, "has_attributes").any()
    assert not np.isinf(table).any()


def test_a_row_does_not_depend_on_the_batch(shop):
    known = history(shop)
    shopper = EncodedQuery.of_user(known, 0)
    asked = replace(shopper, attributes=np.ones(4, np.float32), embedding=shop.embeddings[1])
    queries = [asked, EncodedQuery(), shopper, EncodedQuery.of_item(shop, 2)]
    together = table_of(shop, *queries)
    for place, query in enumerate(queries):
        np.testing.assert_array_equal(together[place * 5 : place * 5 + 5], table_of(shop, query))


def test_an_empty_pool_and_item_features_made_before(shop):
    known = history(shop)
    nothing = merge(
        {"popular": Candidates(np.full((1, 3), -1, np.int32), np.full((1, 3), -np.inf, np.float32))}
    )
    assert feature_table(nothing, [EncodedQuery()], shop, known).shape == (0, len(FEATURE_NAMES))
    items = ItemFeatures.of(shop, known)
    pool = all_items_pool(1)
    np.testing.assert_array_equal(
        feature_table(pool, [EncodedQuery()], shop, known, items=items),
        feature_table(pool, [EncodedQuery()], shop, known),
    )


def test_queries_that_are_not_the_pools_are_refused(shop):
    with pytest.raises(ValueError, match=r"the 2 of the pool\. Received: 1"):
        feature_table(all_items_pool(2), [EncodedQuery()], shop, history(shop))
