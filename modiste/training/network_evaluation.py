"""How well a network names photos that it was not fitted on, beside naming them blindly.

Protocols; each line of a report names its own:

category top-k
    Share of photos whose category is among the `k` best scored (micro); "mean over
    categories" is the mean of each category's own share (macro).
attribute recall top-k
    Present attributes among a photo's `k` best scored, every one counted once (pooled);
    ranked over all types together, or within each type. See
    `modiste.training.attribute_metrics` for which figures were published by which.
average precision
    Area under precision and recall of one attribute; the mean over the attributes that at
    least five photos have.
log loss, calibration error
    Whether a score is the probability that it looks like; less is better.
box overlap
    Intersection over union with the true box, on the whole photo.
street photo finds its item
    Place of a street photo's item among all items by the nearest of their shop photos.
photo finds another of its item
    Search of a photo among all others of the split; recall@k and mAP@k as in
    `modiste.training.retrieval_metrics`.

The baseline beside each knows the training photos and does not look: it ranks categories
and attributes by frequency and answers the mean box. That of retrieval is chance. On
DeepFashion's own test photos the published figures stand beside those that they compare with.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.attribute_model.garment import Garment
from modiste.attribute_model.runtime import Detector
from modiste.data import columns, images
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError
from modiste.progress import Progress
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_lines import (
    NetworkLine,
    attribute_lines,
    box_lines,
    category_lines,
)
from modiste.training.probability_lines import probability_lines
from modiste.training.published_figures import published_figures
from modiste.training.retrieval_lines import same_item_lines, street_lines

_BATCH = 32


@dataclass(frozen=True)
class NetworkReport:
    """Figures of one split; those for which it has no labels are left out."""

    n_photos: int
    lines: tuple[NetworkLine, ...]

    def to_json(self) -> dict[str, object]:
        """Return the report as JSON values."""
        return {
            "n_photos": self.n_photos,
            "figures": {line.name: line.to_json() for line in self.lines},
        }


def evaluate_network(
    detector: Detector,
    dataset: Dataset,
    split: str = columns.TEST,
    *,
    progress: Progress | None = None,
) -> NetworkReport:
    """Score a network on the photos of a split.

    Parameters
    ----------
    detector : Detector
    dataset : Dataset
        Of the detector's vocabulary.
    split : str
        ``val`` or ``test``; the training photos only serve the baselines.
    progress : callable, optional

    Raises
    ------
    DatasetError
        If the split has no photos.
    """
    photos = dataset.photos[dataset.photos[columns.SPLIT] == split].reset_index(drop=True)
    if photos.empty:
        raise DatasetError(
            f"There is nothing to score: the dataset has no photos of the split {split!r}. "
            f"Received: {len(dataset.photos)} photos"
        )
    train = dataset.photos[dataset.photos[columns.SPLIT] == columns.TRAIN]
    garments = see(detector, dataset, photos, progress)
    labels = PhotoLabels.of(photos, dataset.vocabulary)
    known = PhotoLabels.of(train, dataset.vocabulary)
    answers = answers_of(garments)
    types = dataset.vocabulary.attribute_types
    published = published_figures(dataset.vocabulary, split, len(photos))
    lines = (
        *category_lines(answers["category"], labels, known),
        *attribute_lines(answers["attributes"], labels, known, types),
        *probability_lines(answers, labels, known, detector.calibration),
        *box_lines(answers["box"], labels, known),
        *_street_lines(answers["embedding"], photos, detector, dataset, progress),
        *same_item_lines(answers["embedding"], labels.item),
    )
    return NetworkReport(
        len(photos),
        tuple(replace(line, published=published.get(line.name, {})) for line in lines),
    )


def see(
    detector: Detector, dataset: Dataset, photos: pd.DataFrame, progress: Progress | None = None
) -> list[Garment]:
    """Return what a network sees on photos of a dataset, in their order."""
    garments: list[Garment] = []
    for start in range(0, len(photos), _BATCH):
        paths = photos[columns.IMAGE].iloc[start : start + _BATCH]
        side = 4 * detector.image_size
        pixels = [images.decode(dataset.image_path(path), max_side=side) for path in paths]
        garments += detector.detect(pixels)
        if progress is not None:
            progress(len(garments), len(photos), "photos scored")
    return garments


def answers_of(garments: Sequence[Garment]) -> dict[str, NDArray[np.float32]]:
    """Return garments as arrays, by the network's outputs, one row a garment."""
    return {
        "category": np.array([[*g.category_scores.values()] for g in garments], dtype=np.float32),
        "box": np.array([garment.box for garment in garments], dtype=np.float32),
        "attributes": np.stack([garment.attribute_scores for garment in garments]),
        "embedding": np.stack([garment.embedding for garment in garments]),
    }


def _street_lines(
    embeddings: NDArray[np.float32],
    photos: pd.DataFrame,
    detector: Detector,
    dataset: Dataset,
    progress: Progress | None,
) -> list[NetworkLine]:
    """Search each street photo of the split among all shop photos of the dataset."""
    every = dataset.photos[dataset.photos[columns.ITEM_ID].notna()]
    shop = every[every[columns.PHOTO_KIND] == columns.SHOP].reset_index(drop=True)
    item_ids = shop[columns.ITEM_ID].unique()
    asked = (
        (photos[columns.PHOTO_KIND] == columns.STREET) & photos[columns.ITEM_ID].isin(item_ids)
    ).to_numpy(dtype=bool)
    if not asked.any():
        return []
    gallery = answers_of(see(detector, dataset, shop, progress))["embedding"]
    item_of_photo = pd.Index(item_ids).get_indexer(shop[columns.ITEM_ID])
    own_item = pd.Index(item_ids).get_indexer(photos[columns.ITEM_ID].to_numpy()[asked])
    return street_lines(embeddings[asked], own_item, gallery, item_of_photo)
