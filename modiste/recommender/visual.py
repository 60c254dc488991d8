"""Items that look like the photo, or like the item asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery

_CHUNK_ROWS = 8_192


class Visual:
    """Nearest items by cosine of the embeddings, found exactly with FAISS.

    The index holds float16, which finds the same items as float32 at half the memory; the
    scores are computed again from the catalogue's own embeddings. Queries that may see the
    same items are searched together, so one mask for a whole batch is one search.

    Parameters
    ----------
    catalogue : Catalogue
        Items without an embedding are never proposed.

    References
    ----------
    Douze et al., "The Faiss library", 2024, https://arxiv.org/abs/2401.08281.
    """

    name = "visual"

    def __init__(self, catalogue: Catalogue) -> None:
        self._embeddings = catalogue.embeddings
        self._has_embedding = catalogue.has_embedding
        self._index: Any = None
        if catalogue.has_embedding.any():
            self._index = _built_index(catalogue.embeddings)

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
            for row, items in zip(members, self._nearest(wanted, k, mask), strict=True):
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

    def _searches(
        self, queries: Sequence[EncodedQuery], allowed: NDArray[np.bool_]
    ) -> list[tuple[list[int], NDArray[np.uint8]]]:
        """Group the queries that may see the same items, with their mask as bits."""
        groups: dict[bytes, list[int]] = {}
        if self._index is not None:
            for row, query in enumerate(queries):
                if query.embedding is not None:
                    seen = allowed[row] & self._has_embedding
                    bits = np.packbits(seen, bitorder="little")
                    groups.setdefault(bits.tobytes(), []).append(row)
        return [(rows, np.frombuffer(bits, dtype=np.uint8)) for bits, rows in groups.items()]

    def nearest(
        self, wanted: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> list[NDArray[np.int32]]:
        """Return the allowed items nearest to each embedding, nearest first.

        Parameters
        ----------
        wanted : ndarray
            Shape ``(n, embedding_size)`` float32, L2-normalised.
        k : int
        allowed : ndarray
            Shape ``(n_items,)`` bool, one for all.

        Returns
        -------
        list of ndarray
            At most `k` items each, int32.
        """
        if self._index is None:
            return [np.empty(0, dtype=np.int32) for _ in wanted]
        mask = np.packbits(allowed & self._has_embedding, bitorder="little")
        return self._nearest(wanted, k, mask)

    def _nearest(
        self, wanted: NDArray[np.float32], k: int, mask: NDArray[np.uint8]
    ) -> list[NDArray[np.int32]]:
        import faiss

        # The stubs of FAISS describe the C++ constructors, not the Python ones.
        selector = faiss.IDSelectorBitmap(mask)  # type: ignore[call-arg, arg-type]
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        # One thread a request: a server has requests enough to keep its cores busy, and
        # waiting for a second thread costs more than the search. OpenMP keeps this number
        # for each calling thread, so it is set each time.
        faiss.omp_set_num_threads(1)
        width = min(k, len(self._embeddings))
        _, found = self._index.search(wanted, width, params=parameters)
        return [row[row >= 0].astype(np.int32) for row in found]

    def _checked(self, query: EncodedQuery) -> NDArray[np.float32]:
        size = self._embeddings.shape[1]
        if query.embedding is None or query.embedding.shape != (size,):
            shape = None if query.embedding is None else query.embedding.shape
            raise ValueError(
                f"A query's embedding must have the catalogue's shape ({size},). Received: {shape}"
            )
        return query.embedding


def _built_index(embeddings: NDArray[np.float32] | NDArray[np.float16]) -> Any:
    # Imported here: FAISS takes 0.4 s, which reading a query or a dataset need not wait for.
    import faiss

    index = faiss.IndexScalarQuantizer(
        embeddings.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    for start in range(0, len(embeddings), _CHUNK_ROWS):
        index.add(np.asarray(embeddings[start : start + _CHUNK_ROWS], dtype=np.float32))
    return index
