"""The shop's items as arrays: embeddings, attributes, and the columns that rank or filter."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.data import columns
from modiste.data.identifiers import IdMap
from modiste.data.vocabulary import Vocabulary
from modiste.errors import ReleaseError
from modiste.recommender.catalogue_files import (
    Embeddings,
    read_catalogue_files,
    write_catalogue_files,
)
from modiste.recommender.facet_columns import Patterns, patterns_of
from modiste.recommender.item_columns import (
    category_index,
    codes,
    days_since_epoch,
    listed_attributes,
)

_CHUNK_ROWS = 16_384
#: What is worked out once and holds whatever an item costs or whether it is in stock.
_OF_LOOKS = ("titles", "attribute_idf", "attribute_profiles", "patterns")


@dataclass(frozen=True)
class Catalogue:
    """Every item of a release; build one with `from_items`, read one with `load`.

    Parameters
    ----------
    items : DataFrame
        The items table, in index order.
    vocabulary : Vocabulary
    item_ids : IdMap
    embeddings : ndarray
        Shape ``(n_items, embedding_size)`` float32 or float16, L2-normalised, maybe
        memory-mapped; a row of zeros for an item without a photo.
    has_embedding : ndarray
        Shape ``(n_items,)`` bool; False where the row is zeros.
    attributes : csr_matrix
        Shape ``(n_items, n_attributes)`` float32, scores in [0, 1].
    categories : ndarray
        Index into ``vocabulary.categories``, shape ``(n_items,)`` int32; -1 unknown.
    prices : ndarray
        Shape ``(n_items,)`` float32; NaN unknown.
    available : ndarray
        In stock, shape ``(n_items,)`` bool.
    available_from_days : ndarray
        Days since 1970-01-01, shape ``(n_items,)`` float64; NaN unknown.
    groups : ndarray
        Index of the item group, shape ``(n_items,)`` int32; an item without a group is a
        group of its own.
    brands, colors : ndarray
        Index into `brand_names` and `color_names`, shape ``(n_items,)`` int32; -1 unknown.
    brand_names, color_names : tuple of str
    removed : ndarray or None
        Items that the shop took out since the release was made, shape ``(n_items,)`` bool:
        never shown or named, though what was done with them still says what a shopper likes.
    """

    items: pd.DataFrame
    vocabulary: Vocabulary
    item_ids: IdMap
    embeddings: Embeddings
    has_embedding: NDArray[np.bool_]
    attributes: sparse.csr_matrix
    categories: NDArray[np.int32]
    prices: NDArray[np.float32]
    available: NDArray[np.bool_]
    available_from_days: NDArray[np.float64]
    groups: NDArray[np.int32]
    brands: NDArray[np.int32]
    colors: NDArray[np.int32]
    brand_names: tuple[str, ...]
    color_names: tuple[str, ...]
    removed: NDArray[np.bool_] | None = None

    @classmethod
    def from_items(
        cls,
        items: pd.DataFrame,
        vocabulary: Vocabulary,
        *,
        embeddings: Embeddings | None = None,
        attributes: sparse.csr_matrix | None = None,
        has_embedding: NDArray[np.bool_] | None = None,
        removed: NDArray[np.bool_] | None = None,
        item_ids: IdMap | None = None,
    ) -> Catalogue:
        """Build from the items table of a `Dataset`.

        Parameters
        ----------
        items : DataFrame
            Columns of ``modiste.data.dataset.ITEMS_SCHEMA``; one row an item.
        vocabulary : Vocabulary
        embeddings : ndarray, optional
            Shape ``(n_items, embedding_size)``, L2-normalised rows, zeros where an item has
            no photo; by default no item has one.
        attributes : csr_matrix, optional
            Shape ``(n_items, n_attributes)``, scores in [0, 1]; by default 1 for each
            attribute the items table lists.
        has_embedding : ndarray, optional
            Which rows of `embeddings` are not zeros, where that is known already.
        removed : ndarray, optional
            Items that the shop took out; by default none.
        item_ids : IdMap, optional
            Of the items, where there is one already.

        Raises
        ------
        ValueError
            If the shapes disagree, an embedding is not finite, or a name is not in the
            vocabulary.
        """
        n_items = len(items)
        if embeddings is None:
            embeddings = np.zeros((n_items, 0), dtype=np.float32)
        if attributes is None:
            attributes = listed_attributes(items, vocabulary)
        if embeddings.ndim != 2 or len(embeddings) != n_items:
            raise ValueError(
                f"embeddings must have shape ({n_items}, embedding_size). "
                f"Received: {embeddings.shape}"
            )
        if attributes.shape != (n_items, len(vocabulary.attributes)):
            raise ValueError(
                f"attributes must have shape ({n_items}, {len(vocabulary.attributes)}). "
                f"Received: {attributes.shape}"
            )
        brands, brand_names = codes(items[columns.BRAND])
        colors, color_names = codes(items[columns.COLOR])
        groups, _ = codes(items[columns.ITEM_GROUP_ID], in_order=False)
        alone = groups < 0
        groups[alone] = groups.max(initial=-1) + 1 + np.arange(alone.sum(), dtype=np.int32)
        matrix = sparse.csr_matrix(attributes, dtype=np.float32)
        matrix.sort_indices()
        return cls(
            items=items.reset_index(drop=True),
            vocabulary=vocabulary,
            item_ids=item_ids or IdMap(items[columns.ITEM_ID].tolist()),
            embeddings=embeddings,
            has_embedding=_nonzero_rows(embeddings) if has_embedding is None else has_embedding,
            attributes=matrix,
            categories=category_index(items[columns.CATEGORY], vocabulary),
            prices=pd.to_numeric(items[columns.PRICE]).to_numpy(dtype=np.float32, na_value=np.nan),
            available=(items[columns.AVAILABILITY] == columns.IN_STOCK).to_numpy(dtype=bool),
            available_from_days=days_since_epoch(items[columns.AVAILABLE_FROM]),
            groups=groups,
            brands=brands,
            colors=colors,
            brand_names=brand_names,
            color_names=color_names,
            removed=removed,
        )

    def with_stock(
        self,
        prices: NDArray[np.float64],
        available: NDArray[np.bool_],
        removed: NDArray[np.bool_] | None,
    ) -> Catalogue:
        """Return the same items at other prices, in stock or not, taken out or not.

        Parameters
        ----------
        prices : ndarray
            Shape ``(n_items,)`` float64; NaN unknown.
        available, removed : ndarray
            Shape ``(n_items,)`` bool.
        """
        in_words = np.where(available, columns.IN_STOCK, columns.OUT_OF_STOCK).astype(object)
        items = self.items.assign(**{columns.PRICE: prices, columns.AVAILABILITY: in_words})
        changed = replace(
            self,
            items=items,
            prices=prices.astype(np.float32),
            available=available,
            removed=removed,
        )
        known = {name: vars(self)[name] for name in _OF_LOOKS if name in vars(self)}
        vars(changed).update(known)
        return changed

    def is_removed(self, item_index: int) -> bool:
        """Return whether the shop took an item out since the release was made."""
        return self.removed is not None and bool(self.removed[item_index])

    def __len__(self) -> int:
        return len(self.item_ids)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.item_ids)

    @property
    def n_attributes(self) -> int:
        """Number of attributes of the vocabulary."""
        return len(self.vocabulary.attributes)

    @property
    def n_categories(self) -> int:
        """Number of categories of the vocabulary."""
        return len(self.vocabulary.categories)

    @functools.cached_property
    def titles(self) -> tuple[str, ...]:
        """Title of each item, in index order."""
        return tuple(self.items[columns.TITLE].tolist())

    @functools.cached_property
    def attribute_idf(self) -> NDArray[np.float32]:
        """Inverse document frequency of each attribute, shape ``(n_attributes,)`` float32.

        ``log(1 + n_items / (1 + n))`` for an attribute that ``n`` items have: what every
        item has says little.
        """
        n_having = np.bincount(self.attributes.indices, minlength=self.n_attributes)
        return np.log1p(self.n_items / (1.0 + n_having)).astype(np.float32)

    @functools.cached_property
    def attribute_profiles(self) -> sparse.csr_matrix:
        """IDF-weighted, L2-normalised rows of `attributes`: same shape, float32."""
        weighted = self.attributes @ sparse.diags(self.attribute_idf)
        norms = np.sqrt(np.asarray(weighted.power(2).sum(axis=1)).ravel())
        scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        return sparse.csr_matrix(
            sparse.diags(scale).astype(np.float32) @ weighted, dtype=np.float32
        )

    @functools.cached_property
    def patterns(self) -> Patterns:
        """Which items have which pattern."""
        return patterns_of(self)

    @functools.cached_property
    def log_prices(self) -> NDArray[np.float64]:
        """``log(1 + price)`` of each item, shape ``(n_items,)`` float64; NaN unknown."""
        return np.log1p(self.prices.astype(np.float64))

    def save(self, folder: Path) -> None:
        """Write the four catalogue files of a release into a folder."""
        write_catalogue_files(folder, self.items, self.vocabulary, self.embeddings, self.attributes)

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Read what `save` wrote; embeddings stay on disk, memory-mapped.

        Raises
        ------
        ReleaseError
            If the files do not agree with one another.
        """
        items, vocabulary, embeddings, attributes = read_catalogue_files(folder)
        try:
            return cls.from_items(items, vocabulary, embeddings=embeddings, attributes=attributes)
        except ValueError as error:
            raise ReleaseError(
                f"The catalogue files in {folder} must belong together; publish the release "
                f"again. Received: {error}"
            ) from error


def _nonzero_rows(embeddings: Embeddings) -> NDArray[np.bool_]:
    """Tell which rows hold an embedding, a chunk at a time: the file may exceed memory."""
    found = np.zeros(len(embeddings), dtype=bool)
    for start in range(0, len(embeddings), _CHUNK_ROWS):
        rows = np.asarray(embeddings[start : start + _CHUNK_ROWS])
        if not np.isfinite(rows).all():
            raise ValueError(f"embeddings must be finite. Received: NaN or inf after row {start}")
        found[start : start + _CHUNK_ROWS] = rows.any(axis=1)
    return found
