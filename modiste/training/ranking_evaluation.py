"""How well each way of ranking finds what was bought after a cut in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.guard import SEGMENTS
from modiste.recommender.pool import SOURCES
from modiste.recommender.ranker import Ranker
from modiste.training.bootstrap import Interval, bootstrap_interval
from modiste.training.collaborative import AlsConfig
from modiste.training.item_to_item import ItemToItemConfig
from modiste.training.metrics import coverage_at_k, ndcg_at_k
from modiste.training.ranking_figures import FIGURES, figures_of
from modiste.training.ranking_queries import (
    HOME,
    LabelledQueries,
    QuestionSources,
    labelled_queries,
)
from modiste.training.snapshot import Snapshot
from modiste.training.standings import RECENT, SERVED, SYSTEMS, K, Standing, standings
from modiste.training.time_cuts import Cut

#: Ways of ranking that are one source, no fusion and no ranker; the first of equals is named.
SINGLE: Final = ("popular", *(name for name in SOURCES if name != "popular"), RECENT)

_Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Line:
    """One line of the table: one way of ranking, on queries with or without a hint.

    Parameters
    ----------
    system : str
        One of `SYSTEMS`.
    questions : str
        ``query`` for those with a photo or phrase, ``home`` for those without.
    figures : mapping of str to Interval
        By `FIGURES`, with 95 % bootstrap intervals over shoppers; one that no query has is
        missing.
    behind : Interval
        NDCG of what is served minus that of this system, paired.
    coverage : float
        Share of the items on sale that anyone was shown.
    n_queries : int
    """

    system: str
    questions: str
    figures: Mapping[str, Interval]
    behind: Interval
    coverage: float
    n_queries: int

    @property
    def ndcg(self) -> Interval:
        """NDCG at `K`."""
        return self.figures["ndcg_at_10"]


@dataclass(frozen=True)
class SegmentLine:
    """What is served against the best single source, on some shoppers' or items' queries.

    Parameters
    ----------
    segment : str
        One of ``modiste.recommender.guard.SEGMENTS``, or ``query`` or ``home`` with
        ``_warm_items`` (bought by anyone before the cut) or ``_cold_items``.
    ndcg : mapping of str to float
        NDCG at `K`, by system.
    best_single : str
        The single source with the highest NDCG.
    gain : Interval
        NDCG of what is served minus that source's, paired.
    n_queries : int
    """

    segment: str
    ndcg: Mapping[str, float]
    best_single: str
    gain: Interval
    n_queries: int


@dataclass(frozen=True)
class RankingReport:
    """The tables of one cut; `lines` holds the systems of each kind of question in order.

    Parameters
    ----------
    lines : tuple of Line
    segments : tuple of SegmentLine
    cut : Cut
    """

    lines: tuple[Line, ...]
    segments: tuple[SegmentLine, ...]
    cut: Cut

    def to_json(self) -> dict[str, object]:
        """Return the tables as plain numbers, by kind of question and system, and by segment."""
        table: dict[str, dict[str, object]] = {}
        for line in self.lines:
            table.setdefault(line.questions, {})[line.system] = {
                **{name: _rounded(found) for name, found in line.figures.items()},
                "served_minus_this": _rounded(line.behind),
                "coverage_at_10": round(line.coverage, 4),
                "n_queries": line.n_queries,
                "n_users": line.ndcg.n_users,
            }
        segments = {
            line.segment: {
                "ndcg_at_10": {name: round(value, 4) for name, value in line.ndcg.items()},
                "best_single": line.best_single,
                "served_minus_best_single": _rounded(line.gain),
                "n_queries": line.n_queries,
                "n_users": line.gain.n_users,
            }
            for line in self.segments
        }
        window = {"as_of": self.cut.as_of.isoformat(), "until": self.cut.until.isoformat()}
        return {"window": window, "systems": table, "segments": segments}


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
    lines = [
        line
        for questions, rows in (("query", ~is_home), ("home", is_home))
        if rows.any()
        for line in _lines(questions, _only(labelled, rows), _of_rows(found, rows), snapshot)
    ]
    return RankingReport(tuple(lines), tuple(_segments(found, labelled, snapshot)), cut)


def _lines(
    questions: str,
    labelled: LabelledQueries,
    found: Mapping[str, Standing],
    snapshot: Snapshot,
) -> list[Line]:
    n_on_sale = int(snapshot.on_sale.sum())
    lines = []
    for name, standing in found.items():
        values = figures_of(standing.ranked, labelled, snapshot)
        known = {figure: ~np.isnan(values[figure]) for figure in FIGURES}
        lines.append(
            Line(
                system=name,
                questions=questions,
                figures={
                    figure: bootstrap_interval(values[figure][rows], labelled.users[rows])
                    for figure, rows in known.items()
                    if rows.any()
                },
                behind=bootstrap_interval(found[SERVED].ndcg - standing.ndcg, labelled.users),
                coverage=coverage_at_k(standing.ranked, n_on_sale, K),
                n_queries=len(labelled),
            )
        )
    return lines


def _segments(
    found: Mapping[str, Standing], labelled: LabelledQueries, snapshot: Snapshot
) -> list[SegmentLine]:
    ndcg = {name: standing.ndcg for name, standing in found.items()}
    number = next(iter(found.values())).segments
    lines = []
    for place, segment in enumerate(SEGMENTS):
        rows = number == place
        if rows.any():
            values = {name: one[rows] for name, one in ndcg.items()}
            lines.append(_segment(segment, values, labelled.users[rows]))
    warm = snapshot.history.item_purchases > 0
    is_home = labelled.kinds == HOME
    for questions, asked in (("query", ~is_home), ("home", is_home)):
        for kind, items in (("warm", warm), ("cold", ~warm)):
            right = labelled.relevant @ sparse.diags(items.astype(np.float32))
            right = sparse.csr_matrix(right)
            right.eliminate_zeros()
            rows = asked & (np.diff(right.indptr) > 0)
            if rows.any():
                values = {
                    name: ndcg_at_k(standing.ranked[rows], right[rows], K)
                    for name, standing in found.items()
                }
                lines.append(_segment(f"{questions}_{kind}_items", values, labelled.users[rows]))
    return lines


def _segment(name: str, values: _Values, users: NDArray[np.int32]) -> SegmentLine:
    means = {system: float(one.mean()) for system, one in values.items()}
    best = max((single for single in SINGLE if single in means), key=means.__getitem__)
    gain = bootstrap_interval(values[SERVED] - values[best], users)
    return SegmentLine(name, means, best, gain, len(users))


def _only(labelled: LabelledQueries, rows: NDArray[np.bool_]) -> LabelledQueries:
    return replace(
        labelled,
        queries=tuple(labelled.queries[row] for row in np.flatnonzero(rows)),
        relevant=labelled.relevant[rows],
        users=labelled.users[rows],
        kinds=labelled.kinds[rows],
    )


def _of_rows(found: Mapping[str, Standing], rows: NDArray[np.bool_]) -> dict[str, Standing]:
    return {
        name: Standing(one.ranked[rows], one.ndcg[rows], one.segments[rows])
        for name, one in found.items()
    }


def _rounded(interval: Interval) -> Mapping[str, float]:
    return {
        "mean": round(interval.mean, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
    }
