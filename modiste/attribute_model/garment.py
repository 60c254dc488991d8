"""What the network saw in one photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: Edges ``(x1, y1, x2, y2)`` as fractions of the photo's width and height, in [0, 1].
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Garment:
    """One garment, as the network names it.

    Parameters
    ----------
    category : str
        The most likely category.
    category_scores : mapping of str to float
        Probability of each category of the vocabulary; they sum to 1.
    box : tuple of float
        ``(x1, y1, x2, y2)`` as fractions of the photo's width and height.
    attributes : mapping of str to float
        Score in [0, 1] of each thing that is shown, best first, by a name of the vocabulary.
        Names that differ only in spelling are one entry, with the greatest score of those
        of them that reach their threshold; of names that exclude each other the best is
        left. See `modiste.data.attribute_names`.
    embedding : ndarray
        L2-normalised, shape ``(512,)`` float32; near garments have a high dot product.
    attribute_scores : ndarray
        Score of every single attribute of the vocabulary, shape ``(n_attributes,)`` float32.
    """

    category: str
    category_scores: Mapping[str, float]
    box: Box
    attributes: Mapping[str, float]
    embedding: NDArray[np.float32] = field(repr=False)
    attribute_scores: NDArray[np.float32] = field(repr=False)
