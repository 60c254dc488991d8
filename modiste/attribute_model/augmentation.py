"""Random views of a photo; the garment's box moves with the pixels.

A view is a window of the photo, squashed to the network's square, perhaps mirrored, with
its brightness and contrast changed. Hues stay: colour is something the network names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box
from modiste.data.images import crop_and_resize

_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_CLOSE_SHARE = 0.25  # of the views: the garment's box and little else, as `detect` gets them
_MARGIN = 0.03
_LARGEST_CUT = 0.15
_LIGHT = 0.12


@dataclass(frozen=True)
class View:
    """How one view is made from a photo.

    Parameters
    ----------
    window : tuple of float
        The part of the photo kept, xyxy in [0, 1].
    mirrored : bool
        Whether left and right change places.
    gain, offset : float
        Pixels become ``gain * pixel + offset``, clipped to 0..255.
    """

    window: Box = _WHOLE
    mirrored: bool = False
    gain: float = 1.0
    offset: float = 0.0

    def pixels(self, photo: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """Return the view of ``(height, width, 3)`` uint8 as ``(size, size, 3)`` uint8."""
        window = None if self.window == _WHOLE else self.window
        view = crop_and_resize(photo, size, window)
        if self.mirrored:
            view = view[:, ::-1]
        if (self.gain, self.offset) != (1.0, 0.0):
            levels = np.arange(256, dtype=np.float32) * self.gain + self.offset
            view = levels.clip(0, 255).astype(np.uint8)[view]
        return np.ascontiguousarray(view)

    def box(self, box: Box) -> Box:
        """Return where a box of the photo lies in the view, cut at the view's edges."""
        left, top, right, bottom = self.window
        x = ((box[0] - left) / (right - left), (box[2] - left) / (right - left))
        y = ((box[1] - top) / (bottom - top), (box[3] - top) / (bottom - top))
        if self.mirrored:
            x = (1.0 - x[1], 1.0 - x[0])
        x1, x2, y1, y2 = (min(max(edge, 0.0), 1.0) for edge in (*x, *y))
        return (x1, y1, x2, y2)


def random_view(rng: np.random.Generator, box: Box | None) -> View:
    """Draw a view.

    Each edge of the window lies between the photo's edge and the box's, so that the
    garment stays in view at any place and size; a quarter of the windows fit the box
    closely. Without a box the window cuts up to 15 % off each edge.

    Parameters
    ----------
    rng : Generator
    box : tuple of float, optional
        The garment's box, xyxy in [0, 1].
    """
    draws = rng.random(4)
    if box is None:
        cuts = draws * _LARGEST_CUT
        window: Box = (cuts[0], cuts[1], 1.0 - cuts[2], 1.0 - cuts[3])
    else:
        if rng.random() < _CLOSE_SHARE:
            draws = 1.0 - draws * _MARGIN
        window = (
            float(draws[0] * max(box[0], 0.0)),
            float(draws[1] * max(box[1], 0.0)),
            float(1.0 - draws[2] * (1.0 - min(box[2], 1.0))),
            float(1.0 - draws[3] * (1.0 - min(box[3], 1.0))),
        )
    gain = float(1.0 + rng.uniform(-_LIGHT, _LIGHT))
    offset = float(rng.uniform(-_LIGHT, _LIGHT) * 128)
    return View(window, bool(rng.random() < 0.5), gain, offset)
