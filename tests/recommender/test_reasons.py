"""Every reason is true, and taking its cause away lowers the score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from six_items import AS_OF, ATTRIBUTES, ITEMS, Shop

from modiste.recommender.causes import CAUSES
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.purchase_evidence import MIN_PROFILE_COSINE
from modiste.recommender.reasons import MAX_REASONS


@pytest.fixture(scope="module")
def shop():
    return Shop()


def asking(shop, **wanted):
    attributes = np.zeros(4, dtype=np.float32)
    for name, weight in wanted.items():
        attributes[ATTRIBUTES.index(name)] = weight
    return EncodedQuery(attributes=attributes)


def kinds(reasons):
    return [reason.kind for reason in reasons]


def test_named_attributes_are_on_the_item_and_in_the_query(shop):
    photo = np.array([0, 0, 1], dtype=np.float32)
    query = replace(asking(shop, striped=1.0, floral=0.6, denim=-1.0), embedding=photo)
    for item_id, reasons in shop.reasons(query).items():
        for reason in reasons:
            if reason.kind == "attributes":
                assert set(reason.names) <= set(ITEMS[item_id][2]) & {"striped", "floral"}
                assert reason.text == f"matches {', '.join(reason.names)}"
    assert "attributes" in kinds(shop.reasons(query)["breton"])
    assert "attributes" not in kinds(shop.reasons(query)["chore"])


def test_the_wanted_category_is_named(shop):
    photo = np.array([1, 0, 0], dtype=np.float32)
    wanted = np.array([0.0, 1.0, 0.0], dtype=np.float32)
    query = EncodedQuery(embedding=photo, categories=wanted)
    found = shop.all_of("attributes", query)
    assert found["meadow"][0].names == ("Dress",)
    assert "attributes" not in kinds(found["breton"])


def test_looks_like_the_photo_only_if_there_is_one(shop):
    photo = EncodedQuery(embedding=np.array([1, 0, 0], dtype=np.float32))
    assert shop.all_of("visual", photo)["breton"][0].text == "looks like your photo"
    assert "looks_like" not in kinds(shop.all_of("visual", shop.shopper())["breton"])
    like = EncodedQuery.of_item(shop.catalogue, shop.index("breton"))
    reason = shop.all_of("visual", like)["sailor"][0]
    assert (reason.text, reason.names) == ("looks like Breton Tee", ("breton",))


def test_because_you_bought_names_a_purchase_that_speaks_for_the_item(shop):
    reason = shop.all_of("collaborative", shop.shopper())["sailor"][0]
    assert reason.kind == "because_you_bought"
    assert reason.text == "because you bought Breton Tee"
    assert reason.names == ("breton",)
    # The dress owes its score to one that was only looked at.
    assert kinds(shop.all_of("collaborative", shop.shopper())["garden"]) == ["shoppers_like_you"]


def test_an_item_is_never_the_reason_for_itself(shop):
    for cause in ("collaborative", "taste"):
        for item_id, reasons in shop.all_of(cause, shop.shopper()).items():
            assert all(item_id not in reason.names for reason in reasons)


def test_taste_names_the_most_similar_purchase(shop):
    found = shop.all_of("taste", shop.shopper())
    assert found["sailor"][0].text == "much like Breton Tee, which you bought"
    assert "because_you_bought" not in kinds(shop.all_of("taste", EncodedQuery())["sailor"])


def test_taste_names_no_purchase_that_is_hardly_alike(shop):
    # Cotton is all that the dress has of the tee.
    profiles = shop.catalogue.attribute_profiles[[shop.index("garden"), shop.index("breton")]]
    assert 0 < (profiles @ profiles.T)[0, 1] < MIN_PROFILE_COSINE
    found = shop.all_of("taste", shop.shopper())
    assert "because_you_bought" not in kinds(found["garden"])


def test_taste_names_a_purchase_that_looks_alike_whatever_its_attributes():
    plain = Shop(with_attributes=False)
    found = plain.all_of("taste", plain.shopper())
    assert found["sailor"][0].text == "much like Breton Tee, which you bought"
    assert "because_you_bought" not in kinds(found["garden"])


def test_bought_again_only_what_was_bought(shop):
    found = shop.all_of("repeat", shop.shopper())
    assert kinds(found["breton"]) == ["bought_again"]
    assert all("bought_again" not in kinds(found[one]) for one in found if one != "breton")


def test_new_only_what_is_new(shop):
    query = EncodedQuery(embedding=np.array([0, 0, 1], dtype=np.float32))
    found = shop.all_of("new", query)
    assert found["chore"][0].text == "new this week"
    assert "new" not in kinds(found["cargo"])


def popular_items(shop, *events):
    """Return what is called popular after events given as (item_id, days ago)."""
    changed = Shop()
    changed.history = History.from_events(
        pd.DataFrame(
            {
                "user_id": [f"u{nth}" for nth in range(len(events))],
                "item_id": [item_id for item_id, _ in events],
                "event_name": "view_item",
                "event_time": [AS_OF - pd.Timedelta(days=days) for _, days in events],
                "quantity": pd.array([None] * len(events), dtype="Int64"),
            }
        ),
        shop.catalogue.item_ids,
        AS_OF,
    )
    found = changed.all_of("popular", EncodedQuery(embedding=np.ones(3, dtype=np.float32)))
    return {item_id for item_id, reasons in found.items() if "popular" in kinds(reasons)}


def test_popular_only_what_sells_best(shop):
    query = EncodedQuery(embedding=np.array([0, 0, 1], dtype=np.float32))
    found = shop.all_of("popular", query)
    assert kinds(found["breton"]) == ["popular"]
    # Of the four items with events one is the top quarter.
    assert [one for one in found if "popular" in kinds(found[one])] == ["breton"]


def test_popular_only_what_sells_now(shop):
    often = [("breton", 10)] * 5
    assert popular_items(shop, *often, ("sailor", 500)) == {"breton"}
    assert popular_items(shop, ("sailor", 500)) == set()
    assert popular_items(shop, *[("sailor", 500)] * 9, ("breton", 400)) == set()


def test_popular_in_the_category_alone_is_not_popular(shop):
    often = [("breton", 10)] * 9 + [("sailor", 10)] * 8 + [("meadow", 10)] * 7
    assert popular_items(shop, *often, *[("cargo", 10)] * 3) == {"breton"}


def test_equally_popular_items_are_not_the_most_popular(shop):
    assert popular_items(shop, *[(item_id, 1) for item_id in ITEMS] * 4) == set()


def test_unpopular_items_fall_back_to_completing_the_list(shop):
    pool, _ = shop.rows(EncodedQuery())
    nothing = np.full((len(pool), len(CAUSES)), -1.0, dtype=np.float32)
    found = shop.reasons(EncodedQuery(), nothing)
    assert kinds(found["breton"]) == ["popular"]
    assert kinds(found["sailor"]) == ["backfill"]


def test_never_empty_at_most_three_strongest_first(shop):
    everything = replace(
        shop.shopper(),
        embedding=np.array([1, 0, 0], dtype=np.float32),
        attributes=asking(shop, striped=1.0).attributes,
    )
    for query in (everything, shop.shopper(), EncodedQuery(), asking(shop, cotton=1.0)):
        pool, _ = shop.rows(query)
        nothing = np.full((len(pool), len(CAUSES)), -1.0, dtype=np.float32)
        for contributions in (None, nothing):
            for reasons in shop.reasons(query, contributions).values():
                assert 1 <= len(reasons) <= MAX_REASONS
                strengths = [reason.strength for reason in reasons]
                assert strengths == sorted(strengths, reverse=True)
                assert all(0 <= one <= 1 for one in strengths)
                assert sum(strengths) <= 1 + 1e-6


def test_strength_is_the_share_of_what_raises_the_score(shop):
    query = replace(shop.shopper(), attributes=asking(shop, striped=1.0).attributes)
    pool, _ = shop.rows(query)
    contributions = np.zeros((len(pool), len(CAUSES)), dtype=np.float32)
    contributions[:, CAUSES.index("attributes")] = 3.0
    contributions[:, CAUSES.index("popular")] = 1.0
    contributions[:, CAUSES.index("collaborative")] = -9.0
    found = shop.reasons(query, contributions)["breton"]
    assert kinds(found) == ["attributes", "popular"]
    assert [reason.strength for reason in found] == [0.75, 0.25]


def test_two_causes_of_one_kind_are_one_reason(shop):
    query = shop.shopper()
    pool, _ = shop.rows(query)
    contributions = np.zeros((len(pool), len(CAUSES)), dtype=np.float32)
    contributions[:, CAUSES.index("collaborative")] = 1.0
    contributions[:, CAUSES.index("taste")] = 1.0
    found = shop.reasons(query, contributions)["sailor"]
    assert kinds(found) == ["because_you_bought"]
    assert found[0].strength == 1.0


@pytest.mark.parametrize(
    ("kind", "item_id"),
    [
        ("looks_like", "sailor"),
        ("attributes", "sailor"),
        ("because_you_bought", "sailor"),
        ("bought_again", "breton"),
    ],
)
def test_without_the_named_cause_the_score_falls(shop, kind, item_id):
    whole = replace(
        shop.shopper(),
        embedding=np.array([1, 0, 0], dtype=np.float32),
        attributes=asking(shop, striped=1.0).attributes,
    )
    no_one = EncodedQuery()
    without = {
        "looks_like": replace(whole, embedding=None),
        "attributes": replace(whole, attributes=None),
        "because_you_bought": replace(
            whole,
            history=no_one.history,
            history_weights=no_one.history_weights,
            purchased=no_one.purchased,
            purchased_days=no_one.purchased_days,
            purchased_counts=no_one.purchased_counts,
        ),
        "bought_again": replace(
            whole,
            purchased=no_one.purchased,
            purchased_days=no_one.purchased_days,
            purchased_counts=no_one.purchased_counts,
        ),
    }
    cause = {
        "looks_like": "visual",
        "attributes": "attributes",
        "because_you_bought": "collaborative",
        "bought_again": "repeat",
    }[kind]
    pool, features = shop.rows(whole)
    row = int(np.flatnonzero(pool.item_index == shop.index(item_id))[0])
    assert shop.ranker.contributions(features)[row, CAUSES.index(cause)] > 0
    assert kind in kinds(shop.all_of(cause, whole)[item_id])
    assert shop.scores(without[kind])[item_id] < shop.scores(whole)[item_id]
