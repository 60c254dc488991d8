"""A shop of six items and two kinds of shoppers, small enough to check by eye."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from scipy import sparse

from modiste.data.vocabulary import Vocabulary
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.causes import CAUSES
from modiste.recommender.collaborative import Factors
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.features import feature_table
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.pool import propose
from modiste.recommender.ranker import Ranker
from modiste.recommender.reasons import Explainer
from modiste.recommender.sources import candidate_sources

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


def make_catalogue(*, with_attributes=True):
    rows = [
        {
            "item_id": item_id,
            "item_group_id": None,
            "title": title,
            "description": None,
            "brand": None,
            "category": category,
            "attributes": attributes if with_attributes else [],
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

    def __init__(self, *, with_attributes=True):
        self.catalogue = make_catalogue(with_attributes=with_attributes)
        self.history = make_history(self.catalogue)
        factors = np.zeros((6, 2), dtype=np.float32)
        factors[:2, 0], factors[2:4, 1] = 1.0, 1.0
        self.factors = Factors(factors, regularization=0.1)
        self.ranker = Ranker.blend_only("no training here")
        self.item_weights = ItemWeights(
            sparse.csr_matrix(
                (factors @ factors.T - np.diag([1, 1, 1, 1, 0, 0])).astype(np.float32)
            ),
            "written down",
        )
        self.sources = candidate_sources(
            self.catalogue, self.history, self.factors, self.item_weights
        )

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
        explainer = Explainer(self.catalogue, self.history, self.factors, self.item_weights)
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
