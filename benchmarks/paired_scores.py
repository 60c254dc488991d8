"""Every system's figure on the same queries: told, and what is served against the best source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modiste.cli import terminal
from modiste.recommender.guard import SEGMENTS
from modiste.recommender.pool import SOURCES
from modiste.training.bootstrap import bootstrap_interval, paired_ratio
from modiste.training.ranking_queries import LabelledQueries
from modiste.training.report import Table
from modiste.training.snapshot import Snapshot
from modiste.training.standings import RECENT, SERVED, Standing

from harness import Figure, figure

BM25 = "BM25"
#: What a system needs to be one source: no fusion, and no ranker.
#: The first of equals is named: a source that proposes nothing shows what sells.
SINGLE = ("popular", *(name for name in SOURCES if name != "popular"), RECENT, BM25)


@dataclass(frozen=True)
class Scored:
    """The figure of each system on the same queries.

    Parameters
    ----------
    values : mapping of str to ndarray
        Shape ``(n_queries,)`` float64 by system.
    users : ndarray
        Who asks, the same in every window, shape ``(n_queries,)`` str.
    segments : ndarray
        Shape ``(n_queries,)`` int64.
    """

    values: Mapping[str, NDArray[np.float64]]
    users: NDArray[np.str_]
    segments: NDArray[np.int64]

    @classmethod
    def of(
        cls, found: Mapping[str, Standing], labelled: LabelledQueries, snapshot: Snapshot
    ) -> Scored:
        """Take NDCG@10 of every system."""
        ids = snapshot.history.user_ids.ids
        # Who was not known before the window is nobody else of it, or of another.
        users = [
            ids[query.user_index] if query.user_index >= 0 else f"new {snapshot.history.as_of} {n}"
            for query, n in zip(labelled.queries, labelled.users, strict=True)
        ]
        return cls(
            {name: one.ndcg for name, one in found.items()},
            np.array(users),
            next(iter(found.values())).segments,
        )

    def only(self, rows: NDArray[np.bool_]) -> Scored:
        """Return some of the queries."""
        values = {name: one[rows] for name, one in self.values.items()}
        return Scored(values, self.users[rows], self.segments[rows])

    @classmethod
    def joined(cls, parts: Sequence[Scored]) -> Scored:
        """Pool the queries of several windows; a shopper's are drawn together."""
        return cls(
            {name: np.concatenate([p.values[name] for p in parts]) for name in parts[0].values},
            np.concatenate([p.users for p in parts]),
            np.concatenate([p.segments for p in parts]),
        )

    def codes(self) -> NDArray[np.int32]:
        """Return `users` as numbers."""
        return np.unique(self.users, return_inverse=True)[1].astype(np.int32)

    @property
    def best_single(self) -> str:
        """Name of the single source with the highest mean."""
        singles = [name for name in SINGLE if name in self.values]
        return max(singles, key=lambda name: float(self.values[name].mean()))

    def over_best(
        self, title: str, measure: str, system: str = SERVED, at_least: float | None = None
    ) -> Figure:
        """Print and return the ratio of a system to the best single source."""
        best = self.best_single
        ratio = paired_ratio(self.values[system], self.values[best], self.codes())
        print(f"{title}: {system} / {best}: {ratio}\n", flush=True)
        name = f"{title}: {measure} over the best single source ({best})"
        if system != SERVED:
            name = f"{name}, {system}"
        return figure(name, ratio.mean, interval=(ratio.low, ratio.high), at_least=at_least)


def told(
    title: str, scored: Scored, target: float | None, *, measure: str = "NDCG@10"
) -> list[Figure]:
    """Print every system and return the ratio of what is served to the best single source."""
    order = sorted(scored.values, key=lambda name: -float(scored.values[name].mean()))
    rows = tuple(
        (name, str(bootstrap_interval(scored.values[name], scored.codes()))) for name in order
    )
    n_users = len(np.unique(scored.users))
    heading = f"{title}: {len(scored.users):,} queries of {n_users:,} shoppers"
    terminal.print_tables([Table(heading, ("way of ranking", measure), rows)])
    return [scored.over_best(title, measure, at_least=target)]


def difference(
    values: NDArray[np.float64], others: NDArray[np.float64], users: NDArray[np.int32]
) -> str:
    """Return how far two ways are apart on the same queries, with a 95 % interval over shoppers.

    Queries of which one of the two says nothing (NaN) are left out.
    """
    known = np.isfinite(values) & np.isfinite(others)
    gain = bootstrap_interval(values[known] - others[known], users[known])
    return f"{gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"


def by_segment(title: str, scored: Scored) -> list[Figure]:
    """Return by how much what is served beats the best single source of each segment."""
    figures = []
    for number, segment in enumerate(SEGMENTS):
        part = scored.only(scored.segments == number)
        if not len(part.users):
            continue
        best = part.best_single
        gain = bootstrap_interval(part.values[SERVED] - part.values[best], part.codes())
        print(f"{title}, {segment} ({gain.n_users:,} shoppers): served - {best}: {gain}")
        found = figure(
            f"{title}, {segment}: served minus {best}, upper end of the interval",
            gain.high,
            interval=(gain.low, gain.high),
            at_least=0.0,
        )
        figures.append(found)
    return figures
