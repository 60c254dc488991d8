"""modiste: name the garment, find it in the catalogue, rank it for this shopper."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modiste.errors import ModisteError
    from modiste.recommender.query import Query
    from modiste.recommender.recommendation import Reason, Recommendation, Recommendations
    from modiste.recommender.recommender import Recommender
    from modiste.recommender.rules import Rules

__version__ = "0.1.0"

__all__ = [
    "ModisteError",
    "Query",
    "Reason",
    "Recommendation",
    "Recommendations",
    "Recommender",
    "Rules",
    "__version__",
]

_HOMES = {
    "ModisteError": "modiste.errors",
    "Query": "modiste.recommender.query",
    "Reason": "modiste.recommender.recommendation",
    "Recommendation": "modiste.recommender.recommendation",
    "Recommendations": "modiste.recommender.recommendation",
    "Recommender": "modiste.recommender.recommender",
    "Rules": "modiste.recommender.rules",
}


def __getattr__(name: str) -> object:
    # Loaded on first use, so that reading a dataset does not load FAISS and LightGBM.
    if name not in _HOMES:
        raise AttributeError(f"module 'modiste' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
