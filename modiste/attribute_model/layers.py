"""The layers that keras.layers lacks; each exports to ONNX as plain operations."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

_MARGIN = 0.02  # past the photo's edges, for the centres of the outermost cells
_FIRST_EDGE = 0.02  # where a box's first two edges lie before the photo is looked at
_SMALLEST = 0.01  # side of a box


@keras.saving.register_keras_serializable(package="modiste")
class EdgePositions(keras.layers.Layer):  # type: ignore[misc]
    """Read a box's edges off four square maps: how likely each edge runs through a cell.

    A map is summed along its edge, so that every column (or row) has one likelihood; the
    edge lies at the mean position under their softmax. A photo moved by a cell moves the
    box by a cell, which a dense layer over all cells would have to learn for each.

    What each column and row is likely to hold before the photo is looked at is fitted too;
    it starts as a box that is nearly the whole photo, though not beyond its edges, from where
    nothing could be learned.

    References
    ----------
    Sun et al., "Integral Human Pose Regression", ECCV 2018 (the mean of a heat map).
    Li et al., "Generalized Focal Loss", NeurIPS 2020 (edges as distributions).
    """

    def build(self, shape: Any) -> None:
        """Make the likelihoods of the columns and rows, ``(4, cells)``."""
        self.cells = int(shape[1])
        if self.cells < 2:
            raise ValueError(
                "A box needs a feature map of 2 cells a side or more; take a larger image_size. "
                f"Received: {self.cells}"
            )
        towards_end = np.linspace(0.0, _steepness(self.cells), self.cells)
        start = np.stack([-towards_end, -towards_end, towards_end, towards_end])
        self.expected = self.add_weight(
            shape=(4, self.cells),
            initializer=keras.initializers.Constant(start.astype(np.float32)),
            name="expected",
        )

    def call(self, x: Any) -> Any:
        """Map ``(batch, cells, cells, 4)`` to ``(batch, 4)`` xyxy, ``0 <= x1 < x2 <= 1``."""
        ops = keras.ops
        # Past the outermost centres by a little, so that an edge can lie on the photo's.
        centres = np.linspace(-_MARGIN, 1.0 + _MARGIN, self.cells, dtype=np.float32)
        edges = []
        for i in range(4):
            along = 2 if i % 2 else 1  # x edges run down the rows, y edges across the columns
            likely = ops.logsumexp(x[..., i], axis=along) + self.expected[i]
            edges.append(ops.sum(ops.softmax(likely, axis=-1) * centres, axis=-1))
        first, second = ops.stack(edges[:2], axis=-1), ops.stack(edges[2:], axis=-1)
        start = ops.clip(ops.minimum(first, second), 0.0, 1.0 - _SMALLEST)
        end = ops.clip(ops.maximum(first, second), start + _SMALLEST, 1.0)
        return ops.concatenate([start, end], axis=-1)


def _steepness(cells: int) -> float:
    """Return how far likelihoods fall from one edge to the other for `_FIRST_EDGE`.

    Falling by ``s`` a cell, the mean lies ``1 / (exp(s) - 1)`` cells from the first.
    """
    between = (1.0 + 2.0 * _MARGIN) / (cells - 1)
    return float((cells - 1) * np.log1p(between / (_FIRST_EDGE + _MARGIN)))


@keras.saving.register_keras_serializable(package="modiste")
class NoScores(keras.layers.Layer):  # type: ignore[misc]
    """Score none: the attribute head of a vocabulary that has no attributes."""

    def call(self, x: Any) -> Any:
        """Map ``(batch, channels)`` to ``(batch, 0)``."""
        return x[:, :0]


@keras.saving.register_keras_serializable(package="modiste")
class SpatialStatistics(keras.layers.Layer):  # type: ignore[misc]
    """Mean and standard deviation of each channel over the feature map."""

    def call(self, x: Any) -> Any:
        """Map ``(batch, height, width, channels)`` to ``(batch, 2 * channels)``."""
        cells = x.shape[1] * x.shape[2]
        x = keras.ops.reshape(x, (-1, cells, x.shape[3]))
        # As a product of matrices: ONNX Runtime's mean over space takes ten times as long.
        each = np.full((1, cells), 1.0 / cells, dtype=np.float32)
        mean = keras.ops.matmul(each, x)[:, 0]
        variance = keras.ops.matmul(each, keras.ops.square(x))[:, 0] - keras.ops.square(mean)
        spread = keras.ops.sqrt(keras.ops.maximum(variance, 0.0) + 1e-5)
        return keras.ops.concatenate([mean, spread], axis=-1)


@keras.saving.register_keras_serializable(package="modiste")
class WeightedMean(keras.layers.Layer):  # type: ignore[misc]
    """Mean of a feature map over space, under weights."""

    def call(self, x: Any, weights: Any) -> Any:
        """Map ``(batch, h, w, channels)`` and ``(batch, h, w, 1)`` to ``(batch, channels)``."""
        ops = keras.ops
        cells = x.shape[1] * x.shape[2]
        weights = ops.reshape(weights, (-1, 1, cells))
        # As a product of matrices: many channels are not multiplied first and then added up.
        total = ops.matmul(weights, ops.reshape(x, (-1, cells, x.shape[3])))[:, 0]
        return total / (ops.sum(weights, axis=-1) + 1e-4)


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
