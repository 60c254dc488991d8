"""What light, camera and file do to a photo's pixels without moving them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from modiste.attribute_model.garment import Box

_LEVELS = np.arange(256) / 255.0
#: A normal distribution's quantiles: noise for the price of one random byte a value.
_NOISE = np.array([NormalDist().inv_cdf((i + 0.5) / 256) for i in range(256)])


@dataclass(frozen=True)
class Photometry:
    """How one view's pixels differ from the photo's.

    Parameters
    ----------
    brightness : float
        Added to every value, as a share of white.
    contrast : float
        Factor of each value's distance from mid-grey.
    gamma : float
        Exponent: above 1 darkens the middle tones.
    white_balance : tuple of float
        Factors of red, green and blue.
    saturation : float
        Factor of each pixel's distance from its grey.
    blur_px : float
        Standard deviation of a Gaussian blur, in pixels of the view.
    noise : float
        Standard deviation of noise, as a share of white.
    jpeg_quality : int
        Of a JPEG that the view goes through, 1 to 95; 0 for none.
    erased : tuple of float, optional
        The part of the view painted over in grey, xyxy in [0, 1].
    noise_seed : int
    """

    brightness: float = 0.0
    contrast: float = 1.0
    gamma: float = 1.0
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    blur_px: float = 0.0
    noise: float = 0.0
    jpeg_quality: int = 0
    erased: Box | None = None
    noise_seed: int = 0

    def applied(self, view: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the changed pixels of ``(size, size, 3)`` uint8; the given ones stay."""
        if self == _PLAIN:
            return view
        picture = Image.fromarray(view)
        if self.saturation != 1.0:
            picture = ImageEnhance.Color(picture).enhance(self.saturation)
        if self.blur_px:
            picture = picture.filter(ImageFilter.GaussianBlur(self.blur_px))
        changed = np.asarray(picture.point(self._levels()))
        if self.noise:
            changed = self._noisy(changed)
        if self.erased is not None:
            changed = _painted_over(changed, self.erased)
        if self.jpeg_quality:
            changed = _through_jpeg(changed, self.jpeg_quality)
        return changed

    def _levels(self) -> list[int]:
        """Return the new value of each old one, 256 a channel, as `Image.point` reads them."""
        tones = (_LEVELS**self.gamma - 0.5) * self.contrast + 0.5 + self.brightness
        levels = np.outer(np.array(self.white_balance), tones).clip(0.0, 1.0) * 255.0
        found: list[int] = levels.round().astype(int).ravel().tolist()
        return found

    def _noisy(self, view: NDArray[np.uint8]) -> NDArray[np.uint8]:
        drawn = np.random.default_rng(self.noise_seed).bytes(view.size)
        steps = (_NOISE * self.noise * 255.0).round().astype(np.int16)
        change = steps[np.frombuffer(drawn, dtype=np.uint8)].reshape(view.shape)
        return (view + change).clip(0, 255).astype(np.uint8)


def _painted_over(view: NDArray[np.uint8], part: Box) -> NDArray[np.uint8]:
    x1, y1, x2, y2 = (round(edge * len(view)) for edge in part)
    painted = view.copy()
    painted[y1:y2, x1:x2] = 128
    return painted


def _through_jpeg(view: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    file = io.BytesIO()
    Image.fromarray(view).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file, formats=("JPEG",)).convert("RGB"))


_PLAIN = Photometry()
