"""From a sketch in body units to shaded pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from modiste.data.demo_shop.cloth import Cloth, Grid
from modiste.data.demo_shop.outlines import Path
from modiste.data.demo_shop.palette import RGB, luminance
from modiste.data.demo_shop.sketch import Fill, Ink, LayerName, Sketch

_FINE = 2  # supersampling of every outline
_COARSE = 3  # subsampling of the folds, which are blurred anyway


@dataclass(frozen=True)
class Frame:
    """Where body units fall on a picture: `(x, y)` in units goes to pixel `(left, top)`."""

    width: int
    height: int
    scale: float
    angle: float
    x: float
    y: float
    left: float
    top: float

    def to_px(self, path: Path) -> Path:
        """Map body units to pixels."""
        c, s = np.cos(self.angle) * self.scale, np.sin(self.angle) * self.scale
        centred = path - np.array([self.x, self.y], dtype=np.float32)
        turned = centred @ np.array([[c, s], [-s, c]], dtype=np.float32)
        return (turned + np.array([self.left, self.top], dtype=np.float32)).astype(np.float32)

    def to_units(self, x: Grid, y: Grid) -> tuple[Grid, Grid]:
        """Map pixel coordinates back to body units."""
        c = np.float32(np.cos(self.angle) / self.scale)
        s = np.float32(np.sin(self.angle) / self.scale)
        x, y = x - np.float32(self.left), y - np.float32(self.top)
        return c * x + s * y + np.float32(self.x), c * y - s * x + np.float32(self.y)


@dataclass(frozen=True)
class Layer:
    """Premultiplied pixels of one region of a picture.

    `alpha` is how much of what lies behind is hidden, `shape` is where the garment is: the two
    differ in the holes of lace.
    """

    left: int
    top: int
    rgb: Grid
    alpha: Grid
    shape: Grid

    def over(self, picture: Grid) -> None:
        """Paint the layer onto a picture of shape (height, width, 3), in place."""
        height, width = self.alpha.shape
        region = picture[self.top : self.top + height, self.left : self.left + width]
        region *= 1 - self.alpha[..., None]
        region += self.rgb


class Canvas:
    """One layer while it is being painted."""

    def __init__(self, frame: Frame, region: tuple[int, int, int, int], wobble: float) -> None:
        self._frame = frame
        self._left, self._top, right, bottom = region
        self._width, self._height = max(right - self._left, 1), max(bottom - self._top, 1)
        x = np.arange(self._width, dtype=np.float32)[None] + (self._left + 0.5)
        y = np.arange(self._height, dtype=np.float32)[:, None] + (self._top + 0.5)
        u, v = frame.to_units(x, y)
        # Cloth never hangs dead straight: without this, stripes look printed on cardboard.
        self._u = u + np.float32(0.012) * np.sin(v * 6.3 + np.float32(wobble))
        self._v = v + np.float32(0.014) * np.sin(u * 8.1 + np.float32(wobble * 2))
        self._rgb = np.zeros((self._height, self._width, 3), dtype=np.float32)
        self._alpha = np.zeros((self._height, self._width), dtype=np.float32)
        self._shape = np.zeros((self._height, self._width), dtype=np.float32)
        self._ink: tuple[Image.Image, ImageDraw.ImageDraw] | None = None
        self._inked: list[float] = []
        self._ink_inside = False

    def _pixels(self, path: Path) -> Path:
        return self._frame.to_px(path) - np.array([self._left, self._top], dtype=np.float32)

    def _crop(
        self, low: NDArray[np.float32], high: NDArray[np.float32], pad: int
    ) -> tuple[int, int, int, int]:
        return (
            max(int(low[0]) - pad, 0),
            max(int(low[1]) - pad, 0),
            min(int(high[0]) + pad + 1, self._width),
            min(int(high[1]) + pad + 1, self._height),
        )

    def fill(self, mark: Fill, cloth: Cloth) -> None:
        """Paint a shape: its cloth, its rounding towards the edges, its seam."""
        self.dry()
        path = self._pixels(mark.path)
        x0, y0, x1, y1 = self._crop(path.min(axis=0), path.max(axis=0), 5)
        if x1 <= x0 or y1 <= y0:
            return
        size = ((x1 - x0) * _FINE, (y1 - y0) * _FINE)
        offset = np.array([x0, y0], dtype=np.float32)
        outline = ((path - offset) * _FINE).ravel().tolist()
        stencil = Image.new("L", size)
        pen = ImageDraw.Draw(stencil)
        pen.polygon(outline, fill=255)
        for hole in mark.holes:
            pen.polygon(((self._pixels(hole) - offset) * _FINE).ravel().tolist(), fill=0)
        small = stencil.reduce(_FINE)
        shape = np.asarray(small, dtype=np.float32) * np.float32(1 / 255)

        here = np.s_[y0:y1, x0:x1]
        shade: Grid = np.full_like(shape, mark.tone)
        if mark.edge > 0:
            radius = float(max(1.6, min(0.06 * self._frame.scale, 7.0)))
            blurred = small.filter(ImageFilter.GaussianBlur(radius))
            soft = np.asarray(blurred, dtype=np.float32) * np.float32(1 / 255)
            reach = max(1, round(radius * 0.6))
            relief = np.zeros_like(soft)
            inner = slice(reach, -reach)
            if min(soft.shape) > 2 * reach:
                relief[inner, inner] = (
                    soft[2 * reach :, 2 * reach :] - soft[: -2 * reach, : -2 * reach]
                )
            shade *= 1 - np.float32(mark.edge) * (1 - soft - np.float32(0.75) * relief)
        if mark.seam > 0:
            seam = Image.new("L", size)
            closed = [*outline, *outline[:2]]
            ImageDraw.Draw(seam).line(closed, fill=255, width=_FINE + 1)
            line = np.asarray(seam.reduce(_FINE), dtype=np.float32)
            is_dark = luminance(cloth.base) < 68
            depth = (0.9 if is_dark else -0.42) * mark.seam / 255
            shade *= 1 + np.float32(depth) * line
        colour, cover = cloth.sample(self._u[here], self._v[here], grain=mark.grain)
        if cover is not None and mark.seam > 0:
            cover = np.maximum(cover, line * np.float32(0.8 / 255))
        colour *= shade[..., None]
        if mark.inside:
            shape = shape * self._shape[here]
        self._blend(here, colour, shape, cover)

    def _blend(
        self, here: tuple[slice, slice], colour: Grid, shape: Grid, cover: Grid | None
    ) -> None:
        opacity = shape if cover is None else shape * cover
        # A see-through piece is cut to its neighbours, not laid over them.
        rest = 1 - shape
        region = self._rgb[here]
        region *= rest[..., None]
        region += colour * opacity[..., None]
        alpha = self._alpha[here]
        alpha *= rest
        alpha += opacity
        np.maximum(self._shape[here], shape, out=self._shape[here])

    def ink(self, mark: Ink) -> None:
        """Draw a line or a flat patch; neighbours are drawn together and blended once."""
        if self._ink is not None and mark.inside != self._ink_inside:
            self.dry()
        if self._ink is None:
            image = Image.new("RGBA", (self._width * _FINE, self._height * _FINE))
            self._ink = (image, ImageDraw.Draw(image))
            self._ink_inside = mark.inside
        pen = self._ink[1]
        path = self._pixels(mark.path)
        flat = (path * _FINE).ravel().tolist()
        red, green, blue = (min(255, max(0, round(channel))) for channel in mark.colour)
        fill = (red, green, blue, round(255 * mark.opacity))
        if mark.width > 0:
            width = max(1.6, mark.width * self._frame.scale * _FINE)
            pen.line(flat, fill=fill, width=round(width), joint="curve" if width > 3 else None)
        else:
            width = 0.0
            pen.polygon(flat, fill=fill)
        pad = width / _FINE
        low, high = path.min(axis=0) - pad, path.max(axis=0) + pad
        self._inked.extend([*low.tolist(), *high.tolist()])

    def dry(self) -> None:
        """Blend the pending ink."""
        if self._ink is None:
            return
        image, self._ink = self._ink[0], None
        corners = np.array(self._inked, dtype=np.float32).reshape(-1, 2)
        self._inked = []
        x0, y0, x1, y1 = self._crop(corners.min(axis=0), corners.max(axis=0), 2)
        if x1 <= x0 or y1 <= y0:
            return
        box = (x0 * _FINE, y0 * _FINE, x1 * _FINE, y1 * _FINE)
        pixels = np.asarray(image.crop(box).reduce(_FINE), dtype=np.float32)
        shape = pixels[..., 3] * np.float32(1 / 255)
        here = np.s_[y0:y1, x0:x1]
        if self._ink_inside:
            shape = shape * self._shape[here]
        self._blend(here, pixels[..., :3], shape, None)

    def crease(self, sketch: Sketch, rng: np.random.Generator, gloss: float) -> None:
        """Shade the folds over everything painted so far."""
        self.dry()
        size = (self._width // _COARSE + 1, self._height // _COARSE + 1)
        dark, light = Image.new("L", size), Image.new("L", size)
        pens = (ImageDraw.Draw(dark), ImageDraw.Draw(light))
        scale = self._frame.scale / _COARSE
        for fold in sketch.folds:
            flat = (self._pixels(fold.path) / _COARSE).ravel().tolist()
            level = min(255, round(255 * abs(fold.strength)))
            width = max(1, round(fold.width * scale))
            pens[int(fold.strength < 0)].line(flat, fill=level, width=width)
            if fold.strength > 0:
                # The lit side of a crease, a step towards the light.
                step = fold.width * scale
                lit = [value - step for value in flat]
                pens[1].line(lit, fill=int(level * 0.6), width=width)
        blur = ImageFilter.GaussianBlur(float(max(0.8, 0.044 * scale)))
        full = (self._width, self._height)
        smooth = Image.Resampling.BILINEAR
        shadow = np.asarray(dark.filter(blur).resize(full, smooth), dtype=np.float32)
        shine = np.asarray(light.filter(blur).resize(full, smooth), dtype=np.float32)
        cells = rng.integers(96, 160, size=(9, 7), dtype=np.uint8)
        clouds = Image.fromarray(cells).resize(full, Image.Resampling.BICUBIC)
        drift = (np.asarray(clouds, dtype=np.float32) - 128) * np.float32(0.001)
        shade = 1 - shadow * np.float32((0.55 + 0.3 * gloss) / 255)
        shade += shine * np.float32((0.3 + 0.5 * gloss) / 255) + drift
        self._rgb *= shade[..., None]
        if gloss > 0:
            glow = (shine * np.float32(1 / 255)) ** 2 * np.float32(130 * gloss)
            glow += np.clip(drift * 22 - 0.1, 0, 1) * np.float32(30 * gloss)
            self._rgb += (glow * self._alpha)[..., None]
        np.minimum(self._rgb, 255 * self._alpha[..., None], out=self._rgb)

    def layer(self) -> Layer:
        """Return what was painted."""
        self.dry()
        return Layer(self._left, self._top, self._rgb, self._alpha, self._shape)


def render(
    sketch: Sketch,
    cloths: Mapping[str, Cloth],
    frame: Frame,
    rng: np.random.Generator,
) -> dict[LayerName, Layer]:
    """Paint a sketch.

    Parameters
    ----------
    sketch : Sketch
        The garment in body units.
    cloths : mapping
        The cloth of every name that the sketch cuts from, but "flat".
    frame : Frame
        Where body units fall on the picture.
    rng : numpy.random.Generator
        Drives the small irregularities of the cloth.

    Returns
    -------
    dict
        The layers "back" and "front", cropped to the garment.
    """
    left, top, right, bottom = sketch.bounds()
    corners = np.array(
        [[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32
    )
    px = frame.to_px(corners)
    low, high = np.floor(px.min(axis=0)) - 3, np.ceil(px.max(axis=0)) + 3
    region = (
        max(int(low[0]), 0),
        max(int(low[1]), 0),
        min(int(high[0]), frame.width),
        min(int(high[1]), frame.height),
    )
    wobble = float(rng.uniform(0, 6.28))
    layers: dict[LayerName, Layer] = {}
    for name in ("back", "front"):
        marks = [mark for mark in sketch.marks if mark.layer == name]
        canvas = Canvas(frame, region if marks else (*region[:2], *region[:2]), wobble)
        for mark in marks:
            if isinstance(mark, Ink):
                canvas.ink(mark)
            elif mark.cloth == "flat":
                canvas.fill(mark, Cloth(base=_known(mark.colour)))
            else:
                canvas.fill(mark, cloths[mark.cloth])
        if marks and name == "front" and "main" in cloths:
            canvas.crease(sketch, rng, cloths["main"].gloss)
        layers[name] = canvas.layer()
    return layers


def _known(colour: RGB | None) -> RGB:
    return (128.0, 128.0, 128.0) if colour is None else colour
