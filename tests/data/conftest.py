from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def draw_photo() -> Callable[..., Path]:
    """Return what writes a photo: another picture for every seed.

    Blotches of every size, the large ones strongest, as in photos.
    """

    def draw(path: Path, seed: int, side: int = 96, **how: object) -> Path:
        rng = np.random.default_rng(seed)
        pixels = np.full((side, side, 3), 128.0)
        for n_blotches, strength in ((4, 60), (8, 40), (16, 25), (32, 15)):
            grain = rng.normal(0, strength, (n_blotches, n_blotches)).astype(np.float32)
            smooth = Image.fromarray(grain).resize((side, side), Image.Resampling.BICUBIC)
            pixels += np.asarray(smooth)[..., None] * rng.uniform(0.7, 1.3, 3)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, **how)
        return path

    return draw
