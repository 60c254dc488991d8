"""Prints: one repeat of each, drawn procedurally."""

# ruff: noqa: ARG001 - one signature for all, whether or not each needs every argument.

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from modiste.data.demo_shop.motifs import MOTIFS
from modiste.data.demo_shop.outlines import moved
from modiste.data.demo_shop.palette import RGB, darker, luminance, mixed

SIDE = 256
Tones = Sequence[RGB]  # ground, then the print's own three colours
Draw = Callable[[np.random.Generator, Tones], Image.Image]

_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE


def _painted(index: NDArray[np.integer], tones: Tones) -> Image.Image:
    table = np.array(tones, dtype=np.float32).clip(0, 255).astype(np.uint8)
    return Image.fromarray(table[index])


def _ink(colour: RGB) -> tuple[int, int, int]:
    return int(colour[0]), int(colour[1]), int(colour[2])


def _ground(tones: Tones) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (SIDE, SIDE), _ink(tones[0]))
    return image, ImageDraw.Draw(image)


def _stamp(
    pen: ImageDraw.ImageDraw, motif: str, at: tuple[float, float, float, float], tones: Tones
) -> None:
    """Draw a motif at (x, y, radius, angle), again on the far side where it crosses an edge."""
    x, y, radius, angle = at
    reach = radius * 1.3
    across = [0, SIDE] if x < reach else [0, -SIDE] if x > SIDE - reach else [0]
    down = [0, SIDE] if y < reach else [0, -SIDE] if y > SIDE - reach else [0]
    for outline, tone in MOTIFS[motif]:
        placed = moved(outline, x, y, scale=radius, angle=angle)
        for dx in across:
            for dy in down:
                shifted = placed + np.array([dx, dy], dtype=np.float32)
                pen.polygon(shifted.ravel().tolist(), fill=_ink(tones[tone]))


def _scatter(
    *motifs: str, cells: int, radius: float, turn: float = 3.14, jitter: float = 0.2
) -> Draw:
    """Make a print of motifs on a shaken, staggered grid."""

    def draw(rng: np.random.Generator, tones: Tones) -> Image.Image:
        image, pen = _ground(tones)
        step = SIDE / cells
        order = [tones[0], *(tones[1 + (i + int(rng.integers(3))) % 3] for i in range(3))]
        for row in range(cells):
            for column in range(cells):
                shift = 0.5 if row % 2 else 0.0
                dx, dy = rng.uniform(-jitter, jitter, 2) * step
                x = ((column + 0.25 + shift) * step + dx) % SIDE
                y = ((row + 0.5) * step + dy) % SIDE
                size = step * radius * rng.uniform(0.85, 1.15)
                name = motifs[(row + column) % len(motifs)]
                varied = [order[0], *np.roll(order[1:], int(rng.integers(3)), axis=0).tolist()]
                colours = varied if rng.random() < 0.35 else tones
                _stamp(pen, name, (x, y, size, rng.uniform(-turn, turn)), colours)
        return image

    return draw


def _bands(edges: Sequence[float], order: Sequence[int], *, vertical: bool = False) -> Draw:
    """Make stripes: the band up to `edges[i]` of the repeat has tone `order[i]`."""

    def draw(rng: np.random.Generator, tones: Tones) -> Image.Image:
        place = _X if vertical else _Y
        index = np.array(order)[np.searchsorted(np.array(edges), place, side="right")]
        return _painted(index, tones)

    return draw


def _plaid(rng: np.random.Generator, tones: Tones) -> Image.Image:
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


def _gingham(rng: np.random.Generator, tones: Tones) -> Image.Image:
    index = (_X * 4 % 1 < 0.5).astype(int) + (_Y * 4 % 1 < 0.5)
    return _painted(index, [tones[0], mixed(tones[0], tones[1], 0.5), tones[1]])


def _checkered(rng: np.random.Generator, tones: Tones) -> Image.Image:
    return _painted(((_X * 4).astype(int) + (_Y * 4).astype(int)) % 2, tones)


def _grid(rng: np.random.Generator, tones: Tones) -> Image.Image:
    return _painted(((_X * 2 % 1 < 0.11) | (_Y * 2 % 1 < 0.11)).astype(int), tones)


def _houndstooth(rng: np.random.Generator, tones: Tones) -> Image.Image:
    # Four dark and four light threads each way, woven two over two: that makes the teeth.
    across, down = (_X * 16).astype(int), (_Y * 16).astype(int)
    is_warp = (across - down) % 4 < 2
    return _painted(np.where(is_warp, across % 8 < 4, down % 8 < 4).astype(int), tones)


def _herringbone(rng: np.random.Generator, tones: Tones) -> Image.Image:
    fold = np.abs(_X * 4 % 1 - 0.5) * 2
    return _painted(((_Y * 8 + fold * 2) % 1 < 0.45).astype(int), tones)


def _chevron(rng: np.random.Generator, tones: Tones) -> Image.Image:
    fold = np.abs(_X * 3 % 1 - 0.5) * 2
    return _painted(((_Y * 3 + fold * 0.55) % 1 < 0.5).astype(int), tones)


def _zigzag(rng: np.random.Generator, tones: Tones) -> Image.Image:
    fold = np.abs(_X * 4 % 1 - 0.5) * 2
    place = _Y * 3 + fold * 0.4
    band = place % 1
    index = np.where(band < 0.2, 1 + (place.astype(int) % 3), 0)
    return _painted(index, tones)


def _polka(rng: np.random.Generator, tones: Tones) -> Image.Image:
    x, y = _X * 4, _Y * 4
    x = (x + 0.5 * (y.astype(int) % 2)) % 1 - 0.5
    return _painted((np.hypot(x, y % 1 - 0.5) < 0.27).astype(int), tones)


def _circles(rng: np.random.Generator, tones: Tones) -> Image.Image:
    radius = np.hypot(_X * 3 % 1 - 0.5, _Y * 3 % 1 - 0.5)
    return _painted(np.searchsorted([0.14, 0.28, 0.42], radius) * -1 % 4, tones)


def _diamond(rng: np.random.Generator, tones: Tones) -> Image.Image:
    distance = np.abs(_X * 3 % 1 - 0.5) + np.abs(_Y * 2 % 1 - 0.5)
    return _painted(np.where(distance < 0.2, 2, np.where(distance < 0.4, 1, 0)), tones)


def _geo(rng: np.random.Generator, tones: Tones) -> Image.Image:
    x, y = _X * 4, _Y * 4
    upper = (x % 1) + (y % 1) < 1
    table = rng.integers(0, 4, size=(4, 4, 2))
    return _painted(table[y.astype(int) % 4, x.astype(int) % 4, upper.astype(int)], tones)


def _triangles(rng: np.random.Generator, tones: Tones) -> Image.Image:
    x, y = _X * 4, _Y * 4
    inside = np.abs((x + 0.5 * (y.astype(int) % 2)) % 1 - 0.5) < 0.42 * ((y % 1) - 0.12)
    return _painted(inside * (1 + (y.astype(int) % 2)) * (y % 1 < 0.9), tones)


def _tribal(rng: np.random.Generator, tones: Tones) -> Image.Image:
    band = (_Y * 6).astype(int)
    y = _Y * 6 % 1
    fold = np.abs(_X * 6 % 1 - 0.5) * 2
    teeth = (y > fold).astype(int)
    rhomb = (fold + np.abs(y - 0.5) * 2 < 0.75).astype(int) * 2
    lines = ((y * 4).astype(int) % 2) * 3
    fine = (np.abs(_X * 12 % 1 - 0.5) * 2 < y).astype(int) * 2
    index = np.choose(band % 6, [teeth, lines, rhomb, np.ones_like(teeth), fine, lines])
    return _painted(index * (y > 0.06), tones)


def _southwestern(rng: np.random.Generator, tones: Tones) -> Image.Image:
    # Stepped diamonds: distances are rounded to stairs.
    stair = np.round(np.abs(_X * 2 % 1 - 0.5) * 10) + np.round(np.abs(_Y * 2 % 1 - 0.5) * 10)
    index = np.array([3, 3, 2, 2, 1, 1, 0, 2, 0, 0, 0])[stair.astype(int).clip(0, 10)]
    return _painted(index, tones)


def _ikat(rng: np.random.Generator, tones: Tones) -> Image.Image:
    shake = rng.uniform(-0.09, 0.09, size=64)[(_X * 64).astype(int)]
    y = (_Y + shake) % 1
    distance = np.abs(_X * 2 % 1 - 0.5) * 1.1 + np.abs(y * 2 % 1 - 0.5)
    return _painted(np.searchsorted([0.14, 0.3, 0.5], distance) * -1 % 4, tones)


def _leopard(rng: np.random.Generator, tones: Tones) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), (206, 164, 110))
    pen = ImageDraw.Draw(image)
    for row in range(5):
        for column in range(5):
            x = (column + 0.5 * (row % 2) + 0.5 + rng.uniform(-0.15, 0.15)) * SIDE / 5
            y = (row + 0.5 + rng.uniform(-0.15, 0.15)) * SIDE / 5
            r, start = rng.uniform(15, 20), rng.uniform(0, 360)
            for dx in (-SIDE, 0):
                box = (x + dx - r, y - r * 0.85, x + dx + r, y + r * 0.85)
                pen.ellipse(box, fill=(158, 104, 56))
                for piece in (0, 130, 245):
                    pen.arc(box, start + piece, start + piece + 92, fill=(40, 28, 22), width=9)
    return image


def _nearest(rng: np.random.Generator, count: int) -> tuple[NDArray[np.float32], ...]:
    """Distances to the nearest and second nearest of random points, and the nearest's index."""
    side = 128
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    per_side = int(np.sqrt(count))
    grid = (np.mgrid[0:per_side, 0:per_side].reshape(2, -1).T + 0.5) / per_side
    seeds = (grid + rng.uniform(-0.32, 0.32, grid.shape) / per_side).astype(np.float32)
    first = np.full((side, side), 9, dtype=np.float32)
    second = first.copy()
    owner = np.zeros((side, side), dtype=np.float32)
    for position, (sx, sy) in enumerate(seeds.tolist()):
        dx, dy = np.abs(x - sx), np.abs(y - sy)
        distance = np.hypot(np.minimum(dx, 1 - dx), np.minimum(dy, 1 - dy))
        closer = distance < first
        second = np.where(closer, first, np.minimum(second, distance))
        owner = np.where(closer, np.float32(position), owner)
        first = np.minimum(first, distance)
    return first, second, owner


def _giraffe(rng: np.random.Generator, tones: Tones) -> Image.Image:
    first, second, _ = _nearest(rng, 16)
    index = (second - first > 0.05).astype(int)
    return _painted(index, [(232, 205, 158), (150, 92, 48)])


def _mosaic(rng: np.random.Generator, tones: Tones) -> Image.Image:
    first, second, owner = _nearest(rng, 36)
    index = np.where(second - first < 0.018, 4, owner.astype(int) % 4)
    return _painted(index, [*tones[:4], (246, 244, 238)])


def cloud(rng: np.random.Generator, cells: int, side: int = 128) -> NDArray[np.float32]:
    """Return smooth seamless noise in [0, 1], `cells` bumps across."""
    values = rng.random((cells, cells), dtype=np.float32)
    padded = np.tile(values, (3, 3))
    big = Image.fromarray(padded).resize((3 * side, 3 * side), Image.Resampling.BICUBIC)
    noise = np.asarray(big, dtype=np.float32)[side : 2 * side, side : 2 * side]
    levelled: NDArray[np.float32] = (noise - noise.min()) / max(float(np.ptp(noise)), 1e-6)
    return levelled


def _camo(rng: np.random.Generator, tones: Tones) -> Image.Image:
    index = (cloud(rng, 5) > 0.52) * 1
    index = np.where(cloud(rng, 6) > 0.62, 2, index)
    index = np.where(cloud(rng, 7) > 0.68, 3, index)
    return _painted(index, [(150, 140, 100), (96, 106, 66), (86, 66, 48), (46, 50, 40)])


def _abstract(rng: np.random.Generator, tones: Tones) -> Image.Image:
    index = (cloud(rng, 3) > 0.5) * 1
    index = np.where(cloud(rng, 3) > 0.66, 2, index)
    image = _painted(np.where(cloud(rng, 4) > 0.74, 3, index), tones)
    pen = ImageDraw.Draw(image)
    for _ in range(3):
        x, y = rng.uniform(10, 90, 2)
        r = rng.uniform(8, 16)
        pen.ellipse((x, y, x + r, y + r), fill=_ink(tones[int(rng.integers(4))]))
    return image


def _marble(rng: np.random.Generator, tones: Tones) -> Image.Image:
    veins = np.abs(np.sin(9 * cloud(rng, 3) + 4 * cloud(rng, 6)))
    share = np.clip(1 - veins * 3.4, 0, 1)[..., None] ** 0.7
    soft = cloud(rng, 4)[..., None] * 0.25
    ground, vein = np.array(tones[0]), np.array(tones[1])
    colour = ground * (1 - soft) + (ground * 0.7 + vein * 0.3) * soft
    return Image.fromarray((colour * (1 - share) + vein * share).clip(0, 255).astype(np.uint8))


def _watercolor(rng: np.random.Generator, tones: Tones) -> Image.Image:
    colour = np.broadcast_to(np.array((250, 250, 250), dtype=np.float32), (128, 128, 3))
    for tone in tones[1:4]:
        share = np.clip(cloud(rng, 3) * 2.2 - 0.95, 0, 0.85)[..., None]
        colour = colour * (1 - share) + np.array(tone, dtype=np.float32) * share
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))


def _galaxy(rng: np.random.Generator, tones: Tones) -> Image.Image:
    colour = np.broadcast_to(np.array((18, 16, 44), dtype=np.float32), (128, 128, 3))
    for tone in ((88, 40, 140), (28, 90, 170), (212, 84, 160)):
        share = np.clip(cloud(rng, 3) * 1.9 - 0.9, 0, 0.9)[..., None]
        colour = colour * (1 - share) + np.array(tone, dtype=np.float32) * share
    image = Image.fromarray(colour.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for x, y, r in rng.uniform((4, 4, 0.5), (124, 124, 1.8), size=(70, 3)).tolist():
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(255, 252, 255))
    return image


def _splatter(rng: np.random.Generator, tones: Tones) -> Image.Image:
    image, pen = _ground(tones)
    for _ in range(26):
        x, y = rng.uniform(20, SIDE - 20, 2)
        r = rng.gamma(2.0, 3.6) + 2
        fill = _ink(tones[int(rng.integers(1, 4))])
        pen.ellipse((x - r, y - r, x + r, y + r), fill=fill)
        for angle in rng.uniform(0, 6.28, 5):
            far, dot = r * rng.uniform(1.2, 2.0), r * 0.22
            cx, cy = x + far * np.cos(angle), y + far * np.sin(angle)
            pen.ellipse((cx - dot, cy - dot, cx + dot, cy + dot), fill=fill)
            pen.line((x, y, cx, cy), fill=fill, width=max(1, int(r * 0.2)))
    return image


def _brushstroke(rng: np.random.Generator, tones: Tones) -> Image.Image:
    image, pen = _ground(tones)
    for row in range(5):
        for column in range(3):
            x = (column + 0.5 * (row % 2) + 0.2 + rng.uniform(-0.1, 0.1)) * SIDE / 3
            y = (row + 0.5) * SIDE / 5
            tilt = rng.uniform(-16, 4)
            fill = _ink(tones[1 + (row + column) % 3])
            for bristle in np.linspace(-11, 11, 8):
                start, length = rng.uniform(-8, 8), rng.uniform(46, 62)
                for dx in (-SIDE, 0):
                    left = x + dx + start
                    pen.line((left, y + bristle, left + length, y + bristle + tilt), fill, 3)
    return image


def _speckled(rng: np.random.Generator, tones: Tones) -> Image.Image:
    image, pen = _ground(tones)
    for x, y, r in rng.uniform((4, 4, 1.5), (SIDE - 4, SIDE - 4, 4.5), size=(150, 3)).tolist():
        pen.ellipse((x - r, y - r, x + r, y + r), fill=_ink(tones[int(rng.integers(1, 3))]))
    return image


def _tie_dye(rng: np.random.Generator, tones: Tones) -> Image.Image:
    x, y = _X - 0.5, _Y - 0.5
    radius = np.hypot(x, y)
    swirl = np.arctan2(y, x) / (2 * np.pi) * 3 + radius * 5 + 0.5 * np.roll(cloud(rng, 8, SIDE), 9)
    place = swirl % 1 * 3
    table = np.array([tones[1], tones[2], (250, 248, 244)], dtype=np.float32)
    low = place.astype(int) % 3
    share = np.clip((place % 1) * 2 - 0.5, 0, 1)[..., None]
    colour = table[low] * (1 - share) + table[(low + 1) % 3] * share
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))


def _fair_isle(rng: np.random.Generator, tones: Tones) -> Image.Image:
    rows = (
        "00000000", "10101010", "00000000", "00010000", "00111000", "01101100", "00111000",
        "00010000", "00000000", "22222222", "00200020", "02020202", "20002000", "22222222",
        "00000000", "30003000",
    )  # fmt: skip
    unit = np.array([[int(cell) for cell in row] for row in rows])
    return _painted(np.kron(np.tile(unit, (1, 2)), np.ones((16, 16), dtype=int)), tones)


def _bandana(rng: np.random.Generator, tones: Tones) -> Image.Image:
    white = (246, 244, 240)
    image, pen = _ground(tones)
    inked = [tones[0], white, white, white]
    for x, y, turn in ((64, 64, 0.4), (192, 64, 2.0), (64, 192, 3.5), (192, 192, 5.1)):
        _stamp(pen, "paisley", (x, y, 42, turn), inked)
    for x, y in ((128, 128), (4, 128), (128, 4), (4, 4)):
        _stamp(pen, "medallion", (x, y, 20, 0), inked)
    for x, y in rng.uniform(8, SIDE - 8, size=(30, 2)).tolist():
        pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=(246, 244, 240))
    return image


def _patchwork(rng: np.random.Generator, tones: Tones) -> Image.Image:
    names = ("polka dot", "gingham", "ditsy", "vertical", "checkered")
    image = Image.new("RGB", (SIDE, SIDE))
    for place in range(4):
        order = [tones[(place + i) % 4] for i in range(4)]
        piece = PRINTS[names[int(rng.integers(len(names)))]][0](rng, order)
        image.paste(piece.resize((128, 128)), (128 * (place % 2), 128 * (place // 2)))
    pen = ImageDraw.Draw(image)
    for at in (1, 128, 255):
        for start in range(0, SIDE, 16):
            pen.line((at, start, at, start + 9), fill=(250, 248, 240), width=4)
            pen.line((start, at, start + 9, at), fill=(250, 248, 240), width=4)
    return image


# Name: how to draw one repeat, and its side in body units.
PRINTS: dict[str, tuple[Draw, float]] = {
    "striped": (_bands((0.25, 0.5, 0.75), (1, 0, 1, 0)), 0.30),
    "breton": (_bands((0.28,), (1, 0)), 0.135),
    "vertical": (_bands((0.25, 0.5, 0.75), (1, 0, 1, 0), vertical=True), 0.30),
    "pinstripe": (_bands((0.12,), (1, 0), vertical=True), 0.085),
    "multi-stripe": (_bands((0.2, 0.3, 0.5, 0.56, 0.8, 0.9), (0, 1, 2, 0, 3, 0, 1)), 0.6),
    "rugby": (_bands((0.5,), (1, 0)), 0.46),
    "checkered": (_checkered, 0.40), "plaid": (_plaid, 0.42), "gingham": (_gingham, 0.42),
    "grid": (_grid, 0.32), "houndstooth": (_houndstooth, 0.44),
    "herringbone": (_herringbone, 0.5), "polka dot": (_polka, 0.62),
    "speckled": (_speckled, 0.5), "chevron": (_chevron, 0.48), "zigzag": (_zigzag, 0.6),
    "geo": (_geo, 0.6), "triangle": (_triangles, 0.56), "diamond": (_diamond, 0.52),
    "circle": (_circles, 0.66), "abstract": (_abstract, 0.9), "tribal": (_tribal, 0.66),
    "southwestern": (_southwestern, 0.62), "ikat": (_ikat, 0.6),
    "floral": (_scatter("flower", cells=3, radius=0.44), 0.72),
    "ditsy": (_scatter("blossom", cells=7, radius=0.27), 0.62),
    "daisy": (_scatter("daisy", cells=4, radius=0.38), 0.7),
    "rose": (_scatter("rose", cells=3, radius=0.4), 0.78),
    "sunflower": (_scatter("sunflower", cells=3, radius=0.42), 0.84),
    "leaf": (_scatter("leaf", cells=4, radius=0.46), 0.62),
    "palm": (_scatter("palm", cells=3, radius=0.56, turn=1.0, jitter=0.12), 0.9),
    "paisley": (_scatter("paisley", cells=3, radius=0.46), 0.66),
    "bandana": (_bandana, 0.8), "leopard": (_leopard, 0.56), "giraffe": (_giraffe, 0.66),
    "camo": (_camo, 0.9), "bird": (_scatter("bird", cells=4, radius=0.38, turn=0.3), 0.76),
    "butterfly": (_scatter("butterfly", cells=4, radius=0.4, turn=0.5), 0.8),
    "elephant": (_scatter("elephant", cells=4, radius=0.38, turn=0.1, jitter=0.06), 0.84),
    "heart": (_scatter("heart", cells=4, radius=0.32, turn=0.15, jitter=0.05), 0.58),
    "star": (_scatter("star", cells=4, radius=0.36, turn=0.5, jitter=0.08), 0.6),
    "pineapple": (_scatter("pineapple", cells=4, radius=0.4, turn=0.3, jitter=0.06), 0.86),
    "medallion": (_scatter("medallion", cells=2, radius=0.46, turn=0.0, jitter=0.0), 0.62),
    "marble": (_marble, 0.9), "watercolor": (_watercolor, 1.0), "galaxy": (_galaxy, 0.9),
    "splatter": (_splatter, 0.8), "brushstroke": (_brushstroke, 0.7), "mosaic": (_mosaic, 0.6),
    "tie-dye": (_tie_dye, 1.15), "fair isle": (_fair_isle, 0.5), "patchwork": (_patchwork, 0.62),
}  # fmt: skip


def print_tile(name: str, rng: np.random.Generator, tones: Tones) -> tuple[Image.Image, float]:
    """Draw one repeat of a print.

    Parameters
    ----------
    name : str
        A key of `PRINTS`.
    rng : numpy.random.Generator
        Drives what the name leaves open.
    tones : sequence of four colours
        The ground and the print's own.

    Returns
    -------
    image : PIL.Image.Image
        Seamless or nearly so, square, a power of two wide.
    period : float
        Its side in body units.
    """
    draw, period = PRINTS[name]
    tile = draw(rng, tones)
    if name in ("abstract", "watercolor", "marble"):
        tile = tile.filter(ImageFilter.SMOOTH)
    return tile, period * float(rng.uniform(0.88, 1.12))


def tones_for(base: RGB, second: RGB, rng: np.random.Generator) -> list[RGB]:
    """Return the ground and three print colours built from two."""
    leaf = ((92, 128, 84), (214, 160, 60), (70, 120, 130))[int(rng.integers(3))]
    pale = mixed(second, (255, 255, 255), 0.35)
    between = mixed(base, second, 0.42)
    return [base, second, between if luminance(second) > 175 else pale,
            mixed(leaf, darker(base, 0.7), 0.2)]  # fmt: skip
