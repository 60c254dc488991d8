"""The layers that keras.layers lacks; each exports to ONNX as plain operations."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="modiste")
class BoxEdges(keras.layers.Layer):  # type: ignore[misc]
    """Turn four logits into ordered edges inside the photo.

    The first two are the box's place among the room it leaves, the last two its size.
    """

    def call(self, x: Any) -> Any:
        """Map ``(batch, 4)`` logits to ``(batch, 4)`` xyxy with ``0 <= x1 < x2 <= 1``."""
        x = keras.ops.sigmoid(x)
        size = x[:, 2:]
        start = x[:, :2] * (1.0 - size)
        return keras.ops.concatenate([start, start + size], axis=-1)


@keras.saving.register_keras_serializable(package="modiste")
class SpatialStatistics(keras.layers.Layer):  # type: ignore[misc]
    """Mean and standard deviation of each channel over the feature map."""

    def call(self, x: Any) -> Any:
        """Map ``(batch, height, width, channels)`` to ``(batch, 2 * channels)``."""
        mean = keras.ops.mean(x, axis=(1, 2))
        variance = keras.ops.mean(keras.ops.square(x), axis=(1, 2)) - keras.ops.square(mean)
        spread = keras.ops.sqrt(keras.ops.maximum(variance, 0.0) + 1e-5)
        return keras.ops.concatenate([mean, spread], axis=-1)


@keras.saving.register_keras_serializable(package="modiste")
class WeightedMean(keras.layers.Layer):  # type: ignore[misc]
    """Mean of a feature map over space, under weights."""

    def call(self, x: Any, weights: Any) -> Any:
        """Map ``(batch, h, w, channels)`` and ``(batch, h, w, 1)`` to ``(batch, channels)``."""
        total = keras.ops.sum(weights, axis=(1, 2)) + 1e-4
        return keras.ops.sum(x * weights, axis=(1, 2)) / total


@keras.saving.register_keras_serializable(package="modiste")
class BoxMask(keras.layers.Layer):  # type: ignore[misc]
    """Weigh the cells of a square map by whether they lie in the box, softly at its edges.

    The box is taken as it is: what is learned from the weighted cells does not move it.
    """

    def __init__(self, cells: int, outside: float = 0.05, **options: Any) -> None:
        super().__init__(**options)
        self.cells = cells
        self.outside = outside

    def call(self, box: Any) -> Any:
        """Map ``(batch, 4)`` to ``(batch, cells, cells, 1)``, from `outside` to 1."""
        box = keras.ops.stop_gradient(box)
        centres = (np.arange(self.cells, dtype=np.float32)[None] + 0.5) / self.cells
        sharpness = 4.0 * max(self.cells, 8)
        within = [
            keras.ops.sigmoid((centres - box[:, i : i + 1]) * sharpness)
            * keras.ops.sigmoid((box[:, i + 2 : i + 3] - centres) * sharpness)
            for i in (0, 1)
        ]  # (batch, cells): columns, rows
        mask = within[1][:, :, None, None] * within[0][:, None, :, None]
        return self.outside + (1.0 - self.outside) * mask

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = {"cells": self.cells, "outside": self.outside}
        return {**super().get_config(), **own}
