"""How well each way of ranking finds what was bought after a cut in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.pool import SOURCES, Pool
from modiste.recommender.ranker import BLEND, HYBRID, Ranker, segments
from modiste.training.bootstrap import Interval, bootstrap_interval
from modiste.training.collaborative import AlsConfig
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.metrics import coverage_at_k, ndcg_at_k, recall_at_k
from modiste.training.ranking_queries import (
    HOME,
    LabelledQueries,
    QuestionSources,
    labelled_queries,
)
from modiste.training.ranking_sets import pooled_queries
from modiste.training.snapshot import Snapshot
from modiste.training.time_cuts import Cut

#: What the guard chose, segment by segment: what a release serves.
SERVED: Final = "served"
#: The baselines that every table shows beside the hybrid.
SYSTEMS: Final = (SERVED, HYBRID, BLEND, *SOURCES)
K: Final = 10


@dataclass(frozen=True)
class Standing:
    """How one way of ranking did on each query.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, K)`` int32, -1 where there is none.
    ndcg, recall : ndarray
        At `K`, shape ``(n_queries,)`` float64.
    segments : ndarray
        Position in ``modiste.recommender.ranker.SEGMENTS``, shape ``(n_queries,)`` int64; -1
        for a query without candidates.
    """

    ranked: NDArray[np.int32]
    ndcg: NDArray[np.float64]
    recall: NDArray[np.float64]
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
        source ranks what it proposes itself, then what sells.

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
            else:
                scores = ranker.scores_by(name, part.features)
            ranked[name][part.queries] = best_of_pool(part.pool, scores, K)
    return {
        name: Standing(
            rows,
            ndcg_at_k(rows, labelled.relevant, K),
            recall_at_k(rows, labelled.relevant, K),
            segment,
        )
        for name, rows in ranked.items()
    }


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


@dataclass(frozen=True)
class Line:
    """One line of the table: one way of ranking, on queries with or without a hint.

    Parameters
    ----------
    system : str
        One of `SYSTEMS`.
    questions : str
        ``query`` for those with a photo or phrase, ``home`` for those without.
    ndcg, recall : Interval
        At `K`, with 95 % bootstrap intervals over shoppers.
    coverage : float
        Share of the items on sale that anyone was shown.
    n_queries : int
    """

    system: str
    questions: str
    ndcg: Interval
    recall: Interval
    coverage: float
    n_queries: int


@dataclass(frozen=True)
class RankingReport:
    """The table of one cut; `lines` holds the systems of each kind of question in order.

    Parameters
    ----------
    lines : tuple of Line
    cut : Cut
    """

    lines: tuple[Line, ...]
    cut: Cut

    def to_json(self) -> dict[str, object]:
        """Return the table as plain numbers, by kind of question and system."""
        table: dict[str, dict[str, object]] = {}
        for line in self.lines:
            table.setdefault(line.questions, {})[line.system] = {
                "ndcg_at_10": _rounded(line.ndcg),
                "recall_at_10": _rounded(line.recall),
                "coverage_at_10": round(line.coverage, 4),
                "n_queries": line.n_queries,
                "n_users": line.ndcg.n_users,
            }
        window = {"as_of": self.cut.as_of.isoformat(), "until": self.cut.until.isoformat()}
        return {"window": window, "systems": table}

    def __str__(self) -> str:
        rows = [f"{'':6} {'':14} {'NDCG@10':26} {'recall@10':26} coverage"]
        rows += [
            f"{line.questions:6} {line.system:14} {line.ndcg!s:26} {line.recall!s:26} "
            f"{line.coverage:.3f}"
            for line in self.lines
        ]
        return "\n".join(rows)


def evaluate_ranking(
    ranker: Ranker,
    catalogue: Catalogue,
    events: pd.DataFrame,
    cut: Cut,
    sources: QuestionSources | None = None,
    *,
    als: AlsConfig | None = None,
    item_to_item: ItemToItemConfig | None = None,
    seed: int = 0,
) -> RankingReport:
    """Compare what the ranker serves with each source alone, on one cut.

    Every system ranks the same candidates under the same rule: what was bought may come
    again only where its category is one that shoppers buy again.

    Parameters
    ----------
    ranker : Ranker
        Fitted on what lies before the cut.
    catalogue : Catalogue
    events : DataFrame
        Columns of ``modiste.data.dataset.EVENTS_SCHEMA``.
    cut : Cut
        The test cut of `time_cuts`.
    sources : QuestionSources, optional
    als : AlsConfig, optional
    item_to_item : ItemToItemConfig, optional
    seed : int

    Returns
    -------
    RankingReport
        Without lines where nothing was bought in the window.
    """
    snapshot = Snapshot.take(catalogue, events, cut.as_of, als, item_to_item=item_to_item)
    labelled = labelled_queries(snapshot, events, cut, sources, seed=seed)
    found = standings(ranker, snapshot, labelled, SYSTEMS)
    is_home = labelled.kinds == HOME
    n_on_sale = int(snapshot.on_sale.sum())
    lines = [
        _line(name, questions, standing, labelled.users, rows, n_on_sale)
        for questions, rows in (("query", ~is_home), ("home", is_home))
        if rows.any()
        for name, standing in found.items()
    ]
    return RankingReport(tuple(lines), cut)


def _line(
    name: str,
    questions: str,
    standing: Standing,
    users: NDArray[np.int32],
    rows: NDArray[np.bool_],
    n_on_sale: int,
) -> Line:
    return Line(
        system=name,
        questions=questions,
        ndcg=bootstrap_interval(standing.ndcg[rows], users[rows]),
        recall=bootstrap_interval(standing.recall[rows], users[rows]),
        coverage=coverage_at_k(standing.ranked[rows], n_on_sale, K),
        n_queries=int(rows.sum()),
    )


def _rounded(interval: Interval) -> Mapping[str, float]:
    return {
        "mean": round(interval.mean, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
    }
