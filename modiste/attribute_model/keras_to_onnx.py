"""A Keras model as an ONNX one, without the copies of its weights that tf2onnx would make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import keras

OPSET: Final = 17
_WEIGHT: Final = "weight_{:04d}"


def keras_to_onnx(model: Any, outputs: Callable[[Any], Mapping[str, Any]]) -> Any:
    """Convert a model that reads photos, with a free batch size.

    tf2onnx copies the whole graph for each of its optimisers: ResNet50 took 45 s and 6 GB that
    way. Here its weights are arguments while it converts, and are put in afterwards as
    initialisers, which ONNX Runtime folds when it loads them.

    Parameters
    ----------
    model : keras.Model
        One input ``(batch, size, size, 3)`` float32, named ``image`` in the answer.
    outputs : callable
        From what the model answers to its tensors by the names that they get.

    Returns
    -------
    onnx.ModelProto
        Of opset 17.
    """
    import onnx
    import tensorflow as tf
    import tf2onnx

    size = model.inputs[0].shape[1]
    variables = model.variables
    names = [_WEIGHT.format(i) for i in range(len(variables))]
    signature = [
        tf.TensorSpec((None, size, size, 3), tf.float32, name="image"),
        *(tf.TensorSpec(v.shape, v.dtype, name=n) for v, n in zip(variables, names, strict=True)),
    ]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def answer(image: Any, *weights: Any) -> dict[str, Any]:
        given = {id(v): each for v, each in zip(variables, weights, strict=True)}
        fitted, frozen = (
            [given[id(variable)] for variable in half]
            for half in (model.trainable_variables, model.non_trainable_variables)
        )
        found, _ = model.stateless_call(fitted, frozen, image, training=False)
        return {name: tf.identity(x, name=name) for name, x in outputs(found).items()}

    converted, _ = tf2onnx.convert.from_function(answer, input_signature=signature, opset=OPSET)
    graph = converted.graph
    read = [one for one in graph.input if one.name == "image"]
    used = {one.name for one in graph.input} - {"image"}
    del graph.input[:]
    graph.input.extend(read)
    for name, variable in zip(names, variables, strict=True):
        if name in used:
            values = keras.ops.convert_to_numpy(variable)
            graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    return converted
