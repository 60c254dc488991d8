"""The network as another runtime takes it: a browser's, a phone's."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.naming import AttributeNaming
from modiste.data.vocabulary import Vocabulary


@dataclass(frozen=True)
class PortableNetwork:
    """One ONNX file, and what `Detector` does before and after it.

    Parameters
    ----------
    path : Path
        Takes ``image``, ``(n, image_size, image_size, 3)`` float32 RGB in [0, 255], and gives
        ``category``, ``box``, ``attributes`` and ``embedding``.
    precision : str
        ``float32`` or ``int8``.
    image_size : int
        Side in pixels of the square that `modiste.data.images.crop_and_resize` makes of a photo.
    vocabulary : Vocabulary
    thresholds : ndarray
        Calibrated score from which each attribute is named, shape ``(n_attributes,)`` float32.
    calibration : Calibration or None
    second_look, second_look_box : bool
        Whether the predicted box is looked at again for attributes and embedding, and for the
        box: see `modiste.attribute_model.second_look`.
    """

    path: Path
    precision: str
    image_size: int
    vocabulary: Vocabulary
    thresholds: NDArray[np.float32] = field(repr=False)
    calibration: Calibration | None = field(default=None, repr=False)
    second_look: bool = False
    second_look_box: bool = False

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of the file, which names the network; raises `OSError` if it cannot be read."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @functools.cached_property
    def n_bytes(self) -> int:
        """Bytes of the file; raises `OSError` if it cannot be read."""
        return self.path.stat().st_size

    @functools.cached_property
    def naming(self) -> AttributeNaming:
        """How scores become the few names that are shown."""
        return AttributeNaming.of(self.vocabulary)
