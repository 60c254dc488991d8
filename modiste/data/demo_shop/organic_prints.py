"""Prints that grow, flow or are scattered: one repeat each."""

# ruff: noqa: ARG001 - one signature for all, whether or not each needs every argument.

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from modiste.data.demo_shop.geometric_prints import SIDE, Draw, Tones, painted
from modiste.data.demo_shop.motifs import MOTIFS
from modiste.data.demo_shop.outlines import moved
from modiste.data.demo_shop.palette import RGB

_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE


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


def scatter(
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


def leopard(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw rosettes."""
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


def giraffe(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw patches between pale lines."""
    first, second, _ = _nearest(rng, 16)
    index = (second - first > 0.05).astype(int)
    return painted(index, [(232, 205, 158), (150, 92, 48)])


def cloud(rng: np.random.Generator, cells: int, side: int = 128) -> NDArray[np.float32]:
    """Return smooth seamless noise in [0, 1], `cells` bumps across."""
    values = rng.random((cells, cells), dtype=np.float32)
    padded = np.tile(values, (3, 3))
    big = Image.fromarray(padded).resize((3 * side, 3 * side), Image.Resampling.BICUBIC)
    noise = np.asarray(big, dtype=np.float32)[side : 2 * side, side : 2 * side]
    levelled: NDArray[np.float32] = (noise - noise.min()) / max(float(np.ptp(noise)), 1e-6)
    return levelled


def camo(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw camouflage."""
    index = (cloud(rng, 5) > 0.52) * 1
    index = np.where(cloud(rng, 6) > 0.62, 2, index)
    index = np.where(cloud(rng, 7) > 0.68, 3, index)
    return painted(index, [(150, 140, 100), (96, 106, 66), (86, 66, 48), (46, 50, 40)])


def abstract(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw large soft shapes."""
    index = (cloud(rng, 3) > 0.5) * 1
    index = np.where(cloud(rng, 3) > 0.66, 2, index)
    image = painted(np.where(cloud(rng, 4) > 0.74, 3, index), tones)
    pen = ImageDraw.Draw(image)
    for _ in range(3):
        x, y = rng.uniform(10, 90, 2)
        r = rng.uniform(8, 16)
        pen.ellipse((x, y, x + r, y + r), fill=_ink(tones[int(rng.integers(4))]))
    return image


def marble(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw veins."""
    veins = np.abs(np.sin(9 * cloud(rng, 3) + 4 * cloud(rng, 6)))
    share = np.clip(1 - veins * 3.4, 0, 1)[..., None] ** 0.7
    soft = cloud(rng, 4)[..., None] * 0.25
    ground, vein = np.array(tones[0]), np.array(tones[1])
    colour = ground * (1 - soft) + (ground * 0.7 + vein * 0.3) * soft
    return Image.fromarray((colour * (1 - share) + vein * share).clip(0, 255).astype(np.uint8))


def watercolor(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw washes of colour on white."""
    colour = np.broadcast_to(np.array((250, 250, 250), dtype=np.float32), (128, 128, 3))
    for tone in tones[1:4]:
        share = np.clip(cloud(rng, 3) * 2.2 - 0.95, 0, 0.85)[..., None]
        colour = colour * (1 - share) + np.array(tone, dtype=np.float32) * share
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))


def galaxy(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw nebulae and stars."""
    colour = np.broadcast_to(np.array((18, 16, 44), dtype=np.float32), (128, 128, 3))
    for tone in ((88, 40, 140), (28, 90, 170), (212, 84, 160)):
        share = np.clip(cloud(rng, 3) * 1.9 - 0.9, 0, 0.9)[..., None]
        colour = colour * (1 - share) + np.array(tone, dtype=np.float32) * share
    image = Image.fromarray(colour.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for x, y, r in rng.uniform((4, 4, 0.5), (124, 124, 1.8), size=(70, 3)).tolist():
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(255, 252, 255))
    return image


def splatter(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw blots of paint."""
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


def speckled(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw flecks."""
    image, pen = _ground(tones)
    for x, y, r in rng.uniform((4, 4, 1.5), (SIDE - 4, SIDE - 4, 4.5), size=(150, 3)).tolist():
        pen.ellipse((x - r, y - r, x + r, y + r), fill=_ink(tones[int(rng.integers(1, 3))]))
    return image


def tie_dye(rng: np.random.Generator, tones: Tones) -> Image.Image:
    """Draw a dyed spiral."""
    x, y = _X - 0.5, _Y - 0.5
    radius = np.hypot(x, y)
    swirl = np.arctan2(y, x) / (2 * np.pi) * 3 + radius * 5 + 0.5 * np.roll(cloud(rng, 8, SIDE), 9)
    place = swirl % 1 * 3
    table = np.array([tones[1], tones[2], (250, 248, 244)], dtype=np.float32)
    low = place.astype(int) % 3
    share = np.clip((place % 1) * 2 - 0.5, 0, 1)[..., None]
    colour = table[low] * (1 - share) + table[(low + 1) % 3] * share
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))
