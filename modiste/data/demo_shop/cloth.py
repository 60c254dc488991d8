"""A piece of cloth: a colour at every point of the garment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from modiste.data.demo_shop.palette import RGB

Grid = NDArray[np.float32]
# Colours that depend on the place on the garment: (u, v) to (height, width, 3).
Placed = Callable[[Grid, Grid], Grid]


@dataclass(frozen=True)
class Cloth:
    """What a shape is cut from.

    Parameters
    ----------
    base : tuple of float
        The ground colour.
    tile : ndarray of uint8, shape (t, t, 3), or None
        One repeat of the print; t is a power of two.
    period : float
        Side of that repeat in body units.
    weave : ndarray of float32, shape (w, w), or None
        One repeat of the texture, multiplying the colour.
    weave_period : float
        Side of that repeat in body units.
    cover : ndarray of float32, shape (w, w), or None
        Opacity over the repeat of the texture: holes of lace and mesh.
    opacity : float
        Opacity everywhere.
    gloss : float
        How strongly folds shine, 0 matt to 1 patent.
    placed : callable or None
        Colour by place, in the place of `tile`.
    """

    base: RGB
    tile: NDArray[np.uint8] | None = None
    period: float = 0.5
    weave: Grid | None = None
    weave_period: float = 0.1
    cover: Grid | None = None
    opacity: float = 1.0
    gloss: float = 0.0
    placed: Placed | None = None

    def sample(self, u: Grid, v: Grid, *, grain: float = 0.0) -> tuple[Grid, Grid | None]:
        """Return the colour, shape (h, w, 3), and the opacity, shape (h, w) or None.

        Parameters
        ----------
        u, v : ndarray of float32, shape (h, w)
            Places in body units.
        grain : float
            Angle of the weave in radians.
        """
        colour: Grid
        if self.placed is not None:
            colour = self.placed(u, v)
        if grain:
            c, s = np.float32(np.cos(grain)), np.float32(np.sin(grain))
            u, v = c * u + s * v, c * v - s * u
        if self.placed is None:
            if self.tile is None:
                colour = np.empty((*u.shape, 3), dtype=np.float32)
                colour[:] = self.base
            else:
                index = _repeat(u, v, self.tile.shape[0], self.period)
                colour = self.tile.reshape(-1, 3).take(index, axis=0).astype(np.float32)
        cover: Grid | None = None
        if self.weave is not None:
            index = _repeat(u, v, self.weave.shape[0], self.weave_period)
            colour *= self.weave.reshape(-1).take(index)[..., None]
            if self.cover is not None:
                cover = self.cover.reshape(-1).take(index)
        if self.opacity < 1:
            cover = (
                np.full(u.shape, self.opacity, dtype=np.float32)
                if cover is None
                else np.maximum(cover, self.opacity)
            )
        return colour, cover


def _repeat(u: Grid, v: Grid, side: int, period: float) -> NDArray[np.int32]:
    """Index the flat tile; the offset keeps truncation away from the sign change at zero."""
    rate = np.float32(side / period)
    offset = np.float32(side * 64)
    across = (u * rate + offset).astype(np.int32) & (side - 1)
    down = (v * rate + offset).astype(np.int32) & (side - 1)
    index: NDArray[np.int32] = down * side + across
    return index


def fitted(tile: Image.Image, period: float, scale: float) -> NDArray[np.uint8]:
    """Shrink a tile to about the picture's resolution, so that sampling it does not alias."""
    side = 16
    while side < min(tile.width, period * scale * 1.8):
        side *= 2
    if side < tile.width:
        tile = tile.resize((side, side), Image.Resampling.BOX)
    # The nearest tile pixel is taken later: edges one picture pixel soft keep that smooth.
    blur = ImageFilter.GaussianBlur(float(0.5 * side / (period * scale)))
    return np.asarray(tile.convert("RGB").filter(blur))
