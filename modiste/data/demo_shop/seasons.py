"""The demo shop's calendar: its 18 months, what is worn when, and passing fashions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.data.demo_shop.design import GarmentDesign

#: The shop's first day, and the moment after its last. Fixed, so that the demo is the same
#: whenever it is built.
START: Final = datetime(2025, 1, 1, tzinfo=UTC)
END: Final = datetime(2026, 7, 1, tzinfo=UTC)
N_DAYS: Final = (END - START).days

_YEAR = 365.25
_COLDEST_DAY = 20.0

_WARM = {
    "Anorak": 0.4, "Blazer": 0.2, "Bomber": 0.4, "Cardigan": 0.4, "Flannel": 0.6, "Hoodie": 0.3,
    "Jacket": 0.3, "Parka": 1.0, "Peacoat": 1.0, "Poncho": 0.6, "Sweater": 0.8, "Turtleneck": 0.9,
    "Coat": 1.0, "Cape": 0.8, "Onesie": 0.5, "Robe": 0.3, "Jodhpurs": 0.2, "Jeans": 0.15,
    "Sweatpants": 0.3, "Joggers": 0.2, "Leggings": 0.15, "Henley": 0.2,
    "Tank": -0.6, "Halter": -0.8, "Capris": -0.6, "Cutoffs": -1.0, "Shorts": -0.9,
    "Sarong": -1.0, "Sweatshorts": -0.7, "Trunks": -1.0, "Caftan": -0.7, "Kaftan": -0.8,
    "Coverup": -1.0, "Dress": -0.2, "Romper": -0.8, "Sundress": -1.0, "Kimono": -0.4,
    "Culottes": -0.4, "Gauchos": -0.3, "Skirt": -0.15, "Tee": -0.25, "Jumpsuit": -0.2,
}  # fmt: skip
_WARM_NAMES = {
    "knit": 0.3, "chunky knit": 0.6, "cable knit": 0.5, "fair isle": 0.6, "corduroy": 0.4,
    "velvet": 0.4, "fur": 0.6, "shearling": 0.7, "tweed": 0.5, "quilted": 0.5, "puffer": 0.7,
    "plaid": 0.25, "long sleeve": 0.2, "long-sleeve": 0.2, "hooded": 0.15, "leather": 0.2,
    "linen": -0.5, "sleeveless": -0.3, "strapless": -0.5, "crochet": -0.2, "eyelet": -0.3,
    "chiffon": -0.2, "palm": -0.4, "tropical": -0.4, "pineapple": -0.5, "floral": -0.15,
    "crop": -0.2, "cropped": -0.2, "mini": -0.2, "off-the-shoulder": -0.4,
    "open-knit": -0.2, "halter": -0.4, "racerback": -0.3,
}  # fmt: skip


def warmth(design: GarmentDesign) -> float:
    """Return how warm a garment is, from -1 (midsummer) to 1 (midwinter)."""
    names = sorted({*design.attributes, design.fabric, design.pattern})
    total = _WARM.get(design.category, 0.0) + sum(_WARM_NAMES.get(name, 0.0) for name in names)
    return float(np.clip(total, -1.0, 1.0))


def coldness(day: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the season of days since `START`, from -1 (midsummer) to 1 (midwinter)."""
    return np.cos(2 * np.pi * (day - _COLDEST_DAY) / _YEAR)


@dataclass(frozen=True)
class Fashions:
    """Attributes and colours that come and go.

    Parameters
    ----------
    names : tuple of str
        The traits in fashion; one may come twice.
    peak, width : ndarray
        Shape ``(n_fashions,)`` float64: the day of the height since `START`, and the
        standard deviation in days.
    height : ndarray
        Shape ``(n_fashions,)`` float64: what it adds to the utility at its height.
    """

    names: tuple[str, ...]
    peak: NDArray[np.float64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]

    @classmethod
    def draw(cls, names: Sequence[str], n_fashions: int, rng: np.random.Generator) -> Fashions:
        """Draw fashions over the shop's months, each of some weeks."""
        chosen = rng.choice(len(names), size=n_fashions, replace=len(names) < n_fashions)
        return cls(
            names=tuple(names[i] for i in chosen),
            peak=rng.uniform(0, N_DAYS, n_fashions),
            width=rng.uniform(14, 40, n_fashions),
            height=rng.uniform(0.5, 1.2, n_fashions),
        )

    def strength(self, day: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the strength of each fashion on each day, ``(n_days, n_fashions)``."""
        distance = (day[:, None] - self.peak) / self.width
        return self.height * np.exp(-0.5 * distance**2)
