"""How much alike two items of the catalogue are, for lists with some variety."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue

#: What one brand adds to the likeness of two items; the rest is how they look.
BRAND_SHARE: Final = 0.3


class Likeness:
    """The likeness of items in [0, 1]: of their looks, and of their brand.

    Looks are the cosine of the embeddings or, where one of the two has no photo, of the
    attributes weighed by how telling they are; below 0 counts as 0.

    Parameters
    ----------
    catalogue : Catalogue
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def to(self, item: int, others: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return how much each of some items is like one, shape ``(n_others,)`` float32.

        Parameters
        ----------
        item : int
        others : ndarray
            Item indices, shape ``(n_others,)`` int32.
        """
        shop = self._catalogue
        looks = np.zeros(len(others), dtype=np.float32)
        photographed = shop.has_embedding[others] & shop.has_embedding[item]
        if photographed.any():
            vectors = np.asarray(shop.embeddings[others[photographed]], dtype=np.float32)
            looks[photographed] = vectors @ np.asarray(shop.embeddings[item], dtype=np.float32)
        if not photographed.all():
            profiles = shop.attribute_profiles
            described = profiles[others[~photographed]] @ profiles[item].T
            looks[~photographed] = described.toarray()[:, 0]
        known = (shop.brands[others] >= 0) & (shop.brands[item] >= 0)
        share = np.where(known, np.float32(BRAND_SHARE), np.float32(0.0))
        one_brand = shop.brands[others] == shop.brands[item]
        alike = (1 - share) * np.clip(looks, 0.0, 1.0) + share * one_brand
        return np.asarray(alike, dtype=np.float32)
