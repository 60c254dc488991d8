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

from modiste.recommender.attribute import Attribute
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Collaborative, Factors
from modiste.recommender.history import History
from modiste.recommender.pool import PoolSource
from modiste.recommender.popular import Popular
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.repeat import Repeat
from modiste.recommender.visual import Visual
from modiste.training.collaborative import AlsConfig, fit_collaborative


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
def sources(catalogue: Catalogue, history: History, factors: Factors) -> dict[str, PoolSource]:
    return {
        "visual": Visual(catalogue),
        "attribute": Attribute(catalogue),
        "collaborative": Collaborative(factors),
        "repeat": Repeat(catalogue, history),
        "popular": Popular(catalogue, history),
    }


@pytest.fixture(scope="session")
def recommender(catalogue: Catalogue, history: History, factors: Factors) -> Recommender:
    return Recommender(
        catalogue,
        history,
        factors,
        Ranker.blend_only("a test"),
        photo_reader=RedMeansEven(),
        text_reader=WordByWord(),
    )
