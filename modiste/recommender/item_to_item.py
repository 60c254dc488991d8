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

    References
    ----------
    Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019 (EASE).
    """

    weights: sparse.csr_matrix
    method: str

    @classmethod
    def nothing(cls, n_items: int) -> ItemWeights:
        """Return weights that say nothing."""
        return cls(sparse.csr_matrix((n_items, n_items), dtype=np.float32), "none")

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
            If the file is not of a catalogue of `n_items`.
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
            return cls(weights, str(parts["method"]))


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
        home = [query if not query.has_content else EncodedQuery() for query in queries]
        scores = self._scores(home)
        rows = []
        for row in range(len(queries)):
            part = slice(scores.indptr[row], scores.indptr[row + 1])
            items, values = scores.indices[part], scores.data[part]
            kept = (values > 0) & allowed[row][items]
            rows.append((items[kept].astype(np.int32), values[kept]))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the score of each row, ``(n_rows,)`` float32; NaN without history."""
        if not len(item_index):
            return np.empty(0, dtype=np.float32)
        found = np.asarray(self._scores(queries)[query_index, item_index]).ravel()
        known = np.array([query.history.size > 0 for query in queries], dtype=bool)
        return np.where(known[query_index], found, np.nan).astype(np.float32)

    def parts(self, history: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return what each item of a history adds to the score of each of `items`.

        Returns
        -------
        ndarray
            Shape ``(len(items), len(history))`` float32; every row sums to the item's score.
        """
        added = self._weights[history][:, items].toarray().T
        return np.asarray(added, dtype=np.float32)

    def _scores(self, queries: Sequence[EncodedQuery]) -> sparse.csr_matrix:
        lengths = [query.history.size for query in queries]
        items = [query.history for query in queries]
        histories = sparse.csr_matrix(
            (
                np.ones(sum(lengths), dtype=np.float32),
                np.concatenate(items) if items else np.empty(0, dtype=np.int32),
                np.concatenate([[0], np.cumsum(lengths)]),
            ),
            shape=(len(queries), self._weights.shape[0]),
        )
        scores = sparse.csr_matrix(histories @ self._weights)
        scores.sort_indices()
        return scores
