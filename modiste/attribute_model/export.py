"""Write a fitted network for serving: ONNX in float32 and in int8.

References
----------
Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference", CVPR 2018.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from modiste.attribute_model.network import HEAD_CONVOLUTIONS, OUTPUTS
from modiste.attribute_model.runtime import NETWORK_FILES

OPSET = 17

#: int8 is served only if it agrees with float32 at least so far.
MIN_CATEGORY_AGREEMENT = 0.95
MIN_EMBEDDING_COSINE = 0.98


@dataclass(frozen=True)
class Int8Check:
    """How the int8 network compares with the float32 one, on photos.

    Parameters
    ----------
    category_agreement : float
        Share of photos whose first category is the same.
    embedding_cosine : float
        Mean cosine of the two embeddings of a photo.
    usable : bool
        Whether both reach their bound; where not, serving uses float32.
    """

    category_agreement: float
    embedding_cosine: float
    usable: bool


def export_network(
    network: Any, out: Path, calibration: NDArray[np.float32], held_out: NDArray[np.float32]
) -> dict[str, Any]:
    """Write ``network.onnx`` and ``network.int8.onnx``.

    Parameters
    ----------
    network : keras.Model
        From ``(batch, size, size, 3)`` RGB in 0..255 to a dict of outputs.
    out : path
        An existing directory.
    calibration : ndarray
        Training photos, ``(n, size, size, 3)`` float32, that int8 ranges are taken from.
    held_out : ndarray
        Other photos, shaped likewise, on which the two are compared.

    Returns
    -------
    dict
        `Int8Check` as a dict.
    """
    write_float32(network, out / NETWORK_FILES["float32"])
    write_int8(out / NETWORK_FILES["float32"], out / NETWORK_FILES["int8"], calibration)
    return asdict(compare(out / NETWORK_FILES["float32"], out / NETWORK_FILES["int8"], held_out))


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


def write_int8(float32: Path, int8: Path, calibration: NDArray[np.float32]) -> None:
    """Quantise the backbone's convolutions: int8 weights per channel, uint8 between.

    The convolutions that read the photo, depthwise ones and the heads stay in float32:
    they cost little time, and most of the accuracy was lost there.
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
            self.batches: Iterator[NDArray[np.float32]] = iter(
                calibration[i : i + 16] for i in range(0, len(calibration) // 16 * 16 or 1, 16)
            )

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
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )


def _kept_in_float32(graph: Any) -> list[str]:
    """Return the convolutions that are depthwise, of three channels, or in a head."""
    shape = {weights.name: tuple(weights.dims) for weights in graph.initializer}
    kept = []
    for node in graph.node:
        if node.op_type != "Conv":
            continue
        groups = next((a.i for a in node.attribute if a.name == "group"), 1)
        of_head = any(f"/{name}" in tensor for tensor in node.input for name in HEAD_CONVOLUTIONS)
        n_channels = shape.get(node.input[1], (0, 0))[1]
        if groups > 1 or n_channels == 3 or of_head:
            kept.append(node.name)
    return kept


def compare(float32: Path, int8: Path, photos: NDArray[np.float32]) -> Int8Check:
    """Run both networks on photos and say how far they agree."""
    answers = []
    for path in (float32, int8):
        session = ort.InferenceSession(os.fspath(path), providers=["CPUExecutionProvider"])
        parts = [
            session.run(["category", "embedding"], {"image": photos[i : i + 32]})
            for i in range(0, len(photos), 32)
        ]
        answers.append([np.concatenate(arrays) for arrays in zip(*parts, strict=True)])
    (category, embedding), (category_int8, embedding_int8) = answers
    agreement = float((category.argmax(axis=1) == category_int8.argmax(axis=1)).mean())
    cosine = float((embedding * embedding_int8).sum(axis=1).mean())
    return Int8Check(
        category_agreement=round(agreement, 4),
        embedding_cosine=round(cosine, 4),
        usable=agreement >= MIN_CATEGORY_AGREEMENT and cosine >= MIN_EMBEDDING_COSINE,
    )
