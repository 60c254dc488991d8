"""Items that have just arrived, which no purchase can speak for yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History

#: After this many days in the shop an item is half as new.
NEW_HALF_LIFE_DAYS: Final = 14.0
#: Older items are not proposed as new.
NEW_UNTIL_DAYS: Final = 60.0

_SECONDS_A_DAY = 86_400.0


class New:
    """Proposes the latest arrivals on home pages; the ranker says whom they suit.

    The score halves every `NEW_HALF_LIFE_DAYS` from 1 on the day of arrival. Where something
    is asked for, the matches are searched by other sources, and nothing is proposed.

    Parameters
    ----------
    catalogue : Catalogue
        Items whose day of arrival is not known are never new.
    history : History
        Its end is the present.
    """

    name = "new"

    def __init__(self, catalogue: Catalogue, history: History) -> None:
        today = (history.as_of - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / _SECONDS_A_DAY
        # What arrived after the release was made is as new as can be.
        age = np.maximum(today - catalogue.available_from_days, 0.0)
        recent = age <= NEW_UNTIL_DAYS  # NaN is not
        scores = np.full(len(age), np.nan)
        scores[recent] = np.exp2(-age[recent] / NEW_HALF_LIFE_DAYS)
        self._scores = scores.astype(np.float32)
        order = np.argsort(-np.nan_to_num(self._scores, nan=-1.0), kind="stable")
        self._order = order[: int(recent.sum())].astype(np.int32)

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` latest allowed arrivals of each query that asks for nothing.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        rows = []
        for row, query in enumerate(queries):
            order = self._order[:0] if query.wants_something else self._order
            items = order[allowed[row][order]][:k]
            rows.append((items, self._scores[items]))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],  # noqa: ARG002
        query_index: NDArray[np.int32],  # noqa: ARG002
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return how new each row's item is in (0, 1], ``(n_rows,)`` float32; NaN if it is not."""
        return self._scores[item_index]
