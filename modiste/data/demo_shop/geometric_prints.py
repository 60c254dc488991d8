"""Prints made of lines, bands and tiles: one repeat each, `SIDE` pixels wide."""

# ruff: noqa: ARG001 - one signature for all, whether or not each needs every argument.

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from modiste.data.demo_shop.palette import RGB, mixed

SIDE = 256
Tones = Sequence[RGB]  # ground, then the print's own three colours
Draw = Callable[[np.random.Generator, Tones], Image.Image]

_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE


def painted(index: NDArray[np.integer], tones: Tones) -> Image.Image:
    """Colour a map of tone numbers."""
    table = np.array(tones, dtype=np.float32).clip(0, 255).astype(np.uint8)
    return Image.fromarray(table[index])


def bands(edges: Sequence[float], order: Sequence[int], *, vertical: bool = False) -> Draw:
    """Make stripes: the band up to `edges[i]` of the repeat has tone `order[i]`."""

    def draw(rng: np.random.Generator, tones: Tones) -> Image.Image:
        place = _X if vertical else _Y
        index = np.array(order)[np.searchsorted(np.array(edges), place, side="right")]
        return painted(index, tones)

    return draw


def plaid(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Cross wide and narrow bands."""
    line = np.zeros(SIDE, dtype=np.float32)
    line[20:110] = 1.0
    line[150:165] = 0.75
    line[190:232] = 0.9
    thin = np.zeros(SIDE, dtype=np.float32)
    thin[62:70] = thin[207:214] = 1.0
    ground, dark, bright = (np.array(tone, dtype=np.float32) for tone in tones[:3])
    share = (line[:, None] + line[None]) * 0.48
    colour = ground * (1 - share[..., None]) + dark * share[..., None]
    cross = np.maximum(thin[:, None], thin[None])[..., None] * 0.85
    colour = colour * (1 - cross) + bright * cross
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))


def gingham(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Cross even bands."""
    index = (_X * 4 % 1 < 0.5).astype(int) + (_Y * 4 % 1 < 0.5)
    return painted(index, [tones[0], mixed(tones[0], tones[1], 0.5), tones[1]])


def checkered(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw a chessboard."""
    return painted(((_X * 4).astype(int) + (_Y * 4).astype(int)) % 2, tones)


def grid(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw a window grid."""
    return painted(((_X * 2 % 1 < 0.11) | (_Y * 2 % 1 < 0.11)).astype(int), tones)


def houndstooth(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Weave broken checks."""
    # Four dark and four light threads each way, woven two over two: that makes the teeth.
    across, down = (_X * 16).astype(int), (_Y * 16).astype(int)
    is_warp = (across - down) % 4 < 2
    return painted(np.where(is_warp, across % 8 < 4, down % 8 < 4).astype(int), tones)


def herringbone(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw broken twill."""
    fold = np.abs(_X * 4 % 1 - 0.5) * 2
    return painted(((_Y * 8 + fold * 2) % 1 < 0.45).astype(int), tones)


def chevron(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw wide zigzag bands."""
    fold = np.abs(_X * 3 % 1 - 0.5) * 2
    return painted(((_Y * 3 + fold * 0.55) % 1 < 0.5).astype(int), tones)


def zigzag(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw thin zigzag lines."""
    fold = np.abs(_X * 4 % 1 - 0.5) * 2
    place = _Y * 3 + fold * 0.4
    band = place % 1
    index = np.where(band < 0.2, 1 + (place.astype(int) % 3), 0)
    return painted(index, tones)


def polka(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw staggered dots."""
    x, y = _X * 4, _Y * 4
    x = (x + 0.5 * (y.astype(int) % 2)) % 1 - 0.5
    return painted((np.hypot(x, y % 1 - 0.5) < 0.27).astype(int), tones)


def diamond(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw nested diamonds."""
    distance = np.abs(_X * 3 % 1 - 0.5) + np.abs(_Y * 2 % 1 - 0.5)
    return painted(np.where(distance < 0.2, 2, np.where(distance < 0.4, 1, 0)), tones)


def geo(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw coloured half squares."""
    x, y = _X * 4, _Y * 4
    upper = (x % 1) + (y % 1) < 1
    table = rng.integers(0, 4, size=(4, 4, 2))
    return painted(table[y.astype(int) % 4, x.astype(int) % 4, upper.astype(int)], tones)


def tribal(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw bands of teeth and rhombs."""
    band = (_Y * 6).astype(int)
    y = _Y * 6 % 1
    fold = np.abs(_X * 6 % 1 - 0.5) * 2
    teeth = (y > fold).astype(int)
    rhomb = (fold + np.abs(y - 0.5) * 2 < 0.75).astype(int) * 2
    lines = ((y * 4).astype(int) % 2) * 3
    fine = (np.abs(_X * 12 % 1 - 0.5) * 2 < y).astype(int) * 2
    index = np.choose(band % 6, [teeth, lines, rhomb, np.ones_like(teeth), fine, lines])
    return painted(index * (y > 0.06), tones)


def southwestern(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw stepped diamonds."""
    # Stepped diamonds: distances are rounded to stairs.
    stair = np.round(np.abs(_X * 2 % 1 - 0.5) * 10) + np.round(np.abs(_Y * 2 % 1 - 0.5) * 10)
    index = np.array([3, 3, 2, 2, 1, 1, 0, 2, 0, 0, 0])[stair.astype(int).clip(0, 10)]
    return painted(index, tones)


def ikat(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw diamonds with frayed edges."""
    shake = rng.uniform(-0.09, 0.09, size=64)[(_X * 64).astype(int)]
    y = (_Y + shake) % 1
    distance = np.abs(_X * 2 % 1 - 0.5) * 1.1 + np.abs(y * 2 % 1 - 0.5)
    return painted(np.searchsorted([0.14, 0.3, 0.5], distance) * -1 % 4, tones)


def fair_isle(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw rows of knitted figures."""
    rows = (
        "00000000", "10101010", "00000000", "00010000", "00111000", "01101100", "00111000",
        "00010000", "00000000", "22222222", "00200020", "02020202", "20002000", "22222222",
        "00000000", "30003000",
    )  # fmt: skip
    unit = np.array([[int(cell) for cell in row] for row in rows])
    return painted(np.kron(np.tile(unit, (1, 2)), np.ones((16, 16), dtype=int)), tones)
