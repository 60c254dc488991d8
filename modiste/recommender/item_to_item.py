"""Items that go with what the shopper touched, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.errors import ReleaseError
from modiste.recommender.candidates import Candidates
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pairs import entries, lookup
from modiste.recommender.sparse_rows import row_entries

ITEM_WEIGHTS_FILE = "item_weights.npz"


@dataclass(frozen=True)
class ItemWeights:
    """What having touched one item says for each other.

    Parameters
    ----------
    weights : csr_matrix
        Shape ``(n_items, n_items)`` float32, from the item touched (row) to the one proposed
        (column); the strongest of each row, nothing on the diagonal.
    method : str
        How they were fitted: ``ease`` or ``bm25``.

    Raises
    ------
    ValueError
        If a weight is not finite.

    References
    ----------
    Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019 (EASE).
    """

    weights: sparse.csr_matrix
    method: str

    def __post_init__(self) -> None:
        if not np.isfinite(self.weights.data).all():
            raise ValueError(
                "weights must be finite; fit them again with a larger l2. "
                f"Received: {int((~np.isfinite(self.weights.data)).sum())} that are not"
            )

    @classmethod
    def nothing(cls, n_items: int) -> ItemWeights:
        """Return weights that say nothing."""
        return cls(sparse.csr_matrix((n_items, n_items), dtype=np.float32), "none")

    def widened(self, n_items: int) -> ItemWeights:
        """Return the weights of more items, the new ones last, of which they say nothing."""
        old = self.weights
        indptr = np.pad(old.indptr, (0, n_items - old.shape[0]), mode="edge")
        weights = sparse.csr_matrix((old.data, old.indices, indptr), shape=(n_items, n_items))
        return ItemWeights(weights, self.method)

    def save(self, folder: Path) -> None:
        """Write ``item_weights.npz`` into a folder."""
        np.savez(
            folder / ITEM_WEIGHTS_FILE,
            data=self.weights.data.astype(np.float32),
            indices=self.weights.indices.astype(np.int32),
            indptr=self.weights.indptr.astype(np.int64),
            method=np.array(self.method),
        )

    @classmethod
    def load(cls, folder: Path, n_items: int) -> ItemWeights:
        """Read what `save` wrote.

        Raises
        ------
        ReleaseError
            If the file is not of a catalogue of `n_items`, or a weight is not finite.
        """
        with np.load(folder / ITEM_WEIGHTS_FILE, allow_pickle=False) as parts:
            n_rows = len(parts["indptr"]) - 1
            if n_rows != n_items or parts["indices"].max(initial=-1) >= n_items:
                raise ReleaseError(
                    f"{folder / ITEM_WEIGHTS_FILE} must have one row for each of {n_items} items; "
                    f"publish the release again. Received: {n_rows} rows"
                )
            weights = sparse.csr_matrix(
                (parts["data"], parts["indices"], parts["indptr"]), shape=(n_items, n_items)
            )
            try:
                return cls(weights, str(parts["method"]))
            except ValueError as error:
                raise ReleaseError(f"{folder / ITEM_WEIGHTS_FILE}: {error}") from error


class ItemToItem:
    """Scores an item by the sum of what each item of the shopper's history says for it.

    Every item of the history counts 1, as in the fit: on real purchases, weights by kind and
    age of the event found less. A purchase made a second ago counts at once.

    Parameters
    ----------
    item_weights : ItemWeights
    """

    name = "item_to_item"

    def __init__(self, item_weights: ItemWeights) -> None:
        self._weights = item_weights.weights

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
        home = [query if not query.wants_something else EncodedQuery() for query in queries]
        query_of, item, score = self._scores(home)
        rows = []
        for row in range(len(queries)):
            part = slice(*np.searchsorted(query_of, [row, row + 1]))
            kept = (score[part] > 0) & allowed[row][item[part]]
            rows.append((item[part][kept], score[part][kept]))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the score of each row, ``(n_rows,)`` float32; NaN without history."""
        query_of, item, score = self._scores(queries)
        found = lookup(query_of, item, score, query_index, item_index)
        known = np.array([query.history.size > 0 for query in queries], dtype=bool)
        return np.where(known[query_index], found, np.nan).astype(np.float32)

    def parts(self, history: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return what each item of a history adds to the score of each of `items`.

        Returns
        -------
        ndarray
            Shape ``(len(items), len(history))`` float32; every row sums to the item's score.
        """
        found = row_entries(self._weights, history)
        order = np.argsort(items)
        place = np.minimum(np.searchsorted(items[order], found.column), len(items) - 1)
        asked = items[order][place] == found.column
        added = np.zeros((len(items), len(history)), dtype=np.float32)
        added[order[place[asked]], found.place[asked]] = found.value[asked]
        return added

    def _scores(
        self, queries: Sequence[EncodedQuery]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """Return query, item and score of all that a history speaks for, ordered by both."""
        query_of, touched = entries([query.history for query in queries])
        found = row_entries(self._weights, touched)
        n_items = self._weights.shape[1]
        keys, entry = np.unique(query_of[found.place] * n_items + found.column, return_inverse=True)
        score = np.bincount(entry, found.value, minlength=len(keys))
        return (
            keys // n_items,
            (keys % n_items).astype(np.int32),
            score.astype(np.float32),
        )
