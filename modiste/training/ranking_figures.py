"""Every figure of a way of ranking on labelled queries."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.training.list_metrics import calibration_at_k, diversity_at_k, novelty_at_k
from modiste.training.metrics import (
    average_precision_at_k,
    hit_rate_at_k,
    ndcg_at_k,
    recall_at_k,
    reciprocal_rank_at_k,
)
from modiste.training.ranking_queries import LabelledQueries
from modiste.training.snapshot import Snapshot
from modiste.training.standings import K

#: By the names under which JSON has them, and those under which tables do.
ACCURACY: Final = {
    "ndcg_at_10": "NDCG@10",
    "map_at_10": "MAP@10",
    "recall_at_10": "recall@10",
    "hit_rate_at_10": "hit rate@10",
    "mrr_at_10": "MRR@10",
}
#: What lists are besides right; of calibration, less is better.
BEYOND: Final = {
    "novelty_at_10": "novelty (bits)",
    "diversity_at_10": "diversity",
    "calibration_at_10": "calibration (bits off)",
}
FIGURES: Final = {**ACCURACY, **BEYOND}

_BY_HITS: Final = {
    "ndcg_at_10": ndcg_at_k,
    "map_at_10": average_precision_at_k,
    "recall_at_10": recall_at_k,
    "hit_rate_at_10": hit_rate_at_k,
    "mrr_at_10": reciprocal_rank_at_k,
}


def figures_of(
    ranked: NDArray[np.int32], labelled: LabelledQueries, snapshot: Snapshot
) -> dict[str, NDArray[np.float64]]:
    """Return each of `FIGURES` of each query, ``(n_queries,)`` float64; NaN where there is none.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, K)`` int32, -1 where there is none.
    labelled : LabelledQueries
    snapshot : Snapshot
        What was known when the queries were asked.
    """
    catalogue = snapshot.catalogue
    found = {name: metric(ranked, labelled.relevant, K) for name, metric in _BY_HITS.items()}
    found["novelty_at_10"] = novelty_at_k(ranked, snapshot.history.item_purchases, K)
    found["diversity_at_10"] = diversity_at_k(ranked, catalogue, K)
    found["calibration_at_10"] = calibration_at_k(
        ranked, catalogue.categories, _tastes(labelled, catalogue), K
    )
    return found


def _tastes(labelled: LabelledQueries, catalogue: Catalogue) -> NDArray[np.float64]:
    """Return the weight of each category in the history of each query's shopper."""
    tastes = np.zeros((len(labelled), catalogue.n_categories))
    for row, query in enumerate(labelled.queries):
        category = catalogue.categories[query.history]
        known = category >= 0
        np.add.at(tastes[row], category[known], query.history_weights[known])
    return tastes
