"""How well a network names photos that it was not fitted on, beside naming them blindly.

Protocols, after DeepFashion:

category top-k
    Share of photos whose category is among the `k` best scored.
attribute recall top-k
    Present attributes among a photo's `k` best scored, every one counted once (pooled);
    ranked over all attributes, or within each type. Unknown attributes are not ranked.
average precision
    Area under precision and recall of one attribute; the mean over the attributes that at
    least five photos have.
box overlap
    Intersection over union with the true box, on the whole photo.
retrieval recall@k
    Share of street photos for which a shop photo of the same item is among the `k` items
    nearest by embedding.

The baseline beside each knows the training photos and does not look: it ranks categories
and attributes by frequency and answers the mean box. That of retrieval is chance.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

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
from modiste.training.network_metrics import (
    attribute_recall,
    attribute_recall_by_type,
    box_overlap,
    mean_average_precision,
    top_k_accuracy,
)

CATEGORY_KS = (1, 3, 5)
ATTRIBUTE_KS = (1, 3, 5)
RETRIEVAL_KS = (1, 5, 20)

_BATCH = 32


@dataclass(frozen=True)
class NetworkLine:
    """One figure and what answering blindly gives.

    Parameters
    ----------
    name : str
    value, baseline : float
    n : int
        Photos, or present attributes, that it rests on.
    """

    name: str
    value: float
    baseline: float
    n: int


@dataclass(frozen=True)
class NetworkReport:
    """Figures of one split; those for which it has no labels are left out."""

    n_photos: int
    lines: tuple[NetworkLine, ...]

    def to_json(self) -> dict[str, object]:
        """Return the report as JSON values."""
        return {
            "n_photos": self.n_photos,
            "figures": {
                line.name: {
                    key: round(value, 6) if isinstance(value, float) else value
                    for key, value in asdict(line).items()
                    if key != "name"
                }
                for line in self.lines
            },
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
    lines = (
        *_category_lines(garments, labels, known),
        *_attribute_lines(garments, labels, known, dataset.vocabulary.attribute_types),
        *_box_lines(garments, labels, known),
        *_retrieval_lines(garments, photos, detector, dataset, progress),
    )
    return NetworkReport(len(photos), lines)


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


def _category_lines(
    garments: Sequence[Garment], labels: PhotoLabels, known: PhotoLabels
) -> list[NetworkLine]:
    n = int((labels.category >= 0).sum())
    if not n:
        return []
    scores = np.array([list(g.category_scores.values()) for g in garments], dtype=np.float32)
    counts = np.bincount(known.category[known.category >= 0], minlength=scores.shape[1])
    blind = np.broadcast_to(_without_ties(counts), scores.shape)
    return [
        NetworkLine(
            f"category top-{k}",
            top_k_accuracy(scores, labels.category, k),
            top_k_accuracy(blind, labels.category, k),
            n,
        )
        for k in CATEGORY_KS
    ]


def _attribute_lines(
    garments: Sequence[Garment], labels: PhotoLabels, known: PhotoLabels, types: Sequence[str]
) -> list[NetworkLine]:
    truth = labels.attributes
    n = int((truth == 1).sum())
    if not n:
        return []
    scores = np.stack([garment.attribute_scores for garment in garments])
    blind = np.broadcast_to(_without_ties((known.attributes == 1).sum(axis=0)), scores.shape)
    lines = [
        NetworkLine(
            f"attribute recall top-{k}, all types ranked together",
            attribute_recall(scores, truth, k),
            attribute_recall(blind, truth, k),
            n,
        )
        for k in ATTRIBUTE_KS
        if k > 1
    ]
    for k in ATTRIBUTE_KS:
        own = attribute_recall_by_type(scores, truth, types, k)
        other = attribute_recall_by_type(blind, truth, types, k)
        lines.append(
            NetworkLine(
                f"attribute recall top-{k}, ranked within each type",
                own.pop("pooled"),
                other.pop("pooled"),
                n,
            )
        )
        lines += [
            NetworkLine(
                f"attribute recall top-{k}, {kind}",
                value,
                other[kind],
                int((truth[:, np.array(types) == kind] == 1).sum()),
            )
            for kind, value in own.items()
            if k == ATTRIBUTE_KS[-1]
        ]
    precision, chance, n_attributes = mean_average_precision(scores, truth)
    if n_attributes:
        name = "average precision, mean over attributes"
        lines.append(NetworkLine(name, precision, chance, n_attributes))
    return lines


def _box_lines(
    garments: Sequence[Garment], labels: PhotoLabels, known: PhotoLabels
) -> list[NetworkLine]:
    has_box, known_box = labels.box[:, 0] >= 0, known.box[:, 0] >= 0
    n = int(has_box.sum())
    if not n:
        return []
    boxes = np.array([garment.box for garment in garments], dtype=np.float32)
    whole = np.array([0.0, 0.0, 1.0, 1.0], dtype=np.float32)
    mean = known.box[known_box].mean(axis=0) if known_box.any() else whole
    overlap = box_overlap(boxes[has_box], labels.box[has_box])
    blind = box_overlap(mean[None], labels.box[has_box])
    return [
        NetworkLine("box overlap, mean", float(overlap.mean()), float(blind.mean()), n),
        *(
            NetworkLine(
                f"boxes that overlap by more than {bound}",
                float((overlap > bound).mean()),
                float((blind > bound).mean()),
                n,
            )
            for bound in (0.5, 0.75)
        ),
    ]


def _retrieval_lines(
    garments: Sequence[Garment],
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
    found = see(detector, dataset, shop, progress)
    gallery = np.stack([garment.embedding for garment in found])
    queries = np.stack([garments[row].embedding for row in np.flatnonzero(asked).tolist()])
    item_of_photo = pd.Index(item_ids).get_indexer(shop[columns.ITEM_ID])
    own_item = pd.Index(item_ids).get_indexer(photos[columns.ITEM_ID].to_numpy()[asked])
    scores = np.full((len(queries), len(item_ids)), -np.inf, dtype=np.float32)
    for row, likeness in enumerate(queries @ gallery.T):
        np.maximum.at(scores[row], item_of_photo, likeness)
    return [
        NetworkLine(
            f"street photo finds its item, recall@{k} of {len(item_ids):,} items",
            top_k_accuracy(scores, own_item.astype(np.int32), k),
            min(k / len(item_ids), 1.0),
            int(asked.sum()),
        )
        for k in RETRIEVAL_KS
    ]


def _without_ties(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return ranks by count; of equals the first is the better, as a fixed answer needs."""
    ranks = np.empty(len(counts), dtype=np.float32)
    ranks[np.argsort(-counts, kind="stable")] = -np.arange(len(counts), dtype=np.float32)
    return ranks
