"""The colours that a photo's cells are told apart by, as people see colours.

An even grid of red, green and blue has few colours where clothes are told apart: near grey,
and in the dark. CIELAB measures colours by how different they look.

References
----------
CIE 015:2018, "Colorimetry" (CIELAB); IEC 61966-2-1:1999 (sRGB).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

#: Lightness of the levels of the palette, of 0 (black) to 100 (white).
_LIGHTNESS = np.linspace(5.0, 97.0, 8)
#: Chroma of a level's rings and how many hues each has: closer together near grey.
_RINGS = ((0.0, 1), (8.0, 6), (20.0, 8), (40.0, 10), (70.0, 12), (100.0, 12))
_OUT_OF_GAMUT = 8.0  # farthest that a colour may lie from what a screen shows
_SOFTNESS = 8.0  # standard deviation of how far two colours may lie apart and count as one
_WHITE = np.array([0.9505, 1.0, 1.089])  # of D65, in XYZ
_SRGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_LAB_OF_ROOTS = np.array([[0.0, 116.0, 0.0], [500.0, -500.0, 0.0], [0.0, 200.0, -200.0]])
_TO_ROOTS = (_SRGB_TO_XYZ / _WHITE[:, None]).T.astype(np.float32)
_TO_LAB = _LAB_OF_ROOTS.T.astype(np.float32)
_BLACK = np.array([-16.0, 0.0, 0.0], dtype=np.float32)


def cielab(rgb: Any) -> Any:
    """Convert sRGB to CIELAB, as plain operations on tensors or arrays.

    Parameters
    ----------
    rgb : tensor
        Shape ``(..., 3)``, from 0 to 1.

    Returns
    -------
    tensor
        Shape ``(..., 3)``: lightness of 0 to 100, then green to red and blue to yellow,
        each about -100 to 100.
    """
    ops = keras.ops
    linear = ops.where(
        rgb > 0.04045, ops.power((ops.maximum(rgb, 0.04045) + 0.055) / 1.055, 2.4), rgb / 12.92
    )
    share = ops.matmul(linear, _TO_ROOTS)
    roots = ops.where(
        share > 0.008856,
        ops.power(ops.maximum(share, 0.008856), 1.0 / 3.0),
        7.787 * share + 16.0 / 116.0,
    )
    return ops.matmul(roots, _TO_LAB) + _BLACK


def ring_colours() -> NDArray[np.float32]:
    """Return the palette in CIELAB, ``(colours, 3)``: rings of hues at levels of lightness.

    Rings wider than what a screen shows at their lightness are left out.
    """
    colours = []
    for lightness in _LIGHTNESS:
        for chroma, n_hues in _RINGS:
            turned = 0.5 * (chroma > 20.0)
            hues = 2 * np.pi * (np.arange(n_hues) + turned) / n_hues
            ring = np.stack([chroma * np.cos(hues), chroma * np.sin(hues)], axis=1)
            colours.append(np.insert(ring, 0, lightness, axis=1))
    every = np.concatenate(colours).astype(np.float32)
    steps = np.linspace(0.0, 1.0, 17, dtype=np.float32)
    shown = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    gamut = keras.ops.convert_to_numpy(cielab(shown))
    apart = np.linalg.norm(every[:, None] - gamut[None], axis=-1).min(axis=1)
    kept: NDArray[np.float32] = every[apart < _OUT_OF_GAMUT]
    return kept


@keras.saving.register_keras_serializable(package="modiste")
class ColourShares(keras.layers.Layer):  # type: ignore[misc]
    """Share each cell among the palette's colours near its own; nothing of it is fitted."""

    def build(self, shape: Any) -> None:  # noqa: ARG002
        """Lay out the palette."""
        colours = ring_colours()
        sharpness = 1.0 / (2.0 * _SOFTNESS**2)
        # A softmax over negative squared distances, less what is the same for all colours.
        self.kernel = (2.0 * sharpness * colours.T).astype(np.float32)
        self.bias = (-sharpness * (colours**2).sum(axis=1)).astype(np.float32)

    def call(self, x: Any) -> Any:
        """Map ``(batch, h, w, 3)``, sRGB in [-1, 1], to ``(batch, h, w, colours)`` shares."""
        lab = cielab(keras.ops.clip((x + 1.0) / 2.0, 0.0, 1.0))
        return keras.ops.softmax(keras.ops.matmul(lab, self.kernel) + self.bias, axis=-1)
