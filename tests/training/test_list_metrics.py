"""Novelty, diversity and calibration against slow versions that read like their definitions."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from modiste.data.vocabulary import Vocabulary
from modiste.recommender.catalogue import Catalogue
from modiste.training.list_metrics import calibration_at_k, diversity_at_k, novelty_at_k

N_ITEMS = 9
VOCABULARY = Vocabulary(("dress",), ("full",), ("striped", "red", "silk"), ("texture",) * 3)


def shop(seed=0):
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(N_ITEMS, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[-3:] = 0  # no photos
    names = [["striped"], ["striped", "red"], ["silk"], ["red"], [], ["silk"]]
    items = pd.DataFrame(
        {
            "item_id": [f"i{n}" for n in range(N_ITEMS)],
            "title": "A dress",
            **dict.fromkeys(("item_group_id", "brand", "category", "color", "price"), None),
            "attributes": [*names, ["striped"], ["silk", "red"], []],
            "availability": "in_stock",
            "available_from": pd.Timestamp("2026-01-01", tz="UTC"),
        }
    )
    return Catalogue.from_items(items, VOCABULARY, embeddings=vectors)


def lists(seed=1, n_queries=30):
    generator = np.random.default_rng(seed)
    ranked = np.stack([generator.permutation(N_ITEMS)[:6] for _ in range(n_queries)])
    for row, length in enumerate(generator.integers(0, 7, size=n_queries)):
        ranked[row, length:] = -1
    return ranked.astype(np.int32)


@pytest.mark.parametrize("k", [1, 4, 10])
def test_novelty(k):
    bought = np.array([5, 0, 3, 3, 100, 1, 0, 0, 2], np.int32)
    found = novelty_at_k(lists(), bought, k)
    total = int((bought + 1).sum())
    for row, value in zip(lists(), found, strict=True):
        shown = [item for item in row[:k] if item >= 0]
        if not shown:
            assert math.isnan(value)
            continue
        expected = sum(-math.log2((bought[item] + 1) / total) for item in shown) / len(shown)
        assert value == pytest.approx(expected)
    # What nobody buys is more novel than what everybody does.
    assert novelty_at_k(np.array([[1], [4]], np.int32), bought, 1).argmax() == 0


@pytest.mark.parametrize("k", [2, 6])
def test_diversity(k):
    catalogue = shop()
    profiles = catalogue.attribute_profiles.toarray()
    found = diversity_at_k(lists(), catalogue, k)
    for row, value in zip(lists(), found, strict=True):
        unlike = []
        for one, other in combinations([item for item in row[:k] if item >= 0], 2):
            if catalogue.has_embedding[one] and catalogue.has_embedding[other]:
                unlike.append(1 - float(catalogue.embeddings[one] @ catalogue.embeddings[other]))
            elif profiles[one].any() and profiles[other].any():
                unlike.append(1 - float(profiles[one] @ profiles[other]))
        if unlike:
            assert value == pytest.approx(sum(unlike) / len(unlike), abs=1e-5)
        else:
            assert math.isnan(value)


@pytest.mark.parametrize("k", [3, 6])
def test_calibration(k):
    kinds = np.array([0, 0, 1, 1, 2, 2, 0, -1, 1], np.int32)
    tastes = np.random.default_rng(3).integers(0, 4, size=(30, 3)).astype(float)
    tastes[::7] = 0
    found = calibration_at_k(lists(), kinds, tastes, k)
    assert np.isnan(found[::7]).all()
    for row, taste, value in zip(lists(), tastes, found, strict=True):
        shown = [int(kinds[item]) for item in row[:k] if item >= 0 and kinds[item] >= 0]
        if not shown or not taste.any():
            assert math.isnan(value)
            continue
        expected = 0.0
        for kind, share in enumerate(taste / taste.sum()):
            if share:
                mixed = 0.99 * shown.count(kind) / len(shown) + 0.01 * share
                expected += share * math.log2(share / mixed)
        assert value == pytest.approx(expected)


def test_the_shoppers_own_mix_is_calibrated():
    kinds = np.array([0, 1, 1], np.int32)
    tastes = np.array([[1.0, 2.0], [2.0, 1.0]])
    found = calibration_at_k(np.array([[0, 1, 2]] * 2, np.int32), kinds, tastes, 3)
    assert found[0] == pytest.approx(0, abs=1e-9)
    assert found[1] > 0.1
