"""Serve a fitted network: pixels in, garments out, with ONNX Runtime alone."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from modiste.attribute_model.calibration import Calibration
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.garment import Box, Garment
from modiste.attribute_model.naming import AttributeNaming
from modiste.attribute_model.network_file import (
    NETWORK_JSON,
    int8_published,
    read_calibration,
    read_description,
)
from modiste.attribute_model.portable import PortableNetwork
from modiste.attribute_model.second_look import crop_around, in_photo
from modiste.data.images import crop_and_resize
from modiste.data.vocabulary import Vocabulary
from modiste.errors import ReleaseError

NETWORK_FILES = {"float32": "network.onnx", "int8": "network.int8.onnx"}

Precision = Literal["float32", "int8"]

_OUTPUTS = ["category", "box", "attributes", "embedding"]
_BATCH = 32


@dataclass(frozen=True)
class Detector:
    """Names the garment in a photo; load one with `Detector.load`.

    It holds no state between calls, so threads may share it.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
    vocabulary : Vocabulary
    image_size : int
        Side of the network's square in pixels.
    thresholds : ndarray
        Calibrated score from which each attribute is named, shape ``(n_attributes,)`` float32.
    precision : str
        Of the network in use: ``float32`` or ``int8``.
    calibration : Calibration or None
        Makes probabilities of the network's scores; None leaves them as they are.
    second_look, second_look_box : bool
        Whether the predicted box is looked at again for attributes and embedding, and for
        the box.
    portable : PortableNetwork or None
        The same network for a runtime elsewhere; None for one that was not loaded from files.
    """

    session: Any
    vocabulary: Vocabulary
    image_size: int
    thresholds: NDArray[np.float32]
    precision: Precision = "float32"
    calibration: Calibration | None = None
    second_look: bool = False
    second_look_box: bool = False
    portable: PortableNetwork | None = None

    @classmethod
    def load(
        cls,
        directory: str | Path,
        vocabulary: Vocabulary,
        *,
        precision: Precision = "float32",
        threads: int | None = None,
    ) -> Detector:
        """Load what `fit_network` wrote.

        Parameters
        ----------
        directory : path
            Holds ``network.json``, ``network.onnx`` and ``network.int8.onnx``.
        vocabulary : Vocabulary
            Must be the one the network was fitted with.
        precision : str
            ``int8`` answers sooner; where it agreed too little with the fitted network
            and was not published, float32 is used, and `precision` says so.
        threads : int, optional
            Threads of one call; as many as there are cores if None. Servers that answer
            many requests at once do best with 1.

        Raises
        ------
        ValueError
            If the precision or the number of threads is not one of these.
        ReleaseError
            If a file is missing or broken, or the vocabulary is another.
        """
        if precision not in NETWORK_FILES:
            raise ValueError(
                f"precision must be one of {', '.join(NETWORK_FILES)}. Received: {precision!r}"
            )
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1. Received: {threads}")
        folder = Path(directory)
        described = read_description(folder / NETWORK_JSON, vocabulary)
        if precision == "int8" and not int8_published(described):
            precision = "float32"
        path = folder / NETWORK_FILES[precision]
        session = _open(path, threads)
        size = NetworkConfig.from_json(json.dumps(described["config"])).image_size
        thresholds = np.array(described["thresholds"], dtype=np.float32)
        calibration = read_calibration(described, folder / NETWORK_JSON, vocabulary)
        twice = {
            name: bool(described.get(name, False)) for name in ("second_look", "second_look_box")
        }
        portable = PortableNetwork(
            path, precision, size, vocabulary, thresholds, calibration, **twice
        )
        return cls(
            session,
            vocabulary,
            size,
            thresholds,
            precision,
            calibration,
            portable=portable,
            **twice,
        )

    @functools.cached_property
    def naming(self) -> AttributeNaming:
        """How scores become the few names that are shown."""
        return AttributeNaming.of(self.vocabulary)

    def detect(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box | None] | None = None,
    ) -> list[Garment]:
        """Name the garment in each photo.

        With `second_look` or `second_look_box`, photos without a given box are looked at
        twice: the whole photo gives category and box, the part around the box attributes and
        embedding, or a better box, or both.

        Parameters
        ----------
        images : sequence of ndarray
            RGB photos, ``(height, width, 3)`` uint8, of any sizes.
        boxes : sequence of (tuple of float or None), optional
            One a photo: where the garment is, xyxy in [0, 1]. The network then looks only
            there, and the garment's box is this one. None looks at the whole photo.

        Returns
        -------
        list of Garment
            One a photo, in order.

        Raises
        ------
        ValueError
            If the numbers of photos and boxes differ, or a box is not ordered or leaves
            the photo.
        """
        given: Sequence[Box | None] = [None] * len(images) if boxes is None else boxes
        if len(given) != len(images):
            raise ValueError(
                f"boxes must have one entry a photo. Received: {len(given)} for {len(images)}"
            )
        for box in given:
            _check_box(box)
        garments: list[Garment] = []
        for start in range(0, len(images), _BATCH):
            part = given[start : start + _BATCH]
            answers = self._look(images[start : start + _BATCH], part)
            garments += [self._garment(*row) for row in zip(*answers, part, strict=True)]
        return garments

    def _look(
        self, photos: Sequence[NDArray[np.uint8]], boxes: Sequence[Box | None]
    ) -> list[NDArray[np.float32]]:
        """Return category, box, attributes and embedding of a batch, calibrated."""
        categories, found, attributes, embedding = self.run(photos, boxes)
        found = found.clip(0.0, 1.0)
        looks_twice = self.second_look or self.second_look_box
        crops = {
            row: crop
            for row, (box, given) in enumerate(zip(found, boxes, strict=True))
            if looks_twice and given is None and (crop := crop_around(box)) is not None
        }
        if crops:
            again = list(crops)
            _, closer, *second = self.run([photos[row] for row in again], list(crops.values()))
            if self.second_look:
                attributes[again], embedding[again] = second
            if self.second_look_box:
                for box, (row, crop) in zip(closer.clip(0.0, 1.0), crops.items(), strict=True):
                    found[row] = in_photo(box, crop)
        if self.calibration is not None:
            categories = self.calibration.apply_category(categories)
            attributes = self.calibration.apply(attributes)
        return [categories, found, attributes, embedding]

    def run(
        self, photos: Sequence[NDArray[np.uint8]], boxes: Sequence[Box | None]
    ) -> list[NDArray[np.float32]]:
        """Return what the network itself answers to a batch, neither calibrated nor named.

        Returns
        -------
        list of ndarray
            ``category``, ``box`` (as shares of the part looked at), ``attributes`` and
            ``embedding``, each of shape ``(n_photos, ...)`` float32.
        """
        pixels = [
            crop_and_resize(photo, self.image_size, box)
            for photo, box in zip(photos, boxes, strict=True)
        ]
        answers: list[NDArray[np.float32]] = self.session.run(
            _OUTPUTS, {"image": np.stack(pixels).astype(np.float32)}
        )
        return answers

    def _garment(
        self,
        categories: NDArray[np.float32],
        box: NDArray[np.float32],
        attributes: NDArray[np.float32],
        embedding: NDArray[np.float32],
        given: Box | None,
    ) -> Garment:
        x1, y1, x2, y2 = box.tolist()
        return Garment(
            category=self.vocabulary.categories[int(categories.argmax())],
            category_scores=dict(zip(self.vocabulary.categories, categories.tolist(), strict=True)),
            box=(x1, y1, x2, y2) if given is None else given,
            attributes=self.naming.named(attributes, self.thresholds),
            embedding=embedding,
            attribute_scores=attributes,
        )


def _check_box(box: Box | None) -> None:
    if box is None:
        return
    x1, y1, x2, y2 = box
    if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise ValueError(
            "A box must be (x1, y1, x2, y2) with 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1, "
            f"fractions of the photo's width and height. Received: {box}"
        )


def _open(path: Path, threads: int | None) -> Any:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # Its threads would wait busily for each other, on the cores that other requests need: a
    # photo takes half the processor time without that.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if threads is not None:
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
    try:
        return ort.InferenceSession(
            os.fspath(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's errors share no base of their own
        raise ReleaseError(
            f"{path} must be a network that ONNX Runtime can read; fit the network again. "
            f"Received: {error}"
        ) from error
