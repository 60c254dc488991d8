"""Small figures that prints repeat and that graphics enlarge, each about one unit in radius."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from modiste.data.demo_shop.outlines import Path, curve, ellipse, mirrored, moved, ring

# (outline, tone): tone 0 is the ground colour, 1 to 3 the print's colours.
Motif = tuple[tuple[Path, int], ...]


def _petals(count: int, length: float, width: float, tone: int) -> list[tuple[Path, int]]:
    petal = ellipse(0, -length * 0.6, width, length * 0.52, steps=12)
    return [
        (moved(petal, 0, 0, angle=2 * np.pi * turn / count).astype(np.float32), tone)
        for turn in range(count)
    ]


def _flower() -> Motif:
    leaves = [
        (moved(ellipse(0.95, 0, 0.42, 0.17, steps=10), 0, 0, angle=turn), 3) for turn in (0.5, 2.6)
    ]
    inner = [(path * 0.55, 2) for path, _ in _petals(5, 1.0, 0.34, 2)]
    return (*leaves, *_petals(5, 1.0, 0.42, 1), *inner, (ellipse(0, 0, 0.2, 0.2, steps=10), 3))


def _blossom() -> Motif:
    return (*_petals(5, 1.0, 0.4, 1), (ellipse(0, 0, 0.3, 0.3, steps=8), 2))


def _daisy() -> Motif:
    return (*_petals(9, 1.0, 0.2, 1), (ellipse(0, 0, 0.34, 0.34, steps=10), 2))


def _rose() -> Motif:
    parts: list[tuple[Path, int]] = [
        (moved(ellipse(1.0, 0, 0.36, 0.2, steps=8), 0, 0, angle=turn), 3) for turn in (0.4, 2.2, 4)
    ]
    for step, radius in enumerate((0.92, 0.7, 0.5, 0.3, 0.14)):
        wave = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        rim = radius * (1 + 0.1 * np.cos(wave * 5 + step))
        path = np.stack([rim * np.cos(wave), rim * np.sin(wave)], axis=1)
        parts.append((path.astype(np.float32), 1 if step % 2 == 0 else 2))
    return tuple(parts)


def _leaf() -> Motif:
    blade = mirrored([(0, -1.1), (0.48, -0.2, 1), (0, 1.0)])
    vein = np.array([[-0.04, -0.8], [0.04, -0.8], [0.05, 1.2], [-0.05, 1.2]], dtype=np.float32)
    return ((blade, 1), (vein, 2))


def _palm() -> Motif:
    parts: list[tuple[Path, int]] = []
    for step, height in enumerate(np.linspace(-0.9, 0.75, 8)):
        reach = 1.0 - 0.55 * abs(height + 0.05)
        for side in (-1, 1):
            frond = np.array(
                [
                    [0, height + 0.16],
                    [side * reach * 0.6, height - 0.2],
                    [side * reach, height - 0.36],
                    [side * reach * 0.55, height + 0.02],
                ],
                dtype=np.float32,
            )
            parts.append((frond, 1 if step % 2 else 2))
    stem = np.array([[-0.04, -1], [0.04, -1], [0.07, 1.2], [-0.07, 1.2]], dtype=np.float32)
    return (*parts, (stem, 1))


def _paisley() -> Motif:
    drop = curve(
        [(0.35, -1.15), (0.05, -0.75, 1), (0.55, 0.0, 1), (0.3, 0.75, 1), (-0.35, 0.72, 1),
         (-0.6, 0.05, 1), (-0.3, -0.75, 1)],
        closed=True,
    )  # fmt: skip
    inner = moved(drop, 0.0, 0.12, scale=0.68)
    core = moved(drop, 0.0, 0.24, scale=0.36)
    return ((drop, 1), (inner, 0), (core, 2), (ellipse(0, 0.36, 0.1, 0.1, steps=8), 3))


def _heart() -> Motif:
    path = mirrored([(0, -0.45), (0.32, -0.85, 1), (0.85, -0.7, 1), (0.82, -0.1, 1), (0, 0.95)])
    return ((path, 1),)


def _star() -> Motif:
    return ((ring(1.0, 0.42, 5), 1),)


def _bird() -> Motif:
    body = curve(
        [(-1.1, 0.15), (-0.3, -0.1, 1), (0.5, -0.35, 1), (0.8, -0.2, 1), (1.1, -0.12),
         (0.75, 0.05, 1), (0.2, 0.42, 1), (-0.5, 0.35, 1)],
        closed=True,
    )  # fmt: skip
    wing = curve([(0.2, -0.05), (-0.1, -0.9, 1), (-0.75, -1.0), (-0.45, -0.1, 1)], closed=True)
    return ((body, 1), (wing, 2))


def _butterfly() -> Motif:
    upper = curve([(0, -0.05), (0.35, -0.8, 1), (1.05, -0.85, 1), (0.9, -0.1, 1)], closed=True)
    lower = curve([(0, 0), (0.75, 0.1, 1), (0.75, 0.75, 1), (0.3, 0.75, 1)], closed=True)
    flip = np.array([-1, 1], dtype=np.float32)
    spot = ellipse(0.65, -0.5, 0.18, 0.18, steps=8)
    return (
        (upper, 1), (upper * flip, 1), (lower, 2), (lower * flip, 2), (spot, 0), (spot * flip, 0),
        (ellipse(0, 0.05, 0.09, 0.6, steps=8), 3),
    )  # fmt: skip


def _pineapple() -> Motif:
    crown = [
        (moved(ellipse(0, -0.45, 0.12, 0.5, steps=8), 0, -0.3, angle=turn), 3)
        for turn in (-0.6, -0.2, 0.2, 0.6)
    ]
    cross = [
        (np.array([[-0.4, y], [0.4, y + 0.35], [0.4, y + 0.43], [-0.4, y + 0.08]], np.float32), 2)
        for y in (-0.15, 0.2, 0.5)
    ]
    return (*crown, (ellipse(0, 0.35, 0.5, 0.68, steps=14), 1), *cross)


def _cat() -> Motif:
    head = mirrored([(0, -0.5), (0.35, -0.55), (0.75, -1.0), (0.85, -0.1, 1), (0.6, 0.6, 1),
                     (0, 0.8, 1)])  # fmt: skip
    eyes = [(ellipse(x, 0, 0.14, 0.17, steps=8), 0) for x in (-0.36, 0.36)]
    nose = np.array([[-0.1, 0.3], [0.1, 0.3], [0, 0.44]], dtype=np.float32)
    return ((head, 1), *eyes, (nose, 2))


def _medallion() -> Motif:
    return (
        (ring(1.0, 0.86, 16), 1), (ring(0.82, 0.6, 12), 0), (ring(0.66, 0.4, 8), 2),
        (ellipse(0, 0, 0.34, 0.34, steps=14), 3), (ring(0.24, 0.1, 6), 0),
    )  # fmt: skip


_DRAWN: dict[str, Callable[[], Motif]] = {
    "flower": _flower, "blossom": _blossom, "daisy": _daisy, "rose": _rose, "leaf": _leaf,
    "palm": _palm, "paisley": _paisley, "heart": _heart,
    "star": _star, "bird": _bird, "butterfly": _butterfly, "pineapple": _pineapple, "cat": _cat,
    "medallion": _medallion,
}  # fmt: skip

MOTIFS: dict[str, Motif] = {name: draw() for name, draw in _DRAWN.items()}
