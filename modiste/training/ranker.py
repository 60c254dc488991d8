"""Fit LambdaMART on several cuts in time, and let it serve only where it is best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from modiste.errors import DatasetError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.features import FEATURE_NAMES
from modiste.recommender.guard import BLEND, HYBRID, SCORERS, SEGMENTS, Guard
from modiste.recommender.ranker import Ranker
from modiste.recommender.visual import Visual
from modiste.training.collaborative import AlsConfig
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.ranking_queries import (
    MAX_QUESTIONS_A_SHOPPER,
    LabelledQueries,
    QuestionSources,
    labelled_queries,
)
from modiste.training.ranking_sets import RankingSet, ranking_set
from modiste.training.snapshot import Snapshot
from modiste.training.standings import Standing, standings
from modiste.training.time_cuts import Cut, TimeCuts, time_cuts

if TYPE_CHECKING:
    import lightgbm

#: A segment with fewer validation queries is decided with the others of its kind.
MIN_GUARD_QUERIES = 30
#: There, the others count as this many queries of its own.
PRIOR_QUERIES = 10
#: Fewer queries than this teach a ranker nothing that holds.
MIN_TRAINING_QUERIES = 20


@dataclass(frozen=True)
class RankerConfig:
    """Settings of the ranker's fit.

    Parameters
    ----------
    n_trees, n_leaves : int
    learning_rate : float
    min_rows_a_leaf : int
    max_users : int
        Shoppers drawn at each cut, at most.
    max_questions : int
        Questions with a photo or phrase that each of them asks, at most.
    n_cuts : int
        Training cuts in time.
    seed : int
        The same seed and data give the same trees.
    """

    n_trees: int = 100
    n_leaves: int = 15
    learning_rate: float = 0.07
    min_rows_a_leaf: int = 50
    max_users: int = 800
    max_questions: int = MAX_QUESTIONS_A_SHOPPER
    n_cuts: int = 3
    seed: int = 0


def fit_ranker(
    catalogue: Catalogue,
    events: pd.DataFrame,
    sources: QuestionSources | None = None,
    *,
    als: AlsConfig | None = None,
    item_to_item: ItemToItemConfig | None = None,
    config: RankerConfig | None = None,
    cuts: TimeCuts | None = None,
    repeats: str = "learnt",
) -> Ranker:
    """Fit the ranker on the training cuts, guard it on the validation cut, fit it on both.

    Nothing after the validation window is looked at, so the test cut stays unseen.

    Parameters
    ----------
    catalogue : Catalogue
    events : DataFrame
        Columns of ``modiste.data.dataset.EVENTS_SCHEMA``.
    sources : QuestionSources, optional
    als : AlsConfig, optional
        Of the collaborative source at each cut; the same as the release's.
    item_to_item : ItemToItemConfig, optional
        Of the item-to-item source, likewise.
    config : RankerConfig, optional
    cuts : TimeCuts, optional
        By default `time_cuts` of the events.
    repeats : str
        What may be shown to who bought it, as `Recommender` decides by default; see
        ``modiste.training.snapshot.REPEATS``.

    Returns
    -------
    Ranker
        One that serves the fixed blend, with a note, where the events are too few to learn
        from.
    """
    config = config or RankerConfig()
    try:
        cuts = cuts or time_cuts(events, n_training=config.n_cuts)
    except DatasetError as error:
        return Ranker.blend_only(f"The ranker was not fitted: {error}")
    visual = Visual(catalogue)

    def asked_at(cut: Cut, seed: int) -> tuple[Snapshot, LabelledQueries]:
        snapshot = Snapshot.take(
            catalogue,
            events,
            cut.as_of,
            als,
            item_to_item=item_to_item,
            visual=visual,
            repeats=repeats,
        )
        labelled = labelled_queries(
            snapshot,
            events,
            cut,
            sources,
            max_users=config.max_users,
            max_questions=config.max_questions,
            seed=seed,
        )
        return snapshot, labelled

    sets: list[RankingSet] = []
    for nth, cut in enumerate(cuts.training):
        sets.append(ranking_set(*asked_at(cut, config.seed + nth), seed=config.seed + nth))
    training = RankingSet.joined(sets)
    n_queries = len(training.group_sizes)
    if n_queries < MIN_TRAINING_QUERIES:
        return Ranker.blend_only(
            f"The ranker was not fitted: it needs at least {MIN_TRAINING_QUERIES} queries whose "
            f"answer was bought within the training windows. Received: {n_queries}"
        )
    everywhere = Guard(dict.fromkeys(SEGMENTS, HYBRID))
    booster, home_booster = _fit_boosters(training, config)
    unguarded = Ranker(booster, everywhere, home_booster)
    snapshot, labelled = asked_at(cuts.validation, config.seed)
    decided = guard(standings(unguarded, snapshot, labelled, SCORERS))
    # What is decided on the latest window may then be learnt from it too.
    latest = ranking_set(snapshot, labelled, seed=config.seed + len(sets))
    booster, home_booster = _fit_boosters(RankingSet.joined([*sets, latest]), config)
    return Ranker(booster, decided, home_booster)


def guard(found: Mapping[str, Standing]) -> Guard:
    """Choose what serves each segment: the best NDCG@10 of the validation cut.

    A segment with fewer than `MIN_GUARD_QUERIES` queries is decided together with all that
    have a query, or all home pages, which then count as `PRIOR_QUERIES`; if those are too
    few as well, the blend serves.

    Parameters
    ----------
    found : mapping of str to Standing
        By scorer, all of `SCORERS`, of the same queries.
    """
    some = next(iter(found.values()))
    served: dict[str, str] = {}
    table: dict[str, dict[str, float]] = {}
    n_queries: dict[str, int] = {}
    for number, segment in enumerate(SEGMENTS):
        own = some.segments == number
        n_queries[segment] = int(own.sum())
        if own.any():
            table[segment] = {name: float(found[name].ndcg[own].mean()) for name in SCORERS}
        kind = [n for n, name in enumerate(SEGMENTS) if name.split("_")[0] == segment.split("_")[0]]
        alike = np.isin(some.segments, kind)
        prior = PRIOR_QUERIES if own.sum() < MIN_GUARD_QUERIES else 0
        served[segment] = BLEND
        if alike.sum() >= MIN_GUARD_QUERIES:
            standing = {
                name: float(found[name].ndcg[own].sum() + prior * found[name].ndcg[alike].mean())
                for name in SCORERS
            }
            # max keeps the first of equals, and the hybrid is named first.
            served[segment] = max(standing, key=standing.__getitem__)
    return Guard(served, table, n_queries)


def _fit_boosters(
    training: RankingSet, config: RankerConfig
) -> tuple[lightgbm.Booster, lightgbm.Booster | None]:
    """Return the booster, and one for home pages where there is enough of both to learn from."""
    asking, home = training.split_by_hint()
    if min(len(asking.group_sizes), len(home.group_sizes)) < MIN_TRAINING_QUERIES:
        return _fit_booster(training, config), None
    return _fit_booster(asking, config), _fit_booster(home, config)


def _fit_booster(training: RankingSet, config: RankerConfig) -> lightgbm.Booster:
    import lightgbm

    data = lightgbm.Dataset(
        training.features,
        label=training.labels,
        group=training.group_sizes,
        feature_name=list(FEATURE_NAMES),
        free_raw_data=True,
    )
    parameters = {
        "objective": "lambdarank",
        "lambdarank_truncation_level": 20,
        "num_leaves": config.n_leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.min_rows_a_leaf,
        "lambda_l2": 5.0,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "seed": config.seed,
        "deterministic": True,
        "num_threads": 1,
        "force_row_wise": True,
        "verbosity": -1,
    }
    return lightgbm.train(parameters, data, num_boost_round=config.n_trees)
