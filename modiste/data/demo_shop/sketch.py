"""A garment as a list of strokes in body units, before it has any pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from modiste.data.demo_shop.outlines import Path, flipped
from modiste.data.demo_shop.palette import RGB

# The back layer lies behind the wearer's head and neck: hoods, the inside of a collar.
LayerName = Literal["back", "front"]
# Which piece of cloth fills a shape.
ClothName = Literal["main", "second", "trim", "lining", "flat"]


@dataclass(frozen=True)
class Fill:
    """A closed shape cut from a cloth."""

    path: Path
    cloth: ClothName
    colour: RGB | None
    layer: LayerName
    grain: float
    tone: float
    edge: float
    seam: float
    inside: bool
    holes: tuple[Path, ...]


@dataclass(frozen=True)
class Ink:
    """A line or a small flat shape: stitches, buttons, zips."""

    path: Path
    colour: RGB
    width: float
    opacity: float
    layer: LayerName
    inside: bool


@dataclass(frozen=True)
class Fold:
    """A soft crease; a negative strength is a highlight."""

    path: Path
    width: float
    strength: float


@dataclass
class Sketch:
    """Everything a garment is drawn from, in drawing order."""

    marks: list[Fill | Ink] = field(default_factory=list)
    folds: list[Fold] = field(default_factory=list)

    def fill(
        self,
        path: Path,
        cloth: ClothName = "main",
        *,
        layer: LayerName = "front",
        grain: float = 0.0,
        tone: float = 1.0,
        edge: float = 0.32,
        seam: float = 1.0,
        inside: bool = False,
        holes: Sequence[Path] = (),
        colour: RGB | None = None,
    ) -> None:
        """Cut a shape: `grain` turns the weave, `inside` keeps it on the garment so far."""
        self.marks.append(
            Fill(path, cloth, colour, layer, grain, tone, edge, seam, inside, tuple(holes))
        )

    def fill_pair(
        self,
        path: Path,
        cloth: ClothName = "main",
        *,
        layer: LayerName = "front",
        grain: float = 0.0,
        tone: float = 1.0,
        inside: bool = False,
        edge: float = 0.32,
    ) -> None:
        """Cut a shape and its mirror image."""
        for side, turn in ((path, grain), (flipped(path), -grain)):
            self.fill(side, cloth, layer=layer, grain=turn, tone=tone, inside=inside, edge=edge)

    def patch(
        self, path: Path, colour: RGB, *, layer: LayerName = "front", inside: bool = False
    ) -> None:
        """Paint a small flat shape."""
        self.marks.append(Ink(path, colour, 0.0, 1.0, layer, inside))

    def line(
        self,
        path: Path,
        colour: RGB,
        width: float = 0.012,
        *,
        opacity: float = 1.0,
        layer: LayerName = "front",
        inside: bool = False,
    ) -> None:
        """Draw an open line of the given width."""
        self.marks.append(Ink(path, colour, width, opacity, layer, inside))

    def stitches(
        self, path: Path, colour: RGB, *, gap: float = 0.035, width: float = 0.009
    ) -> None:
        """Draw a dashed line."""
        steps = np.hypot(*np.diff(path, axis=0).T)
        distance = np.concatenate([[0], np.cumsum(steps)])
        for start in np.arange(0, float(distance[-1]), gap):
            ends = np.array([start, min(start + gap * 0.58, float(distance[-1]))])
            dash = np.stack([np.interp(ends, distance, path[:, axis]) for axis in (0, 1)], axis=1)
            self.line(dash.astype(np.float32), colour, width, inside=True)

    def fold(self, path: Path, width: float = 0.05, strength: float = 0.5) -> None:
        """Crease the cloth along a path."""
        self.folds.append(Fold(path, width, strength))

    def fold_pair(self, path: Path, width: float = 0.05, strength: float = 0.5) -> None:
        """Crease the cloth along a path and its mirror image."""
        self.fold(path, width, strength)
        self.fold(flipped(path), width, strength)

    def bounds(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom in body units."""
        corners = np.concatenate([[m.path.min(axis=0), m.path.max(axis=0)] for m in self.marks])
        low, high = corners.min(axis=0), corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])
