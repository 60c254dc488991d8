"""Photos that no two are alike, for tests of what compares pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def save_mosaic(path: Path, seed: int, *, quality: int = 90, side: int = 64) -> None:
    """Save a mosaic of 8 x 8 random colours; a seed's mosaics are one picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tiles = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(tiles).resize((side, side), Image.Resampling.NEAREST)
    picture.save(path, quality=quality)
