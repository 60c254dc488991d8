"""Small pictures for the page, as data URIs, with boxes drawn on them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from modiste.data.images import decode
from modiste.errors import InvalidImageError

SIDE_PX = 168
_QUALITY = 72
_BESIDE = 0.25  # share of the photo's sides that is shown around it for a box outside
_GROUND = (128, 128, 128)
_LINE = (224, 36, 94)


def picture_uri(file: Path, box: Sequence[float] | None = None) -> str | None:
    """Return a photo as a JPEG data URI, or None if it cannot be decoded.

    Parameters
    ----------
    file : Path
        The photo.
    box : sequence of float, optional
        ``(x1, y1, x2, y2)`` as fractions of the photo, to draw on it. If it leaves the
        photo, grey ground is shown around the photo, so far as a quarter of its side.
    """
    try:
        pixels = decode(file, max_side=SIDE_PX)
    except InvalidImageError:
        return None
    photo = Image.fromarray(pixels)
    if box is not None and len(box) == 4 and np.isfinite(box).all():
        photo = _boxed(photo, box)
    written = io.BytesIO()
    photo.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode()


def _boxed(photo: Image.Image, box: Sequence[float]) -> Image.Image:
    edges = np.asarray(box, dtype=np.float64)
    width, height = photo.size
    pad_x = pad_y = 0
    if edges.min() < 0 or edges.max() > 1:
        pad_x, pad_y = round(width * _BESIDE), round(height * _BESIDE)
        wider = Image.new("RGB", (width + 2 * pad_x, height + 2 * pad_y), _GROUND)
        wider.paste(photo, (pad_x, pad_y))
        photo = wider
    x1, y1, x2, y2 = edges * (width, height, width, height) + (pad_x, pad_y, pad_x, pad_y)
    # A box far away is shown at the edge, and one drawn backwards as it would be forwards.
    left, right = np.clip(sorted((x1, x2)), 0, photo.width - 1)
    top, bottom = np.clip(sorted((y1, y2)), 0, photo.height - 1)
    pen = ImageDraw.Draw(photo)
    pen.rectangle((left, top, right, bottom), outline=(255, 255, 255), width=4)
    pen.rectangle((left, top, right, bottom), outline=_LINE, width=2)
    return photo
