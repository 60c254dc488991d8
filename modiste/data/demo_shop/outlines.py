"""Smooth outlines in body units.

One body is shared by every garment and by the people who wear them: the neck meets the
shoulders at y = 0, the waist is at 1, the crotch at 1.7, the ankles at 3.55; x is 0 on the
middle line and grows to the right of the picture; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Path = NDArray[np.float32]
# (x, y) is a corner, (x, y, 1) a point the curve runs smoothly through.
Point = tuple[float, float] | tuple[float, float, int]

_STEPS = np.linspace(0, 1, 8, endpoint=False, dtype=np.float32)[:, None]
_H00 = 2 * _STEPS**3 - 3 * _STEPS**2 + 1
_H10 = _STEPS**3 - 2 * _STEPS**2 + _STEPS
_H01 = -2 * _STEPS**3 + 3 * _STEPS**2
_H11 = _STEPS**3 - _STEPS**2


def curve(points: Sequence[Point], *, closed: bool = False) -> Path:
    """Draw a curve through points, sharp at corners and smooth elsewhere.

    Parameters
    ----------
    points : sequence of (x, y) or (x, y, 1)
        A third element makes the point smooth.
    closed : bool
        Whether the last point is joined to the first.

    Returns
    -------
    ndarray of float32, shape (n, 2)
    """
    knots = np.array([point[:2] for point in points], dtype=np.float32)
    is_smooth = np.array([len(point) == 3 for point in points])
    before = np.roll(knots, 1, axis=0)
    after = np.roll(knots, -1, axis=0)
    if not closed:
        before[0], after[-1] = knots[0], knots[-1]
    along = after - before
    along /= np.maximum(np.hypot(along[:, :1], along[:, 1:]), 1e-6)
    chord = after - knots
    length = np.hypot(chord[:, :1], chord[:, 1:])
    leave = np.where(is_smooth[:, None], along * length, chord)
    following = np.roll(is_smooth, -1)
    arrive = np.where(following[:, None], np.roll(along, -1, axis=0) * length, chord)
    sampled: Path = (
        _H00[None] * knots[:, None]
        + _H10[None] * leave[:, None]
        + _H01[None] * after[:, None]
        + _H11[None] * arrive[:, None]
    )  # (n knots, 8, 2)
    if closed:
        whole: Path = sampled.reshape(-1, 2)
        return whole
    flat = sampled[:-1].reshape(-1, 2)
    return np.concatenate([flat, knots[-1:]]).astype(np.float32)


def mirrored(half: Sequence[Point]) -> Path:
    """Close the right half of an outline, given from top middle to bottom middle."""
    other: list[Point] = []
    for point in reversed(half):
        if abs(point[0]) < 1e-6:
            continue
        other.append((-point[0], point[1], 1) if len(point) == 3 else (-point[0], point[1]))
    return curve([*half, *other], closed=True)


def flipped(path: Path) -> Path:
    """Mirror a path about the middle line."""
    other: Path = path * np.array([-1, 1], dtype=np.float32)
    return other


def moved(path: Path, x: float, y: float, *, scale: float = 1, angle: float = 0) -> Path:
    """Scale a path, turn it clockwise by `angle` radians and shift it."""
    c, s = float(np.cos(angle)) * scale, float(np.sin(angle)) * scale
    turned = path @ np.array([[c, s], [-s, c]], dtype=np.float32)
    return (turned + np.array([x, y], dtype=np.float32)).astype(np.float32)


def limb(joints: Sequence[tuple[float, float]], widths: Sequence[float]) -> Path:
    """Outline a bent tube: half widths at each joint, rounded where it bends."""
    spine = np.array(joints, dtype=np.float32)
    direction = np.gradient(spine, axis=0)
    direction /= np.maximum(np.hypot(direction[:, :1], direction[:, 1:]), 1e-6)
    normal = np.stack([direction[:, 1], -direction[:, 0]], axis=1)
    half = np.array(widths, dtype=np.float32)[:, None]
    outer, inner = spine + normal * half, spine - normal * half
    points: list[Point] = []
    for side in (outer, inner[::-1]):
        last = len(side) - 1
        for position, (x, y) in enumerate(side.tolist()):
            points.append((x, y) if position in (0, last) else (x, y, 1))
    return curve(points, closed=True)


def ellipse(x: float, y: float, rx: float, ry: float, *, steps: int = 24) -> Path:
    """Outline an ellipse."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1).astype(np.float32)


def rectangle(left: float, top: float, right: float, bottom: float) -> Path:
    """Outline an upright rectangle."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)


def scallops(right: float, left: float, y: float, count: int, depth: float) -> list[Point]:
    """Return a hem of rounded tongues from right to left, both ends included."""
    points: list[Point] = [(right, y)]
    step = (left - right) / count
    for place in range(count):
        start = right + place * step
        for share, drop in ((0.12, 0.62), (0.5, 1.0), (0.88, 0.62)):
            points.append((start + step * share, y + depth * drop, 1))
        points.append((start + step, y))
    return points


def ring(outer: float, inner: float, points: int) -> Path:
    """Outline a star shape of alternating radii about the origin, one tip up."""
    angle = np.arange(2 * points) * np.pi / points - np.pi / 2
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype(np.float32)


def along(path: Path, count: int) -> Path:
    """Return `count` points evenly spaced along an open path, ends included."""
    step = np.hypot(*np.diff(path, axis=0).T)
    distance = np.concatenate([[0], np.cumsum(step)])
    wanted = np.linspace(0, distance[-1], count)
    return np.stack(
        [np.interp(wanted, distance, path[:, 0]), np.interp(wanted, distance, path[:, 1])], axis=1
    ).astype(np.float32)
