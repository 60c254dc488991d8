"""Garments that are one draped cloth: ponchos, sarongs, caftans."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop import adornments, details
from modiste.data.demo_shop.outlines import Point, curve, mirrored
from modiste.data.demo_shop.silhouettes_lower import fringe
from modiste.data.demo_shop.silhouettes_upper import NECKLINES
from modiste.data.demo_shop.tailor import Tailor, Torso


def draw_poncho(tailor: Tailor) -> None:
    """Draw a cloth with a hole for the head, pointed at the front."""
    sketch = tailor.sketch
    neck = NECKLINES[tailor.option("neckline")]
    x, depth = neck[-1][0], neck[0][1]
    inside = mirrored([(0, 0.03, 1), (x, 0.0), (x + 0.02, 0.08), (0.0, depth + 0.03)])
    sketch.fill(inside, "main", layer="back", tone=0.6)
    details.draw_hood(tailor, Torso(x, 0, depth, 0.44, 0.42, 1, 0.46, 1.4))
    if tailor.has("hem", "pointed"):
        side, low = (1.08, 1.0), 1.85
        body = [*neck, (0.5, 0.13, 1), (0.86, 0.55, 1), side, (0.62, 1.42, 1), (0, low)]
        edge = curve([(-1.08, 1.0), (-0.62, 1.42, 1), (0, low), (0.62, 1.42, 1), (1.08, 1.0)])
    else:
        body = [*neck, (0.5, 0.13, 1), (0.88, 0.6, 1), (1.02, 1.28), (0.5, 1.42, 1), (0, 1.45, 1)]
        edge = curve([(-1.02, 1.28), (-0.5, 1.42, 1), (0, 1.45, 1), (0.5, 1.42, 1), (1.02, 1.28)])
    sketch.fill(mirrored(body))
    if tailor.has("trim", "fringe"):
        fringe(tailor, edge, length=0.24)
    else:
        sketch.line(edge - np.array([0, 0.06], np.float32), tailor.thread, 0.016, inside=True)
    for reach, y in ((0.35, 1.2), (0.6, 1.1), (0.85, 0.95)):
        sketch.fold_pair(curve([(0.3, 0.12), (reach * 0.7, 0.6, 1), (reach, y)]), 0.06, 0.45)
    sketch.fold(curve([(0.0, depth + 0.1), (0.02, 1.3)]), 0.12, -0.3)
    torso = Torso(x, 0, depth, 0.6, 0.8, 1.0, 0.6, 1.4)
    details.draw_collar(tailor, torso)
    adornments.draw_trim(tailor, torso) if not tailor.has("trim", "fringe") else None


def draw_sarong(tailor: Tailor) -> None:
    """Draw a cloth wrapped about the hips and knotted at one side."""
    sketch = tailor.sketch
    low = {"mini": 1.85, "midi": 2.75, "maxi": 3.4}[tailor.option("length")]
    under = curve(
        [(-0.37, 1.0), (0.37, 1.02), (0.52, 1.5, 1), (0.5, low - 0.35), (-0.2, low - 0.15),
         (-0.5, low)],
        closed=True,
    )  # fmt: skip
    sketch.fill(under, tone=0.82)
    over = curve(
        [(-0.38, 0.99), (0.0, 1.02, 1), (0.34, 1.1), (0.22, 1.35, 1), (0.3, low - 0.9, 1),
         (0.12, low - 0.2, 1), (-0.1, low + 0.08), (-0.5, low + 0.02), (-0.53, 1.5, 1)],
        closed=True,
    )  # fmt: skip
    sketch.fill(over)
    band = curve([(-0.385, 0.985), (0, 1.03, 1), (0.36, 1.0), (0.36, 1.14), (0, 1.16, 1),
                  (-0.4, 1.11)], closed=True)  # fmt: skip
    sketch.fill(band, tone=1.05)
    for x, y in ((-0.45, 1.5), (-0.4, 1.9), (-0.25, 2.2), (-0.05, 2.3), (0.1, 1.9)):
        reach = min(y, low - 0.1)
        sketch.fold(curve([(0.3, 1.12), (x * 0.4 + 0.05, (1.1 + reach) / 2 - 0.1, 1), (x, reach)]),
                    0.05, 0.6)  # fmt: skip
    tails: tuple[list[Point], ...] = (
        [(0.3, 1.1), (0.5, 1.3, 1), (0.6, 1.75), (0.4, 1.65), (0.33, 1.4, 1)],
        [(0.3, 1.1), (0.36, 1.4, 1), (0.33, 1.95), (0.17, 1.78), (0.22, 1.4, 1)],
    )
    for tail in tails:
        sketch.fill(curve(tail, closed=True), tone=1.02, grain=0.4)
    knot = curve([(0.22, 1.08), (0.3, 1.0, 1), (0.42, 1.05, 1), (0.4, 1.17, 1), (0.28, 1.19, 1)],
                 closed=True)  # fmt: skip
    sketch.fill(knot, tone=1.08, grain=0.9)
    if tailor.has("trim", "fringe"):
        fringe(tailor, curve([(-0.5, low + 0.01), (-0.1, low + 0.07)]), length=0.2)
        fringe(tailor, curve([(-0.1, low - 0.17), (0.5, low - 0.36)]), length=0.16)


def draw_caftan(tailor: Tailor) -> None:
    """Draw a wide square of cloth with batwing arms and slits at the sides."""
    sketch = tailor.sketch
    neck = NECKLINES[tailor.option("neckline")]
    x, depth = neck[-1][0], neck[0][1]
    low = {"knee-length": 2.4, "midi": 2.8, "maxi": 3.5}[tailor.option("length")]
    inside = mirrored([(0, 0.03, 1), (x, 0.0), (x + 0.02, 0.1), (0.0, depth + 0.03)])
    sketch.fill(inside, "main", layer="back", tone=0.6)
    body = mirrored(
        [*neck, (0.5, 0.13, 1), (1.02, 0.62), (1.08, 1.1), (0.84, 1.55, 1), (0.74, 1.9, 1),
         (0.8, low), (0.4, low + 0.06, 1), (0, low + 0.08, 1)]
    )  # fmt: skip
    notch = low - 0.9
    slits = [
        np.array([[s * 0.62, low + 0.2], [s * 0.66, notch], [s * 0.71, low + 0.2]], np.float32)
        for s in (-1, 1)
    ]
    sketch.fill(body, holes=slits)
    for share in (-0.8, -0.45, -0.15, 0.2, 0.5, 0.85):
        sketch.fold(curve([(share * 0.3, 0.5), (share * 0.5, 1.6, 1), (share * 0.72, low)]),
                    0.06, 0.42)  # fmt: skip
    for y in (0.7, 0.95):
        sketch.fold_pair(curve([(0.2, 0.35), (0.6, y - 0.1, 1), (1.0, y)]), 0.05, 0.35)
    for side in (-1.0, 1.0):
        cuff = np.array([[1.0, 0.6], [1.04, 1.08]], np.float32) * np.array([side, 1], np.float32)
        sketch.line(cuff, tailor.second, 0.07, inside=True)
    hem = curve([(-0.79, low - 0.07), (0, low + 0.01, 1), (0.79, low - 0.07)])
    sketch.line(hem, tailor.second, 0.085, inside=True)
    torso = Torso(x, 0, depth, 0.45, 0.45, 1.0, 0.7, low)
    details.draw_collar(tailor, torso)
    adornments.draw_belt(tailor, 1.06, 0.62)
    adornments.draw_trim(tailor, torso)
