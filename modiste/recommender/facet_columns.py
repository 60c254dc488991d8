"""Facets that the items table has no column for: the category's type, and the pattern."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.data.attribute_names import same_names
from modiste.data.vocabulary import Vocabulary

if TYPE_CHECKING:
    from modiste.recommender.catalogue import Catalogue

TYPE: Final = "type"
PATTERN: Final = "pattern"
NEW: Final = "new"
#: The type of the attributes that are patterns: DeepFashion's word.
_OF_PATTERNS: Final = "texture"
#: An item has an attribute if its score is at least this.
ATTRIBUTE_PRESENT: Final = 0.5


@dataclass(frozen=True)
class Patterns:
    """Which items have which pattern.

    Parameters
    ----------
    names : tuple of str
        As shown to shoppers; spellings of one name are one pattern.
    present : csc_matrix
        Shape ``(n_items, n_patterns)`` bool.
    """

    names: tuple[str, ...]
    present: sparse.csc_matrix

    def counts(self, passing: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of some items have each pattern, shape ``(n_patterns,)`` int64."""
        found: NDArray[np.int64] = passing.astype(np.int64) @ self.present
        return np.asarray(found).ravel()

    def any_of(self, places: Sequence[int]) -> NDArray[np.bool_]:
        """Return the items that have any of some patterns, shape ``(n_items,)`` bool."""
        found: NDArray[np.bool_] = np.asarray(self.present[:, list(places)].sum(axis=1)).ravel() > 0
        return found


def item_types(catalogue: Catalogue) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return the type of each item's category, and the types' names.

    Returns
    -------
    ndarray
        Index into the names, shape ``(n_items,)`` int32; -1 for an item without a category.
    tuple of str
    """
    names = tuple(dict.fromkeys(catalogue.vocabulary.category_types))
    of_category = np.array(
        [*(names.index(one) for one in catalogue.vocabulary.category_types), -1], dtype=np.int32
    )
    # An item without a category, -1, takes the -1 at the end.
    return of_category[catalogue.categories], names


def patterns_of(catalogue: Catalogue) -> Patterns:
    """Return which items have which pattern; ``Catalogue.patterns`` keeps it."""
    members = pattern_members(catalogue.vocabulary)
    columns = [column for group in members.values() for column in group]
    places = np.repeat(np.arange(len(members)), [len(group) for group in members.values()])
    scores = catalogue.attributes[:, columns].tocoo()
    kept = scores.data >= ATTRIBUTE_PRESENT
    present = sparse.csc_matrix(
        (np.ones(int(kept.sum()), dtype=bool), (scores.row[kept], places[scores.col[kept]])),
        shape=(catalogue.n_items, len(members)),
    )
    # What has two spellings of a pattern has it once.
    present.sum_duplicates()
    present.data = present.data.astype(bool)
    return Patterns(tuple(members), present)


@functools.cache
def pattern_members(vocabulary: Vocabulary) -> dict[str, tuple[int, ...]]:
    """Return the attributes of each pattern, as indices, by the name shown."""
    kinds, index = vocabulary.attribute_types, vocabulary.attribute_index
    return {
        shown: tuple(index[name] for name in names)
        for shown, names in same_names(vocabulary).items()
        if kinds[index[shown]] == _OF_PATTERNS
    }
