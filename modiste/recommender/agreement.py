"""How well an item fits the query, and how well the shopper, each in [0, 1]."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.causes import is_asked
from modiste.recommender.features import COLUMN

#: See `is_weak_match`.
WEAK_MATCH: Final = 0.5


def match_scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of the visual and the attribute agreement, ``(n_rows,)`` float32.

    Parameters
    ----------
    features : ndarray
        Shape ``(n_rows, n_features)`` float32, from ``features.feature_table``.

    Returns
    -------
    ndarray
        In [0, 1]; of the one agreement where the other is unknown, 0 where both are.
    """
    parts = np.stack([_of(features, "visual_score"), _of(features, "attribute_score")])
    known = ~np.isnan(parts)
    total = np.where(known, np.clip(parts, 0.0, 1.0), 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(known.sum(axis=0), 1), dtype=np.float32)


def personal_scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how well each row's item fits the shopper's history, ``(n_rows,)`` float32.

    The chance that at least one of three things would lead them to it, were they
    independent: shoppers of the same history (the ALS prediction, which is near 1 for what
    was bought), buying it again, and half the likeness to what they liked.

    Parameters
    ----------
    features : ndarray
        Shape ``(n_rows, n_features)`` float32, from ``features.feature_table``.

    Returns
    -------
    ndarray
        In [0, 1]; 0 for a shopper without history.
    """
    missed = np.ones(len(features), dtype=np.float32)
    for name, share in (
        ("collaborative_score", 1.0),
        ("repeat_score", 1.0),
        ("taste_attributes", 0.5),
    ):
        chance = np.nan_to_num(_of(features, name), nan=0.0)
        missed *= np.float32(1.0) - np.float32(share) * np.clip(chance, 0.0, 1.0)
    return np.float32(1.0) - missed


def is_weak_match(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows fit what was asked for badly, ``(n_rows,)`` bool.

    Those whose looks and attributes both agree less than `WEAK_MATCH` of the way from the
    worst to the best candidate of the query. A shopper who shows or types what they want
    is shown matches first, whatever else they like; a home page has no matches.
    """
    return is_asked(features) & (agreed(features) < WEAK_MATCH)


def agreed(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the better of the looks and the attributes, from 0 to 1 over the candidates."""
    agreed = features[:, [COLUMN["visual_relative"], COLUMN["attribute_relative"]]]
    return np.asarray(np.nan_to_num(agreed, nan=0.0).max(axis=1))


def _of(features: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    return features[:, COLUMN[name]]
