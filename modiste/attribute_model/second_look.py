"""Look, crop, look again: where the second look goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box

#: Room left around the predicted box, as a share of its width and height on each side: what
#: a box cuts off, a hem or a sleeve, is what tells garments apart.
MARGIN = 0.1
#: A second look at less than this share of a side would see a few blown-up pixels.
MIN_SIDE = 0.2


def crop_around(box: NDArray[np.float32]) -> Box | None:
    """Return what part of a photo to look at again.

    Parameters
    ----------
    box : ndarray
        Shape ``(4,)``, the predicted xyxy in [0, 1].

    Returns
    -------
    tuple of float or None
        The box with `MARGIN` around it, at least `MIN_SIDE` wide and high and inside the
        photo; None where that is the whole photo or the box is none.
    """
    x1, y1, x2, y2 = (float(edge) for edge in box)
    if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        return None
    left, right = _widened(x1, x2)
    top, bottom = _widened(y1, y2)
    if (left, top, right, bottom) == (0.0, 0.0, 1.0, 1.0):
        return None
    return left, top, right, bottom


def in_photo(box: NDArray[np.float32], crop: Box) -> NDArray[np.float32]:
    """Return where a box that was seen in a crop lies in the photo, ``(4,)`` float32.

    Parameters
    ----------
    box : ndarray
        Shape ``(4,)``, xyxy as shares of the crop, in [0, 1].
    crop : tuple of float
        Xyxy in [0, 1] of the photo.
    """
    left, top, right, bottom = crop
    start = np.array([left, top, left, top], dtype=np.float32)
    side = np.array([right - left, bottom - top] * 2, dtype=np.float32)
    return np.asarray((start + box * side).clip(0.0, 1.0), dtype=np.float32)


def _widened(start: float, end: float) -> tuple[float, float]:
    room = max(MARGIN * (end - start), (MIN_SIDE - (end - start)) / 2)
    # At the photo's edge the room goes to the other side.
    start, end = min(start - room, 1.0 - MIN_SIDE), max(end + room, MIN_SIDE)
    return max(start, 0.0), min(end, 1.0)
