"""How each way of ranking orders the same candidates, with the code that serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.features import COLUMN
from modiste.recommender.guard import BLEND, HYBRID
from modiste.recommender.pool import SOURCES, Pool
from modiste.recommender.ranker import Ranker, segments
from modiste.training.metrics import ndcg_at_k
from modiste.training.ranking_queries import LabelledQueries
from modiste.training.ranking_sets import pooled_queries
from modiste.training.snapshot import Snapshot

#: What the guard chose, segment by segment: what a release serves.
SERVED: Final = "served"
#: What was bought last, then what sells: a baseline that needs no recommender.
RECENT: Final = "recent"
#: What every table shows: what is served, the hybrid, and the baselines beside it.
SYSTEMS: Final = (SERVED, HYBRID, BLEND, *SOURCES, RECENT)
K: Final = 10


@dataclass(frozen=True)
class Standing:
    """How one way of ranking did on each query.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, K)`` int32, -1 where there is none.
    ndcg : ndarray
        At `K`, shape ``(n_queries,)`` float64.
    segments : ndarray
        Position in ``modiste.recommender.guard.SEGMENTS``, shape ``(n_queries,)`` int64; -1
        for a query without candidates.
    """

    ranked: NDArray[np.int32]
    ndcg: NDArray[np.float64]
    segments: NDArray[np.int64]


def standings(
    ranker: Ranker, snapshot: Snapshot, labelled: LabelledQueries, systems: Sequence[str]
) -> dict[str, Standing]:
    """Rank the same candidates in several ways, with the code that serves.

    Parameters
    ----------
    ranker : Ranker
    snapshot : Snapshot
    labelled : LabelledQueries
    systems : sequence of str
        Any of `SYSTEMS`; the hybrid is left out where the ranker has no booster. A single
        source ranks what it proposes itself, then what sells, as do recent purchases.

    Returns
    -------
    dict of str to Standing
        In the order of `systems`.
    """
    names = [name for name in systems if name != HYBRID or ranker.booster is not None]
    ranked = {name: np.full((len(labelled), K), -1, dtype=np.int32) for name in names}
    segment = np.full(len(labelled), -1, dtype=np.int64)
    for part in pooled_queries(snapshot, labelled):
        segment[part.queries][part.pool.query_index] = segments(part.features)
        for name in names:
            if name == SERVED:
                scores = ranker.scores(part.features)
            elif name == RECENT:
                scores = _recency(part.features)
            else:
                scores = ranker.scores_by(name, part.features)
            ranked[name][part.queries] = best_of_pool(part.pool, scores, K)
    return {
        name: Standing(rows, ndcg_at_k(rows, labelled.relevant, K), segment)
        for name, rows in ranked.items()
    }


def _recency(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Score what was bought last highest, then what sells."""
    days = features[:, COLUMN["days_since_bought"]]
    sells = np.nan_to_num(features[:, COLUMN["popular_score"]], nan=0.0)
    # 1 / (1 + days) is above 0, and what sells is below 0 here.
    return np.where(np.isnan(days), sells - 1e6, 1.0 / (1.0 + days)).astype(np.float32)


def best_of_pool(pool: Pool, scores: NDArray[np.float32], k: int) -> NDArray[np.int32]:
    """Return the `k` best items of each query, ``(n_queries, k)`` int32, -1 where none.

    Ties go to the lower item index.
    """
    best = np.full((pool.n_queries, k), -1, dtype=np.int32)
    # Rows are ordered by item index within a query, and lexsort is stable.
    order = np.lexsort((-scores, pool.query_index))
    place = np.arange(len(pool)) - pool.indptr[pool.query_index[order]]
    shown = place < k
    best[pool.query_index[order][shown], place[shown]] = pool.item_index[order][shown]
    return best
