"""Photos of random pixels, whole and damaged."""

from __future__ import annotations

import io
import random

import numpy as np
from PIL import Image


def photo(seed: int = 0, kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a photo, encoded."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels), kind)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def plain(size: tuple[int, int] = (64, 64), mode: str = "RGB") -> Image.Image:
    """Return a picture of one colour."""
    return Image.new(mode, size)


def mutated(data: bytes, source: random.Random) -> bytes:
    """Return a file with some bytes changed, added or lost."""
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 5, 20))):
        at = source.randrange(len(changed))
        match source.randrange(4):
            case 0:
                changed[at] = source.randrange(256)
            case 1:
                changed[at] ^= 1 << source.randrange(8)
            case 2:
                changed[at:at] = source.randbytes(source.randrange(9))
            case _:
                del changed[at : at + source.randrange(1, 40)]
        if len(changed) < 2:
            break
    return bytes(changed)
