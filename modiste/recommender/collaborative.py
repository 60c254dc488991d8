"""Items that shoppers with the same history went for: matrix factorisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.errors import ReleaseError
from modiste.recommender.candidates import NO_SCORE, Candidates
from modiste.recommender.encoded_query import EncodedQuery

FACTORS_FILE = "factors.npz"


@dataclass(frozen=True)
class Factors:
    """What alternating least squares learnt; the same file from implicit and from Spark.

    Shoppers' factors are not kept: one solve of 0.1 ms gives them from the item factors
    and the shopper's present history, which the stored ones would lag behind.

    Parameters
    ----------
    item_factors : ndarray
        Shape ``(n_items, n_factors)`` float32; zeros for an item nobody touched.
    regularization : float
        Of the fit, as implicit counts it.
    alpha : float
        Factor from event weight to confidence.

    Raises
    ------
    ValueError
        If a factor is not finite.

    References
    ----------
    Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets",
    ICDM 2008.
    """

    item_factors: NDArray[np.float32]
    regularization: float = 0.01
    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.item_factors).all():
            bad = int((~np.isfinite(self.item_factors)).any(axis=1).sum())
            raise ValueError(
                "item_factors must be finite; fit them again with more regularization. "
                f"Received: {bad} of {len(self.item_factors)} items with NaN or infinite factors"
            )

    def widened(self, n_items: int) -> Factors:
        """Return the factors of more items, the new ones last, which nobody touched."""
        added = n_items - len(self.item_factors)
        return replace(self, item_factors=np.pad(self.item_factors, ((0, added), (0, 0))))

    def save(self, folder: Path) -> None:
        """Write ``factors.npz`` into a folder."""
        np.savez(
            folder / FACTORS_FILE,
            item_factors=self.item_factors.astype(np.float32),
            regularization=np.float64(self.regularization),
            alpha=np.float64(self.alpha),
        )

    @classmethod
    def load(cls, folder: Path, n_items: int) -> Factors:
        """Read what `save` wrote.

        Raises
        ------
        ReleaseError
            If the file is not of a catalogue of `n_items`, or a factor is not finite.
        """
        with np.load(folder / FACTORS_FILE, allow_pickle=False) as parts:
            try:
                factors = cls(
                    item_factors=parts["item_factors"],
                    regularization=float(parts["regularization"]),
                    alpha=float(parts["alpha"]),
                )
            except ValueError as error:
                raise ReleaseError(f"{folder / FACTORS_FILE}: {error}") from error
        if factors.item_factors.shape[0] != n_items:
            raise ReleaseError(
                f"{folder / FACTORS_FILE} must have one row for each of {n_items} items; publish "
                f"the release again. Received: {factors.item_factors.shape[0]} rows"
            )
        return factors


class Collaborative:
    """Scores items by the dot product of their factors and the shopper's.

    The shopper's factors are solved from `EncodedQuery.history` at each request, so a
    purchase made a second ago counts, and a shopper the release has not met is no special
    case. A shopper without history gets no candidates.

    Parameters
    ----------
    factors : Factors
    """

    name = "collaborative"

    def __init__(self, factors: Factors) -> None:
        self._item_factors = np.ascontiguousarray(factors.item_factors, dtype=np.float32)
        self._solver = _solver(factors, self._item_factors)

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` best allowed items that score above 0, of home pages.

        Where something is asked for, other sources search the matches, which this one scores.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        rows = [(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)) for _ in queries]
        home = [
            n for n, query in enumerate(queries) if query.history.size and not query.wants_something
        ]
        users = self.user_factors([queries[row] for row in home])
        # One product a shopper: a batch of them is summed in another order, and ties would fall
        # as the batch is.
        scores = np.empty((len(home), len(self._item_factors)), dtype=np.float32)
        for row, user in enumerate(users):
            np.matmul(self._item_factors, user, out=scores[row])
        best = Candidates.from_scores(np.where(scores > 0, scores, NO_SCORE), k, allowed[home])
        for row, items, values in zip(home, best.item_index, best.score, strict=True):
            kept = items >= 0
            rows[row] = (items[kept], values[kept])
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the dot product of each row, ``(n_rows,)`` float32; NaN without history."""
        users = self.user_factors(queries)
        scores = np.einsum("nf,nf->n", users[query_index], self._item_factors[item_index])
        known = np.array([query.history.size > 0 for query in queries], dtype=bool)
        return np.where(known[query_index], scores, np.nan).astype(np.float32)

    def user_factors(self, queries: Sequence[EncodedQuery]) -> NDArray[np.float32]:
        """Solve each shopper's factors from their history: ``(n_queries, n_factors)`` float32.

        Zeros for a shopper without history.
        """
        lengths = [query.history.size for query in queries]
        n_factors = self._item_factors.shape[1]
        if not sum(lengths):
            return np.zeros((len(queries), n_factors), dtype=np.float32)
        # implicit is given a matrix of histories, never a shopper's index: its index -1
        # silently answers with the last shopper's list.
        histories = sparse.csr_matrix(
            (
                np.concatenate([query.history_weights for query in queries]),
                np.concatenate([query.history for query in queries]),
                np.concatenate([[0], np.cumsum(lengths)]),
            ),
            shape=(len(queries), len(self._item_factors)),
            dtype=np.float32,
        )
        solved = self._solver.recalculate_user(np.arange(len(queries)), histories)
        return np.asarray(solved, dtype=np.float32)


def _solver(factors: Factors, item_factors: NDArray[np.float32]) -> Any:
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # implicit warns at construction if BLAS has threads of its own. Solving one shopper
    # calls LAPACK on one small matrix, so the threads are left as they are afterwards.
    with threadpool_limits(limits=1, user_api="blas"):
        solver = AlternatingLeastSquares(
            factors=item_factors.shape[1],
            regularization=factors.regularization,
            alpha=factors.alpha,
            num_threads=1,
        )
    solver.item_factors = item_factors
    return solver
