"""Trousers, shorts and skirts, also as the lower half of dresses and jumpsuits."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop.outlines import Path, Point, along, curve, mirrored, scallops
from modiste.data.demo_shop.palette import darker
from modiste.data.demo_shop.silhouettes_upper import slanted
from modiste.data.demo_shop.tailor import Tailor

# Half widths of hip and knee, and of the hem of a full-length leg.
_LEGS: dict[str, tuple[float, float, float]] = {
    "skinny": (0.435, 0.125, 0.085), "legging": (0.42, 0.118, 0.075),
    "slim": (0.445, 0.145, 0.105), "straight": (0.46, 0.165, 0.15),
    "boyfriend": (0.49, 0.2, 0.165), "flare": (0.44, 0.14, 0.27), "wide": (0.48, 0.27, 0.33),
    "harem": (0.58, 0.25, 0.095), "jogger": (0.5, 0.2, 0.105), "sweat": (0.5, 0.215, 0.18),
    "culotte": (0.5, 0.35, 0.46), "gaucho": (0.46, 0.33, 0.5), "jodhpur": (0.46, 0.135, 0.1),
}  # fmt: skip
_CENTRE_HIP, _CENTRE_ANKLE = 0.23, 0.29


def _leg_centre(y: float) -> float:
    return float(np.interp(y, (1.7, 3.6), (_CENTRE_HIP + 0.01, _CENTRE_ANKLE)))


def draw_legs(tailor: Tailor, hem_y: float, *, top: float = 1.0, waist: float = 0.36) -> float:
    """Draw trousers or shorts from the waist down to `hem_y`; return the half width of the hem."""
    leg, sketch = tailor.option("leg"), tailor.sketch
    hip, knee, ankle = _LEGS.get(leg, _LEGS["straight"])
    crotch = 2.0 if leg == "harem" else 1.72
    thigh = hip / 2 if leg not in ("culotte", "gaucho", "wide") else hip / 1.9
    half = float(np.interp(hem_y, (1.72, 2.55, 3.55), (thigh, knee, ankle)))
    if hem_y < 2.5:
        # Shorts hang away from the leg, trousers narrow towards the knee.
        extra = {"skinny": 0.0, "legging": 0.0, "wide": 0.09, "slim": 0.01}.get(leg, 0.035)
        half = max(half, 0.225) + extra
    if leg in ("culotte", "gaucho"):
        half = float(np.interp(hem_y, (1.72, 3.1), (thigh, ankle)))
    centre = _leg_centre(hem_y)
    if leg in ("culotte", "gaucho", "wide"):
        centre = max(centre, half + 0.015)
    if hem_y < 2.5:
        centre = max(centre, half + 0.025)
    right: list[Point] = [(0, top, 1), (waist, top - 0.01), (hip, 1.45, 1)]
    inner: list[Point] = [(0.012, crotch)]
    if leg == "jodhpur":
        right += [(0.66, 1.85, 1), (0.46, 2.35, 1)]
    elif leg == "harem":
        right += [(0.6, 2.1, 1), (0.5, 2.8, 1)]
    if hem_y > 2.75 and leg not in ("culotte", "gaucho", "harem"):
        middle = _leg_centre(2.55)
        right.append((middle + knee, 2.55, 1))
        inner.append((max(middle - knee, 0.02), 2.5, 1))
    elif leg == "harem":
        inner.append((0.12, 2.7, 1))
    if hem_y > 3.2 and leg in ("skinny", "legging", "jodhpur"):
        right.append((_leg_centre(2.9) + knee * 0.98, 2.9, 1))
    slope = 0.03 if hem_y < 2.5 else 0.0
    hem: list[Point] = [
        (centre + half, hem_y - slope), (centre, hem_y + 0.02, 1),
        (max(centre - half, 0.02), hem_y + slope * 0.5),
    ]  # fmt: skip
    if tailor.has("hem", "dolphin"):
        hem = [
            (centre + half * 0.93, hem_y - 0.26),
            (centre + half * 0.72, hem_y - 0.05, 1),
            hem[2],
        ]
    if tailor.has("hem", "scalloped"):
        hem = scallops(centre + half, max(centre - half, 0.02), hem_y - 0.03, 3, 0.1)
    inside = mirrored([(0, top + 0.06, 1), (waist - 0.01, top + 0.03), (waist - 0.01, top - 0.02),
                       (0, top - 0.03, 1)])  # fmt: skip
    if not tailor.has("body", "full"):
        sketch.fill(inside, "main", layer="back", tone=0.55)
    sketch.fill(mirrored([*right, *hem, *reversed(inner)]))
    _crease_legs(tailor, leg, hem_y, centre, half, crotch)
    rise = np.array([[0, top], [0, crotch]], dtype=np.float32)
    sketch.line(rise, tailor.thread, 0.011)
    return half


def _crease_legs(
    tailor: Tailor, leg: str, hem_y: float, centre: float, half: float, crotch: float
) -> None:
    sketch, rng = tailor.sketch, tailor.rng
    for spread in (0.1, 0.2, 0.3):
        sketch.fold_pair(
            curve([(0.02, crotch - 0.1), (spread, crotch - 0.16 - spread * 0.2)]), 0.035, 0.42
        )
    sketch.fold_pair(curve([(0.012, crotch), (centre - half, hem_y)]), 0.05, 0.3)
    if hem_y > 2.9 and leg in ("skinny", "legging", "slim", "straight", "boyfriend", "sweat"):
        for y in (2.42, 2.52, 2.62):
            shift = float(rng.uniform(-0.03, 0.03))
            sketch.fold_pair(
                curve([(0.16, y + shift), (0.3, y + 0.05 + shift, 1), (0.4, y - 0.02)]), 0.03, 0.36
            )
    if hem_y > 3.2:
        for y in (hem_y - 0.09, hem_y - 0.2, hem_y - 0.32):
            sketch.fold_pair(
                curve([(centre - half, y), (centre, y + 0.045, 1), (centre + half, y)]), 0.03, 0.36
            )
    if leg in ("wide", "culotte", "gaucho", "harem", "flare"):
        for share in (-0.6, -0.1, 0.4, 0.75):
            sketch.fold_pair(
                curve([(centre + half * share, hem_y), (0.2 + 0.25 * share, 1.7)]), 0.05, 0.34
            )
    sketch.fold_pair(curve([(0.24, 1.5), (centre, hem_y - 0.1)]), 0.13, -0.3)


def waistband(tailor: Tailor, kind: str, *, top: float = 1.0, waist: float = 0.36) -> None:
    """Draw the band along the waist: tailored, elastic, folded over or high."""
    sketch = tailor.sketch
    depth = {"yoga": 0.2, "fold-over": 0.3, "high": 0.2}.get(kind, 0.11)
    low = waist + depth * 0.16
    band = mirrored([(0, top - 0.005, 1), (waist + 0.005, top - 0.015), (low, top + depth),
                     (0, top + depth + 0.02, 1)])  # fmt: skip
    tone = 1.08 if kind == "fold-over" else 1.02
    sketch.fill(band, "main", tone=tone, edge=0.2)
    lower = curve([(-low, top + depth), (0, top + depth + 0.02, 1), (low, top + depth)])
    if kind in ("elastic", "drawstring", "fold-over", "lace-up"):
        for x in np.linspace(-waist + 0.02, waist - 0.02, 19):
            mark = np.array([[x, top], [x * 1.02, top + depth]], dtype=np.float32)
            sketch.line(mark, tailor.thread, 0.008, opacity=0.65)
        sketch.line(lower, tailor.thread, 0.013)
    if kind == "fold-over":
        sketch.fold(lower + np.array([0, 0.02], np.float32), 0.04, 0.7)
    if kind in ("button", "high"):
        for x in (0.19, 0.31):
            for side in (-1, 1):
                at = side * x
                loop = np.array(
                    [[at - 0.013, top], [at + 0.013, top],
                     [at + 0.015, top + depth + 0.015], [at - 0.011, top + depth + 0.015]],
                    dtype=np.float32,
                )  # fmt: skip
                sketch.patch(loop, darker(tailor.main, 0.8))
        fly = curve([(0.075, top + depth), (0.075, 1.36, 1), (0.0, 1.5, 1)])
        sketch.stitches(fly, tailor.contrast if tailor.has("fabric", "denim") else tailor.thread)


def draw_skirt(tailor: Tailor, hem_y: float, *, top: float = 1.0, waist: float = 0.35) -> float:
    """Draw a skirt from `top` down to `hem_y`; return the half width of the hem."""
    kind, sketch = tailor.option("skirt"), tailor.sketch
    length = hem_y - top
    spread = {
        "pencil": 0.4, "a-line": 0.42 + 0.2 * length, "skater": 0.45 + 0.38 * length,
        "pleated": 0.44 + 0.3 * length, "box pleat": 0.44 + 0.32 * length,
        "tulip": 0.44, "tiered": 0.45 + 0.22 * length, "flowy": 0.45 + 0.18 * length,
        "wrap": 0.45 + 0.12 * length, "ruffle": 0.42 + 0.2 * length, "mermaid": 0.5,
        "straight": 0.45 + 0.05 * length, "tube": 0.42, "sarong": 0.5 + 0.07 * length,
    }.get(kind, 0.45 + 0.15 * length)  # fmt: skip
    hem = min(spread, 0.98)
    hip_y = min(top + 0.42, hem_y - 0.1)
    snug = kind in ("pencil", "tulip", "tube", "mermaid")
    hip = 0.465 if snug else waist + (hem - waist) * min(0.42 / max(length, 0.4), 0.85)
    right: list[Point] = [(0, top, 1), (waist, top - 0.01)]
    right.append((hip + (0.03 if not snug else 0.0), hip_y, 1))
    wavy = kind in ("skater", "flowy", "tiered", "ruffle")
    bottom = _hem_points(tailor, hem, hem_y, wavy)
    _draw_back_panel(tailor, top, waist, hem, hem_y)
    outline = slanted(mirrored([*right, *bottom]), tailor, top, hem_y)
    holes = _slits(tailor, hem, hem_y, length)
    sketch.fill(outline, holes=holes)
    for hole in holes:
        sketch.line(hole[:3], tailor.thread, 0.014)
    _decorate_skirt(tailor, kind, top, waist, hem, hem_y)
    return hem


def _hem_points(tailor: Tailor, hem: float, hem_y: float, wavy: bool) -> list[Point]:
    if tailor.has("hem", "high-low"):
        return [(hem, hem_y + 0.12), (hem * 0.55, hem_y - 0.22, 1), (0, hem_y - 0.36, 1)]
    if tailor.has("hem", "scalloped"):
        return scallops(hem, 0.0, hem_y, 5, 0.1)
    if tailor.has("hem", "dolphin", "curved"):
        return [(hem, hem_y - 0.22), (hem * 0.75, hem_y - 0.04, 1), (0, hem_y + 0.05, 1)]
    if wavy:
        drawn: list[Point] = [(hem, hem_y - 0.03)]
        for step, share in enumerate((0.82, 0.62, 0.42, 0.22)):
            drawn.append((hem * share, hem_y + (0.045 if step % 2 == 0 else 0.0), 1))
        return [*drawn, (0, hem_y + 0.05, 1)]
    return [(hem, hem_y), (hem * 0.5, hem_y + 0.04, 1), (0, hem_y + 0.05, 1)]


def _draw_back_panel(tailor: Tailor, top: float, waist: float, hem: float, hem_y: float) -> None:
    if tailor.has("hem", "high-low"):
        back = mirrored([(0, top), (waist, top), (hem, hem_y + 0.12), (hem * 0.75, hem_y + 0.5, 1),
                         (0, hem_y + 0.58, 1)])  # fmt: skip
        tailor.sketch.fill(back, "main", layer="back", tone=0.72)


def _slits(tailor: Tailor, hem: float, hem_y: float, length: float) -> list[Path]:
    if not tailor.has("slit", "side slit"):
        return []
    height = min(0.55 * length, 1.1)
    x = hem * 0.5
    return [
        np.array(
            [[x - 0.13, hem_y + 0.14], [x + 0.0, hem_y - height], [x + 0.13, hem_y + 0.14]],
            dtype=np.float32,
        )
    ]


def _decorate_skirt(
    tailor: Tailor, kind: str, top: float, waist: float, hem: float, hem_y: float
) -> None:
    sketch, rng = tailor.sketch, tailor.rng
    if kind in ("pleated", "box pleat"):
        count = 15 if kind == "pleated" else 7
        for share in np.linspace(-0.93, 0.93, count):
            x0, x1 = float(share) * waist, float(share) * hem
            line = np.array([[x0, top + 0.1], [x1, hem_y + 0.03]], dtype=np.float32)
            sketch.line(line, tailor.thread, 0.016, inside=True)
            sketch.fold(line + np.array([0.03, 0], np.float32), 0.045, 0.5)
        return
    if kind == "tiered":
        tiers = 3 if hem_y - top > 0.8 else 2
        for step in range(1, tiers):
            share = step / tiers
            y = top + (hem_y - top) * share
            half = waist + (hem - waist) * share + 0.04
            seam = curve([(-half, y - 0.01), (0, y + 0.035, 1), (half, y - 0.01)])
            seam = slanted(seam, tailor, top, hem_y)
            sketch.line(seam, tailor.thread, 0.02, inside=True)
            sketch.fold(seam + np.array([0, 0.035], np.float32), 0.05, 0.75)
            for x in np.linspace(-half * 0.95, half * 0.95, 15):
                sketch.fold(curve([(float(x), y + 0.03), (float(x) * 1.05, y + 0.2)]), 0.022, 0.5)
    if kind == "wrap":
        edge = curve([(-waist * 0.7, top), (0.18, top + 0.5, 1), (hem * 0.55, hem_y)])
        sketch.line(edge, tailor.thread, 0.02)
        sketch.fold(edge + np.array([-0.05, 0.02], np.float32), 0.06, 0.6)
    if kind == "tulip":
        for side in (-1, 1):
            edge = curve([(side * 0.2, top + 0.08), (side * 0.12, top + 0.5, 1),
                          (-side * hem * 0.75, hem_y + 0.02)])  # fmt: skip
            sketch.line(edge, tailor.thread, 0.018, inside=True)
            sketch.fold(edge + np.array([0, 0.05], np.float32), 0.05, 0.5)
    if kind == "ruffle":
        flounce(tailor, hem, hem_y)
    full = kind in ("skater", "flowy", "a-line", "tiered", "wrap", "sarong")
    count = 9 if full else 4
    for share in np.linspace(-0.85, 0.85, count):
        jitter = float(rng.uniform(-0.05, 0.05))
        start = top + float(rng.uniform(0.08, 0.35)) * (hem_y - top)
        reach = (start - top) / (hem_y - top)
        x0 = (float(share) + jitter) * (waist + (hem - waist) * reach)
        x1 = (float(share) + jitter) * hem
        strength = 0.55 if full else 0.22
        sketch.fold(curve([(x0, start), (x1, hem_y + 0.03)]), 0.045, strength)


def flounce(
    tailor: Tailor, half: float, y: float, *, depth: float = 0.26, spread: float = 1.1
) -> None:
    """Draw a gathered strip along a hem."""
    wide = half * spread
    points: list[Point] = [(0, y - 0.04, 1), (half, y - 0.08), (wide, y + depth - 0.06)]
    for step in range(6):
        x = wide * (1 - (step + 0.6) / 6.6)
        points.append((x, y + depth + (0.035 if step % 2 == 0 else -0.015), 1))
    points.append((0, y + depth + 0.02, 1))
    tailor.sketch.fill(slanted(mirrored(points), tailor, 1.0, y), "main", tone=1.03)
    for share in np.linspace(-0.92, 0.92, 13):
        x = float(share)
        tailor.sketch.fold(curve([(x * half, y), (x * wide, y + depth)]), 0.03, 0.5)


def fringe(tailor: Tailor, path: Path, *, length: float = 0.2, gap: float = 0.028) -> None:
    """Hang threads from an edge."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    count = max(int(float(steps.sum()) / gap), 4)
    colours = (tailor.main, tailor.thread, tailor.main)
    for place, (x, y) in enumerate(along(path, count).tolist()):
        sway = float(tailor.rng.uniform(-0.02, 0.02))
        drop = length * float(tailor.rng.uniform(0.85, 1.08))
        strand = np.array([[x, y - 0.06], [x + sway, y + drop]], dtype=np.float32)
        tailor.sketch.line(strand, colours[place % 3], 0.014)
