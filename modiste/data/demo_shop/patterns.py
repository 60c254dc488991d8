"""The catalogue of prints, and how to draw one repeat of each."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from modiste.data.demo_shop.geometric_prints import (
    Draw,
    Tones,
    bands,
    checkered,
    chevron,
    diamond,
    fair_isle,
    geo,
    gingham,
    grid,
    herringbone,
    houndstooth,
    ikat,
    plaid,
    polka,
    southwestern,
    tribal,
    zigzag,
)
from modiste.data.demo_shop.organic_prints import (
    abstract,
    camo,
    galaxy,
    giraffe,
    leopard,
    marble,
    scatter,
    speckled,
    splatter,
    tie_dye,
    watercolor,
)
from modiste.data.demo_shop.palette import RGB, darker, luminance, mixed

# Name: how to draw one repeat, and its side in body units.
PRINTS: dict[str, tuple[Draw, float]] = {
    "striped": (bands((0.25, 0.5, 0.75), (1, 0, 1, 0)), 0.30),
    "breton": (bands((0.28,), (1, 0)), 0.135),
    "vertical": (bands((0.25, 0.5, 0.75), (1, 0, 1, 0), vertical=True), 0.30),
    "pinstripe": (bands((0.12,), (1, 0), vertical=True), 0.085),
    "multi-stripe": (bands((0.2, 0.3, 0.5, 0.56, 0.8, 0.9), (0, 1, 2, 0, 3, 0, 1)), 0.6),
    "checkered": (checkered, 0.40), "plaid": (plaid, 0.42), "gingham": (gingham, 0.42),
    "grid": (grid, 0.32), "houndstooth": (houndstooth, 0.44),
    "herringbone": (herringbone, 0.5), "polka dot": (polka, 0.62),
    "speckled": (speckled, 0.5), "chevron": (chevron, 0.48), "zigzag": (zigzag, 0.6),
    "geo": (geo, 0.6), "diamond": (diamond, 0.52),
    "abstract": (abstract, 0.9), "tribal": (tribal, 0.66),
    "southwestern": (southwestern, 0.62), "ikat": (ikat, 0.6),
    "floral": (scatter("flower", cells=3, radius=0.44), 0.72),
    "ditsy": (scatter("blossom", cells=7, radius=0.27), 0.62),
    "daisy": (scatter("daisy", cells=4, radius=0.38), 0.7),
    "rose": (scatter("rose", cells=3, radius=0.4), 0.78),
    "leaf": (scatter("leaf", cells=4, radius=0.46), 0.62),
    "palm": (scatter("palm", cells=3, radius=0.56, turn=1.0, jitter=0.12), 0.9),
    "paisley": (scatter("paisley", cells=3, radius=0.46), 0.66),
    "leopard": (leopard, 0.56), "giraffe": (giraffe, 0.66),
    "camo": (camo, 0.9), "bird": (scatter("bird", cells=4, radius=0.38, turn=0.3), 0.76),
    "butterfly": (scatter("butterfly", cells=4, radius=0.4, turn=0.5), 0.8),
    "heart": (scatter("heart", cells=4, radius=0.32, turn=0.15, jitter=0.05), 0.58),
    "star": (scatter("star", cells=4, radius=0.36, turn=0.5, jitter=0.08), 0.6),
    "pineapple": (scatter("pineapple", cells=4, radius=0.4, turn=0.3, jitter=0.06), 0.86),
    "medallion": (scatter("medallion", cells=2, radius=0.46, turn=0.0, jitter=0.0), 0.62),
    "marble": (marble, 0.9), "watercolor": (watercolor, 1.0), "galaxy": (galaxy, 0.9),
    "splatter": (splatter, 0.8),
    "tie-dye": (tie_dye, 1.15), "fair isle": (fair_isle, 0.5),
}  # fmt: skip


def print_tile(name: str, rng: np.random.Generator, tones: Tones) -> tuple[Image.Image, float]:
    """Draw one repeat of a print.

    Parameters
    ----------
    name : str
        A key of `PRINTS`.
    rng : numpy.random.Generator
        Drives what the name leaves open.
    tones : sequence of four colours
        The ground and the print's own.

    Returns
    -------
    image : PIL.Image.Image
        Seamless or nearly so, square, a power of two wide.
    period : float
        Its side in body units.
    """
    draw, period = PRINTS[name]
    tile = draw(rng, tones)
    if name in ("abstract", "watercolor", "marble"):
        tile = tile.filter(ImageFilter.SMOOTH)
    return tile, period * float(rng.uniform(0.88, 1.12))


def tones_for(base: RGB, second: RGB, rng: np.random.Generator) -> list[RGB]:
    """Return the ground and three print colours built from two."""
    leaf = ((92, 128, 84), (214, 160, 60), (70, 120, 130))[int(rng.integers(3))]
    pale = mixed(second, (255, 255, 255), 0.35)
    between = mixed(base, second, 0.42)
    return [base, second, between if luminance(second) > 175 else pale,
            mixed(leaf, darker(base, 0.7), 0.2)]  # fmt: skip
