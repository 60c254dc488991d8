"""The ONNX network with the backbone's convolutions in eight bits.

Weights are quantised per channel to seven of the eight bits: processors without the VNNI
instructions add products of uint8 and int8 in sixteen bits, which eight-bit weights overflow
without a word, so that the same file would answer worse there than where it was checked.

References
----------
Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018.
https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BATCH = 16


def write_int8(float32: Path, int8: Path, calibration: NDArray[np.float32]) -> None:
    """Quantise the backbone's convolutions: int8 weights per channel, uint8 between.

    The convolutions that read the photo, depthwise ones and the heads stay in float32:
    they cost little time, and most of the accuracy was lost there.

    Parameters
    ----------
    float32 : path
        From `write_float32`.
    int8 : path
        Where to write.
    calibration : ndarray
        Photos, ``(n, size, size, 3)`` float32, that ranges are taken from.
    """
    import onnx
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Photos(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.batches = _batches(calibration)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            batch = next(self.batches, None)
            return None if batch is None else {"image": batch}

    with tempfile.TemporaryDirectory() as folder:
        prepared = os.fspath(Path(folder) / "prepared.onnx")
        quant_pre_process(os.fspath(float32), prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            os.fspath(int8),
            Photos(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=_kept_in_float32(onnx.load(prepared).graph),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # The range of a batch, averaged: one photo's outlier does not widen it.
            extra_options={"CalibMovingAverage": True, "CalibMovingAverageConstant": 0.1},
        )


def _batches(photos: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield batches of one size: the calibrator stacks what it saw of them."""
    whole = len(photos) // _BATCH * _BATCH or 1
    return iter(photos[start : start + _BATCH] for start in range(0, whole, _BATCH))


def _kept_in_float32(graph: Any) -> list[str]:
    """Return the convolutions that are depthwise or of three channels; the heads have no others."""
    shape = {weights.name: tuple(weights.dims) for weights in graph.initializer}
    kept = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        groups = next((a.i for a in node.attribute if a.name == "group"), 1)
        n_channels = shape.get(node.input[1], (0, 0))[1]
        if groups > 1 or n_channels == 3:
            kept.append(node.name)
    return kept
