"""The fitted network as LiteRT (``.tflite``), for Android, and its answers.

One photo at a time, float32 in and out, in one signature whose outputs are named: the
converter orders them as it likes. Built-in operations only.

References
----------
https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/post_training_quantization
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.network import OUTPUTS

LiteRTPrecision = Literal["float16", "int8", "integer"]

#: What `write_litert` names its files.
LITERT_FILES: dict[LiteRTPrecision, str] = {
    "float16": "network.float16.tflite",
    "int8": "network.int8.tflite",
    "integer": "network.integer.tflite",
}
SIGNATURE = "serving_default"


def write_litert(
    network: Any,
    out: Path,
    calibration: NDArray[np.float32],
    precisions: Sequence[LiteRTPrecision] = ("float16", "int8"),
) -> None:
    """Write a Keras network as one ``.tflite`` file a precision.

    Parameters
    ----------
    network : keras.Model
        From ``(batch, size, size, 3)`` RGB in 0..255 to a dict of outputs.
    out : path
        An existing directory.
    calibration : ndarray
        Photos, ``(n, size, size, 3)`` float32, that the ranges of ``integer`` are taken from.
    precisions : sequence of str
        ``float16`` halves the weights. ``int8`` quarters them; what they are multiplied with
        is made int8 as it comes, by the range it has then. ``integer`` makes all that flows
        between the operations int8, by ranges fixed beforehand: for accelerators that know
        nothing else, at a loss that few networks' heads bear.
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        _save_graph(network, folder)
        for precision in precisions:
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            if precision == "float16":
                converter.target_spec.supported_types = [tf.float16]
            if precision == "integer":
                converter.representative_dataset = lambda: _one_by_one(calibration)
                converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            with warnings.catch_warnings():
                # The converter finds ranges with the interpreter that it warns others of.
                warnings.filterwarnings("ignore", r"\s*Warning: tf\.lite\.Interpreter is deprec")
                (out / LITERT_FILES[precision]).write_bytes(converter.convert())


def _save_graph(network: Any, folder: str) -> None:
    import tensorflow as tf

    size = network.inputs[0].shape[1]
    signature = [tf.TensorSpec((1, size, size, 3), tf.float32, name="image")]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def serve(image: Any) -> dict[str, Any]:
        answers = network(image, training=False)
        return {name: answers[name] for name in OUTPUTS}

    # The converter finds only the weights that TensorFlow's own module holds.
    module = tf.Module()
    module.weights = [weights.value for weights in network.variables]
    tf.saved_model.save(module, folder, signatures={SIGNATURE: serve})


def _one_by_one(photos: NDArray[np.float32]) -> Iterator[dict[str, NDArray[np.float32]]]:
    for photo in photos:
        yield {"image": photo[None]}


def litert_answers(path: Path, photos: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Return what a ``.tflite`` network answers to ``(n, size, size, 3)`` photos, by output."""
    from ai_edge_litert.interpreter import Interpreter

    answer = Interpreter(model_path=os.fspath(path)).get_signature_runner(SIGNATURE)
    answers = [answer(image=photo[None]) for photo in photos]
    return {name: np.concatenate([found[name] for found in answers]) for name in OUTPUTS}
