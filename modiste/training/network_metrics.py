"""Figures of a network's answers: categories and boxes, as plain functions on arrays.

Those of attributes are in `modiste.training.attribute_metrics`, those of embeddings in
`modiste.training.retrieval_metrics`.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016: top-k accuracy of categories.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modiste.training.attribute_metrics import (
    attribute_recall,
    attribute_recall_by_type,
    mean_average_precision,
)
from modiste.training.attribute_thresholds import f1_thresholds

__all__ = [
    "attribute_recall",
    "attribute_recall_by_type",
    "box_overlap",
    "f1_thresholds",
    "macro_top_k_accuracy",
    "mean_average_precision",
    "top_k_accuracy",
]


def top_k_accuracy(scores: NDArray[np.float32], truth: NDArray[np.int32], k: int) -> float:
    """Return the share of photos whose category is among the `k` best scored.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_categories)``. A tie or NaN is no right answer.
    truth : ndarray
        Shape ``(n_photos,)`` int32; photos of -1, unknown, are left out.
    k : int

    Returns
    -------
    float
        NaN if no category is known.
    """
    hits = _hits(scores, truth, k)
    return float(hits.mean()) if len(hits) else float("nan")


def macro_top_k_accuracy(scores: NDArray[np.float32], truth: NDArray[np.int32], k: int) -> float:
    """Return the mean of `top_k_accuracy` over the categories that a photo has.

    A rare category counts as much as a frequent one; `top_k_accuracy` counts photos.

    Parameters
    ----------
    scores, truth, k
        As in `top_k_accuracy`.

    Returns
    -------
    float
        NaN if no category is known.
    """
    hits, known = _hits(scores, truth, k), truth[truth >= 0]
    if not len(hits):
        return float("nan")
    n_photos = np.bincount(known)
    n_right = np.bincount(known, weights=hits)
    return float((n_right[n_photos > 0] / n_photos[n_photos > 0]).mean())


def _hits(scores: NDArray[np.float32], truth: NDArray[np.int32], k: int) -> NDArray[np.bool_]:
    """Return whether each photo of known category has it among its `k` best."""
    known = truth >= 0
    scores, truth = scores[known], truth[known]
    own = scores[np.arange(len(truth)), truth][:, None]
    # A tie is no answer: equal scores for all would be right about everything. NaN is none.
    ranked = (scores >= own).sum(axis=1)
    hits: NDArray[np.bool_] = (ranked >= 1) & (ranked <= k)
    return hits


def box_overlap(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the intersection over union of pairs of xyxy boxes.

    Parameters
    ----------
    first, second : ndarray
        Shape ``(n, 4)``, or anything that broadcasts to it.

    Returns
    -------
    ndarray
        Shape ``(n,)`` float32 in [0, 1].
    """
    first, second = np.broadcast_arrays(first, second)
    start = np.maximum(first[:, :2], second[:, :2])
    end = np.minimum(first[:, 2:], second[:, 2:])
    common = np.prod(np.maximum(end - start, 0.0), axis=1)
    areas = [np.prod(np.maximum(b[:, 2:] - b[:, :2], 0.0), axis=1) for b in (first, second)]
    overlap: NDArray[np.float32] = common / np.maximum(areas[0] + areas[1] - common, 1e-9)
    return overlap.astype(np.float32)
