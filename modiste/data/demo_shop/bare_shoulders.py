"""Bodies that leave the shoulders bare: straps, halters, bandeaux."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop.outlines import Point, curve, flipped, mirrored
from modiste.data.demo_shop.tailor import Tailor, Torso

# Right half of the upper edge, from the middle to the side.
_EDGES: dict[str, tuple[Point, ...]] = {
    "strapless": ((0, 0.37, 1), (0.2, 0.36, 1)),
    "sweetheart": ((0, 0.48), (0.08, 0.38, 1), (0.22, 0.31, 1)),
    "cami": ((0, 0.42), (0.13, 0.34, 1), (0.23, 0.24)),
    "off-the-shoulder": ((0, 0.35, 1), (0.25, 0.3, 1)),
}


def draw_bare_body(
    tailor: Tailor, side: list[Point], bottom: list[Point], chest: float, hem_y: float
) -> Torso:
    """Draw a body whose upper edge is not a neck opening."""
    kind, sketch = tailor.option("neckline"), tailor.sketch
    hem = bottom[0][0]
    waist = side[0][0] if side else hem
    torso = Torso(0.2, 0.3, 0.36, chest, waist, 1.0, hem, hem_y)
    pit = (chest - 0.01, 0.5)
    if kind == "halter":
        outline = mirrored(
            [(0, 0.12, 1), (0.1, 0.04, 1), (0.13, -0.05), (0.19, -0.03), (0.22, 0.25, 1), pit,
             *side, *bottom]
        )  # fmt: skip
        band = mirrored([(0, -0.075, 1), (0.1, -0.085, 1), (0.15, -0.07), (0.16, -0.01),
                         (0.1, 0.0, 1), (0, 0.0, 1)])  # fmt: skip
        sketch.fill(band, "main", layer="back", tone=0.66)
        sketch.fill(outline)
        sketch.fold_pair(curve([(0.12, 0.1), (0.2, 0.55, 1), (0.16, 0.95)]), 0.05, 0.4)
        sketch.fold_pair(curve([(0.05, 0.18), (0.07, 0.6, 1), (0.05, 0.9)]), 0.04, 0.35)
        torso = Torso(0.13, -0.03, 0.12, chest, waist, 1.0, hem, hem_y)
    elif kind == "one-shoulder":
        _draw_one_shoulder(tailor, side, bottom, pit)
    else:
        edge = _EDGES[kind]
        if kind == "off-the-shoulder":
            _draw_dropped_sleeves(tailor)
        outline = mirrored([*edge, pit, *side, *bottom])
        back = mirrored([(0, 0.43), (0.2, 0.42), (pit[0] - 0.01, 0.5), (0.3, 0.62), (0, 0.62)])
        sketch.fill(back, "main", layer="back", tone=0.6)
        if kind == "cami":
            for x, layer_tone in ((0.225, 1.0),):
                strap = curve([(x, 0.27), (x - 0.015, 0.06, 1), (x - 0.06, -0.01)])
                for path in (strap, flipped(strap)):
                    sketch.line(path, tailor.thread, 0.034)
                    sketch.line(path, tailor.main, 0.022)
                behind = curve([(x - 0.06, -0.01), (x - 0.03, 0.2, 1), (x - 0.05, 0.46)])
                for path in (behind, flipped(behind)):
                    sketch.line(path, tailor.shadow, 0.026 * layer_tone, layer="back")
        sketch.fill(outline)
        if kind == "off-the-shoulder":
            _draw_flounce(tailor)
        else:
            seam = curve([(p[0], p[1] + 0.035, 1) for p in (*edge, pit)])
            for path in (seam, flipped(seam)):
                sketch.line(path, tailor.thread, 0.01, opacity=0.7)
        if kind == "sweetheart":
            sketch.fold_pair(curve([(0.2, 0.4), (0.22, 0.7, 1), (0.16, 1.0)]), 0.05, 0.4)
    sketch.fold_pair(curve([(chest - 0.04, 0.58), (0.16, 0.68)]), 0.05, 0.34)
    sketch.fold_pair(curve([(0.2, 0.45), (0.17, 0.95)]), 0.14, -0.22)
    return torso


def _draw_one_shoulder(
    tailor: Tailor, side: list[Point], bottom: list[Point], pit: tuple[float, float]
) -> None:
    left = [(-p[0], p[1], 1) if len(p) == 3 else (-p[0], p[1]) for p in (*side, *bottom)]
    points: list[Point] = [
        (0.2, 0.02), (0.4, 0.1), (0.36, 0.3, 1), pit, *side, *bottom,
        *[point for point in reversed(left) if point[0] < -1e-6], (-pit[0], 0.52),
        (-0.15, 0.36, 1),
    ]  # fmt: skip
    sketch = tailor.sketch
    sketch.fill(curve(points, closed=True))
    for start in (0.2, 0.3):
        sketch.fold(curve([(start + 0.05, 0.12), (0.05, 0.5, 1), (-0.3, start + 0.5)]), 0.05, 0.4)


def _draw_dropped_sleeves(tailor: Tailor) -> None:
    from modiste.data.demo_shop.silhouettes_upper import draw_sleeves

    if not tailor.has("sleeve", "none"):
        draw_sleeves(tailor, (0.53, 0.3), (0.4, 0.56))


def _draw_flounce(tailor: Tailor) -> None:
    """Draw the band that runs round both upper arms."""
    points: list[Point] = [(0, 0.34, 1), (0.28, 0.29, 1), (0.56, 0.27)]
    points.append((0.6, 0.46))
    for step in range(6):
        x = 0.6 - (step + 0.5) * 0.1
        points.append((x, 0.62 if step % 2 == 0 else 0.57, 1))
    points.append((0, 0.6, 1))
    tailor.sketch.fill(mirrored(points), "main", tone=1.03)
    for x in np.linspace(-0.5, 0.5, 9):
        tailor.sketch.fold(curve([(float(x), 0.36), (float(x) * 1.06, 0.58)]), 0.03, 0.34)
