"""Textures: how a cloth is woven, knitted, tanned or sewn."""

# ruff: noqa: ARG001 - one signature for all, whether or not each needs every argument.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from modiste.data.demo_shop.cloth import Grid
from modiste.data.demo_shop.motifs import MOTIFS
from modiste.data.demo_shop.organic_prints import cloud
from modiste.data.demo_shop.outlines import moved


@dataclass(frozen=True)
class Weave:
    """One repeat of a texture: light and shade, holes, and how the cloth shines."""

    tile: Grid
    period: float
    cover: Grid | None = None
    gloss: float = 0.0
    opacity: float = 1.0


def _grid(side: int) -> tuple[Grid, Grid]:
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    return x, y


def _noise(rng: np.random.Generator, side: int, wide: int = 1, tall: int = 1) -> Grid:
    """Seamless grain in about [-1, 1], smeared `wide` and `tall` pixels."""
    grain = rng.standard_normal((side, side), dtype=np.float32)
    spread = sum(np.roll(grain, step, axis=1) for step in range(wide)) / np.sqrt(wide)
    total = sum(np.roll(spread, step, axis=0) for step in range(tall)) / np.sqrt(tall)
    return (np.asarray(total, dtype=np.float32) / 2).clip(-1, 1)


def _cotton(rng: np.random.Generator) -> Weave:
    return Weave(1 + 0.025 * _noise(rng, 64), 0.45)


def _linen(rng: np.random.Generator) -> Weave:
    return Weave(1 + 0.09 * _noise(rng, 64, 9) + 0.09 * _noise(rng, 64, 1, 9), 0.5)


def _heathered(rng: np.random.Generator) -> Weave:
    return Weave(1.04 + 0.17 * _noise(rng, 64, 5, 1), 0.5)


def _marled(rng: np.random.Generator) -> Weave:
    x, y = _grid(64)
    twist = np.sin(2 * np.pi * (x * 12 + y * 6))
    return Weave(1.03 + 0.14 * _noise(rng, 64, 2, 7) + 0.12 * twist * _noise(rng, 64, 2, 4), 0.5)


def _denim(rng: np.random.Generator) -> Weave:
    x, y = _grid(64)
    twill = np.sin(2 * np.pi * (x * 16 + y * 16))
    tile = 1 + 0.07 * twill + 0.09 * _noise(rng, 64, 1, 4) + 0.05 * _noise(rng, 64)
    return Weave(tile, 0.36)


def _chambray(rng: np.random.Generator) -> Weave:
    return Weave(1.02 + 0.10 * _noise(rng, 64, 6) + 0.06 * _noise(rng, 64, 1, 6), 0.4)


def _stitched(side: int, columns: int, rows: int, depth: float) -> Grid:
    """Rows of V stitches."""
    x, y = _grid(side)
    place = x * columns % 1
    lean = np.abs(place - 0.5)
    stitch = np.cos(2 * np.pi * (y * rows + lean * 1.1))
    groove = np.minimum(place, 1 - place)
    tile: Grid = 1 + depth * 0.45 * stitch - depth * (groove < 0.14) - 0.4 * depth * (lean < 0.07)
    return tile


def _knit(rng: np.random.Generator) -> Weave:
    return Weave(_stitched(64, 4, 5, 0.2) + 0.03 * _noise(rng, 64), 0.20)


def _chunky(rng: np.random.Generator) -> Weave:
    return Weave(_stitched(64, 2, 3, 0.34) + 0.05 * _noise(rng, 64, 2, 2), 0.22)


def _cable(rng: np.random.Generator) -> Weave:
    x, y = _grid(128)
    tile = _stitched(128, 8, 8, 0.12) * 0.96
    middle = (x * 2) % 1 - 0.5
    for phase in (0.0, np.pi):
        centre = 0.15 * np.sin(2 * np.pi * y * 2 + phase)
        distance = np.abs(middle - centre)
        over = np.cos(2 * np.pi * y * 2 + phase) > -0.4
        rope = 1.16 - (distance / 0.13) ** 2 * 0.5
        tile = np.where((distance < 0.13) & over, rope, tile)
    rib = np.abs(np.abs(middle) - 0.34)
    tile = np.where(rib < 0.035, 0.68, tile)
    return Weave(tile.astype(np.float32), 0.5)


def _ribbed(rng: np.random.Generator) -> Weave:
    x, _ = _grid(64)
    return Weave((1 + 0.2 * np.cos(2 * np.pi * x * 4)).astype(np.float32), 0.27)


def _corduroy(rng: np.random.Generator) -> Weave:
    x, _ = _grid(64)
    ridge = np.abs(np.sin(np.pi * x * 8)) ** 0.6
    return Weave((0.72 + 0.34 * ridge + 0.04 * _noise(rng, 64, 1, 5)).astype(np.float32), 0.36)


def _waffle(rng: np.random.Generator) -> Weave:
    x, y = _grid(64)
    wall = np.maximum(np.abs(x * 4 % 1 - 0.5), np.abs(y * 4 % 1 - 0.5)) * 2
    slope = (x * 4 % 1 + y * 4 % 1 - 1) * 0.12
    return Weave((0.8 + 0.3 * wall**2 + slope).astype(np.float32), 0.24)


def _from_image(image: Image.Image) -> Grid:
    small = image.resize((128, 128), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) * np.float32(1 / 255)


def _draw_motif(pen: ImageDraw.ImageDraw, motif: str, x: float, y: float, r: float) -> None:
    for outline, tone in MOTIFS[motif]:
        path = moved(outline, x, y, scale=r).ravel().tolist()
        pen.polygon(path, fill=(110, 255, 225, 190)[tone], outline=255)


def _lace(rng: np.random.Generator) -> Weave:
    image = Image.new("L", (256, 256), 20)
    pen = ImageDraw.Draw(image)
    for step in range(-256, 256, 21):
        pen.line((step, 0, step + 256, 256), fill=200, width=4)
        pen.line((step + 256, 0, step, 256), fill=200, width=4)
    for x, y, r in ((64, 64, 58), (192, 192, 58), (192, 60, 34), (64, 190, 34)):
        _draw_motif(pen, "flower" if r > 40 else "daisy", x, y, r)
    cover = _from_image(image)
    relief = cover - np.roll(cover, (1, 1), axis=(0, 1))
    return Weave(1 + 0.3 * relief, 0.52, cover, 0.0, 0.3)


def _crochet(rng: np.random.Generator) -> Weave:
    image = Image.new("L", (256, 256), 0)
    pen = ImageDraw.Draw(image)
    for row in range(4):
        for column in range(4):
            x, y = column * 64 + 32, row * 64 + 32
            for turn in range(6):
                angle = turn * np.pi / 3
                cx, cy = x + 22 * np.cos(angle), y + 22 * np.sin(angle)
                pen.ellipse((cx - 11, cy - 11, cx + 11, cy + 11), outline=255, width=7)
            pen.ellipse((x - 10, y - 10, x + 10, y + 10), fill=255)
    cover = _from_image(image)
    relief = cover - np.roll(cover, (1, 1), axis=(0, 1))
    return Weave(0.94 + 0.4 * relief + 0.06 * _noise(rng, 128, 2, 2), 0.56, cover, 0.0, 0.12)


def _netted(period: float, width: float, opacity: float) -> Callable[[np.random.Generator], Weave]:
    def draw(rng: np.random.Generator) -> Weave:
        x, y = _grid(64)
        first, second = (x + y) * 3 % 1, (x - y) * 3 % 1
        thread = (np.minimum(np.abs(first - 0.5), np.abs(second - 0.5)) < width).astype(np.float32)
        tile = 1.05 - 0.1 * (1 - thread)
        return Weave(tile.astype(np.float32), period, thread, 0.0, opacity)

    return draw


def _eyelet(rng: np.random.Generator) -> Weave:
    x, y = _grid(128)
    row = (y * 4).astype(int) % 2
    radius = np.hypot((x * 4 + 0.5 * row) % 1 - 0.5, y * 4 % 1 - 0.5)
    petal = np.abs(np.hypot((x * 4 + 0.5 * row) % 1 - 0.5, y * 4 % 1 - 0.5) - 0.3)
    tile = np.where(radius < 0.17, 0.45, np.where(radius < 0.25, 1.12, 1.0))
    tile = np.where(petal < 0.035, 0.88, tile)
    return Weave(tile.astype(np.float32), 0.5)


def _sequin(rng: np.random.Generator) -> Weave:
    side, count = 128, 12
    x, y = _grid(side)
    row = np.floor(y * count)
    across = x * count + 0.5 * (row % 2)
    values = rng.uniform(0.55, 1.0, (count, count)).astype(np.float32)
    bright = rng.random((count, count)) < 0.22
    values = np.where(bright, rng.uniform(1.35, 2.2, (count, count)), values)
    light = values[row.astype(int) % count, across.astype(int) % count]
    radius = np.hypot(across % 1 - 0.5, y * count % 1 - 0.55)
    tile = light * np.where(radius > 0.47, 0.55, 1.12 - radius * 0.5)
    return Weave(tile.astype(np.float32), 0.5, gloss=0.5)


def _leather(rng: np.random.Generator) -> Weave:
    return Weave(1 + 0.06 * _noise(rng, 64, 2, 2), 0.3, gloss=0.95)


def _satin(rng: np.random.Generator) -> Weave:
    return Weave(1 + 0.012 * _noise(rng, 64, 12), 0.5, gloss=0.7)


def _metallic(rng: np.random.Generator) -> Weave:
    sheen = cloud(rng, 5, 128) ** 1.5
    tile = 0.66 + 0.75 * sheen + 0.16 * _noise(rng, 128, 2, 1) * (0.4 + sheen)
    return Weave(tile.astype(np.float32), 0.95, gloss=1.1)


def _velvet(rng: np.random.Generator) -> Weave:
    pile = cloud(rng, 4, 128) - 0.5
    tile = 1 + 0.5 * pile + 0.05 * _noise(rng, 128)
    return Weave(tile.astype(np.float32), 0.9, gloss=0.45)


def _fur(rng: np.random.Generator) -> Weave:
    tile = 1 + 0.36 * _noise(rng, 64, 2, 8) + 0.2 * (cloud(rng, 6, 64) - 0.5)
    return Weave(tile.astype(np.float32), 0.42)


def _shearling(rng: np.random.Generator) -> Weave:
    curls = 0.6 * cloud(rng, 18, 128) + 0.4 * cloud(rng, 36, 128)
    return Weave((0.66 + 0.62 * curls).astype(np.float32), 0.6)


def _tweed(rng: np.random.Generator) -> Weave:
    x, y = _grid(64)
    fold = np.abs(x * 4 % 1 - 0.5) * 2
    twill = np.sin(2 * np.pi * (y * 12 + fold * 2))
    return Weave((1 + 0.12 * twill + 0.2 * _noise(rng, 64, 2, 2)).astype(np.float32), 0.42)


def _quilted(rng: np.random.Generator) -> Weave:
    x, y = _grid(64)
    first, second = (x + y) * 2 % 1, (x - y) * 2 % 1
    puff = np.sin(np.pi * first) * np.sin(np.pi * second)
    tile = 0.7 + 0.4 * puff**0.5 + 0.14 * (0.5 - second) * puff
    return Weave(tile.astype(np.float32), 0.40, gloss=0.15)


def _puffer(rng: np.random.Generator) -> Weave:
    _, y = _grid(64)
    puff = np.sin(np.pi * (y * 2 % 1))
    tile = 0.58 + 0.55 * puff**0.6 + 0.22 * (0.5 - y * 2 % 1) * puff
    return Weave((tile + 0.03 * _noise(rng, 64, 3)).astype(np.float32), 0.44, gloss=0.35)


def _jacquard(rng: np.random.Generator) -> Weave:
    image = Image.new("L", (256, 256), 128)
    pen = ImageDraw.Draw(image)
    for x, y in ((64, 64), (192, 192)):
        for outline, tone in MOTIFS["medallion"]:
            path = moved(outline, x, y, scale=60).ravel().tolist()
            pen.polygon(path, fill=(128, 235, 205, 240)[tone])
    for x, y in ((192, 64), (64, 192)):
        for outline, _ in MOTIFS["paisley"]:
            pen.polygon(moved(outline, x, y, scale=46).ravel().tolist(), fill=215)
    return Weave(0.78 + 0.42 * _from_image(image), 0.56, gloss=0.4)


def _sheer(rng: np.random.Generator) -> Weave:
    return Weave(1 + 0.02 * _noise(rng, 64), 0.4, opacity=0.62)


def _chiffon(rng: np.random.Generator) -> Weave:
    return Weave(1 + 0.02 * _noise(rng, 64), 0.4, opacity=0.9)


FABRICS: dict[str, Callable[[np.random.Generator], Weave]] = {
    "cotton": _cotton, "linen": _linen, "heathered": _heathered, "marled": _marled,
    "denim": _denim, "chambray": _chambray, "knit": _knit, "chunky knit": _chunky,
    "cable knit": _cable, "ribbed": _ribbed, "corduroy": _corduroy, "waffle": _waffle,
    "lace": _lace, "crochet": _crochet, "mesh": _netted(0.2, 0.13, 0.3),
    "open-knit": _netted(0.34, 0.15, 0.12), "eyelet": _eyelet, "sequin": _sequin,
    "leather": _leather, "satin": _satin, "metallic": _metallic, "velvet": _velvet, "fur": _fur,
    "shearling": _shearling, "tweed": _tweed, "quilted": _quilted, "puffer": _puffer,
    "jacquard": _jacquard, "sheer": _sheer, "chiffon": _chiffon,
}  # fmt: skip


def as_tile(values: NDArray[np.floating], scale: float, period: float) -> Grid:
    """Average a texture down to about the picture's resolution."""
    side = values.shape[0]
    wanted = 8
    while wanted < min(side, period * scale * 1.25):
        wanted *= 2
    step = side // wanted
    if step > 1:
        values = values.reshape(wanted, step, wanted, step).mean(axis=(1, 3))
    return np.ascontiguousarray(values, dtype=np.float32)
