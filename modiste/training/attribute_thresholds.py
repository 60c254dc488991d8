"""The score from which an attribute is named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def f1_thresholds(
    scores: NDArray[np.float32], truth: NDArray[np.int8], *, min_present: int = 5
) -> NDArray[np.float32]:
    """Return the score from which each attribute counts as present: its best F1.

    Attributes with fewer than `min_present` photos take the threshold that is best for all
    of them pooled.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_attributes)`` in [0, 1]; calibrated, if serving calibrates.
    truth : ndarray
        Shape ``(n_photos, n_attributes)`` int8: 1 present, 0 absent, -1 unknown.

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
