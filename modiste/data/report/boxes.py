"""Boxes that are wrong, and boxes that look wrong."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.report.check_report import BoxFinding
from modiste.errors import RowProblem

#: Share of the photo below which a box can hold no garment.
TINY_SHARE = 0.001
_WHOLE = 0.001  # how far from the edges a box of the whole photo may stay


def bad_boxes(problems: Iterable[RowProblem], photos: pd.DataFrame) -> list[BoxFinding]:
    """Return the boxes that broke the dataset's rule, `photos` being the whole table."""
    images = photos[columns.IMAGE]
    return [
        BoxFinding(str(images.iloc[problem.row]), _edges(problem.value), _fault(problem.value))
        for problem in problems
        if problem.column == columns.BOX
    ]


def odd_boxes(photos: pd.DataFrame) -> list[BoxFinding]:
    """Return the boxes that cover next to nothing or everything."""
    boxed = photos[photos[columns.BOX].notna()]
    if boxed.empty:
        return []
    edges = np.stack([np.asarray(box, dtype=np.float64) for box in boxed[columns.BOX]])
    x1, y1, x2, y2 = edges.T
    tiny = (x2 - x1) * (y2 - y1) < TINY_SHARE
    whole = (np.maximum(x1, y1) <= _WHOLE) & (np.minimum(x2, y2) >= 1 - _WHOLE)
    images = boxed[columns.IMAGE].to_numpy()
    return [
        BoxFinding(str(images[i]), tuple(edges[i].tolist()), name)
        for name, found in (("tiny", tiny), ("whole photo", whole))
        for i in np.flatnonzero(found)
    ]


def _edges(value: object) -> tuple[float, ...]:
    try:
        return tuple(np.asarray(value, dtype=np.float64).ravel().tolist())
    except (TypeError, ValueError):
        return ()


def _fault(value: object) -> str:
    edges = np.array(_edges(value))
    if edges.shape != (4,) or not np.isfinite(edges).all():
        return "malformed"
    if edges.min() < 0 or edges.max() > 1:
        return "outside"
    return "no area"
