"""The nearest of many embeddings, among those allowed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.patched_rows import PatchedRows

#: From this many embeddings on, a quantised index looks first. Below, reading all of them
#: takes a millisecond.
APPROXIMATE_FROM: Final = 20_000
#: Candidates of the quantised index that are compared exactly, for each item wanted.
_REFINED: Final = 4
#: With a smaller share of the items allowed, those alone are read, which loses none.
_MIN_SHARE: Final = 0.25
#: More candidates are looked up than the share of allowed ones calls for.
_MARGIN: Final = 1.3
_CHUNK_ROWS = 8_192


class VisualIndex:
    """Cosine neighbours, exact up to `APPROXIMATE_FROM` embeddings, nearly so past it.

    Holds float16, which finds the same items as float32 at half the memory, and past
    `APPROXIMATE_FROM` one bit a dimension besides (RaBitQ): these choose what the former
    compares. Where few items are allowed, or too few of the candidates are, all allowed ones
    are compared, so that a filter never costs an item.

    Parameters
    ----------
    embeddings : ndarray
        Shape ``(n_items, embedding_size)``, L2-normalised, maybe memory-mapped.
    approximate_from : int

    References
    ----------
    Douze et al., "The Faiss library", 2024, https://arxiv.org/abs/2401.08281.
    Gao and Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound
    for Approximate Nearest Neighbor Search", SIGMOD 2024.
    """

    def __init__(
        self,
        embeddings: NDArray[np.float32] | NDArray[np.float16] | PatchedRows,
        *,
        approximate_from: int = APPROXIMATE_FROM,
    ) -> None:
        # Imported here: FAISS takes 0.4 s, which reading a query or a dataset need not wait for.
        import faiss

        self._n_items, size = embeddings.shape
        self._exact: Any = faiss.IndexScalarQuantizer(
            size, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._coarse: Any = None
        if self._n_items >= approximate_from:
            self._coarse = faiss.index_factory(size, "RaBitQfs", faiss.METRIC_INNER_PRODUCT)
            spread = np.linspace(0, self._n_items - 1, min(self._n_items, 50_000)).astype(np.int64)
            self._coarse.train(np.asarray(embeddings[spread], dtype=np.float32))
        for start in range(0, self._n_items, _CHUNK_ROWS):
            part = np.asarray(embeddings[start : start + _CHUNK_ROWS], dtype=np.float32)
            self._exact.add(part)
            if self._coarse is not None:
                self._coarse.add(part)
        if self._coarse is not None:
            self._refined: Any = faiss.IndexRefine(self._coarse, self._exact)

    def nearest(
        self, wanted: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
    ) -> list[NDArray[np.int32]]:
        """Return the allowed items nearest to each embedding, nearest first.

        Parameters
        ----------
        wanted : ndarray
            Shape ``(n, embedding_size)`` float32, L2-normalised.
        k : int
            At least 1.
        allowed : ndarray
            Shape ``(n_items,)`` bool, one for all.

        Returns
        -------
        list of ndarray
            `k` items each, or all that are allowed if they are fewer; int32.
        """
        import faiss

        # One thread a request: a server has requests enough to keep its cores busy, and
        # waiting for a second thread costs more than the search. OpenMP keeps this number
        # for each calling thread, so it is set each time.
        faiss.omp_set_num_threads(1)
        n_allowed = int(np.count_nonzero(allowed))
        width = min(k, n_allowed)
        if not width:
            return [np.empty(0, dtype=np.int32) for _ in wanted]
        rows: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)] * len(wanted)
        missing = np.arange(len(wanted))
        share = n_allowed / self._n_items
        if self._coarse is not None and share >= _MIN_SHARE:
            looked_at = min(int(np.ceil(width / share * _MARGIN)), self._n_items)
            found = self._approximate(wanted, looked_at)
            rows = [row[(row >= 0) & allowed[row]][:width].astype(np.int32) for row in found]
            missing = np.flatnonzero([len(row) < width for row in rows])
        if len(missing):
            mask = np.packbits(allowed, bitorder="little")
            # The stubs of FAISS describe the C++ constructors, not the Python ones.
            selector = faiss.IDSelectorBitmap(mask)  # type: ignore[call-arg, arg-type]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            _, found = self._exact.search(wanted[missing], width, params=parameters)
            for row, items in zip(missing, found, strict=True):
                rows[row] = items[items >= 0].astype(np.int32)
        return rows

    def _approximate(self, wanted: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        import faiss

        parameters = faiss.IndexRefineSearchParameters(k_factor=_REFINED)  # type: ignore[call-arg]
        _, found = self._refined.search(wanted, k, params=parameters)
        return np.asarray(found)
