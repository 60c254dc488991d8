"""The labels of photos as arrays; no Keras here, evaluation reads them too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.vocabulary import Vocabulary

#: Marks an unknown category, box edge, attribute or item.
UNKNOWN = -1.0


@dataclass(frozen=True)
class PhotoLabels:
    """The labels of photos; -1 where unknown.

    Parameters
    ----------
    item : ndarray
        Shape ``(n_photos,)`` int32: photos of one item share a number.
    category : ndarray
        Shape ``(n_photos,)`` int32.
    box : ndarray
        Shape ``(n_photos, 4)`` float32.
    attributes : ndarray
        Shape ``(n_photos, n_attributes)`` int8: 1 present, 0 absent, -1 unknown.
    """

    item: NDArray[np.int32]
    category: NDArray[np.int32]
    box: NDArray[np.float32]
    attributes: NDArray[np.int8]

    @classmethod
    def of(cls, photos: pd.DataFrame, vocabulary: Vocabulary) -> PhotoLabels:
        """Read the labels of a dataset's photos."""
        box = np.full((len(photos), 4), UNKNOWN, dtype=np.float32)
        for row, edges in enumerate(photos[columns.BOX]):
            if edges is not None:
                box[row] = edges
        return cls(
            item=pd.factorize(photos[columns.ITEM_ID])[0].astype(np.int32),
            category=np.array(
                [vocabulary.category_index.get(name, -1) for name in photos[columns.CATEGORY]],
                dtype=np.int32,
            ),
            box=box,
            attributes=_attribute_labels(photos, vocabulary),
        )

    def take(self, rows: NDArray[np.int64]) -> PhotoLabels:
        """Return the labels of some photos."""
        return PhotoLabels(
            self.item[rows], self.category[rows], self.box[rows], self.attributes[rows]
        )

    def targets(self) -> dict[str, NDArray[np.float32]]:
        """Return what the losses read, by the network's outputs."""
        category = self.category[:, None].astype(np.float32)
        attributes = self.attributes.astype(np.float32)
        item = self.item[:, None].astype(np.float32)
        return {
            "category": category,
            "box": self.box,
            "attributes": attributes,
            "embedding": np.concatenate([item, category, attributes], axis=1),
        }


def _attribute_labels(photos: pd.DataFrame, vocabulary: Vocabulary) -> NDArray[np.int8]:
    labels = np.full((len(photos), len(vocabulary.attributes)), -1, dtype=np.int8)
    index = vocabulary.attribute_index
    pairs = zip(photos[columns.ATTRIBUTES], photos[columns.ATTRIBUTES_UNKNOWN], strict=True)
    for row, (present, unknown) in enumerate(pairs):
        if present is None:
            continue
        labels[row] = 0
        if unknown is not None:
            labels[row, [index[name] for name in unknown]] = -1
        labels[row, [index[name] for name in present]] = 1
    return labels
