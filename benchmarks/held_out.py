"""Held-out photos: what a detector sees on them, and how often it is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.attribute_model.garment import Garment
from modiste.attribute_model.runtime import Detector
from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.progress import Progress
from modiste.training.network_evaluation import see


def split_photos(dataset: Dataset, split: str) -> pd.DataFrame:
    """Return the photos of a split, numbered from 0."""
    photos = dataset.photos
    return photos[photos[columns.SPLIT] == split].reset_index(drop=True)


def seen(
    detector: Detector, dataset: Dataset, split: str, progress: Progress | None = None
) -> list[Garment]:
    """Return what a detector sees on the photos of a split, in their order."""
    return see(detector, dataset, split_photos(dataset, split), progress)


def right_answers(
    truth: Sequence[str | None],
    answers: Sequence[str],
    training: Sequence[str | None],
    n_classes: int,
) -> tuple[NDArray[np.float64], float]:
    """Score the photos of the classes most frequent in training; every class may be answered.

    Returns
    -------
    right : ndarray
        1 or 0 for each photo of those classes, float64.
    majority : float
        How often the most frequent class is right.
    """
    kept = pd.Series(training).dropna().value_counts().index[:n_classes]
    rows = [n for n, label in enumerate(truth) if label in set(kept)]
    right = np.array([truth[n] == answers[n] for n in rows], dtype=np.float64)
    return right, float(np.mean([truth[n] == kept[0] for n in rows]))


def colour_index(dataset: Dataset) -> NDArray[np.int64]:
    """Return which of a vocabulary's attributes are colours."""
    return np.flatnonzero(np.array(dataset.vocabulary.attribute_types) == "colour")


def colours(dataset: Dataset, photos: pd.DataFrame) -> list[str | None]:
    """Return the colour that each photo is labelled with, None where it has none."""
    names = {dataset.vocabulary.attributes[n] for n in colour_index(dataset)}
    return [
        next((name for name in listed if name in names), None) if listed is not None else None
        for listed in photos[columns.ATTRIBUTES]
    ]


def colours_seen(dataset: Dataset, garments: Sequence[Garment]) -> list[str]:
    """Return the colour that scores best on each photo."""
    index = colour_index(dataset)
    return [
        dataset.vocabulary.attributes[index[int(np.argmax(garment.attribute_scores[index]))]]
        for garment in garments
    ]
