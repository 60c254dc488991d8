"""A checkerboard shop: shoppers a* buy the even items, shoppers b* the odd ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box, Garment
from modiste.data.vocabulary import Vocabulary
from modiste.nlp.attribute_query import AttributeQuery

N_ITEMS = 60
OUT_OF_STOCK = 58
BARE = 59  # no photo, price, category or attributes
EMBEDDING_SIZE = 16
LAST_DAY = datetime(2026, 6, 30, tzinfo=UTC)

VOCABULARY = Vocabulary(
    categories=("Dress", "Tee", "Socks"),
    category_types=("full", "upper", "lower"),
    attributes=("striped", "floral", "cotton", "red"),
    attribute_types=("texture", "texture", "fabric", "style"),
)


def category_of(item: int) -> str:
    return VOCABULARY.categories[item // 2 % 3]


def attributes_of(item: int) -> list[str]:
    names = ["floral" if item % 2 else "striped"]
    if item % 4 < 2:
        names.append("cotton")
    if item % 5 == 0:
        names.append("red")
    return names


def shop_items() -> pd.DataFrame:
    items = pd.DataFrame(
        {
            "item_id": [f"i{i}" for i in range(N_ITEMS)],
            # i0 and i6, i1 and i7, ... are one product in two sizes.
            "item_group_id": [f"g{i % 6}" if i < 12 else None for i in range(N_ITEMS)],
            "title": [f"Item {i}" for i in range(N_ITEMS)],
            "description": None,
            "brand": [("Norrland", "Costa")[i % 2] for i in range(N_ITEMS)],
            "category": [category_of(i) for i in range(N_ITEMS)],
            "attributes": [attributes_of(i) for i in range(N_ITEMS)],
            "color": [("red", "navy", "white")[i % 3] for i in range(N_ITEMS)],
            "price": [10.0 + i for i in range(N_ITEMS)],
            "availability": "in_stock",
            "available_from": pd.Series(
                [pd.Timestamp("2026-01-01", tz="UTC")] * N_ITEMS, dtype="datetime64[us, UTC]"
            ),
            "season": [("spring", "autumn")[i % 2] for i in range(N_ITEMS)],
        }
    )
    items.loc[OUT_OF_STOCK, "availability"] = "out_of_stock"
    for column in ("category", "brand", "color", "attributes"):
        items[column] = items[column].astype(object)
        items.at[BARE, column] = None
    items.loc[BARE, "price"] = np.nan
    return items


def shop_embeddings() -> NDArray[np.float32]:
    vectors = np.zeros((N_ITEMS, EMBEDDING_SIZE), dtype=np.float32)
    for item in range(N_ITEMS):
        vectors[item, item % 2] = 1.0
        vectors[item, 2 + item % 14] = 0.2 + item / 200
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[BARE] = 0.0
    return vectors


def held_out(user: int, parity: int) -> set[int]:
    """Items of their own kind that shopper number `user` has not bought."""
    return {i for i in range(50) if i % 2 == parity and i // 2 % 10 == user}


def shop_events() -> pd.DataFrame:
    rows: list[tuple[str, str | None, str, datetime]] = []
    for kind, parity in (("a", 0), ("b", 1)):
        for user in range(10):
            for item in range(parity, 50, 2):
                if item in held_out(user, parity):
                    continue
                user_id, item_id = f"{kind}{user}", f"i{item}"
                when = LAST_DAY - timedelta(days=40 + (item + user) % 20)
                rows.append((user_id, item_id, "view_item", when - timedelta(hours=1)))
                rows.append((user_id, item_id, "purchase", when))
                if category_of(item) == "Socks":
                    rows.append((user_id, item_id, "purchase", when + timedelta(days=15)))
    rows.append(("a0", "i52", "purchase", LAST_DAY - timedelta(days=9)))
    rows.append(("a0", "i52", "refund", LAST_DAY - timedelta(days=5)))
    rows.append(("a1", None, "search", LAST_DAY))
    return events_frame(rows)


def events_frame(rows: Sequence[tuple[str, str | None, str, datetime]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "event_id": [f"e{i}" for i in range(len(rows))],
            "user_id": pd.Series([row[0] for row in rows], dtype=object),
            "item_id": pd.Series([row[1] for row in rows], dtype=object),
            "event_name": pd.Series([row[2] for row in rows], dtype=object),
            "event_time": pd.Series([row[3] for row in rows], dtype="datetime64[us, UTC]"),
            "quantity": pd.array([None] * len(rows), dtype="Int64"),
            "search_term": None,
        }
    )


@dataclass(frozen=True)
class RedMeansEven:
    """A network that sees the even kind on reddish photos and the odd kind on others."""

    def detect(
        self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box | None] | None = None
    ) -> list[Garment]:
        return [self._garment(pixels) for pixels in images]

    def _garment(self, pixels: NDArray[np.uint8]) -> Garment:
        parity = int(pixels[..., 0].mean() < 128)
        embedding = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
        embedding[parity] = 1.0
        name = ("striped", "floral")[parity]
        return Garment(
            category="Dress",
            category_scores={"Dress": 0.8, "Tee": 0.15, "Socks": 0.05},
            box=(0.1, 0.1, 0.9, 0.9),
            attributes={name: 0.9},
            embedding=embedding,
            attribute_scores=np.array([0.9 * (1 - parity), 0.9 * parity, 0.1, 0.1], np.float32),
        )


@dataclass(frozen=True)
class WordByWord:
    """Reads each word as the name it spells; "no" turns the next one round."""

    def warm(self) -> None:
        """Have nothing to make."""

    def read(self, text: str) -> AttributeQuery:
        names = {n.lower(): n for n in (*VOCABULARY.categories, *VOCABULARY.attributes)}
        weights: dict[str, float] = {}
        unread: list[str] = []
        sign = 1.0
        for word in text.lower().split():
            if word == "no":
                sign = -1.0
                continue
            if word in names:
                weights[names[word]] = sign
            else:
                unread.append(word)
            sign = 1.0
        return AttributeQuery(weights, (), tuple(unread))


def photo(parity: int) -> NDArray[np.uint8]:
    pixels = np.zeros((32, 32, 3), dtype=np.uint8)
    pixels[..., 2 * parity] = 255
    return pixels
