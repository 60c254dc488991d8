"""The two readers a query needs: one for photos, one for phrases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Box, Garment
from modiste.attribute_model.portable import PortableNetwork
from modiste.nlp.attribute_query import AttributeQuery


class PhotoReader(Protocol):
    """What names garments; ``modiste.attribute_model.runtime.Detector`` is one."""

    def detect(
        self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box | None] | None = None
    ) -> list[Garment]:
        """Return one garment a photo, ``(height, width, 3)`` uint8 RGB."""
        ...


@runtime_checkable
class PortableReader(Protocol):
    """A photo reader whose network can look elsewhere too."""

    portable: PortableNetwork | None


class TextReader(Protocol):
    """What reads phrases; ``modiste.nlp.phrase_reader.PhraseReader`` is one."""

    def read(self, text: str) -> AttributeQuery:
        """Return what a phrase means in the words of the vocabulary."""
        ...

    def warm(self) -> None:
        """Make what the first phrases need."""
        ...
