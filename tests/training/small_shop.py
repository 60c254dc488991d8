"""A shop of 240 items whose shoppers like two attributes, one colour and one cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from modiste.data.dataset import EVENTS_SCHEMA, ITEMS_SCHEMA
from modiste.data.vocabulary import Vocabulary
from modiste.recommender.catalogue import Catalogue

ATTRIBUTES = tuple(f"attribute{i}" for i in range(16))
CATEGORIES = ("Dress", "Tee", "Jeans", "Coat")
COLORS = ("red", "navy", "white", "green")
START = datetime(2026, 1, 1, tzinfo=UTC)
N_DAYS = 180


def vocabulary():
    return Vocabulary.from_pairs(
        [(name, "full") for name in CATEGORIES], [(name, "texture") for name in ATTRIBUTES]
    )


def items_frame(generator, n_items=240):
    rows = []
    for item in range(n_items):
        late = item % 6 == 0
        rows.append(
            {
                "item_id": f"i{item:04}",
                "item_group_id": None,
                "title": f"Item {item}",
                "description": None,
                "brand": f"brand{generator.integers(6)}",
                "category": CATEGORIES[generator.integers(4)],
                "attributes": [ATTRIBUTES[a] for a in np.sort(generator.permutation(16)[:3])],
                "color": COLORS[generator.integers(4)],
                "price": float(np.exp(generator.normal(3.5, 0.5))),
                "availability": "in_stock",
                "available_from": pd.Timestamp(
                    START + timedelta(days=int(generator.integers(1, N_DAYS)) if late else -30)
                ),
            }
        )
    return pd.DataFrame(rows, columns=[field.name for field in ITEMS_SCHEMA])


def embeddings_of(items, generator, size=16):
    shape = generator.normal(size=(16, size))
    kind = generator.normal(size=(4, size))
    vectors = np.stack(
        [
            sum(shape[ATTRIBUTES.index(a)] for a in row.attributes)
            + 1.5 * kind[CATEGORIES.index(row.category)]
            for row in items.itertuples()
        ]
    )
    vectors += 0.7 * generator.normal(size=vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def events_frame(items, generator, n_users=150, sessions=12):
    """Shoppers search for a category, see what suits it, and buy what suits them as well."""
    n_items = len(items)
    has = np.zeros((n_items, 16))
    for row, names in enumerate(items["attributes"]):
        has[row, [ATTRIBUTES.index(name) for name in names]] = 1.0
    arrives = np.array([(t.to_pydatetime() - START).days for t in items["available_from"]])
    category = items["category"].to_numpy(dtype=object)
    color = items["color"].to_numpy(dtype=object)
    fame = generator.normal(size=n_items)
    rows = []
    for user in range(n_users):
        likes = generator.permutation(16)[:2]
        hue = COLORS[generator.integers(4)]
        n_sessions = int(generator.integers(1, sessions + 1))
        for day in np.sort(generator.uniform(0, N_DAYS, n_sessions)):
            wanted = CATEGORIES[generator.integers(4)]
            taste = 2.5 * has[:, likes].sum(axis=1) + 1.5 * (color == hue) + 0.5 * fame
            taste = np.where((category == wanted) & (arrives <= day), taste, -np.inf)
            chance = np.exp(taste - taste.max())
            seen = generator.choice(n_items, size=3, p=chance / chance.sum())
            moment = START + timedelta(days=float(day))
            rows.append((user, None, "search", moment, wanted.lower()))
            for nth, item in enumerate(seen):
                later = moment + timedelta(minutes=1 + nth)
                rows.append((user, item, "view_item", later, None))
            rows.append((user, seen[0], "purchase", moment + timedelta(minutes=9), None))
    return pd.DataFrame(
        {
            "event_id": [f"e{n:06}" for n in range(len(rows))],
            "user_id": [f"u{row[0]:04}" for row in rows],
            "item_id": pd.Series(
                [None if row[1] is None else f"i{row[1]:04}" for row in rows], dtype=object
            ),
            "event_name": [row[2] for row in rows],
            "event_time": pd.to_datetime([row[3] for row in rows], utc=True).as_unit("us"),
            "quantity": pd.Series([pd.NA] * len(rows), dtype="Int64"),
            "search_term": pd.Series([row[4] for row in rows], dtype=object),
        },
        columns=[field.name for field in EVENTS_SCHEMA],
    )


def small_shop(seed=0, *, n_users=150, n_items=240, sessions=12):
    """Return the catalogue and the events."""
    generator = np.random.default_rng(seed)
    items = items_frame(generator, n_items)
    catalogue = Catalogue.from_items(
        items, vocabulary(), embeddings=embeddings_of(items, generator)
    )
    return catalogue, events_frame(items, generator, n_users, sessions)
