"""Every reason is true, and taking its cause away lowers the score."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from modiste.data.vocabulary import Vocabulary
from modiste.recommender.attribute import Attribute
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.causes import CAUSES
from modiste.recommender.collaborative import Collaborative, Factors
from modiste.recommender.encoder import EncodedQuery
from modiste.recommender.features import feature_table
from modiste.recommender.history import History
from modiste.recommender.pool import propose
from modiste.recommender.popular import Popular
from modiste.recommender.ranker import Ranker
from modiste.recommender.reasons import MAX_REASONS, Explainer
from modiste.recommender.repeat import Repeat
from modiste.recommender.visual import Visual

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
ITEMS = {
    "breton": ("Breton Tee", "Tee", ["striped", "cotton"], "2025-01-01"),
    "sailor": ("Sailor Tee", "Tee", ["striped", "cotton"], "2025-01-01"),
    "meadow": ("Meadow Dress", "Dress", ["floral"], "2025-01-01"),
    "garden": ("Garden Dress", "Dress", ["floral", "cotton"], "2025-01-01"),
    "chore": ("Chore Coat", "Coat", ["denim"], "2026-02-26"),
    "cargo": ("Cargo Coat", "Coat", ["denim", "striped"], "2025-01-01"),
}
ATTRIBUTES = ("striped", "cotton", "floral", "denim")
LOOKS = {"Tee": [1.0, 0.0, 0.0], "Dress": [0.0, 1.0, 0.0], "Coat": [0.0, 0.0, 1.0]}


def make_catalogue():
    rows = [
        {
            "item_id": item_id,
            "item_group_id": None,
            "title": title,
            "description": None,
            "brand": None,
            "category": category,
            "attributes": attributes,
            "color": None,
            "price": 10.0,
            "availability": "in_stock",
            "available_from": pd.Timestamp(arrived, tz="UTC"),
        }
        for item_id, (title, category, attributes, arrived) in ITEMS.items()
    ]
    vocabulary = Vocabulary.from_pairs(
        [(name, "upper") for name in LOOKS], [(name, "texture") for name in ATTRIBUTES]
    )
    looks = np.array([LOOKS[category] for _, category, _, _ in ITEMS.values()], dtype=np.float32)
    looks[1::2] += 0.2
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    return Catalogue.from_items(pd.DataFrame(rows), vocabulary, embeddings=looks)


def make_history(shop):
    rows = [("me", "breton", "purchase"), ("me", "meadow", "view_item")]
    for nth in range(8):
        rows += [(f"sailor{nth}", "breton", "purchase"), (f"sailor{nth}", "sailor", "purchase")]
        rows += [(f"gardener{nth}", "meadow", "purchase"), (f"gardener{nth}", "garden", "purchase")]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "event_name"])
    events["event_time"] = pd.Timestamp("2026-02-20", tz="UTC")
    again = events.iloc[:1].assign(event_time=pd.Timestamp("2026-02-10", tz="UTC"))
    events = pd.concat([again, events], ignore_index=True)
    events["quantity"] = pd.Series([pd.NA] * len(events), dtype="Int64")
    return History.from_events(events, shop.item_ids, AS_OF)


class Shop:
    """Catalogue, history, two clusters of factors and the blend."""

    def __init__(self):
        self.catalogue = make_catalogue()
        self.history = make_history(self.catalogue)
        factors = np.zeros((6, 2), dtype=np.float32)
        factors[:2, 0], factors[2:4, 1] = 1.0, 1.0
        self.factors = Factors(factors, regularization=0.1)
        self.ranker = Ranker.blend_only("no training here")
        self.sources = {
            "visual": Visual(self.catalogue),
            "attribute": Attribute(self.catalogue),
            "collaborative": Collaborative(self.factors),
            "repeat": Repeat(self.catalogue, self.history),
            "popular": Popular(self.catalogue, self.history),
        }

    def index(self, item_id):
        return self.catalogue.item_ids.index(item_id)

    def shopper(self, user_id="me"):
        return EncodedQuery.of_user(self.history, self.history.user_ids.index(user_id))

    def rows(self, query):
        pool = propose(self.sources, [query], 6, np.ones((1, 6), dtype=bool))
        return pool, feature_table(pool, [query], self.catalogue, self.history)

    def reasons(self, query, contributions=None):
        """Return the reasons of each item of the pool, by item id."""
        pool, features = self.rows(query)
        if contributions is None:
            contributions = self.ranker.contributions(features)
        explainer = Explainer(self.catalogue, self.factors)
        found = explainer.reasons(np.arange(len(pool)), pool, [query], features, contributions)
        ids = self.catalogue.item_ids.externals(pool.item_index)
        return dict(zip(ids, found, strict=True))

    def scores(self, query):
        pool, features = self.rows(query)
        ids = self.catalogue.item_ids.externals(pool.item_index)
        return dict(zip(ids, self.ranker.scores(features), strict=True))

    def all_of(self, cause, query):
        """Return the reasons if only one cause raises every score."""
        contributions = np.zeros((len(self.rows(query)[0]), len(CAUSES)), dtype=np.float32)
        contributions[:, CAUSES.index(cause)] = 1.0
        return self.reasons(query, contributions)


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


def test_bought_again_only_what_was_bought(shop):
    found = shop.all_of("repeat", shop.shopper())
    assert kinds(found["breton"]) == ["bought_again"]
    assert all("bought_again" not in kinds(found[one]) for one in found if one != "breton")


def test_new_only_what_is_new(shop):
    query = EncodedQuery(embedding=np.array([0, 0, 1], dtype=np.float32))
    found = shop.all_of("new", query)
    assert found["chore"][0].text == "new this week"
    assert "new" not in kinds(found["cargo"])


def test_popular_only_what_sells(shop):
    query = EncodedQuery(embedding=np.array([0, 0, 1], dtype=np.float32))
    found = shop.all_of("popular", query)
    assert kinds(found["breton"]) == ["popular"]
    assert "popular" not in kinds(found["chore"])


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
    found = shop.reasons(query, contributions)["sailor"]
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
