"""What is sewn onto a garment: pockets, belts, cords, bows, figures, lace and rips."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop.motifs import MOTIFS
from modiste.data.demo_shop.outlines import (
    Path,
    Point,
    curve,
    ellipse,
    mirrored,
    moved,
    rectangle,
)
from modiste.data.demo_shop.palette import RGB, darker, luminance, mixed
from modiste.data.demo_shop.silhouettes_lower import flounce, fringe
from modiste.data.demo_shop.tailor import Tailor, Torso


def bow(tailor: Tailor, x: float, y: float, size: float, *, tails: float = 1.0) -> None:
    """Tie a bow."""
    sketch = tailor.sketch
    loop = curve([(0, 0), (0.55, -0.42, 1), (1.0, -0.32, 1), (1.0, 0.32, 1), (0.55, 0.36, 1)],
                 closed=True)  # fmt: skip
    tail = curve([(0, 0), (0.3, 0.6, 1), (0.34, 1.6), (0.62, 1.45), (0.42, 0.5, 1), (0.12, 0)],
                 closed=True)  # fmt: skip
    for flip in (1.0, -1.0):
        turn = np.array([flip, 1.0], dtype=np.float32)
        if tails > 0:
            stretched = tail * np.array([flip, tails], dtype=np.float32)
            sketch.fill(moved(stretched, x, y, scale=size), "trim", tone=0.92, grain=0.3)
        sketch.fill(moved(loop * turn, x, y, scale=size), "trim", tone=1.04, grain=0.9)
    sketch.fill(ellipse(x, y, size * 0.24, size * 0.28, steps=12), "trim", tone=0.95)


def draw_belt(tailor: Tailor, y: float, half: float) -> None:
    """Draw what gathers the waist."""
    kind, sketch = tailor.option("waist"), tailor.sketch
    depth = 0.055
    strip = mirrored(
        [(0, y - depth, 1), (half + 0.012, y - depth - 0.015),
         (half + 0.016, y + depth - 0.01), (0, y + depth + 0.01, 1)]
    )  # fmt: skip
    if kind == "belted":
        leather: RGB = (92, 60, 40) if luminance(tailor.main) > 110 else (206, 160, 104)
        if luminance(tailor.main) > 205:
            leather = (58, 46, 42)
        sketch.fill(strip, "flat", colour=leather, edge=0.25)
        buckle = rectangle(-0.075, y - 0.075, 0.075, y + 0.085)
        sketch.line(np.concatenate([buckle, buckle[:2]]), (216, 184, 110), 0.026)
    elif kind == "self-tie":
        sketch.fill(strip, "trim", tone=0.98)
        bow(tailor, 0.03, y + 0.01, 0.15, tails=1.7)
    elif kind == "drawstring":
        sketch.line(np.array([[-half, y], [half, y]], np.float32), tailor.thread, 0.03, inside=True)
        for x in np.linspace(-half * 0.9, half * 0.9, 15):
            crease = curve([(float(x), y - 0.09), (float(x) * 1.02, y + 0.09)])
            sketch.fold(crease, 0.025, 0.6)
        draw_cord(tailor, y)
    elif kind == "gathered":
        for x in np.linspace(-half * 0.95, half * 0.95, 17):
            line = np.array([[x, y - 0.1], [x * 1.03, y + 0.12]], dtype=np.float32)
            sketch.line(line, tailor.thread, 0.009, inside=True)
            sketch.fold(line, 0.022, 0.55)
        for offset in (-0.05, 0.0, 0.05):
            sketch.line(np.array([[-half, y + offset], [half, y + offset]], np.float32),
                        tailor.thread, 0.009, inside=True)  # fmt: skip
    elif kind == "seam":
        sketch.line(curve([(-half, y), (0, y + 0.025, 1), (half, y)]), tailor.thread, 0.014)


def draw_cord(tailor: Tailor, y: float) -> None:
    """Hang a tied cord from the middle of the waist."""
    sketch = tailor.sketch
    for side in (-1.0, 1.0):
        loop = curve(
            [(0, y), (side * 0.11, y - 0.03, 1), (side * 0.12, y + 0.07, 1), (0, y + 0.01)]
        )
        sketch.line(loop, tailor.contrast, 0.024)
        tail = curve([(0, y), (side * 0.07, y + 0.16, 1), (side * 0.055, y + 0.34)])
        sketch.line(tail, tailor.contrast, 0.024)
        sketch.patch(ellipse(side * 0.055, y + 0.35, 0.022, 0.032, steps=8), tailor.contrast)


def draw_graphic(tailor: Tailor, torso: Torso) -> None:
    """Print one large figure, or a number, on the chest."""
    kind, sketch = tailor.option("graphic"), tailor.sketch
    y = torso.depth + 0.44
    tones = [tailor.main, tailor.contrast, mixed(tailor.contrast, (226, 90, 80), 0.6),
             mixed(tailor.contrast, (84, 140, 120), 0.7)]  # fmt: skip
    if kind in MOTIFS:
        for outline, tone in MOTIFS[kind]:
            sketch.patch(moved(outline, 0.0, y, scale=0.23), tones[tone])
    elif kind == "number":
        for place, digit in enumerate(f"{int(tailor.rng.integers(10, 99))}"):
            _digit(tailor, digit, -0.135 + 0.27 * place, y + 0.02)
    elif kind == "logo":
        sketch.fill(rectangle(-0.25, y - 0.1, 0.25, y + 0.1), "flat", colour=tailor.contrast,
                    inside=True, edge=0.0)  # fmt: skip
        for place in range(5):
            x = -0.19 + place * 0.095
            height = 0.055 if place % 2 else 0.03
            sketch.patch(rectangle(x - 0.03, y - height, x + 0.03, y + 0.055), tailor.main)


_SEGMENTS = {"0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd",
             "6": "afgcde", "7": "abc", "8": "abcdefg", "9": "abcfgd"}  # fmt: skip


def _digit(tailor: Tailor, digit: str, x: float, y: float) -> None:
    w, h = 0.085, 0.21
    ends = {"a": (-w, -h, w, -h), "b": (w, -h, w, 0), "c": (w, 0, w, h), "d": (-w, h, w, h),
            "e": (-w, 0, -w, h), "f": (-w, -h, -w, 0), "g": (-w, 0, w, 0)}  # fmt: skip
    for colour, width in ((tailor.shadow, 0.085), (tailor.contrast, 0.06)):
        for segment in _SEGMENTS[digit]:
            x0, y0, x1, y1 = ends[segment]
            grow_x, grow_y = (width / 2 * np.sign(x1 - x0), width / 2 * np.sign(y1 - y0))
            line = np.array(
                [[x + x0 - grow_x, y + y0 - grow_y], [x + x1 + grow_x, y + y1 + grow_y]]
            )
            tailor.sketch.line(line.astype(np.float32), colour, width)


def _hem_path(torso: Torso) -> Path:
    return curve([(-torso.hem, torso.hem_y), (0, torso.hem_y + 0.03, 1), (torso.hem, torso.hem_y)])


def draw_trim(tailor: Tailor, torso: Torso) -> None:
    """Add what decorates an upper body."""
    kind, sketch = tailor.option("trim"), tailor.sketch
    neck = torso.depth
    if kind == "bow":
        bow(tailor, 0.0, neck + 0.1, 0.2, tails=0.9)
    elif kind == "tie-neck":
        bow(tailor, 0.02, neck + 0.02, 0.12, tails=2.6)
    elif kind == "ruffle":
        for side in (-1.0, 1.0):
            for step in range(3):
                x = side * (0.05 + 0.055 * step)
                out = x + side * 0.06
                frill = curve([(x, neck + 0.02), (out, neck + 0.2, 1), (x, neck + 0.38, 1),
                               (out, neck + 0.56, 1), (x, neck + 0.7)])  # fmt: skip
                sketch.line(frill, tailor.thread, 0.018, inside=True)
                sketch.fold(frill, 0.05, 0.7)
    elif kind == "ruffle hem":
        flounce(tailor, torso.hem, torso.hem_y, depth=0.2)
    elif kind == "fringe":
        fringe(tailor, _hem_path(torso), length=0.3)
    elif kind == "lace":
        _lace_band(tailor, torso)
    elif kind == "contrast trim":
        sketch.fill(
            mirrored([(0, torso.hem_y - 0.06, 1), (torso.hem + 0.05, torso.hem_y - 0.09),
                      (torso.hem + 0.05, torso.hem_y + 0.1), (0, torso.hem_y + 0.12)]),
            "trim", inside=True, edge=0.1,
        )  # fmt: skip
    elif kind == "tassel":
        for side in (-1.0, 1.0):
            cord = curve(
                [(side * 0.03, neck), (side * 0.06, neck + 0.2, 1), (side * 0.07, neck + 0.3)]
            )
            sketch.line(cord, tailor.contrast, 0.018)
            tip = np.array([[0, 0], [0.05, 0.17], [-0.05, 0.17]], np.float32)
            sketch.patch(moved(tip, side * 0.07, neck + 0.28), tailor.contrast)
    elif kind == "pom-pom":
        for x in np.linspace(-torso.hem, torso.hem, 10):
            ball = ellipse(float(x), torso.hem_y + 0.035, 0.042, 0.042, steps=12)
            sketch.fill(ball, "flat", colour=tailor.contrast, edge=0.4)
    elif kind == "cutout":
        for x in (-0.24, 0.0, 0.24):
            hole = curve(
                [(x, 0.7), (x + 0.08, 0.83, 1), (x, 0.96), (x - 0.08, 0.83, 1)], closed=True
            )
            sketch.patch(hole, (226, 186, 160))
            sketch.line(np.concatenate([hole, hole[:1]]), tailor.thread, 0.016)
    elif kind == "embroidered":
        _embroider(tailor, torso)
    elif kind == "studded":
        for y in (0.12, 0.19, 0.26):
            for x in np.arange(0.25, 0.43, 0.06):
                for side in (-1, 1):
                    stud = ellipse(
                        side * (float(x) + (y - 0.1) * 0.1),
                        y + float(x) * 0.2,
                        0.017,
                        0.017,
                        steps=8,
                    )
                    sketch.patch(stud, tailor.metal)  # fmt: skip
    elif kind == "beaded":
        for row in range(3):
            drop = 0.05 + 0.055 * row
            for angle in np.linspace(-1.35, 1.35, 15 + 2 * row):
                x = (torso.neck_x + drop) * np.sin(angle)
                y = (neck + drop) * np.cos(angle) ** 0.7
                tone = ((240, 236, 226), (214, 180, 110), (140, 190, 200))[row]
                sketch.patch(ellipse(float(x), float(y), 0.02, 0.02, steps=8), tone, inside=True)
    elif kind == "tie-front":
        y = torso.hem_y - 0.1
        for side in (-1.0, 1.0):
            sketch.fold(curve([(side * 0.34, y - 0.22), (0, y)]), 0.05, 0.8)
            sketch.fold(curve([(side * 0.36, y - 0.02), (0, y)]), 0.05, 0.7)
        bow(tailor, 0.0, y, 0.16, tails=1.3)
    elif kind == "panel":
        edge: list[Point] = [(0.26, 0.0), (0.2, 0.9, 1), (0.3, torso.hem_y + 0.1),
                             (1.2, torso.hem_y + 0.1), (1.2, 0.0)]  # fmt: skip
        sketch.fill_pair(curve(edge, closed=True), "trim", inside=True, edge=0.15)


def _lace_band(tailor: Tailor, torso: Torso) -> None:
    sketch = tailor.sketch
    pale: RGB = (
        (250, 246, 236) if luminance(tailor.main) < 190 else mixed(tailor.main, (96, 84, 84), 0.55)
    )
    y, half = torso.hem_y + 0.02, torso.hem
    step = half / 6
    for x in np.arange(-half + step / 2, half, step):
        sketch.patch(ellipse(float(x), y, step * 0.56, 0.115, steps=16), pale)
    sketch.patch(rectangle(-half, y - 0.07, half, y + 0.01), pale)
    for x in np.arange(-half + step / 2, half, step):
        for dx, dy in ((0.0, 0.065), (-0.28, 0.02), (0.28, 0.02), (0.0, -0.03)):
            hole = ellipse(float(x) + dx * step, y + dy, 0.016, 0.019, steps=8)
            sketch.patch(hole, darker(pale, 0.62))
    for offset in (-0.08, -0.11):
        sketch.line(np.array([[-half, y + offset], [half, y + offset]], np.float32), pale, 0.016)


def _embroider(tailor: Tailor, torso: Torso) -> None:
    """Stitch a panel of figures below the neck."""
    sketch = tailor.sketch
    tones = [tailor.main, tailor.contrast, (224, 92, 78), (70, 150, 140)]
    for row, y in enumerate((0.14, 0.34, 0.54)):
        for x in np.arange(-0.3, 0.31, 0.15):
            inset = abs(float(x)) * 0.5
            name = "flower" if row % 2 == 0 else "medallion"
            for outline, tone in MOTIFS[name]:
                place = moved(outline, float(x), torso.depth + y - inset, scale=0.07)
                sketch.patch(place, tones[tone], inside=True)


def draw_rips(tailor: Tailor, hem_y: float, *, knees: bool = True) -> None:
    """Scuff and tear denim: pale threads across a gap."""
    sketch, rng = tailor.sketch, tailor.rng
    heights = (1.98, 2.5, 2.82) if knees and hem_y > 2.6 else (hem_y - 0.2,)
    bare = (150, 118, 102) if luminance(tailor.main) > 185 else (222, 184, 160)
    for y in heights:
        for side in (-1.0, 1.0):
            x, top = side * float(rng.uniform(0.21, 0.27)), y + float(rng.uniform(-0.08, 0.08))
            w, h = float(rng.uniform(0.075, 0.1)), float(rng.uniform(0.045, 0.065))
            gap = moved(ellipse(0, 0, w, h, steps=16), x, top)
            sketch.patch(moved(gap - np.array([x, top], np.float32), x, top, scale=1.25),
                         mixed(tailor.main, (255, 255, 255), 0.45), inside=True)  # fmt: skip
            sketch.patch(gap, bare, inside=True)
            for offset in np.linspace(-0.75, 0.75, 5):
                reach = w * float(np.sqrt(1 - offset**2))
                thread = np.array([[x - reach, top + offset * h], [x + reach, top + offset * h]])
                sketch.line(thread.astype(np.float32), (244, 246, 250), 0.015, inside=True)


def fringe_denim(tailor: Tailor, hem_y: float, half: float) -> None:
    """Fray both leg ends of cut denim."""
    centre = max(0.25, half + 0.025)
    for side in (-1.0, 1.0):
        for x in np.arange(centre - half + 0.01, centre + half, 0.02):
            drop = float(tailor.rng.uniform(0.05, 0.13))
            place = side * float(x)
            strand = np.array([[place, hem_y - 0.03], [place + drop * 0.1, hem_y + drop]])
            tailor.sketch.line(strand.astype(np.float32), (232, 238, 244), 0.013)
