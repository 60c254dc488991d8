"""Items like one that the shopper went for, whether anyone bought them or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.sparse_rows import dense_rows, row_products
from modiste.recommender.visual import Visual

#: Items of the history that others are compared with: those touched last.
N_ANCHORS: Final = 8
#: Items looked up for each of them.
_N_NEAR = 60


class Taste:
    """Scores an item by its likeness to that item of the shopper's history it is most like.

    Likeness is the mean of the cosines of the embeddings and of the attribute profiles, or
    the one of them that is known; an item's likeness to itself does not count. It proposes on
    home pages, where it is what finds items that nobody has bought yet; where something is
    asked for, the matches are searched by other sources.

    One anchor at a time, because the mean of a dress and a shoe is like neither.

    Parameters
    ----------
    catalogue : Catalogue
    visual : Visual
        Of the same catalogue; it finds the nearest looks.
    """

    name = "taste"

    def __init__(self, catalogue: Catalogue, visual: Visual) -> None:
        self._embeddings = catalogue.embeddings
        self._has_embedding = catalogue.has_embedding
        self._profiles = catalogue.attribute_profiles
        self._has_profile = np.diff(self._profiles.indptr) > 0
        self._visual = visual

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return up to `k` allowed items near the history of each shopper's home page.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        rows = []
        for row, query in enumerate(queries):
            items = np.empty(0, dtype=np.int32)
            if not query.wants_something and query.history.size:
                items = self._near(_anchors(query), allowed[row])
            scores = self._likeness(_anchors(query), items)
            kept = scores > 0  # NaN is not
            rows.append((items[kept], scores[kept]))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the likeness of each row in [-1, 1], ``(n_rows,)`` float32; NaN if unknown."""
        scores = np.full(len(item_index), np.nan, dtype=np.float32)
        for row in np.unique(query_index):
            places = np.flatnonzero(query_index == row)
            scores[places] = self._likeness(_anchors(queries[row]), item_index[places])
        return scores

    def _near(self, anchors: NDArray[np.int32], allowed: NDArray[np.bool_]) -> NDArray[np.int32]:
        seen = anchors[self._has_embedding[anchors]]
        found = []
        if len(seen):
            wanted = np.asarray(self._embeddings[seen], dtype=np.float32)
            found += self._visual.nearest(wanted, _N_NEAR, allowed)
        unseen = anchors[~self._has_embedding[anchors] & self._has_profile[anchors]]
        if len(unseen):
            wanted = dense_rows(self._profiles, unseen)
            alike = (self._profiles @ wanted.T).T  # (n, n_items)
            masks = np.tile(allowed, (len(unseen), 1))
            best = Candidates.from_scores(np.where(alike > 0, alike, np.nan), _N_NEAR, masks)
            found += [items[items >= 0] for items in best.item_index]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int32)

    def _likeness(
        self, anchors: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        if not len(items) or not len(anchors):
            return np.full(len(items), np.nan, dtype=np.float32)
        looks = self._vectors(items) @ self._vectors(anchors).T  # (n_items, n_anchors)
        words = row_products(self._profiles, items, dense_rows(self._profiles, anchors))
        looks_known = np.outer(self._has_embedding[items], self._has_embedding[anchors])
        words_known = np.outer(self._has_profile[items], self._has_profile[anchors])
        n_known = looks_known.astype(np.float32) + words_known
        total = looks * looks_known + words * words_known
        alike = np.where(n_known > 0, total / np.maximum(n_known, 1.0), -np.inf)
        alike[items[:, None] == anchors[None, :]] = -np.inf
        best = alike.max(axis=1)
        return np.where(np.isfinite(best), best, np.nan).astype(np.float32)

    def _vectors(self, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return np.asarray(self._embeddings[items], dtype=np.float32)


def _anchors(query: EncodedQuery) -> NDArray[np.int32]:
    return query.history[-N_ANCHORS:]
