"""Figures of attribute scores: recall among the best few, and average precision.

Two rankings are in use for the same words "attribute recall top-k", and their figures are
far apart, so each is named wherever it is printed:

within each type
    A photo's attributes are ranked among those of their own type. The layout of
    DeepFashion's table: one figure a type, and one over the types.
all types together
    A photo's attributes are ranked among all. DeepFashion's text speaks of ranking 1,000
    scores, and the code that Liu and Lu released counts its figure over all types so.

Either way the figure is pooled: present attributes found over present attributes, every
one counted once.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016. Gong et al., "Deep Convolutional Ranking for Multilabel Image
Annotation", ICLR 2014. Liu and Lu, "Deep Fashion Analysis with Feature Map Upsampling and
Landmark-driven Attention", ECCV workshops 2018.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

#: Attributes present in fewer photos have no average precision: chance decides theirs.
MIN_PRESENT = 5


def attribute_hits(
    scores: NDArray[np.float32],
    truth: NDArray[np.int8],
    k: int,
    *,
    types: Sequence[str] | None = None,
) -> NDArray[np.int64]:
    """Return how many present attributes of each photo are among its `k` best scored.

    Attributes whose value is unknown are not ranked. Ties go against the answer: of equal
    scores the absent ones come first. NaN is no answer.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_attributes)``.
    truth : ndarray
        Shape ``(n_photos, n_attributes)`` int8: 1 present, 0 absent, -1 unknown.
    k : int
        At least 1.
    types : sequence of str, optional
        The type of each attribute. If given, `k` are taken of every type.

    Returns
    -------
    ndarray
        Shape ``(n_photos,)`` int64.

    Raises
    ------
    ValueError
        If `k` is below 1 or the shapes differ.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1. Received: {k}")
    if scores.shape != truth.shape:
        raise ValueError(
            f"scores and truth must have one shape. Received: {scores.shape} and {truth.shape}"
        )
    if not scores.shape[1]:
        return np.zeros(len(scores), dtype=np.int64)
    if types is not None:
        kinds = np.array(types)
        parts = [kinds == kind for kind in dict.fromkeys(types)]
        found = [attribute_hits(scores[:, part], truth[:, part], k) for part in parts]
        return np.asarray(np.sum(found, axis=0), dtype=np.int64)
    ranked = np.where((truth >= 0) & ~np.isnan(scores), scores, -np.inf)
    k = min(k, ranked.shape[1])
    last = -np.partition(-ranked, k - 1, axis=1)[:, k - 1 : k]  # the k-th best score
    present = (truth == 1) & (ranked > -np.inf)
    above = ranked > last
    n_tied_absent = ((ranked == last) & ~present).sum(axis=1)
    n_tied_present = ((ranked == last) & present).sum(axis=1)
    n_left = np.maximum(k - above.sum(axis=1) - n_tied_absent, 0)
    hits: NDArray[np.int64] = (above & present).sum(axis=1) + np.minimum(n_tied_present, n_left)
    return hits


def attribute_recall(scores: NDArray[np.float32], truth: NDArray[np.int8], k: int) -> float:
    """Return the share of present attributes that are among a photo's `k` best scored.

    All types are ranked together; see `attribute_hits`.

    Parameters
    ----------
    scores, truth, k
        As in `attribute_hits`.

    Returns
    -------
    float
        NaN if nothing is present.
    """
    n_present = int((truth == 1).sum())
    if not n_present:
        return float("nan")
    return float(attribute_hits(scores, truth, k).sum() / n_present)


def attribute_recall_by_type(
    scores: NDArray[np.float32], truth: NDArray[np.int8], types: Sequence[str], k: int
) -> dict[str, float]:
    """Return the recall ranked within each type, and ``"pooled"`` over the types.

    Parameters
    ----------
    scores, truth : ndarray
        As in `attribute_hits`.
    types : sequence of str
        The type of each attribute.
    k : int

    Returns
    -------
    dict
        One figure a type of which anything is present, and ``"pooled"``: the present
        attributes found over the present attributes of all types, NaN if there are none.
    """
    recalls: dict[str, float] = {}
    n_found, n_present = 0, 0
    kinds = np.array(types)
    for kind in dict.fromkeys(types):
        of_kind = kinds == kind
        present = int((truth[:, of_kind] == 1).sum())
        if not present:
            continue
        found = int(attribute_hits(scores[:, of_kind], truth[:, of_kind], k).sum())
        recalls[kind] = found / present
        n_found, n_present = n_found + found, n_present + present
    recalls["pooled"] = n_found / n_present if n_present else float("nan")
    return recalls


def average_precisions(
    scores: NDArray[np.float32], truth: NDArray[np.int8], *, min_present: int = MIN_PRESENT
) -> NDArray[np.float64]:
    """Return the area under precision and recall of each attribute.

    Photos of which the attribute is not known are left out; equal scores are one step of
    the curve, so that a constant scores no more than chance.

    Parameters
    ----------
    scores, truth : ndarray
        As in `attribute_hits`.
    min_present : int
        Attributes present in fewer photos have none.

    Returns
    -------
    ndarray
        Shape ``(n_attributes,)`` float64; NaN for attributes that are too rare.
    """
    found = np.full(scores.shape[1], np.nan)
    for name in np.flatnonzero((truth == 1).sum(axis=0) >= min_present):
        known = truth[:, name] >= 0
        # NaN is no answer: it comes last.
        own = np.nan_to_num(scores[known, name].astype(np.float64), nan=-np.inf, neginf=-np.inf)
        _, ranks = np.unique(own, return_inverse=True)
        found[name] = average_precision_score(truth[known, name] == 1, ranks)
    return found


def shares_present(truth: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the share of known photos that have each attribute: random scores' precision.

    Parameters
    ----------
    truth : ndarray
        As in `attribute_hits`.

    Returns
    -------
    ndarray
        Shape ``(n_attributes,)`` float64; NaN where nothing is known.
    """
    n_known = (truth >= 0).sum(axis=0)
    shares: NDArray[np.float64] = np.where(
        n_known > 0, (truth == 1).sum(axis=0) / np.maximum(n_known, 1), np.nan
    )
    return shares


def mean_average_precision(
    scores: NDArray[np.float32], truth: NDArray[np.int8], *, min_present: int = MIN_PRESENT
) -> tuple[float, float, int]:
    """Return the mean of `average_precisions` over the attributes that have one.

    Parameters
    ----------
    scores, truth, min_present
        As in `average_precisions`.

    Returns
    -------
    mean, baseline : float
        The baseline is that of random scores, the share of photos that have the attribute.
        NaN if no attribute is frequent enough.
    n_attributes : int
    """
    found = average_precisions(scores, truth, min_present=min_present)
    frequent = ~np.isnan(found)
    if not frequent.any():
        return float("nan"), float("nan"), 0
    chance = shares_present(truth)[frequent]
    return float(found[frequent].mean()), float(chance.mean()), int(frequent.sum())
