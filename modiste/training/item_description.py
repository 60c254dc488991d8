"""What the network and the shop know of each item: embedding and attribute matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.attribute_model.runtime import Detector
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.images import decode
from modiste.progress import Progress
from modiste.recommender.item_columns import listed_attributes
from modiste.recommender.item_description import MAX_SIDE_PX, merged_attributes, seen_names

_BATCH = 32


@dataclass(frozen=True)
class ItemDescriptions:
    """The catalogue as the network sees it.

    Parameters
    ----------
    items : DataFrame
        The dataset's items with one more column, ``image``: the photo that stands for the
        item, relative to the dataset, or null.
    embeddings : ndarray
        Shape ``(n_items, embedding_size)`` float32, L2-normalised mean over the item's
        photos; a row of zeros for an item without one.
    attributes : csr_matrix
        Shape ``(n_items, n_attributes)`` float32 in [0, 1]: 1 for what the shop lists, the
        network's score for what it sees besides.
    """

    items: pd.DataFrame
    embeddings: NDArray[np.float32]
    attributes: sparse.csr_matrix


def describe_items(
    dataset: Dataset, detector: Detector, *, progress: Progress | None = None
) -> ItemDescriptions:
    """Run the network over the catalogue's photos.

    Street photos are left out where an item has others: they are what shoppers send, not
    what the catalogue shows.
    """
    photos = catalogue_photos(dataset)
    items = dataset.items
    row_of = {item_id: row for row, item_id in enumerate(items[columns.ITEM_ID])}
    embeddings: NDArray[np.float32] | None = None
    seen: list[tuple[int, int, float]] = []
    for done, batch in _batches(photos):
        garments = detector.detect(
            [
                decode(dataset.image_path(image), max_side=MAX_SIDE_PX)
                for image in batch[columns.IMAGE]
            ]
        )
        for item_id, garment in zip(batch[columns.ITEM_ID], garments, strict=True):
            row = row_of[item_id]
            if embeddings is None:
                embeddings = np.zeros((len(items), garment.embedding.size), dtype=np.float32)
            embeddings[row] += garment.embedding
            seen.extend(
                (row, dataset.vocabulary.attribute_index[name], score)
                for name, score in seen_names(garment, dataset.vocabulary)
            )
        if progress is not None:
            progress(done, len(photos), "describing items")
    if embeddings is None:
        embeddings = np.zeros((len(items), 0), dtype=np.float32)
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    first = photos.drop_duplicates(columns.ITEM_ID).set_index(columns.ITEM_ID)[columns.IMAGE]
    images = [first.get(item_id) for item_id in items[columns.ITEM_ID]]
    return ItemDescriptions(
        items=items.assign(image=pd.Series(images, index=items.index, dtype=object)),
        embeddings=np.divide(embeddings, lengths, out=embeddings, where=lengths > 0),
        attributes=merged_attributes(
            listed_attributes(items, dataset.vocabulary), seen, dataset.vocabulary
        ),
    )


def catalogue_photos(dataset: Dataset) -> pd.DataFrame:
    """Return the photos that show an item, without the street photos of items with others."""
    photos = dataset.photos[dataset.photos[columns.ITEM_ID].notna()]
    street = (photos[columns.PHOTO_KIND] == columns.STREET).to_numpy(dtype=bool)
    has_other = photos[columns.ITEM_ID].isin(photos.loc[~street, columns.ITEM_ID]).to_numpy()
    return photos[~(street & has_other)].reset_index(drop=True)


def _batches(photos: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    for start in range(0, len(photos), _BATCH):
        batch = photos.iloc[start : start + _BATCH]
        yield start + len(batch), batch
