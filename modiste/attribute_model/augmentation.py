"""Random views of a photo; the garment's box moves with the pixels.

Hues hardly change: colour is something the network names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box
from modiste.attribute_model.photometry import Photometry
from modiste.attribute_model.view_geometry import Geometry

#: Raise it when the same view gives other pixels: features kept on disk are then not reused.
VIEW_VERSION = 2

_NOT_SCALED = {"close_share", "wide_share", "wide", "cut", "mirror_share", "erase"}
_SMALLEST_WINDOW = 0.05
_BLURS_PX = (0.3, 1.2)
_QUALITIES = (40, 90)


@dataclass(frozen=True)
class View:
    """How one view is made from a photo; by default, the photo as serving sees it.

    Parameters
    ----------
    geometry : Geometry
    photometry : Photometry
    """

    geometry: Geometry = field(default_factory=Geometry)
    photometry: Photometry = field(default_factory=Photometry)

    def pixels(self, photo: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """Return the view of ``(height, width, 3)`` uint8 as ``(size, size, 3)`` uint8."""
        return self.photometry.applied(self.geometry.pixels(photo, size))

    def box(self, box: Box) -> Box:
        """Return where a box of the photo lies in the view, cut at the view's edges."""
        return self.geometry.box(box)


@dataclass(frozen=True)
class AugmentationConfig:
    """How far random views may differ from their photo.

    Each number is the largest change, drawn evenly up to it either way; a name that ends in
    ``_share`` is the share of the views that are changed in that way. Zero leaves a change
    out.

    Parameters
    ----------
    close_share : float
        Views that show the garment's box and little else, as a detector is given them.
    wide_share : float
        Views that show the photo smaller, in a frame of its border's colour.
    wide : float
        Largest width of that frame on each side, as a share of the photo.
    cut : float
        Most that is cut off each edge of a photo without a box, as a share.
    mirror_share : float
    tilt_share : float
        Views that are turned, sheared and seen in perspective.
    angle : float
        Degrees. The box of a turned box is larger than a turned garment's own, so small.
    shear, perspective : float
    brightness, contrast, gamma : float
        Shares of white, of the contrast, of the exponent.
    white_balance, saturation : float
        Shares. What names colours should keep them small, or 0.
    blur_share, noise_share, jpeg_share : float
    noise : float
        Share of white.
    erase_share : float
        Views of which a rectangle is painted over.
    erase : float
        Longest side of it, as a share of the view's.

    Raises
    ------
    ValueError
        If a value is negative or a share above 1.
    """

    close_share: float = 0.2
    wide_share: float = 0.15
    wide: float = 0.2
    cut: float = 0.15
    mirror_share: float = 0.5
    tilt_share: float = 0.3
    angle: float = 5.0
    shear: float = 0.05
    perspective: float = 0.1
    brightness: float = 0.1
    contrast: float = 0.15
    gamma: float = 0.15
    white_balance: float = 0.03
    saturation: float = 0.1
    blur_share: float = 0.1
    noise_share: float = 0.15
    noise: float = 0.03
    jpeg_share: float = 0.15
    erase_share: float = 0.15
    erase: float = 0.3

    def __post_init__(self) -> None:
        for name in (entry.name for entry in fields(self)):
            value = getattr(self, name)
            most = 45.0 if name == "angle" else 1.0
            if not 0.0 <= value <= most:
                raise ValueError(f"{name} must lie in 0 to {most:g}. Received: {value}")

    def scaled(self, strength: float) -> AugmentationConfig:
        """Return a config of which all but windows and mirrors is `strength` times this one.

        Parameters
        ----------
        strength : float
            0 leaves only windows and mirrors; 1 changes nothing. Shares stop at 1.
        """
        scaled = {
            entry.name: getattr(self, entry.name) * strength
            for entry in fields(self)
            if entry.name not in _NOT_SCALED
        }
        return replace(
            self,
            **{
                name: min(value, 1.0) if name.endswith("_share") else value
                for name, value in scaled.items()
            },
        )


DEFAULT_AUGMENTATION = AugmentationConfig()


def random_view(
    rng: np.random.Generator,
    box: Box | None,
    config: AugmentationConfig = DEFAULT_AUGMENTATION,
) -> View:
    """Draw a view.

    Each edge of the window lies between the photo's edge and the box's, so that the
    garment stays in view at any place and size; some windows fit the box closely, some
    are larger than the photo. Without a box the window cuts a little off each edge.

    Parameters
    ----------
    rng : Generator
    box : tuple of float, optional
        The garment's box, xyxy in [0, 1].
    config : AugmentationConfig
    """
    return View(_geometry(rng, box, config), _photometry(rng, config))


def _geometry(rng: np.random.Generator, box: Box | None, config: AugmentationConfig) -> Geometry:
    window = _window(rng, box, config)
    mirrored = bool(rng.random() < config.mirror_share)
    tilted = rng.random() < config.tilt_share
    angle, *slants = (rng.uniform(-1.0, 1.0, 5) * tilted).tolist()
    shear = (slants[0] * config.shear, slants[1] * config.shear)
    perspective = (slants[2] * config.perspective, slants[3] * config.perspective)
    return Geometry(window, mirrored, angle * config.angle, shear, perspective)


def _window(rng: np.random.Generator, box: Box | None, config: AugmentationConfig) -> Box:
    kind, draws = rng.random(), rng.random(4)
    if kind > 1.0 - config.wide_share:
        x1, y1, x2, y2 = (draws * config.wide).tolist()
        return (-x1, -y1, 1.0 + x2, 1.0 + y2)
    if box is None:
        x1, y1, x2, y2 = (draws * config.cut).tolist()
        return _wide_enough((x1, y1, 1.0 - x2, 1.0 - y2))
    if kind < config.close_share:
        draws = 1.0 - draws * 0.03
    x1, y1, x2, y2 = draws.tolist()
    return _wide_enough(
        (
            x1 * max(box[0], 0.0),
            y1 * max(box[1], 0.0),
            1.0 - x2 * (1.0 - min(box[2], 1.0)),
            1.0 - y2 * (1.0 - min(box[3], 1.0)),
        )
    )


def _wide_enough(window: Box) -> Box:
    """Return the window, or one about as far out that a sliver of a box does not make empty."""
    x1, y1, x2, y2 = window
    if x2 - x1 < _SMALLEST_WINDOW:
        x1 = min(max((x1 + x2 - _SMALLEST_WINDOW) / 2, 0.0), 1.0 - _SMALLEST_WINDOW)
        x2 = x1 + _SMALLEST_WINDOW
    if y2 - y1 < _SMALLEST_WINDOW:
        y1 = min(max((y1 + y2 - _SMALLEST_WINDOW) / 2, 0.0), 1.0 - _SMALLEST_WINDOW)
        y2 = y1 + _SMALLEST_WINDOW
    return (x1, y1, x2, y2)


def _photometry(rng: np.random.Generator, config: AugmentationConfig) -> Photometry:
    brightness, contrast, gamma, red, blue, saturation = rng.uniform(-1.0, 1.0, 6).tolist()
    blurred, noisy, compressed, erased = rng.random(4).tolist()
    strength, width, height, left, top = rng.random(5).tolist()
    low_px, high_px = _BLURS_PX
    low, high = _QUALITIES
    width, height = (config.erase * (0.3 + 0.7 * side) for side in (width, height))
    left, top = left * (1.0 - width), top * (1.0 - height)
    return Photometry(
        brightness=brightness * config.brightness,
        contrast=1.0 + contrast * config.contrast,
        gamma=float((1.0 + config.gamma) ** gamma),
        white_balance=(1.0 + red * config.white_balance, 1.0, 1.0 + blue * config.white_balance),
        saturation=1.0 + saturation * config.saturation,
        blur_px=low_px + strength * (high_px - low_px) if blurred < config.blur_share else 0.0,
        noise=strength * config.noise if noisy < config.noise_share else 0.0,
        jpeg_quality=int(low + strength * (high - low)) if compressed < config.jpeg_share else 0,
        erased=(left, top, left + width, top + height) if erased < config.erase_share else None,
        noise_seed=int(rng.integers(2**32)),
    )
