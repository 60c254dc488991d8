"""The backbone: any network of keras.applications, its weights, where it can be cut."""

from __future__ import annotations

import inspect
import math
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.config import DEMO_SHOP, IMAGENET, NetworkConfig
from modiste.errors import ModisteError

_DEMO_SHOP_FILE = "mobilenetv2_0.50_128_demo_shop.weights.h5"


class MissingWeightsError(ModisteError):
    """The weights that a network's config asks for cannot be had."""


@keras.saving.register_keras_serializable(package="modiste")
class BlueGreenRed(keras.layers.Layer):  # type: ignore[misc]
    """Turn RGB into BGR, which ResNet's and VGG's weights were trained on."""

    def call(self, x: Any) -> Any:
        """Reverse the last axis of ``(batch, height, width, 3)``."""
        return keras.ops.concatenate([x[..., 2:3], x[..., 1:2], x[..., 0:1]], axis=-1)


def preprocess(image: Any, backbone: str) -> Any:
    """Scale RGB in 0..255 to what `backbone` was trained on, inside the graph.

    Keras's own ``preprocess_input`` of the backbone is probed for its scale, offset and
    order of channels, so that the network and Keras cannot disagree.
    """
    function = _constructor(backbone)
    probe = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]], dtype=np.float32)
    scaled = sys.modules[function.__module__].preprocess_input(probe[None, :, None, :].copy())
    scaled = np.asarray(scaled, dtype=np.float64)[0, :, 0, :]
    offset = scaled[0]
    slopes = (scaled[1:] - offset) / 255.0  # (channel in, channel out)
    if np.count_nonzero(np.diag(slopes)) < 3:
        image = BlueGreenRed(name="blue_green_red")(image)
        slopes = slopes[::-1]
    scale = np.diag(slopes)
    if np.allclose(scale, 1) and np.allclose(offset, 0):
        return image  # the backbone scales its input itself
    return keras.layers.Rescaling(_one_or_each(scale), _one_or_each(offset), name="scaled")(image)


def _one_or_each(channels: NDArray[np.float64]) -> float | list[float]:
    """Return a number if all channels have the same: three in a row are slow to multiply by."""
    values = [float(value) for value in channels]
    return values[0] if len(set(values)) == 1 else values


def build_backbone(config: NetworkConfig, image: Any) -> Any:
    """Return the backbone without its top, over `image`, with its weights loaded.

    Parameters
    ----------
    config : NetworkConfig
    image : KerasTensor
        What `preprocess` returned.

    Returns
    -------
    keras.Model
        Functional and flat, from the source of `image` to the last feature map,
        ``(batch, height, width, channels)``.

    Raises
    ------
    ValueError
        If keras.applications has no such backbone, or it does not take the image size.
    MissingWeightsError
        If the weights cannot be downloaded or read.
    """
    constructor = _constructor(config.backbone)
    options: dict[str, Any] = {} if config.alpha is None else {"alpha": config.alpha}
    if options and "alpha" not in inspect.signature(constructor).parameters:
        raise ValueError(
            f"alpha is the width of a MobileNet; {config.backbone} has none. "
            f"Received: {config.alpha}"
        )
    shape = (config.image_size, config.image_size, 3)
    backbone = constructor(
        input_tensor=image, input_shape=shape, include_top=False, weights=None, **options
    )
    if config.weights is not None:
        # A second copy takes the weights: files hold the backbone alone, without the
        # layers that `preprocess` put before it.
        alone = _with_weights(constructor, config, shape, options)
        backbone.set_weights(alone.get_weights())
    return backbone


def _constructor(name: str) -> Any:
    function = getattr(keras.applications, name, None)
    if function is None or not callable(function):
        known = [n for n in dir(keras.applications) if n[0].isupper()]
        raise ValueError(
            f"backbone must be one of keras.applications: {', '.join(known)}. Received: {name!r}"
        )
    return function


def _with_weights(
    constructor: Any, config: NetworkConfig, shape: tuple[int, int, int], options: dict[str, Any]
) -> Any:
    if config.weights == IMAGENET:
        try:
            return constructor(input_shape=shape, include_top=False, weights=IMAGENET, **options)
        except Exception as error:  # Keras raises bare Exception when a download fails
            raise MissingWeightsError(
                f"The ImageNet weights of {config.backbone} could not be downloaded. Connect to "
                "the internet once (Keras keeps the file in ~/.keras/models), or give a path to "
                "a .weights.h5 file of the backbone without its top, or None for random weights. "
                f"Received: {error}"
            ) from error
    alone = constructor(input_shape=shape, include_top=False, weights=None, **options)
    path = weights_path(str(config.weights))
    if not path.is_file():
        raise MissingWeightsError(
            "weights must be 'imagenet', 'demo_shop', None, or a path to a .weights.h5 file. "
            f"Received: {config.weights!r}, and there is no such file"
        )
    try:
        alone.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        raise MissingWeightsError(
            f"{path} must hold the weights of {config.backbone} without its top"
            f"{'' if config.alpha is None else f', alpha {config.alpha}'}. Received: {error}"
        ) from error
    return alone


def weights_path(weights: str) -> Path:
    """Return the file that a config's `weights` names."""
    if weights == DEMO_SHOP:
        return Path(str(resources.files("modiste.attribute_model") / "weights" / _DEMO_SHOP_FILE))
    return Path(weights)


def narrow_points(backbone: Any) -> list[tuple[int, Any]]:
    """Return where the backbone can be cut in two: its single-tensor points.

    Behind such a layer nothing reads an earlier tensor, so that what follows can be
    computed from its output alone; inside a residual block there is none.

    Returns
    -------
    list of (int, KerasTensor)
        Position in ``backbone.operations`` and output, first to last; feature maps only,
        without padded ones.
    """
    operations = backbone.operations  # layers, and the bare operations between them
    position = {id(operation.output): i for i, operation in enumerate(operations)}
    last_reader = [0] * len(operations)
    for reader, operation in enumerate(operations):
        read = operation.input if isinstance(operation.input, list) else [operation.input]
        for tensor in read:
            last_reader[position[id(tensor)]] = reader
    points, furthest = [], 0
    for i, operation in enumerate(operations):
        pads = isinstance(operation, keras.layers.ZeroPadding2D)
        if furthest <= i and len(operation.output.shape) == 4 and not pads:
            points.append((i, operation.output))
        furthest = max(furthest, last_reader[i])
    return points


def slim_point(backbone: Any, points: list[tuple[int, Any]]) -> tuple[int, Any]:
    """Return the last point, or the slimmer one that it was widened from.

    Inverted residual blocks widen a map before they thin it again; the wide one takes six
    times the room and says no more.

    Parameters
    ----------
    backbone : keras.Model
    points : list of (int, KerasTensor)
        Some of its `narrow_points`, first to last; not empty.
    """
    slim = points[-1]
    for point in reversed(points):
        n_values, fewest = (math.prod(each[1].shape[1:]) for each in (point, slim))
        if n_values > fewest:
            break
        if n_values < fewest:
            slim = point
        if isinstance(backbone.operations[point[0]].input, list):  # the sum that ends a block
            break
    return slim


def cut_point(backbone: Any, n_layers: int) -> tuple[int, Any]:
    """Return the last slim point before the weights of the last `n_layers` layers.

    With none to fit it is the last feature map itself.

    Returns
    -------
    (int, KerasTensor)
        Position in ``backbone.operations`` and the tensor to cut at.
    """
    last = {id(layer) for layer in backbone.layers[len(backbone.layers) - n_layers :]}
    first = next(
        (i for i, step in enumerate(backbone.operations) if id(step) in last and step.weights),
        len(backbone.operations),
    )
    before = [point for point in narrow_points(backbone) if point[0] < max(first, 1)]
    return slim_point(backbone, before) if n_layers else before[-1]
