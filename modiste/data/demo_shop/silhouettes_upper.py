"""Bodies and sleeves: the upper half of tops, dresses, coats and jumpsuits."""

from __future__ import annotations

import numpy as np

from modiste.data.demo_shop.outlines import Path, Point, curve, flipped, mirrored, scallops
from modiste.data.demo_shop.sketch import ClothName
from modiste.data.demo_shop.tailor import Tailor, Torso

# Right half of the neck opening, from the middle to the shoulder.
NECKLINES: dict[str, tuple[Point, ...]] = {
    "crew": ((0, 0.16, 1), (0.13, 0.10, 1), (0.185, 0.0)),
    "v-neck": ((0, 0.43), (0.18, 0.0)),
    "deep-v": ((0, 0.74), (0.21, 0.01)),
    "scoop": ((0, 0.37, 1), (0.17, 0.25, 1), (0.235, 0.02)),
    "boat": ((0, 0.11, 1), (0.2, 0.08, 1), (0.33, 0.055)),
    "square": ((0, 0.31), (0.23, 0.31), (0.25, 0.03)),
    "cowl": ((0, 0.33, 1), (0.15, 0.2, 1), (0.23, 0.01)),
    "split": ((0, 0.36), (0.045, 0.14), (0.13, 0.1, 1), (0.185, 0.0)),
    "keyhole": ((0, 0.13, 1), (0.13, 0.07, 1), (0.175, 0.0)),
    "surplice": ((0, 0.56), (0.19, 0.0)),
    "shirt": ((0, 0.15), (0.16, 0.0)),
    "henley": ((0, 0.15, 1), (0.13, 0.1, 1), (0.18, 0.0)),
    "polo": ((0, 0.2), (0.165, 0.0)),
    "turtle": ((0, 0.08, 1), (0.15, 0.0)),
    "mock": ((0, 0.08, 1), (0.16, 0.0)),
    "high": ((0, 0.05, 1), (0.15, 0.0)),
    "mandarin": ((0, 0.1), (0.16, 0.0)),
    "lapel": ((0, 0.72), (0.17, 0.0)),
    "peacoat": ((0, 0.42), (0.18, 0.0)),
    "shawl": ((0, 0.86), (0.17, 0.0)),
    "open": ((0, 0.5), (0.17, 0.0)),
    "ribbed": ((0, 0.12, 1), (0.12, 0.08, 1), (0.17, 0.0)),
}
_BARE = ("strapless", "sweetheart", "cami", "halter", "off-the-shoulder", "one-shoulder")
# Length, half width at the end and flare of each sleeve.
SLEEVES: dict[str, tuple[float, float]] = {
    "cap": (0.2, 0.17), "short": (0.46, 0.155),
    "three-quarter": (0.98, 0.115), "long": (1.34, 0.095), "bell": (1.26, 0.29),
    "flutter": (0.42, 0.28), "bishop": (1.30, 0.19), "wide": (1.0, 0.29),
    "raglan": (0.98, 0.115), "raglan long": (1.34, 0.095), "cuffed": (0.5, 0.16),
    "roll-up": (0.92, 0.13),
}  # fmt: skip
_WIDTHS: dict[str, tuple[float, float, float]] = {
    "fitted": (0.40, 0.325, 0.42), "regular": (0.44, 0.41, 0.46), "boxy": (0.49, 0.5, 0.51),
    "oversized": (0.54, 0.56, 0.58), "trapeze": (0.43, 0.5, 0.6), "bodycon": (0.39, 0.31, 0.44),
    "shift": (0.42, 0.43, 0.5), "blouson": (0.46, 0.5, 0.44), "sheath": (0.4, 0.345, 0.44),
}  # fmt: skip


def sleeve_axis(tailor: Tailor, at: float, width: float) -> tuple[float, float]:
    """Return the point `at` along the right arm and `width` outwards of its middle."""
    elbow = 0.66
    angle, x, y = tailor.arm, 0.44, 0.3
    upper = min(at, elbow)
    x, y = x + np.sin(angle) * upper, y + np.cos(angle) * upper
    if at > elbow:
        angle -= tailor.bend
        x, y = x + np.sin(angle) * (at - elbow), y + np.cos(angle) * (at - elbow)
    return float(x + np.cos(angle) * width), float(y - np.sin(angle) * width)


def _sleeve_path(tailor: Tailor, shoulder: tuple[float, float], pit: tuple[float, float]) -> Path:
    kind = tailor.option("sleeve")
    length, end = SLEEVES[kind]
    loose = 1.25 if tailor.has("fit", "oversized") else 1.0
    end *= loose if kind not in ("bell", "flutter", "wide") else 1.0
    top = 0.155 * loose
    # Both ends reach under the body, which is laid over them.
    outer: list[Point] = [(shoulder[0] - 0.12, shoulder[1] - 0.01), shoulder]
    inner: list[Point] = [(pit[0] - 0.1, pit[1] - 0.02), pit]
    if length > 0.3:
        outer.append((*sleeve_axis(tailor, 0.16, top), 1))
    if length > 0.6:
        elbow = {"wide": 0.24, "bell": 0.15, "bishop": 0.17}.get(kind, 0.14 * loose)
        outer.append((*sleeve_axis(tailor, 0.62, elbow), 1))
        inner.append((*sleeve_axis(tailor, 0.6, -elbow), 1))
    if kind == "bishop":
        outer.append((*sleeve_axis(tailor, length - 0.2, end), 1))
        inner.append((*sleeve_axis(tailor, length - 0.2, -end), 1))
        end = 0.1
    lean = -0.12 if kind == "cap" else 0.0
    outer.append(sleeve_axis(tailor, length + lean, end))
    if kind in ("flutter", "bell"):
        for step, share in enumerate((0.5, 0.0, -0.5)):
            wave = 0.05 if step % 2 == 0 else 0.01
            outer.append((*sleeve_axis(tailor, length + wave, end * share), 1))
    inner.append(sleeve_axis(tailor, length, -end))
    return curve([*outer, *reversed(inner)], closed=True)


def draw_sleeves(tailor: Tailor, shoulder: tuple[float, float], pit: tuple[float, float]) -> None:
    """Draw both sleeves, with their cuffs and creases."""
    kind, sketch = tailor.option("sleeve"), tailor.sketch
    if kind not in SLEEVES:
        return
    path = _sleeve_path(tailor, shoulder, pit)
    is_second = kind.startswith("raglan") or tailor.has("trim", "contrast sleeves")
    cloth: ClothName = "second" if is_second else "main"
    sketch.fill_pair(path, cloth, grain=tailor.arm)
    length, end = SLEEVES[kind]
    if length > 0.9:
        for at in (0.5, 0.62, 0.76):
            crease = curve(
                [sleeve_axis(tailor, at - 0.05, -0.13), sleeve_axis(tailor, at + 0.03, 0.04)]
            )
            sketch.fold_pair(crease, 0.035, 0.45)
        sketch.fold_pair(
            curve([sleeve_axis(tailor, 0.1, 0.06), sleeve_axis(tailor, length * 0.8, 0.03)]),
            0.07, -0.28,
        )  # fmt: skip
    sketch.fold_pair(curve([(pit[0] - 0.02, pit[1]), sleeve_axis(tailor, 0.12, 0.05)]), 0.05, 0.5)
    _draw_cuffs(tailor, kind, length, end)


def _draw_cuffs(tailor: Tailor, kind: str, length: float, end: float) -> None:
    sketch, cuff = tailor.sketch, tailor.option("cuff")
    if kind in ("bell", "flutter", "cap", "wide"):
        return
    end = (0.1 if kind == "bishop" else end) * (1.25 if tailor.has("fit", "oversized") else 1.0)
    if cuff in ("ribbed", "buttoned", "turned", "fur") or kind in ("cuffed", "roll-up", "bishop"):
        depth = 0.13 if cuff in ("ribbed", "buttoned") else 0.11
        wide = {"ribbed": 0.96, "turned": 1.14, "fur": 1.3}.get(cuff, 1.1)
        band = curve(
            [
                sleeve_axis(tailor, length - depth, end * wide),
                sleeve_axis(tailor, length + 0.015, end * wide * 0.97),
                sleeve_axis(tailor, length + 0.015, -end * wide * 0.97),
                sleeve_axis(tailor, length - depth, -end * wide),
            ],
            closed=True,
        )
        cloth: ClothName = "trim" if cuff in ("ribbed", "fur") else "main"
        sketch.fill_pair(band, cloth, grain=tailor.arm, tone=1.0 if cloth == "trim" else 1.05)
        if cuff == "buttoned":
            x, y = sleeve_axis(tailor, length - 0.05, -end * 0.3)
            for side in (-1, 1):
                sketch.patch(_dot(side * x, y, 0.022), tailor.contrast)
    else:
        hem = curve(
            [sleeve_axis(tailor, length - 0.05, end), sleeve_axis(tailor, length - 0.05, -end)]
        )
        for edge in (hem, flipped(hem)):
            sketch.line(edge, tailor.thread, 0.009, opacity=0.7)


def _dot(x: float, y: float, r: float) -> Path:
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    return np.stack([x + r * np.cos(angle), y + r * np.sin(angle)], axis=1).astype(np.float32)


def _armhole(tailor: Tailor) -> tuple[list[Point], tuple[float, float], tuple[float, float]]:
    """Return the outline from shoulder to armpit, and both ends."""
    kind = tailor.option("sleeve")
    chest = _WIDTHS[tailor.option("fit")][0]
    pit = (chest - 0.005, 0.5)
    if kind == "tank":
        return [(0.34, 0.075), (0.3, 0.28, 1), pit], (0.34, 0.075), pit
    if kind == "racerback":
        return [(0.27, 0.05), (0.2, 0.26, 1), (0.25, 0.42, 1), pit], (0.27, 0.05), pit
    if kind == "muscle":
        pit = (chest, 0.68)
        return [(0.42, 0.11), (0.37, 0.36, 1), pit], (0.42, 0.11), pit
    if kind == "sleeveless":
        return [(0.43, 0.115), (0.39, 0.3, 1), pit], (0.43, 0.115), pit
    shoulder = (0.6, 0.24) if tailor.has("fit", "oversized") else (0.475, 0.135)
    return [shoulder, (shoulder[0] - 0.045, 0.32, 1), pit], shoulder, pit


def _bottom(tailor: Tailor, hem: float, hem_y: float) -> list[Point]:
    """Return the hem from the right side to the middle."""
    kind = tailor.option("hem")
    if kind == "curved":
        return [(hem, hem_y - 0.17), (hem * 0.72, hem_y - 0.03, 1), (0, hem_y + 0.06, 1)]
    if kind == "high-low":
        return [(hem * 1.04, hem_y + 0.02), (hem * 0.6, hem_y - 0.2, 1), (0, hem_y - 0.3, 1)]
    if kind == "scalloped":
        return scallops(hem, 0.0, hem_y, 4, 0.1)
    if kind == "vented":
        return [
            (hem * 1.0, hem_y - 0.16), (hem * 0.98, hem_y + 0.02), (0, hem_y + 0.04, 1)
        ]  # fmt: skip
    return [(hem, hem_y), (hem * 0.5, hem_y + 0.03, 1), (0, hem_y + 0.035, 1)]


def slanted(path: Path, tailor: Tailor, waist_y: float, hem_y: float) -> Path:
    """Tilt the lower part of an outline where the hem is asymmetrical."""
    if not tailor.has("hem", "asymmetrical"):
        return path
    share = np.clip((path[:, 1] - waist_y) / max(hem_y - waist_y, 0.05), 0, 1)
    tilted = path.copy()
    tilted[:, 1] += 0.62 * path[:, 0] * share
    return tilted


def draw_body(tailor: Tailor, hem_y: float, *, waist_y: float = 1.0) -> Torso:
    """Draw the body down to `hem_y` with its sleeves, and say where everything is."""
    neck, sketch = tailor.option("neckline"), tailor.sketch
    chest, waist, hip = _WIDTHS[tailor.option("fit")]
    hem = float(np.interp(hem_y, (0.5, waist_y, 1.45, 2.6), (chest, waist, hip, hip * 1.08)))
    if tailor.has("fit", "trapeze"):
        hem = hip * (0.9 + 0.1 * hem_y)
    if tailor.has("fit", "bodycon", "sheath") and hem_y > 1.9:
        hem = hip * 0.86
    side: list[Point] = [(waist, waist_y, 1)] if hem_y > waist_y + 0.12 else []
    if tailor.has("fit", "bodycon", "sheath", "fitted") and hem_y > 1.7:
        side.append((hip, 1.45, 1))
    if tailor.has("hem", "high-low"):
        back = mirrored(
            [(0, waist_y), (waist, waist_y), (hem * 1.04, hem_y), (hem * 0.8, hem_y + 0.34, 1),
             (0, hem_y + 0.42, 1)]
        )  # fmt: skip
        sketch.fill(back, "main", layer="back", tone=0.72)
    if neck in _BARE:
        from modiste.data.demo_shop.bare_shoulders import draw_bare_body

        return draw_bare_body(tailor, side, _bottom(tailor, hem, hem_y), chest, hem_y)
    opening = NECKLINES[neck]
    neck_x, neck_y = opening[-1][0], opening[-1][1]
    depth = opening[0][1]
    _draw_inside(tailor, neck_x, neck_y, depth)
    torso = Torso(neck_x, neck_y, depth, chest, waist, waist_y, hem, hem_y)
    if tailor.has("sleeve", "batwing", "dolman"):
        drop = 1.02 if tailor.has("sleeve", "batwing") else 0.78
        end = (*sleeve_axis(tailor, 1.15, 0.09),)
        inner = (*sleeve_axis(tailor, 1.15, -0.09),)
        arm: list[Point] = [(0.47, 0.125, 1), end, inner, (waist + 0.12, drop, 1)]
        outline = mirrored([*opening, *arm, *side[1:], *_bottom(tailor, hem, hem_y)])
        for reach in (0.75, 0.95, 1.15):
            sketch.fold_pair(curve([(0.5, 0.22), (0.44, 0.6, 1), (0.2, reach)]), 0.05, 0.32)
    else:
        edge, shoulder, pit = _armhole(tailor)
        draw_sleeves(tailor, shoulder, pit)
        outline = mirrored([*opening, *edge, *side, *_bottom(tailor, hem, hem_y)])
    outline = slanted(outline, tailor, waist_y, hem_y)
    if tailor.has("closure", "open-front"):
        _draw_open_fronts(tailor, outline, torso)
    else:
        sketch.fill(outline)
    if tailor.option("sleeve").startswith("raglan"):
        _draw_raglan(tailor, neck_x, chest)
    _crease_body(tailor, torso)
    return torso


def _draw_inside(tailor: Tailor, neck_x: float, neck_y: float, depth: float) -> None:
    """Show the inside of the back through the neck opening."""
    low = depth + 0.05
    inside = mirrored(
        [(0, neck_y + 0.035, 1), (neck_x * 0.6, neck_y + 0.025, 1), (neck_x, neck_y),
         (neck_x + 0.03, neck_y + 0.1), (0.02, low)]
    )  # fmt: skip
    tailor.sketch.fill(inside, "main", layer="back", tone=0.62, seam=0.8)
    tailor.sketch.patch(
        np.array([[-0.035, 0.07], [0.035, 0.07], [0.035, 0.105], [-0.035, 0.105]], np.float32),
        (236, 234, 230), layer="back",
    )  # fmt: skip


def _draw_open_fronts(tailor: Tailor, outline: Path, torso: Torso) -> None:
    """Part the front: the lining shows between two panels."""
    gap = 0.13 if tailor.has("neckline", "shawl", "lapel") else 0.22
    bottom = torso.hem_y + 0.5
    slit = np.array(
        [[-torso.neck_x * 0.92, -0.1], [torso.neck_x * 0.92, -0.1], [gap * 0.62, 0.55],
         [gap, bottom], [-gap, bottom], [-gap * 0.62, 0.55]],
        dtype=np.float32,
    )  # fmt: skip
    inside = mirrored(
        [(0, 0.035), (torso.neck_x, 0.0), (torso.chest * 0.8, 0.5), (torso.hem * 0.8, torso.hem_y),
         (0, torso.hem_y + 0.01)]
    )  # fmt: skip
    tailor.sketch.fill(inside, "main", layer="back", tone=0.6, edge=0.1)
    tailor.sketch.fill(outline, holes=(slit,))
    for side in (-1.0, 1.0):
        edge = np.array(
            [[torso.neck_x * 0.92, 0.0], [gap * 0.62, 0.55], [gap, torso.hem_y + 0.01]],
            dtype=np.float32,
        ) * np.array([side, 1], dtype=np.float32)
        tailor.sketch.line(edge, tailor.thread, 0.014)
        tailor.sketch.fold(edge + np.array([side * 0.05, 0], np.float32), 0.05, -0.25)


def _draw_raglan(tailor: Tailor, neck_x: float, chest: float) -> None:
    yoke = curve(
        [(neck_x - 0.02, 0.045), (neck_x, 0), (0.475, 0.135), (chest, 0.5), (0.33, 0.3, 1)],
        closed=True,
    )
    tailor.sketch.fill_pair(yoke, "second", grain=tailor.arm, inside=True, edge=0.12)


def _crease_body(tailor: Tailor, torso: Torso) -> None:
    sketch, rng = tailor.sketch, tailor.rng
    middle = min(torso.hem_y, 1.1)
    sketch.fold_pair(
        curve([(torso.chest - 0.03, 0.56), (torso.chest * 0.62, 0.66, 1), (0.12, 0.6)]), 0.05, 0.32
    )
    for _ in range(3):
        y = float(rng.uniform(0.75, max(middle, 0.85)))
        start = float(rng.uniform(0.75, 0.95)) * torso.half_width(y)
        length = float(rng.uniform(0.12, 0.26))
        sketch.fold_pair(
            curve([(start, y), (start - length, y + float(rng.uniform(-0.1, 0.12)))]), 0.045, 0.36
        )
    if torso.hem_y > 1.25:
        for x in (0.18, 0.3):
            shift = float(rng.uniform(-0.05, 0.05))
            sketch.fold_pair(
                curve([(x + shift, torso.hem_y), (x * 0.9 + shift, torso.hem_y - 0.42)]),
                0.06, 0.26,
            )  # fmt: skip
    sketch.fold_pair(
        curve([(torso.chest * 0.5, 0.3), (torso.waist * 0.5, torso.waist_y)]), 0.16, -0.2
    )
