"""What every part of a garment's drawing shares: its sketch, its options and its threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from modiste.data.demo_shop.palette import RGB, darker, luminance, mixed
from modiste.data.demo_shop.sketch import Sketch

METALS: tuple[RGB, ...] = ((196, 198, 204), (205, 170, 92), (120, 118, 122))


@dataclass
class Tailor:
    """The drawing of one garment while it is being put together."""

    options: Mapping[str, str]
    rng: np.random.Generator
    main: RGB
    second: RGB
    arm: float = 0.38
    bend: float = 0.12
    sketch: Sketch = field(default_factory=Sketch)

    def option(self, name: str) -> str:
        """Return the value of an option, "none" where the garment has no such part."""
        return self.options.get(name, "none")

    def has(self, name: str, *values: str) -> bool:
        """Say whether an option has one of the values."""
        return self.option(name) in values

    @property
    def thread(self) -> RGB:
        """The colour of seams on the main cloth."""
        return darker(self.main, 0.66)

    @property
    def shadow(self) -> RGB:
        """The colour of deep lines: openings, slits."""
        deep = darker(self.main, 0.5)
        return deep if luminance(self.main) > 68 else (14, 14, 16)

    @property
    def contrast(self) -> RGB:
        """A small-parts colour that shows on the main cloth: buttons, cords."""
        if abs(luminance(self.second) - luminance(self.main)) > 70:
            return self.second
        return (
            (250, 248, 244) if luminance(self.main) < 150 else mixed(self.main, (30, 24, 28), 0.8)
        )

    @property
    def metal(self) -> RGB:
        """The colour of zips, rivets and studs."""
        return METALS[0] if luminance(self.main) < 170 else METALS[2]


@dataclass(frozen=True)
class Torso:
    """Where the parts of an upper body ended up, for the details that sit on it."""

    neck_x: float
    neck_y: float
    depth: float
    chest: float
    waist: float
    waist_y: float
    hem: float
    hem_y: float

    def half_width(self, y: float) -> float:
        """Return about half the width of the body at a height."""
        heights = (0.5, self.waist_y, max(self.hem_y, self.waist_y + 0.01))
        return float(np.interp(y, heights, (self.chest, self.waist, self.hem)))
