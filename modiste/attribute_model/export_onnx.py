"""The fitted network as ONNX: float32, and its answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from modiste.attribute_model.keras_to_onnx import keras_to_onnx
from modiste.attribute_model.network import OUTPUTS

_BATCH = 32


def write_float32(network: Any, path: Path) -> None:
    """Write a Keras network as ONNX, with a free batch size."""
    import onnx

    converted = keras_to_onnx(network, lambda answers: {name: answers[name] for name in OUTPUTS})
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # What only rearranges weights is done once, here, and not at each load.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = os.fspath(path)
    ort.InferenceSession(
        converted.SerializeToString(), sess_options=options, providers=["CPUExecutionProvider"]
    )
    folded = onnx.load(path)
    # ONNX Runtime names every domain that it knows; other runtimes may refuse those.
    used = {node.domain for node in folded.graph.node}
    kept = [each for each in folded.opset_import if each.domain in used]
    del folded.opset_import[:]
    folded.opset_import.extend(kept)
    onnx.save(folded, path)


def onnx_answers(path: Path, photos: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Return what an ONNX network answers to ``(n, size, size, 3)`` photos, by output."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(
        os.fspath(path), sess_options=options, providers=["CPUExecutionProvider"]
    )
    batches = [
        session.run(list(OUTPUTS), {"image": photos[start : start + _BATCH]})
        for start in range(0, len(photos), _BATCH)
    ]
    joined = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
    return dict(zip(OUTPUTS, joined, strict=True))
