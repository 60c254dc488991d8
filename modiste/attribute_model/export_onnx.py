"""The fitted network as ONNX: float32, and its answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from modiste.attribute_model.network import OUTPUTS

OPSET = 17
_BATCH = 32


def write_float32(network: Any, path: Path) -> None:
    """Write a Keras network as ONNX, with a free batch size."""
    import tensorflow as tf
    import tf2onnx

    size = network.inputs[0].shape[1]
    signature = [tf.TensorSpec((None, size, size, 3), tf.float32, name="image")]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def serve(image: Any) -> dict[str, Any]:
        answers = network(image, training=False)
        return {name: tf.identity(answers[name], name=name) for name in OUTPUTS}

    tf2onnx.convert.from_function(
        serve, input_signature=signature, opset=OPSET, output_path=str(path)
    )


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
