"""A fake recommender at the seam: real values, no network, no release."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image as Picture

from modiste.attribute_model.garment import Box, Garment
from modiste.attribute_model.occlusion import Occlusion, occlude
from modiste.attribute_model.portable import PortableNetwork
from modiste.data import images
from modiste.data.identifiers import IdMap
from modiste.data.vocabulary import Vocabulary
from modiste.errors import UnknownItemError
from modiste.nlp.attribute_query import AttributeQuery, Match
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.history import History
from modiste.recommender.manifest import Manifest
from modiste.recommender.query import Image, Query
from modiste.recommender.recommendation import Reason, Recommendation, Recommendations

VOCABULARY = Vocabulary(
    categories=("Dress", "Tee"),
    category_types=("full", "upper"),
    attributes=("striped", "cotton", "sleeveless"),
    attribute_types=("texture", "fabric", "part"),
)
N_ITEMS = 30
RELEASE_ID = "20240301T000000Z-00000000"
SLASHED = "gid://shop/Product/7"


def item_table() -> pd.DataFrame:
    ids = [SLASHED if i == 7 else f"item-{i}" for i in range(N_ITEMS)]
    return pd.DataFrame(
        {
            "item_id": ids,
            "item_group_id": None,
            "title": [f"Garment {i}" for i in range(N_ITEMS)],
            "description": None,
            "brand": ["Atelier" if i % 2 else None for i in range(N_ITEMS)],
            "category": ["Dress" if i % 3 else "Tee" for i in range(N_ITEMS)],
            "attributes": [["striped"] if i % 2 else None for i in range(N_ITEMS)],
            "color": ["red" if i % 2 else "navy" for i in range(N_ITEMS)],
            "price": [np.nan if i == 3 else 10.0 + i for i in range(N_ITEMS)],
            "availability": "in_stock",
            "available_from": pd.Timestamp("2024-01-01", tz="UTC"),
            "purchase_cost": 1.0,
        }
    )


def events(items: pd.DataFrame) -> pd.DataFrame:
    times = pd.date_range("2024-02-01", periods=4, tz="UTC")
    return pd.DataFrame(
        {
            "event_id": list("abcd"),
            "user_id": ["ana", "ana", "ana", "bo"],
            "item_id": items["item_id"].iloc[[1, 2, 4, 5]].to_list(),
            "event_name": ["purchase", "purchase", "view_item", "purchase"],
            "event_time": times,
            "quantity": pd.array([1, 1, None, 1], dtype="Int64"),
            "search_term": None,
        }
    )


class FakeRecommender:
    """Answers by simple, visible rules; decodes photos as the real one does."""

    reads_photos = True
    reads_phrases = True
    portable_network: PortableNetwork | None = None

    def __init__(self, items: pd.DataFrame | None = None) -> None:
        self.items = item_table() if items is None else items
        self.catalogue = Catalogue.from_items(self.items, VOCABULARY)
        self.manifest = Manifest(
            schema_version=1,
            release_id=RELEASE_ID,
            created="2024-03-01T00:00:00Z",
            files={},
            config={},
            metrics={},
            data_fingerprint="",
            n_items=len(self.items),
            vocabulary_fingerprint=VOCABULARY.fingerprint,
        )
        self.history = History.from_events(
            events(self.items), IdMap(self.items["item_id"]), datetime(2024, 3, 1, tzinfo=UTC)
        )
        self.calls: list[dict[str, Any]] = []
        self.fails_with: Exception | None = None

    def recommend(
        self,
        query: Query,
        k: int = 10,
        *,
        filters: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        filter_viewed: bool = True,
    ) -> Recommendations:
        self.calls.append({"query": query, "k": k, "filters": filters, "exclude": exclude})
        if self.fails_with is not None:
            raise self.fails_with
        garment = None
        if query.image is not None:
            images.decode(query.image)
            garment = self._garment()
        if query.item_id is not None:
            self._check(query.item_id)
        notes = ("the shopper is new here",) if query.user_id not in {None, "ana", "bo"} else ()
        kept = self.items[~self.items["item_id"].isin(list(exclude))]
        for column, value in (filters or {}).items():
            kept = kept[kept[column] == value]
        return Recommendations(
            self._ranked(kept["item_id"].to_list()[:k], query),
            garment=garment,
            phrase=self._phrase(query.text),
            notes=notes,
        )

    def similar(self, item_id: str, k: int = 10) -> Recommendations:
        return self.recommend(Query(item_id=item_id), k, exclude=[item_id])

    def detect(self, image: Image, *, box: Box | None = None) -> Garment:
        self.calls.append({"image": image, "box": box})
        if self.fails_with is not None:
            raise self.fails_with
        images.decode(image)
        return self._garment()

    def occlusion(self, image: Image, *, cells: int, seconds: float) -> Occlusion:
        self.calls.append({"image": image, "cells": cells})
        if self.fails_with is not None:
            raise self.fails_with
        return occlude(
            lambda photos: [self._garment() for _ in photos],
            images.decode(image),
            VOCABULARY,
            cells=cells,
            seconds=seconds,
        )

    def complete(
        self,
        item_id: str,
        k: int = 10,
        *,
        user_id: str | None = None,
        recent: Sequence[str] = (),
        bought: Sequence[str] = (),
    ) -> Recommendations:
        query = Query(item_id=item_id, user_id=user_id, recent=tuple(recent), bought=tuple(bought))
        found = self.recommend(query, k, exclude=[item_id])
        self.calls[-1]["completes"] = item_id
        return found

    def warm(self) -> None:
        self.is_warm = True

    def _check(self, item_id: str) -> None:
        if item_id not in set(self.items["item_id"]):
            raise UnknownItemError(f"item_id must be in the release. Received: {item_id!r}")

    @staticmethod
    def _ranked(item_ids: list[str], query: Query) -> list[Recommendation]:
        known = query.user_id in {"ana", "bo"}
        kind = "looks_like" if query.image is not None else "popular"
        reasons = (Reason(kind, "popular this month", np.float32(0.75), ("striped",)),)
        return [
            Recommendation(item_id, i + 1, 1 / (i + 1), 0.5, 0.25 if known else 0.0, reasons)
            for i, item_id in enumerate(item_ids)
        ]

    @staticmethod
    def _garment() -> Garment:
        return Garment(
            category="Dress",
            category_scores={"Tee": 0.125, "Dress": 0.875},
            box=(0.25, 0.125, 0.75, 0.875),
            attributes={"striped": 0.75, "cotton": 0.5},
            embedding=np.zeros(512, dtype=np.float32),
            attribute_scores=np.array([0.75, 0.5, 0.1], dtype=np.float32),
        )

    @staticmethod
    def _phrase(text: str | None) -> AttributeQuery | None:
        if text is None:
            return None
        matched = tuple(Match(w, w, 1.0) for w in text.split() if w in VOCABULARY.attributes)
        missed = tuple(w for w in text.split() if w not in VOCABULARY.attributes)
        return AttributeQuery({m.name: m.weight for m in matched}, matched, missed)


def photo(size: tuple[int, int] = (48, 64), kind: str = "JPEG") -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Picture.fromarray(pixels).save(file, kind)
    return file.getvalue()
