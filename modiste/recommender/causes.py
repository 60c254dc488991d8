"""Which cause each feature and source belongs to, so that scores can be explained."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.features import COLUMN, FEATURE_NAMES
from modiste.recommender.pool import SOURCES

#: What a score can be made of. ``other`` is the price and the query itself, which are no
#: reasons.
CAUSES: Final = (
    "visual",
    "attributes",
    "collaborative",
    "item_to_item",
    "repeat",
    "popular",
    "taste",
    "new",
    "other",
)

#: What each source counts in the fixed blend where something is asked for: matches first.
ASKED_WEIGHTS: Final = {
    "visual": 1.0,
    "attribute": 1.3,
    "collaborative": 0.3,
    "item_to_item": 0.2,
    "repeat": 0.3,
    "taste": 0.1,
    "popular": 0.3,
    "new": 0.0,
}
#: And on home pages. Which items sell or have arrived says nothing of this shopper: it breaks
#: ties, and fills the page of a shopper without history.
HOME_WEIGHTS: Final = {
    "visual": 0.0,
    "attribute": 0.0,
    "collaborative": 1.0,
    "item_to_item": 1.0,
    "repeat": 1.0,
    "taste": 0.2,
    "popular": 0.3,
    "new": 0.1,
}
#: The sources that know the shopper and not the question.
SHOPPER_SOURCES: Final = ("collaborative", "item_to_item", "taste")
#: Constant of reciprocal rank fusion; of the 60 of Cormack, Clarke and Buettcher, SIGIR 2009,
#: a third, because a shopper looks at ten items and not at a thousand.
FUSION_CONSTANT: Final = 20.0

_BY_SOURCE: Final = {
    "visual": "visual",
    "attribute": "attributes",
    "collaborative": "collaborative",
    "item_to_item": "item_to_item",
    "repeat": "repeat",
    "taste": "taste",
    "popular": "popular",
    "new": "new",
}
_BY_FEATURE: Final = {
    "attribute_agreement": "attributes",
    "attribute_conflict": "attributes",
    "category_agreement": "attributes",
    "taste_attributes": "taste",
    "taste_category": "taste",
    "taste_color": "taste",
    "taste_brand": "taste",
    "taste_price": "taste",
    "touched_weight": "taste",
    "touched_position": "taste",
    "group_bought": "taste",
    "times_bought": "repeat",
    "days_since_bought": "repeat",
    "repeat_rate": "repeat",
    "popularity": "popular",
    "category_popularity": "popular",
    "trend": "popular",
    "week_trend": "popular",
    "item_purchases": "popular",
    "item_age_days": "new",
}


def cause_of_source(source: str) -> str:
    """Return the cause that a candidate source stands for."""
    return _BY_SOURCE[source]


def cause_of_feature(name: str) -> str:
    """Return the cause that a feature belongs to."""
    for source, cause in _BY_SOURCE.items():
        if name in (f"{source}_score", f"{source}_relative", f"{source}_rank"):
            return cause
    return _BY_FEATURE.get(name, "other")


_CAUSE_OF_COLUMN: Final = np.array(
    [CAUSES.index(cause_of_feature(name)) for name in FEATURE_NAMES], dtype=np.int64
)


def sum_by_cause(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Add up feature contributions by cause.

    Parameters
    ----------
    values : ndarray
        Shape ``(n_rows, len(FEATURE_NAMES))``.

    Returns
    -------
    ndarray
        Shape ``(n_rows, len(CAUSES))`` float32; the same sum a row.
    """
    totals = np.zeros((len(values), len(CAUSES)), dtype=np.float32)
    for cause in range(len(CAUSES)):
        totals[:, cause] = values[:, cause == _CAUSE_OF_COLUMN].sum(axis=1)
    return totals


def is_asked(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows are of a query with a photo, phrase or item, ``(n_rows,)`` bool."""
    has = features[:, [COLUMN["has_embedding"], COLUMN["has_attributes"]]]
    return np.asarray((has > 0).any(axis=1))


def blend_terms(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return each source's term of the fixed blend, weighted reciprocal rank fusion.

    Where something is asked for, the sources that know only the shopper propose nothing: they
    add their score of what others proposed, from 0 for the worst to the term of a first rank
    for the best.

    Parameters
    ----------
    features : ndarray
        Shape ``(n_rows, len(FEATURE_NAMES))`` float32.

    Returns
    -------
    ndarray
        Shape ``(n_rows, len(SOURCES))`` float64; 0 where a source has nothing to say.
    """
    asked = is_asked(features)
    weights = np.where(asked[:, None], _WEIGHTS_ASKED, _WEIGHTS_HOME)  # (n_rows, n_sources)
    ranks = features[:, _RANKS].astype(np.float64)
    terms = 1.0 / (FUSION_CONSTANT + ranks)
    relative = features[:, _RELATIVE_OF_SHOPPER].astype(np.float64) / (FUSION_CONSTANT + 1.0)
    relative[~(features[:, _SCORES_OF_SHOPPER] > 0)] = 0.0  # the best of a bad lot is no reason
    terms[:, _OF_SHOPPER] = np.where(asked[:, None], relative, terms[:, _OF_SHOPPER])
    return np.asarray(np.nan_to_num(weights * terms, nan=0.0))


_WEIGHTS_ASKED: Final = np.array([ASKED_WEIGHTS[source] for source in SOURCES])
_WEIGHTS_HOME: Final = np.array([HOME_WEIGHTS[source] for source in SOURCES])
_RANKS: Final = [COLUMN[f"{source}_rank"] for source in SOURCES]
_OF_SHOPPER: Final = [SOURCES.index(source) for source in SHOPPER_SOURCES]
_SCORES_OF_SHOPPER: Final = [COLUMN[f"{source}_score"] for source in SHOPPER_SOURCES]
_RELATIVE_OF_SHOPPER: Final = [COLUMN[f"{source}_relative"] for source in SHOPPER_SOURCES]
