"""Items that look like the photo, or like the item asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.patched_index import NearestIndex
from modiste.recommender.visual_index import VisualIndex

_CHUNK_ROWS = 8_192


class Visual:
    """Nearest items by cosine of the embeddings; see `VisualIndex` for how they are found.

    The scores are computed again from the catalogue's own embeddings. Queries that may see the
    same items are searched together, so one mask for a whole batch is one search.

    Parameters
    ----------
    catalogue : Catalogue
        Items without an embedding are never proposed.
    index : NearestIndex, optional
        Of the catalogue's embeddings; built here if not given.

    Attributes
    ----------
    index : NearestIndex or None
        None where no item has an embedding.
    """

    name = "visual"

    def __init__(self, catalogue: Catalogue, index: NearestIndex | None = None) -> None:
        self._embeddings = catalogue.embeddings
        self._has_embedding = catalogue.has_embedding
        if index is None and catalogue.has_embedding.any():
            index = VisualIndex(catalogue.embeddings)
        self.index = index

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` nearest allowed items of each query that has an embedding.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1. Received: {k}")
        rows = [(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)) for _ in queries]
        for members, mask in self._searches(queries, allowed):
            wanted = np.stack([self._checked(queries[row]) for row in members])
            for row, items in zip(members, self.nearest(wanted, k, mask), strict=True):
                query_index = np.full(len(items), row, dtype=np.int32)
                rows[row] = (items, self.pair_scores(queries, query_index, items))
        return Candidates.from_rows(rows, k)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the cosine of each row, ``(n_rows,)`` float32; NaN without embeddings."""
        scores = np.full(len(item_index), np.nan, dtype=np.float32)
        has_query = np.array([query.embedding is not None for query in queries], dtype=bool)
        usable = np.flatnonzero(has_query[query_index] & self._has_embedding[item_index])
        for start in range(0, len(usable), _CHUNK_ROWS):
            rows = usable[start : start + _CHUNK_ROWS]
            asked, place = np.unique(query_index[rows], return_inverse=True)
            wanted = np.stack([self._checked(queries[row]) for row in asked])
            found = self._embeddings[item_index[rows]].astype(np.float32)  # (n_rows, size)
            scores[rows] = np.einsum("nd,nd->n", found, wanted[place])
        return scores

    def nearest(
        self, wanted: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> list[NDArray[np.int32]]:
        """Return the allowed items nearest to each embedding; see `VisualIndex.nearest`."""
        if self.index is None:
            return [np.empty(0, dtype=np.int32) for _ in wanted]
        return self.index.nearest(wanted, k, allowed & self._has_embedding)

    def _searches(
        self, queries: Sequence[EncodedQuery], allowed: NDArray[np.bool_]
    ) -> list[tuple[list[int], NDArray[np.bool_]]]:
        """Group the queries that may see the same items, with their mask."""
        groups: dict[bytes, list[int]] = {}
        for row, query in enumerate(queries):
            if query.embedding is not None and self.index is not None:
                groups.setdefault(np.packbits(allowed[row]).tobytes(), []).append(row)
        return [(rows, allowed[rows[0]]) for rows in groups.values()]

    def _checked(self, query: EncodedQuery) -> NDArray[np.float32]:
        size = self._embeddings.shape[1]
        if query.embedding is None or query.embedding.shape != (size,):
            shape = None if query.embedding is None else query.embedding.shape
            raise ValueError(
                f"A query's embedding must have the catalogue's shape ({size},). Received: {shape}"
            )
        return query.embedding
