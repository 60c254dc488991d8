"""Feature tables with labels: what the ranker is fitted on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.features import COLUMN, FEATURE_NAMES, ItemFeatures, feature_table
from modiste.recommender.pool import Pool, propose
from modiste.recommender.recommender import N_CANDIDATES
from modiste.training.ranking_queries import HOME, LabelledQueries
from modiste.training.snapshot import Snapshot

#: Rows kept of a query besides those bought, drawn evenly; of a home page, all are kept.
#: Drawing the hardest more often teaches that what the sources rank first is wrong.
N_OTHERS = 100
_CHUNK_QUERIES = 128


@dataclass(frozen=True)
class RankingSet:
    """Rows of several queries, grouped by query, with what was bought.

    Parameters
    ----------
    features : ndarray
        Shape ``(n_rows, len(FEATURE_NAMES))`` float32.
    labels : ndarray
        1 where the item was bought, shape ``(n_rows,)`` int8.
    group_sizes : ndarray
        Rows of each query, shape ``(n_groups,)`` int64, above 0.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int8]
    group_sizes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def split_by_hint(self) -> tuple[RankingSet, RankingSet]:
        """Return the rows of the queries with a photo or phrase, and those of home pages."""
        hints = self.features[:, [COLUMN["has_embedding"], COLUMN["has_attributes"]]]
        asked = np.asarray(hints.any(axis=1))
        starts = np.concatenate([[0], np.cumsum(self.group_sizes)]).astype(np.int64)[:-1]
        return self._of(asked[starts]), self._of(~asked[starts])

    def _of(self, groups: NDArray[np.bool_]) -> RankingSet:
        rows = np.repeat(groups, self.group_sizes)
        return RankingSet(self.features[rows], self.labels[rows], self.group_sizes[groups])

    @classmethod
    def joined(cls, sets: Sequence[RankingSet]) -> RankingSet:
        """Return the rows of several sets as one."""
        if not sets:
            return cls(
                np.empty((0, len(FEATURE_NAMES)), dtype=np.float32),
                np.empty(0, dtype=np.int8),
                np.empty(0, dtype=np.int64),
            )
        return cls(
            np.concatenate([one.features for one in sets]),
            np.concatenate([one.labels for one in sets]),
            np.concatenate([one.group_sizes for one in sets]),
        )


@dataclass(frozen=True)
class PooledQueries:
    """Some queries of a `LabelledQueries` with their pool and features.

    Parameters
    ----------
    queries : slice
        Which queries these are.
    pool : Pool
    features : ndarray
        Shape ``(n_rows, len(FEATURE_NAMES))`` float32.
    labels : ndarray
        1 where the item was bought, shape ``(n_rows,)`` int8.
    """

    queries: slice
    pool: Pool
    features: NDArray[np.float32]
    labels: NDArray[np.int8]


def pooled_queries(
    snapshot: Snapshot, labelled: LabelledQueries, *, n_candidates: int = N_CANDIDATES
) -> Iterator[PooledQueries]:
    """Ask the sources for candidates and describe them, some queries at a time.

    The same `propose` and `feature_table` as in serving, so a ranker is fitted on what it
    will see.

    Parameters
    ----------
    snapshot : Snapshot
    labelled : LabelledQueries
        Made from this snapshot.
    n_candidates : int
        Items each source proposes for a query.
    """
    items = ItemFeatures.of(snapshot.catalogue, snapshot.history)
    for start in range(0, len(labelled), _CHUNK_QUERIES):
        part = slice(start, min(start + _CHUNK_QUERIES, len(labelled)))
        queries = labelled.queries[part]
        pool = propose(snapshot.sources, queries, n_candidates, snapshot.allowed(queries))
        features = feature_table(pool, queries, snapshot.catalogue, snapshot.history, items=items)
        bought = labelled.relevant[part][pool.query_index, pool.item_index]
        labels = (np.asarray(bought).ravel() > 0).astype(np.int8)
        yield PooledQueries(part, pool, features, labels)


def ranking_set(
    snapshot: Snapshot,
    labelled: LabelledQueries,
    *,
    n_candidates: int = N_CANDIDATES,
    seed: int = 0,
) -> RankingSet:
    """Return training rows: what was bought, and other candidates drawn evenly.

    Queries none of whose candidates was bought teach nothing and are left out.

    Parameters
    ----------
    snapshot : Snapshot
    labelled : LabelledQueries
    n_candidates : int
    seed : int
    """
    generator = np.random.default_rng(seed)
    sets: list[RankingSet] = []
    for part in pooled_queries(snapshot, labelled, n_candidates=n_candidates):
        pool, labels = part.pool, part.labels
        positives = np.bincount(pool.query_index, labels, minlength=pool.n_queries)
        is_home = (labelled.kinds[part.queries] == HOME)[pool.query_index]
        drawn = _rank_in_query(pool, generator.random(len(pool))) < N_OTHERS
        kept = (is_home | drawn | (labels > 0)) & (positives > 0)[pool.query_index]
        sizes = np.bincount(pool.query_index[kept], minlength=pool.n_queries)
        sets.append(RankingSet(part.features[kept], labels[kept], sizes[sizes > 0]))
    return RankingSet.joined(sets)


def _rank_in_query(pool: Pool, keys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of each row within its query by rising key, from 0."""
    order = np.lexsort((keys, pool.query_index))
    ranks = np.empty(len(pool), dtype=np.int64)
    # Rows are grouped by query, so sorted place minus the start of the group is the rank.
    ranks[order] = np.arange(len(pool)) - pool.indptr[pool.query_index[order]]
    return ranks
