"""Where each point of a photo lies in a view of it.

Window, mirror, rotation, shear and perspective are composed into one matrix. The pixels are
resampled with it once, and the box goes through the same matrix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from modiste.attribute_model.garment import Box
from modiste.data.images import crop_and_resize

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
_HALF_SPACES = (  # of (x, y, w): in front of the camera, then the four edges of the view
    (0.0, 0.0, 1.0, -1e-6),
    (1.0, 0.0, 0.0, 0.0),
    (-1.0, 0.0, 1.0, 0.0),
    (0.0, 1.0, 0.0, 0.0),
    (0.0, -1.0, 1.0, 0.0),
)
_SHRUNK_IN_STEPS = 2.0  # Pillow's reducing_gap: whole factors by averaging, then the filter


@dataclass(frozen=True)
class Geometry:
    """Which part of a photo a view shows, and from where.

    Parameters
    ----------
    window : tuple of float
        The part of the photo kept, xyxy; past 0 or 1 the photo is framed in its mean border
        colour.
    mirrored : bool
        Whether left and right change places.
    angle : float
        Rotation about the view's centre in degrees, clockwise.
    shear : tuple of float
        How far x moves along y, and y along x, as a share.
    perspective : tuple of float
        How much smaller things get to the right and downwards, as a share of their size.
    """

    window: Box = WHOLE
    mirrored: bool = False
    angle: float = 0.0
    shear: tuple[float, float] = (0.0, 0.0)
    perspective: tuple[float, float] = (0.0, 0.0)

    @property
    def is_upright(self) -> bool:
        """Whether edges stay parallel to the photo's."""
        return (self.angle, *self.shear, *self.perspective) == (0.0,) * 5

    @property
    def to_view(self) -> NDArray[np.float64]:
        """The matrix from points ``(x, y, 1)`` of the photo to the view's, ``(3, 3)``.

        Both squares have sides of 1; results are divided by their third component.
        """
        left, top, right, bottom = self.window
        width, height = right - left, bottom - top
        centred = np.array(
            [
                [1 / width, 0.0, -left / width - 0.5],
                [0.0, 1 / height, -top / height - 0.5],
                [0.0, 0.0, 1.0],
            ]
        )
        if self.mirrored:
            centred[0] *= -1.0
        cosine, sine = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        turned = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        sheared = np.array([[1.0, self.shear[0], 0.0], [self.shear[1], 1.0, 0.0], [0.0, 0.0, 1.0]])
        tilted = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [*self.perspective, 1.0]])
        placed = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
        matrix: NDArray[np.float64] = placed @ tilted @ sheared @ turned @ centred
        return matrix

    def box(self, box: Box) -> Box:
        """Return the smallest box round what the view shows of a box of the photo.

        The four corners are moved, the view's edges cut what is between them. A box that
        lies outside the view comes back without area.
        """
        x1, y1, x2, y2 = box
        corners = np.array([[x1, y1, 1.0], [x2, y1, 1.0], [x2, y2, 1.0], [x1, y2, 1.0]])
        outline = corners @ self.to_view.T
        for *normal, offset in _HALF_SPACES:
            outline = _cut(outline, outline @ np.array(normal) + offset)
        if not len(outline):
            return (0.0, 0.0, 0.0, 0.0)
        points = (outline[:, :2] / outline[:, 2:]).clip(0.0, 1.0)
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return (left, top, right, bottom)

    def pixels(self, photo: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """Return the view of ``(height, width, 3)`` uint8 as ``(size, size, 3)`` uint8."""
        x1, y1, x2, y2 = self.window
        if self.is_upright and min(x1, y1) >= 0.0 and max(x2, y2) <= 1.0:
            view = crop_and_resize(photo, size, None if self.window == WHOLE else self.window)
            return np.ascontiguousarray(view[:, ::-1]) if self.mirrored else view
        return self._warped(photo, size)

    def _warped(self, photo: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        height, width = photo.shape[:2]
        to_photo_px = (
            np.diag([width, height, 1.0])
            @ np.linalg.inv(self.to_view)
            @ np.diag([1 / size, 1 / size, 1.0])
        )
        part = _part_seen(to_photo_px, size, width, height)
        steps_px = _photo_px_per_view_px(to_photo_px, size)
        part_size = (
            max(1, round((part[2] - part[0]) / max(steps_px[0], 1.0))),
            max(1, round((part[3] - part[1]) / max(steps_px[1], 1.0))),
        )
        # Shrunk beforehand: a warp reads four pixels for each of its own and skips the rest.
        source = Image.fromarray(photo)
        if part_size != (part[2] - part[0], part[3] - part[1]):
            source = source.resize(
                part_size, Image.Resampling.BILINEAR, box=part, reducing_gap=_SHRUNK_IN_STEPS
            )
        elif part != (0, 0, width, height):
            source = source.crop(part)
        scale = [part_size[axis] / (part[axis + 2] - part[axis]) for axis in (0, 1)]
        to_source_px = np.array(
            [[scale[0], 0.0, -part[0] * scale[0]], [0.0, scale[1], -part[1] * scale[1]], [0, 0, 1]]
        )
        matrix = to_source_px @ to_photo_px
        matrix /= matrix[2, 2]
        flat = self.perspective == (0.0, 0.0)
        warped = source.transform(
            (size, size),
            Image.Transform.AFFINE if flat else Image.Transform.PERSPECTIVE,
            tuple(matrix.ravel()[: 6 if flat else 8].tolist()),
            Image.Resampling.BILINEAR,
            fillcolor=_border_colour(photo),
        )
        return np.asarray(warped)


def _cut(outline: NDArray[np.float64], side: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut a convex outline to where `side`, linear in its corners, is not negative.

    References
    ----------
    Sutherland, Hodgman: Reentrant polygon clipping, 1974.
    """
    kept = []
    for here in range(len(outline)):
        before = here - 1
        if (side[before] < 0) != (side[here] < 0):
            share = side[before] / (side[before] - side[here])
            kept.append(outline[before] + share * (outline[here] - outline[before]))
        if side[here] >= 0:
            kept.append(outline[here])
    return np.array(kept).reshape(-1, 3)


def _part_seen(
    to_photo_px: NDArray[np.float64], size: int, width: int, height: int
) -> tuple[int, int, int, int]:
    corners = np.array([[0, 0, 1], [size, 0, 1], [size, size, 1], [0, size, 1]]) @ to_photo_px.T
    x, y = corners[:, 0] / corners[:, 2], corners[:, 1] / corners[:, 2]
    spare_px = 2  # what the filter reads past the edge
    left = min(max(math.floor(x.min()) - spare_px, 0), width - 1)
    top = min(max(math.floor(y.min()) - spare_px, 0), height - 1)
    right = max(min(math.ceil(x.max()) + spare_px, width), left + 1)
    bottom = max(min(math.ceil(y.max()) + spare_px, height), top + 1)
    return left, top, right, bottom


def _photo_px_per_view_px(to_photo_px: NDArray[np.float64], size: int) -> tuple[float, float]:
    """Return how far one step in the view's middle goes in the photo, across and down."""
    middle = to_photo_px @ np.array([size / 2, size / 2, 1.0])
    slopes = (to_photo_px[:2, :2] - np.outer(middle[:2] / middle[2], to_photo_px[2, :2])) / (
        middle[2]
    )
    across, down = np.linalg.norm(slopes, axis=1).tolist()
    return across, down


def _border_colour(photo: NDArray[np.uint8]) -> tuple[int, int, int]:
    edges = np.concatenate([photo[0], photo[-1], photo[:, 0], photo[:, -1]])
    red, green, blue = edges.mean(axis=0).round().astype(int).tolist()
    return red, green, blue
