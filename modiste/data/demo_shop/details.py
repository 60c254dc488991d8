"""Openings and fastenings: collars, hoods, plackets, buttons and zips."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop.outlines import (
    Path,
    Point,
    curve,
    ellipse,
    flipped,
    mirrored,
    rectangle,
)
from modiste.data.demo_shop.palette import darker
from modiste.data.demo_shop.sketch import ClothName
from modiste.data.demo_shop.tailor import Tailor, Torso


def draw_collar(tailor: Tailor, torso: Torso) -> None:
    """Finish the neck: ribbing, collar, lapels or a plain binding."""
    kind, sketch = tailor.option("neckline"), tailor.sketch
    x = torso.neck_x
    if kind in ("shirt", "polo"):
        leaf = curve(
            [
                (0.0, torso.depth),
                (x * 0.55, 0.04, 1),
                (x, -0.035),
                (x + 0.075, 0.05),
                (0.165, 0.235),
            ],
            closed=True,
        )
        stand = mirrored([(0, 0.02, 1), (x * 0.8, -0.035, 1), (x, -0.05), (x, 0.03), (0, 0.07, 1)])
        sketch.fill(stand, "main", layer="back", tone=0.8)
        cloth: ClothName = "trim" if tailor.has("trim", "contrast collar") else "main"
        sketch.fill_pair(leaf, cloth, tone=1.06, grain=0.5)
    elif kind in ("turtle", "mock", "high"):
        rise = {"turtle": 0.25, "mock": 0.12, "high": 0.09}[kind]
        band = mirrored([(0, -rise - 0.005, 1), (x - 0.01, -rise), (x + 0.03, 0.035), (0, 0.1, 1)])
        sketch.fill(band, "trim" if kind != "high" else "main", tone=1.05)
        if kind == "turtle":
            fold = curve([(-x - 0.01, -0.06), (0, -0.015, 1), (x + 0.01, -0.06)])
            sketch.line(fold, tailor.thread, 0.014)
            sketch.fold(fold + np.array([0, 0.03], np.float32), 0.04, 0.6)
    elif kind == "mandarin":
        band = mirrored([(0.015, 0.06), (0.015, -0.02), (x - 0.01, -0.1), (x + 0.02, 0.0),
                         (0.02, 0.12)])  # fmt: skip
        sketch.fill_pair(
            curve([(0.012, 0.12), (0.012, 0.02), (x - 0.02, -0.09), (x + 0.02, 0.01)], closed=True),
            tone=1.04,
        )
        sketch.line(band[:2], tailor.thread, 0.01)
    elif kind in ("lapel", "peacoat"):
        _draw_lapels(tailor, torso, wide=kind == "peacoat")
    elif kind == "shawl":
        leaf = curve(
            [(0.0, torso.depth + 0.02), (x * 0.75, 0.3, 1), (x - 0.01, -0.03), (x + 0.06, -0.03),
             (x + 0.12, 0.3, 1)],
            closed=True,
        )  # fmt: skip
        if tailor.has("closure", "open-front"):
            leaf = leaf + np.array([0.04, 0], np.float32)
        sketch.fill_pair(leaf, "trim", grain=0.2, tone=1.05)
    elif kind == "cowl":
        for depth in (0.12, 0.24, 0.38):
            drape = curve(
                [(-0.3, 0.06 + depth * 0.2), (0, 0.3 + depth, 1), (0.3, 0.06 + depth * 0.2)]
            )
            sketch.fold(drape, 0.06, 0.75)
    elif kind == "surplice":
        edge = curve([(-x, 0.0), (0.06, 0.62, 1), (torso.waist * 0.9, torso.waist_y - 0.02)])
        sketch.line(edge, tailor.thread, 0.02)
        sketch.fold(edge + np.array([-0.05, 0.03], np.float32), 0.06, 0.6)
    elif kind == "keyhole":
        sketch.patch(_drop(0.0, 0.2, 0.075, 0.2), tailor.shadow)
        sketch.line(_drop(0.0, 0.2, 0.085, 0.21), tailor.thread, 0.014)
    elif kind == "split":
        for side in (-1.0, 1.0):
            edge = np.array([[side * 0.01, 0.36], [side * 0.05, 0.15]], dtype=np.float32)
            sketch.line(edge, tailor.thread, 0.018)
    if tailor.has("closure", "open-front"):
        return
    if kind in ("crew", "ribbed", "henley", "v-neck", "deep-v", "scoop", "boat"):
        _draw_binding(tailor)


def _drop(x: float, top: float, rx: float, height: float) -> Path:
    return curve(
        [(x, top), (x + rx, top + height * 0.65, 1), (x, top + height, 1),
         (x - rx, top + height * 0.65, 1)],
        closed=True,
    )  # fmt: skip


def _draw_binding(tailor: Tailor) -> None:
    from modiste.data.demo_shop.silhouettes_upper import NECKLINES

    kind = tailor.option("neckline")
    half = NECKLINES[kind]
    wide = 0.085 if kind == "ribbed" else 0.045
    outer = curve([_widened(point, wide) for point in half])
    inner = curve(half)
    band = np.concatenate([inner, outer[::-1]])
    ring = np.concatenate([flipped(inner)[::-1], inner, outer[::-1], flipped(outer)])
    band_cloth: ClothName = (
        "trim" if tailor.has("trim", "ringer", "contrast trim") or kind == "ribbed" else "main"
    )
    if kind in ("v-neck", "deep-v"):
        tailor.sketch.fill_pair(band.astype(np.float32), band_cloth, tone=1.03, edge=0.15)
    else:
        tailor.sketch.fill(ring.astype(np.float32), band_cloth, tone=1.03, edge=0.15)


def _widened(point: Point, wide: float) -> Point:
    """Move a point of a neck opening outwards by the width of its binding."""
    x, y, is_middle = point[0], point[1], abs(point[0]) < 1e-6
    if len(point) == 3:
        return (x * (1 + wide * 1.3) + (0.0 if is_middle else wide * 0.3), y + wide, 1)
    return (x + (0.0 if is_middle else wide * 0.7), y + wide * (1.4 if is_middle else 0.4))


def _draw_lapels(tailor: Tailor, torso: Torso, *, wide: bool) -> None:
    x, depth = torso.neck_x, torso.depth
    out = 0.33 if wide else 0.27
    notch = 0.3 if wide else 0.26
    collar = curve(
        [(x - 0.02, -0.05), (x + 0.07, 0.0), (out * 0.98, notch - 0.06), (x * 0.62, notch + 0.02)],
        closed=True,
    )
    lapel = curve(
        [(0.0, depth + 0.02), (x * 0.6, depth * 0.42, 1), (x * 0.72, notch - 0.02),
         (out + 0.03, notch + 0.03), (out * 0.72, depth * 0.72, 1)],
        closed=True,
    )  # fmt: skip
    back = mirrored([(0, 0.02, 1), (x, -0.02), (x, -0.06), (0, -0.065, 1)])
    tailor.sketch.fill(back, "main", layer="back", tone=0.85)
    tailor.sketch.fill_pair(collar, "main", tone=1.0, grain=0.6)
    tailor.sketch.fill_pair(lapel, "main", tone=1.07, grain=0.25)


def draw_hood(tailor: Tailor, torso: Torso) -> None:
    """Draw a hood, raised behind the neck, with or without a fur edge."""
    if tailor.has("hood", "none"):
        return
    sketch = tailor.sketch
    if tailor.has("hood", "fur"):
        spikes: list[tuple[float, float]] = []
        for step in range(44):
            angle = np.pi * (0.93 + 1.14 * step / 43)
            radius = 1.0 + (0.1 if step % 2 else -0.03)
            spikes.append((0.42 * radius * np.cos(angle), -0.17 + 0.5 * radius * np.sin(angle)))
        rim = np.array([*spikes, (0.2, 0.14), (-0.2, 0.14)], dtype=np.float32)
        sketch.fill(rim, "trim", layer="back", edge=0.3)
    else:
        shell = mirrored([(0, -0.62, 1), (0.26, -0.52, 1), (0.36, -0.2, 1), (0.3, 0.1), (0.1, 0.2)])
        sketch.fill(shell, "main", layer="back", tone=0.98)
        for side in (-1.0, 1.0):
            sketch.line(
                curve([(side * 0.29, -0.3), (side * 0.26, -0.05, 1), (side * 0.2, 0.1)]),
                tailor.thread, 0.012, layer="back",
            )  # fmt: skip
    hole = mirrored([(0, -0.52, 1), (0.2, -0.42, 1), (0.265, -0.15, 1), (0.16, 0.14), (0, 0.24, 1)])
    sketch.fill(hole, "lining", layer="back", tone=0.7, edge=0.45)
    front = curve([(torso.neck_x * 0.1, torso.depth + 0.12), (0.1, 0.02, 1), (0.25, -0.12, 1),
                   (0.31, 0.04, 1), (0.2, 0.22, 1)], closed=True)  # fmt: skip
    sketch.fill_pair(front, "trim" if tailor.has("hood", "fur") else "main", tone=1.04)
    if tailor.has("hood", "drawcord"):
        for side, drop in ((-1.0, 0.62), (1.0, 0.66)):
            cord = curve([(side * 0.09, 0.2), (side * 0.12, 0.42, 1), (side * 0.1, drop)])
            sketch.line(cord, tailor.contrast, 0.024)
            sketch.patch(rectangle(side * 0.1 - 0.016, drop, side * 0.1 + 0.016, drop + 0.05),
                         tailor.metal)  # fmt: skip


def _zip(tailor: Tailor, top: float, bottom: float, x: float = 0.0) -> None:
    sketch = tailor.sketch
    sketch.patch(rectangle(x - 0.035, top, x + 0.035, bottom), darker(tailor.main, 0.72))
    sketch.patch(rectangle(x - 0.014, top, x + 0.014, bottom), tailor.metal)
    for y in np.arange(top + 0.01, bottom, 0.032):
        tooth = np.array([[x - 0.02, y], [x + 0.02, y]], dtype=np.float32)
        sketch.line(tooth, (90, 90, 94), 0.01)
    pull = rectangle(x - 0.018, top + 0.06, x + 0.018, top + 0.15)
    sketch.patch(pull, tailor.metal)
    sketch.line(np.concatenate([pull, pull[:1]]), (90, 90, 94), 0.008)


def _buttons(tailor: Tailor, xs: tuple[float, ...], heights: list[float], r: float) -> None:
    for y in heights:
        for x in xs:
            tailor.sketch.patch(
                ellipse(x, y + r * 0.2, r * 1.15, r * 1.15, steps=14), tailor.shadow
            )
            tailor.sketch.patch(ellipse(x, y, r, r, steps=14), tailor.contrast)
            tailor.sketch.patch(ellipse(x, y, r * 0.3, r * 0.3, steps=6), tailor.thread)


def _front_line(tailor: Tailor, top: float, bottom: float, *, x: float = 0.05) -> None:
    edge = np.array([[x, top], [x, bottom]], dtype=np.float32)
    tailor.sketch.line(edge, tailor.thread, 0.014, inside=True)
    tailor.sketch.fold(edge + np.array([0.03, 0], np.float32), 0.03, 0.35)
    tailor.sketch.stitches(edge - np.array([0.1, 0], np.float32), tailor.thread)


def draw_closure(tailor: Tailor, torso: Torso) -> None:
    """Draw what closes the front."""
    kind, sketch = tailor.option("closure"), tailor.sketch
    top, bottom = torso.depth, torso.hem_y + 0.03
    if tailor.has("hem", "high-low"):
        bottom -= 0.3
    if kind == "zip":
        _zip(tailor, max(top - 0.05, 0.02), bottom - 0.01)
    elif kind == "asymmetric zip":
        line = np.array([[0.24, 0.3], [0.08, bottom]], dtype=np.float32)
        sketch.line(line, darker(tailor.main, 0.7), 0.06)
        sketch.line(line, tailor.metal, 0.024)
    elif kind == "half-zip":
        _zip(tailor, 0.06, 0.66)
        box = np.array([[-0.055, 0.66], [0.055, 0.66]], dtype=np.float32)
        sketch.line(box, tailor.thread, 0.014)
    elif kind in ("button-front", "snap"):
        _front_line(tailor, top - 0.02, bottom)
        heights = np.arange(top + 0.08, bottom - 0.1, 0.19).tolist()
        _buttons(tailor, (0.0,), heights, 0.027)
    elif kind == "placket":
        end = top + 0.36
        sketch.fill(rectangle(-0.045, top - 0.01, 0.045, end), "main", tone=1.06, inside=True)
        _buttons(tailor, (0.0,), [top + 0.06, top + 0.17, top + 0.28], 0.026)
    elif kind == "double-breasted":
        _front_line(tailor, top - 0.1, bottom, x=0.2)
        low = min(bottom - 0.25, 1.45)
        _buttons(tailor, (-0.15, 0.15), np.linspace(top + 0.12, low, 4).tolist(), 0.04)
    elif kind in ("one-button", "two-button"):
        line = curve([(0.0, top), (0.015, top + 0.3, 1), (0.07, bottom)])
        sketch.line(line, tailor.thread, 0.016, inside=True)
        heights = [top + 0.06] if kind == "one-button" else [top + 0.05, top + 0.27]
        _buttons(tailor, (0.0,), heights, 0.036)
    elif kind == "toggle":
        _front_line(tailor, top, bottom)
        for y in np.linspace(top + 0.1, min(bottom - 0.3, 1.4), 4):
            loop = np.array([[-0.13, y], [0.13, y]], dtype=np.float32)
            sketch.line(loop, tailor.contrast, 0.016)
            horn = ellipse(0.0, float(y), 0.07, 0.026, steps=12)
            sketch.patch(horn, (150, 108, 66))
    elif kind == "lace-up":
        _draw_lacing(tailor, max(top - 0.05, 0.12), top + 0.42)
    elif kind == "wrap":
        edge = curve([(-torso.neck_x, 0.02), (0.02, top + 0.05, 1), (0.3, torso.waist_y, 1),
                      (0.36, bottom)])  # fmt: skip
        sketch.line(edge, tailor.thread, 0.018, inside=True)
        sketch.fold(edge + np.array([-0.04, 0.02], np.float32), 0.05, 0.5)


def _draw_lacing(tailor: Tailor, top: float, bottom: float) -> None:
    sketch = tailor.sketch
    gap = np.array([[0, bottom + 0.03], [-0.07, top], [0.07, top]], dtype=np.float32)
    sketch.patch(gap, tailor.shadow)
    heights = np.linspace(top + 0.03, bottom - 0.03, 4)
    for place, y in enumerate(heights):
        half = 0.09 - 0.03 * place / 3
        for side in (-1.0, 1.0):
            sketch.patch(ellipse(side * half, float(y), 0.016, 0.016, steps=8), tailor.metal)
            if place < 3:
                cross = np.array([[side * half, y], [-side * half, heights[place + 1]]], np.float32)
                sketch.line(cross, tailor.contrast, 0.017)
    for side in (-1.0, 1.0):
        tail = curve([(0, top + 0.02), (side * 0.07, top + 0.12, 1), (side * 0.06, bottom + 0.12)])
        sketch.line(tail, tailor.contrast, 0.017)
