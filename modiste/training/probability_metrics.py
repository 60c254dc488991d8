"""How far probabilities can be believed.

References
----------
Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015.
Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

N_BINS = 15
_EPSILON = 1e-7


def expected_calibration_error(
    probability: NDArray[np.floating], outcome: NDArray[np.integer], *, n_bins: int = N_BINS
) -> float:
    """Return the mean gap between what is said and what happens (ECE).

    The answers are put into bins of equal width by their probability; each bin's gap between
    its mean probability and its share of positives counts by its number of answers. For a
    category, pass the highest probability and whether that category is right.

    Parameters
    ----------
    probability : ndarray
        In [0, 1], any shape.
    outcome : ndarray
        Of the same shape: 1 it happened, 0 it did not, -1 unknown and left out.
    n_bins : int

    Returns
    -------
    float
        In [0, 1]; NaN if nothing is known.
    """
    known = outcome >= 0
    said, happened = probability[known].astype(np.float64), outcome[known] == 1
    if not len(said):
        return float("nan")
    place = np.minimum((said * n_bins).astype(np.int64), n_bins - 1)
    gaps = np.bincount(place, weights=said) - np.bincount(place, weights=happened)
    return float(np.abs(gaps).sum() / len(said))


def log_loss(probability: NDArray[np.floating], outcome: NDArray[np.integer]) -> float:
    """Return the mean negative log-likelihood of yes-or-no outcomes.

    Parameters
    ----------
    probability, outcome : ndarray
        As in `expected_calibration_error`. Probabilities are kept 1e-7 from 0 and 1.

    Returns
    -------
    float
        In nats; NaN if nothing is known.
    """
    known = outcome >= 0
    said = np.clip(probability[known].astype(np.float64), _EPSILON, 1 - _EPSILON)
    if not len(said):
        return float("nan")
    return float(-np.log(np.where(outcome[known] == 1, said, 1 - said)).mean())


def category_log_loss(probability: NDArray[np.floating], truth: NDArray[np.integer]) -> float:
    """Return the mean negative log-likelihood of the right category.

    Parameters
    ----------
    probability : ndarray
        Shape ``(n_photos, n_categories)``.
    truth : ndarray
        Shape ``(n_photos,)``; -1 is left out.

    Returns
    -------
    float
        In nats; NaN if no category is known.
    """
    known = truth >= 0
    if not known.any():
        return float("nan")
    own = probability[known, truth[known]].astype(np.float64)
    return float(-np.log(np.maximum(own, _EPSILON)).mean())
