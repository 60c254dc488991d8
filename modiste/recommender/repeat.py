"""Items this shopper bought and may buy again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History

#: From this repeat rate on, a category counts as one that shoppers buy again.
REBOUGHT_RATE: Final = 0.1
#: After this many days without a purchase, what was bought counts half.
REPEAT_HALF_LIFE_DAYS: Final = 360.0


class Repeat:
    """Scores what was bought by how often it is bought again, and how long ago.

    Each purchase is a further chance, so an item bought ``n`` times scores
    ``1 - (1 - rate) ** n``, where ``n`` is halved each `REPEAT_HALF_LIFE_DAYS` and the rate
    is the item's own, drawn towards that of its category.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    """

    name = "repeat"

    def __init__(self, catalogue: Catalogue, history: History) -> None:
        rates = history.repeat_rates(catalogue.categories, catalogue.n_categories)
        #: Repeat rate of each item's category, shape ``(n_items,)`` float32 in [0, 1].
        self.category_rates: NDArray[np.float32] = rates[catalogue.categories]
        #: Repeat rate of each item, shape ``(n_items,)`` float32 in [0, 1].
        self.item_rates = history.item_repeat_rates(catalogue.categories, catalogue.n_categories)

    @property
    def rebought(self) -> NDArray[np.bool_]:
        """Items of the categories that shoppers buy again, shape ``(n_items,)`` bool."""
        return self.category_rates >= REBOUGHT_RATE

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` allowed items that each shopper most likely buys again.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool. What must not be bought twice is left out
            of it by the `Recommender`.
        """
        rows = []
        for row, query in enumerate(queries):
            scores = self._scores(query)
            kept = allowed[row][query.purchased] & (scores > 0)
            rows.append((query.purchased[kept], scores[kept]))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the score of each row in [0, 1], ``(n_rows,)`` float32; NaN if never bought."""
        scores = np.full(len(item_index), np.nan, dtype=np.float32)
        for row in np.unique(query_index):
            query = queries[row]
            if not query.purchased.size:
                continue
            by_item = np.argsort(query.purchased)
            places = np.flatnonzero(query_index == row)
            bought = query.purchased[by_item]
            at = np.minimum(np.searchsorted(bought, item_index[places]), len(bought) - 1)
            found = bought[at] == item_index[places]
            scores[places[found]] = self._scores(query)[by_item][at[found]]
        return scores

    def _scores(self, query: EncodedQuery) -> NDArray[np.float32]:
        counts = query.purchased_counts * np.exp2(-query.purchased_days / REPEAT_HALF_LIFE_DAYS)
        chance = 1.0 - (1.0 - self.item_rates[query.purchased].astype(np.float64)) ** counts
        return np.asarray(chance, dtype=np.float32)
