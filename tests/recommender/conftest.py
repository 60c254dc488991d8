"""Parts of the checkerboard shop, built once a run."""

from __future__ import annotations

import pytest
from checkerboard import (
    LAST_DAY,
    VOCABULARY,
    RedMeansEven,
    WordByWord,
    shop_embeddings,
    shop_events,
    shop_items,
)

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.pool import PoolSource
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.sources import candidate_sources
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.item_to_item import ItemToItemConfig, fit_item_to_item


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.from_items(shop_items(), VOCABULARY, embeddings=shop_embeddings())


@pytest.fixture(scope="session")
def history(catalogue: Catalogue) -> History:
    return History.from_events(shop_events(), catalogue.item_ids, LAST_DAY)


@pytest.fixture(scope="session")
def factors(history: History) -> Factors:
    return fit_collaborative(history, AlsConfig(n_factors=2, iterations=10, seed=1))


@pytest.fixture(scope="session")
def item_weights(history: History) -> ItemWeights:
    return fit_item_to_item(history, ItemToItemConfig(l2=5.0))


@pytest.fixture(scope="session")
def sources(
    catalogue: Catalogue, history: History, factors: Factors, item_weights: ItemWeights
) -> dict[str, PoolSource]:
    return candidate_sources(catalogue, history, factors, item_weights)


@pytest.fixture(scope="session")
def recommender(
    catalogue: Catalogue, history: History, factors: Factors, item_weights: ItemWeights
) -> Recommender:
    return Recommender(
        catalogue,
        history,
        factors,
        Ranker.blend_only("a test"),
        item_weights=item_weights,
        photo_reader=RedMeansEven(),
        text_reader=WordByWord(),
    )
