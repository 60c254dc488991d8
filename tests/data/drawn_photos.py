"""Photos that differ enough to be told apart: soft blotches of colour drawn from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def draw(seed: int, side: int = 96) -> NDArray[np.uint8]:
    """Return pixels of shape ``(side, side, 3)``, another picture for every seed.

    Blotches of every size, the large ones strongest, as in photos.
    """
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side, 3), 128.0)
    for n_blotches, strength in ((4, 60), (8, 40), (16, 25), (32, 15)):
        blotches = rng.normal(0, strength, (n_blotches, n_blotches)).astype(np.float32)
        grain = Image.fromarray(blotches)
        grey = np.asarray(grain.resize((side, side), Image.Resampling.BICUBIC))
        pixels += grey[..., None] * rng.uniform(0.7, 1.3, 3)
    return pixels.clip(0, 255).astype(np.uint8)


def save(path: Path, seed: int, side: int = 96, **how: object) -> Path:
    """Write the picture of a seed in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(draw(seed, side)).save(path, **how)
    return path
