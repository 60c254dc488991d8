"""Items that have the attributes and the category asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.recommender.candidates import Candidates
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.sparse_rows import row_entries

#: What the right category counts, where all the attributes together count 1.
CATEGORY_WEIGHT: Final = 1.0
#: What the right colour counts: less than the garment.
COLOR_WEIGHT: Final = 0.5
#: What is wanted less what is not, where an item has both, is zero but for rounding, whose sign
#: depends on where in memory the numbers lie: such an item must not be proposed by chance.
_ROUNDING: Final = 1e-6


class Attribute:
    """Cosine of IDF-weighted attributes, averaged with the weights of category and colour.

    A rare attribute, such as "crochet", says more than one that half the shop has. Weights
    below 0 subtract. Only items that score above 0 are proposed.

    Parameters
    ----------
    catalogue : Catalogue
    """

    name = "attribute"

    def __init__(self, catalogue: Catalogue) -> None:
        self._profiles = catalogue.attribute_profiles
        #: The items that have each attribute: a phrase names a few of a thousand.
        self._having = sparse.csr_matrix(self._profiles.T)
        self._idf = catalogue.attribute_idf
        self._categories = catalogue.categories
        self._n_categories = catalogue.n_categories
        self._colors = catalogue.colors
        self._n_colors = len(catalogue.color_names)

    def candidates(
        self, queries: Sequence[EncodedQuery], k: int, allowed: NDArray[np.bool_]
    ) -> Candidates:
        """Return the `k` best allowed items of each query that names attributes or categories.

        Parameters
        ----------
        queries : sequence of EncodedQuery
        k : int
        allowed : ndarray
            Shape ``(n_queries, n_items)`` bool.
        """
        attributes, categories, colors = self._asked(queries)
        scores = (
            np.stack([self._agreement(row) for row in attributes])
            if len(queries)
            else (np.zeros((0, self._profiles.shape[0]), dtype=np.float32))
        )
        for wanted, of_items in ((categories, self._categories), (colors, self._colors)):
            if wanted.any():
                scores += wanted[:, of_items]
        return Candidates.from_scores(scores, k, allowed & (scores > _ROUNDING))

    def _agreement(self, wanted: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the weighted sum of each item's attributes, ``(n_items,)`` float32."""
        named = np.flatnonzero(wanted)
        n_having = int(np.diff(self._having.indptr)[named].sum())
        if n_having > self._profiles.nnz // 4:  # a photo has a little of everything
            return np.asarray(self._profiles @ wanted, dtype=np.float32)
        found = row_entries(self._having, named)
        weighted = found.value * wanted[named][found.place]
        summed = np.bincount(found.column, weighted, minlength=self._profiles.shape[0])
        return summed.astype(np.float32)

    def pair_scores(
        self,
        queries: Sequence[EncodedQuery],
        query_index: NDArray[np.int32],
        item_index: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """Return the score of each row in [-1, 1], ``(n_rows,)`` float32; NaN if none asked."""
        attributes, categories, colors = self._asked(queries)
        scores = categories[query_index, self._categories[item_index]]
        scores = scores + colors[query_index, self._colors[item_index]]
        row, column, value = row_entries(self._profiles, item_index)
        products = value * attributes[query_index[row], column]
        scores = scores + np.bincount(row, products, minlength=len(item_index))
        scores[np.abs(scores) <= _ROUNDING] = 0.0
        asked = np.any(np.concatenate([attributes, categories, colors], axis=1), axis=1)
        scores[~asked[query_index]] = np.nan
        return np.asarray(scores, dtype=np.float32)

    def _asked(
        self, queries: Sequence[EncodedQuery]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Return the weights whose sum over an item's profile, category, colour is its score.

        Shapes ``(n_queries, n_attributes)``, ``(n_queries, n_categories + 1)`` and
        ``(n_queries, n_colors + 1)`` float32; the last column of the latter two, which index
        -1 reads, is 0 for items without a category or colour.
        """
        attributes = np.zeros((len(queries), len(self._idf)), dtype=np.float32)
        categories = np.zeros((len(queries), self._n_categories + 1), dtype=np.float32)
        colors = np.zeros((len(queries), self._n_colors + 1), dtype=np.float32)
        for row, query in enumerate(queries):
            if query.colors is not None:
                colors[row, :-1] = query.colors
            if query.attributes is not None:
                attributes[row] = query.attributes * self._idf
            if query.categories is not None:
                categories[row, :-1] = query.categories
        norms = np.linalg.norm(attributes, axis=1, keepdims=True)
        np.divide(attributes, norms, out=attributes, where=norms > 0)
        weight_of_attributes = attributes.any(axis=1, keepdims=True).astype(np.float32)
        weight_of_category = CATEGORY_WEIGHT * categories.any(axis=1, keepdims=True)
        weight_of_color = COLOR_WEIGHT * colors.any(axis=1, keepdims=True)
        total = np.maximum(weight_of_attributes + weight_of_category + weight_of_color, 1.0)
        attributes /= total
        categories *= weight_of_category / total
        colors *= weight_of_color / total
        return attributes, categories, colors
