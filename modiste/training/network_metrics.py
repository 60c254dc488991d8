"""Figures of a network's answers: plain functions on arrays.

References
----------
Liu et al., "DeepFashion", CVPR 2016: top-k accuracy of categories, top-k recall of attributes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score


def top_k_accuracy(scores: NDArray[np.float32], truth: NDArray[np.int32], k: int) -> float:
    """Return the share of photos whose category is among the `k` best scored.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_categories)``.
    truth : ndarray
        Shape ``(n_photos,)`` int32; photos of -1, unknown, are left out.

    Returns
    -------
    float
        NaN if no category is known.
    """
    known = truth >= 0
    if not known.any():
        return float("nan")
    scores, truth = scores[known], truth[known]
    own = scores[np.arange(len(truth)), truth][:, None]
    # A tie is no answer: equal scores for all would be right about everything. NaN is none.
    ranked = (scores >= own).sum(axis=1)
    return float(((ranked >= 1) & (ranked <= k)).mean())


def attribute_recall(scores: NDArray[np.float32], truth: NDArray[np.int8], k: int) -> float:
    """Return the share of present attributes that are among a photo's `k` best scored.

    Pooled: every present attribute of every photo counts once. Attributes whose value is
    unknown are not ranked.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_attributes)``.
    truth : ndarray
        Shape ``(n_photos, n_attributes)`` int8: 1 present, 0 absent, -1 unknown.

    Returns
    -------
    float
        NaN if nothing is present.
    """
    present = truth == 1
    if not present.any():
        return float("nan")
    ranked = np.where(truth >= 0, scores, -np.inf)
    k = min(k, ranked.shape[1])
    best = np.argpartition(-ranked, k - 1, axis=1)[:, :k]
    found = np.take_along_axis(present, best, axis=1).sum()
    return float(found / present.sum())


def attribute_recall_by_type(
    scores: NDArray[np.float32], truth: NDArray[np.int8], types: Sequence[str], k: int
) -> dict[str, float]:
    """Return `attribute_recall` ranked within each type, and ``"pooled"`` over the types.

    DeepFashion's protocol ranks within a type; the pooled figure counts every present
    attribute once, wherever it was ranked.
    """
    recalls: dict[str, float] = {}
    n_found, n_present = 0.0, 0
    kinds = np.array(types)
    for kind in dict.fromkeys(types):
        of_kind = kinds == kind
        present = int((truth[:, of_kind] == 1).sum())
        if not present:
            continue
        recalls[kind] = attribute_recall(scores[:, of_kind], truth[:, of_kind], k)
        n_found += recalls[kind] * present
        n_present += present
    recalls["pooled"] = n_found / n_present if n_present else float("nan")
    return recalls


def mean_average_precision(
    scores: NDArray[np.float32], truth: NDArray[np.int8], *, min_present: int = 5
) -> tuple[float, float, int]:
    """Return the mean over attributes of the area under precision and recall.

    Parameters
    ----------
    scores, truth : ndarray
        As in `attribute_recall`.
    min_present : int
        Attributes present in fewer photos are left out: chance decides theirs.

    Returns
    -------
    mean, baseline : float
        The baseline is that of random scores, the share of photos that have the attribute.
        NaN if no attribute is frequent enough.
    n_attributes : int
    """
    wanted = np.flatnonzero((truth == 1).sum(axis=0) >= min_present)
    found, chance = [], []
    for name in wanted:
        known = truth[:, name] >= 0
        present = truth[known, name] == 1
        found.append(average_precision_score(present, scores[known, name]))
        chance.append(present.mean())
    if not found:
        return float("nan"), float("nan"), 0
    return float(np.mean(found)), float(np.mean(chance)), len(wanted)


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


def f1_thresholds(
    scores: NDArray[np.float32], truth: NDArray[np.int8], *, min_present: int = 5
) -> NDArray[np.float32]:
    """Return the score from which each attribute counts as present: its best F1.

    Attributes with fewer than `min_present` photos take the threshold that is best for all
    of them pooled.

    Parameters
    ----------
    scores, truth : ndarray
        As in `attribute_recall`.

    Returns
    -------
    ndarray
        Shape ``(n_attributes,)`` float32 in (0, 1).
    """
    grid = np.linspace(0.05, 0.95, 37, dtype=np.float32)
    known, present = truth >= 0, truth == 1
    if not present.any():
        return np.full(scores.shape[1], 0.5, dtype=np.float32)
    named = np.stack([((scores >= t) & known).sum(axis=0) for t in grid])  # (grid, n_attributes)
    right = np.stack([((scores >= t) & present).sum(axis=0) for t in grid])
    n_present = present.sum(axis=0)
    f1 = 2 * right / np.maximum(named + n_present, 1)
    pooled = grid[(2 * right.sum(axis=1) / (named.sum(axis=1) + n_present.sum())).argmax()]
    best: NDArray[np.float32] = grid[f1.argmax(axis=0)]
    return np.where(n_present >= min_present, best, pooled).astype(np.float32)
