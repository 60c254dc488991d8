"""Items that sell now, in the category asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History


class Popular:
    """Proposes by time-decayed popularity, within the query's likeliest category if any.

    The score is the popularity as a share of the shop's most popular item, so it compares
    across categories. Items without events are not proposed.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    """

    name = "popular"

    def __init__(self, catalogue: Catalogue, history: History) -> None:
        highest = max(float(history.popularity.max(initial=0.0)), 1e-9)
        #: Popularity of each item, shape ``(n_items,)`` float32 in [0, 1].
        self.popularity: NDArray[np.float32] = (history.popularity / highest).astype(np.float32)
        # Sorted once, so that a request walks a list instead of sorting the catalogue.
        order = np.argsort(-self.popularity, kind="stable").astype(np.int32)
        self._order = order[self.popularity[order] > 0]
        self._order_in = [
            self._order[catalogue.categories[self._order] == category]
            for category in range(catalogue.n_categories)
        ]

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` most popular allowed items, of the query's category if it has one.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        rows = []
        for row, query in enumerate(queries):
            order = self._order
            if query.categories is not None and (query.categories > 0).any():
                order = self._order_in[int(query.categories.argmax())]
            items = order[allowed[row][order]][:k]
            rows.append((items, self.popularity[items]))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],  # noqa: ARG002
        query_index: NDArray[np.int32],  # noqa: ARG002
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the popularity of each row's item in [0, 1], ``(n_rows,)`` float32."""
        return self.popularity[item_index]
