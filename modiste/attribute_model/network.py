"""The network: one photo in; category, box, attributes and embedding out.

Four heads share a backbone. The box head keeps where things are and also reads the map
before the last halving; the attribute and
embedding heads also read colours and textures, which the backbone's last feature map has
mostly dropped: a soft colour histogram over the part of the photo that the network
attends to, and the mean and spread of earlier feature maps.

References
----------
Sandler et al., "MobileNetV2", CVPR 2018; He et al., "Deep Residual Learning", CVPR 2016.
Gatys et al., "Image Style Transfer Using CNNs", CVPR 2016 (statistics of early maps as texture).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from modiste.attribute_model.backbone import (
    build_backbone,
    cut_point,
    narrow_points,
    preprocess,
    slim_point,
)
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.layers import (
    BoxMask,
    EdgePositions,
    NoScores,
    SpatialStatistics,
    WeightedMean,
)
from modiste.data.vocabulary import Vocabulary

OUTPUTS = ("category", "box", "attributes", "embedding")

_COLOUR_CELLS = 4  # colour cells along one side of a cell of the last feature map
_COLOUR_STEPS = 4  # of red, green and blue: 64 colours
_BOX_CHANNELS = 128
_HIDDEN = 512
_ANSWERS = "float32"  # of what answers and of sums over many cells, in mixed precision too
_MOMENTUM = 0.98  # of running statistics: a fit may have few steps


@dataclass(frozen=True)
class NetworkParts:
    """A network, and the same layers cut in two.

    Parameters
    ----------
    network : keras.Model
        From RGB in 0..255, ``(batch, size, size, 3)`` float32, to a dict of ``category``
        (batch, n_categories) probabilities, ``box`` (batch, 4), ``attributes`` (batch,
        n_attributes) probabilities and ``embedding`` (batch, embedding_size) of length 1.
    frozen : keras.Model or None
        From the photo to the list of tensors that `trainable` reads; None if every layer
        is fitted.
    trainable : keras.Model
        From those tensors to the dict; the whole network if every layer is fitted.
    backbone : keras.Model
        From the photo to the last feature map.
    """

    network: Any
    frozen: Any
    trainable: Any
    backbone: Any


def compiled(model: Any) -> Callable[..., Any]:
    """Return a model as one traced function, for batches of any size, in inference mode.

    ``predict_on_batch`` would trace the graph again for the last, shorter batch.
    """
    import tensorflow as tf

    signature = [tf.TensorSpec((None, *x.shape[1:]), tf.float32) for x in model.inputs]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def answer(*inputs: Any) -> Any:
        return model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)

    function: Callable[..., Any] = answer
    return function


def build_network(config: NetworkConfig, vocabulary: Vocabulary) -> Any:
    """Return the network of a config; see `NetworkParts.network`.

    Raises
    ------
    ValueError
        If the backbone is unknown or does not take the image size.
    MissingWeightsError
        If the backbone's weights cannot be had.
    """
    return build_parts(config, vocabulary).network


def build_parts(config: NetworkConfig, vocabulary: Vocabulary) -> NetworkParts:
    """Return the network of a config, whole and cut; raises as `build_network`."""
    size = config.image_size
    image = keras.Input((size, size, 3), name="image")
    backbone = build_backbone(config, preprocess(image, config.backbone))
    n_layers = len(backbone.layers) if config.trains_everything else config.trainable_layers
    n_layers = min(n_layers, len(backbone.layers))
    _choose_what_is_fitted(backbone, n_layers, everything=config.trains_everything)

    top = backbone.output
    cut_at, cut = cut_point(backbone, n_layers)
    colours = _colour_cells(image, top)
    textures = _textures(backbone, None if config.trains_everything else cut_at)
    finer_at, fine = _finer(backbone)
    box = _box_head(top, fine)
    features = _features(top, box, colours, textures)
    outputs = {
        "category": _category_head(features, len(vocabulary.categories)),
        "box": box,
        "attributes": _attribute_head(features, len(vocabulary.attributes)),
        "embedding": _embedding_head(features, config.embedding_size),
    }
    network = keras.Model(image, outputs, name="modiste")
    if config.trains_everything:
        return NetworkParts(network, None, network, backbone)
    kept = [cut, colours, textures]
    if fine is not None and finer_at < cut_at:
        kept.append(fine)
    return NetworkParts(
        network=network,
        frozen=keras.Model(image, kept, name="frozen"),
        trainable=keras.Model(kept, outputs, name="trainable"),
        backbone=backbone,
    )


def _choose_what_is_fitted(backbone: Any, n_layers: int, *, everything: bool) -> None:
    """Freeze all but the last layers.

    Batch normalisation is fitted only with the whole network: a frozen one stays in
    inference mode, and the statistics of a few thousand photos are worse than those that
    came with the weights.
    """
    first = len(backbone.layers) - n_layers
    for i, layer in enumerate(backbone.layers):
        normalises = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = i >= first and (everything or not normalises)
        if normalises and everything:
            layer.momentum = min(layer.momentum, _MOMENTUM)


def _colour_cells(image: Any, top: Any) -> Any:
    """Return mean colours in [-1, 1] on a grid finer than the last feature map's."""
    size, cells = image.shape[1], top.shape[1]
    per_cell = min(_COLOUR_CELLS, size // cells)
    pool = size // (cells * per_cell)
    x = keras.layers.AveragePooling2D(pool, name="colour_pool")(image)
    extra = x.shape[1] - cells * per_cell
    x = keras.layers.Cropping2D(((0, extra), (0, extra)), name="colour_crop")(x)
    return keras.layers.Rescaling(1 / 127.5, -1.0, name="colours")(x)


def _textures(backbone: Any, cut_at: int | None) -> Any:
    """Return the statistics of the last map of each size, up to the cut."""
    top = backbone.output
    last_of_size = {
        tensor.shape[1]: tensor
        for position, tensor in narrow_points(backbone)
        if (cut_at is None or position <= cut_at)
        and tensor.shape[-1] > 3
        and tensor.shape[1] > top.shape[1]
    }
    maps = list(last_of_size.values()) or [top]
    statistics = [SpatialStatistics(dtype=_ANSWERS, name=f"textures_{x.shape[1]}")(x) for x in maps]
    if len(statistics) == 1:
        return statistics[0]
    return keras.layers.Concatenate(name="textures")(statistics)


def _finer(backbone: Any) -> tuple[int, Any]:
    """Return place and tensor of the last slim map twice as fine as the last one, or None."""
    side = 2 * backbone.output.shape[1]
    finer = [point for point in narrow_points(backbone) if point[1].shape[1] == side]
    return slim_point(backbone, finer) if finer else (-1, None)


def _features(top: Any, box: Any, colours: Any, textures: Any) -> dict[str, Any]:
    """Return what the heads read, each ``(batch, channels)``."""
    where = keras.layers.Dense(1, activation="sigmoid", name="attention")(top)
    per_cell = colours.shape[1] // top.shape[1]
    where_fine = keras.layers.UpSampling2D(per_cell, name="attention_fine")(where)
    inside = BoxMask(top.shape[1], dtype=_ANSWERS, name="inside")(box)
    inside_fine = BoxMask(colours.shape[1], dtype=_ANSWERS, name="inside_fine")(box)
    where = keras.layers.Multiply(name="where")([where, inside])
    where_fine = keras.layers.Multiply(name="where_fine")([where_fine, inside_fine])
    palette = WeightedMean(dtype=_ANSWERS, name="palette")(_colour_names(colours), where_fine)
    # To one scale: a few hundred steps cannot grow the weights that shares of a colour need.
    return {
        "pooled": keras.layers.GlobalAveragePooling2D(name="pooled")(top),
        "attended": WeightedMean(dtype=_ANSWERS, name="attended")(top, where),
        "palette": keras.layers.BatchNormalization(momentum=0.9, name="palette_scaled")(palette),
        "textures": keras.layers.BatchNormalization(momentum=0.9, name="textures_scaled")(textures),
    }


def _colour_names(colours: Any) -> Any:
    """Return how near each cell's colour is to each of 64, ``(batch, cells, cells, 64)``.

    A softmax over negative squared distances is a 1x1 convolution; it starts from an even
    grid of colours and is fitted from there.
    """
    steps = np.linspace(-0.85, 0.85, _COLOUR_STEPS)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    sharpness = 1.0 / (steps[1] - steps[0]) ** 2 * 3.0
    kernel = keras.initializers.Constant((2 * sharpness * grid.T)[None, None])
    bias = keras.initializers.Constant(-sharpness * (grid**2).sum(axis=1))
    return keras.layers.Conv2D(
        len(grid),
        1,
        activation="softmax",
        kernel_initializer=kernel,
        bias_initializer=bias,
        dtype=_ANSWERS,
        name="colour_names",
    )(colours)


def _category_head(features: dict[str, Any], n_categories: int) -> Any:
    x = keras.layers.Concatenate(name="category_in")([features["pooled"], features["attended"]])
    x = keras.layers.Dropout(0.3, name="category_dropout")(x)
    return keras.layers.Dense(n_categories, activation="softmax", dtype=_ANSWERS, name="category")(
        x
    )


def _box_head(top: Any, fine: Any) -> Any:
    """Return the box, read off maps twice as fine as the last one where the backbone has such."""
    # Dense layers on maps: 1x1 convolutions whose gradient TensorFlow computes in a sixth of
    # the time on processors.
    x = keras.layers.Dense(_BOX_CHANNELS, name="box_top")(top)
    if fine is not None:
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", name="box_top_fine")(x)
        fine = keras.layers.Dense(_BOX_CHANNELS, name="box_fine")(fine)
        x = keras.layers.Add(name="box_both")([x, fine])
    x = keras.layers.Activation("relu", name="box_both_relu")(x)
    x = keras.layers.DepthwiseConv2D(5, padding="same", name="box_around")(x)
    x = keras.layers.Dense(_BOX_CHANNELS, activation="relu", name="box_channels")(x)
    whole = keras.layers.GlobalAveragePooling2D(keepdims=True, name="box_pooled")(top)
    whole = keras.layers.Dense(_BOX_CHANNELS, name="box_whole")(whole)
    x = keras.layers.Add(name="box_in_whole")([x, whole])
    x = keras.layers.Activation("relu", name="box_in_whole_relu")(x)
    # Small at first, so that the box starts where `EdgePositions` expects it.
    small = keras.initializers.RandomNormal(stddev=1e-3)
    x = keras.layers.Dense(4, kernel_initializer=small, name="box_edges")(x)
    return EdgePositions(dtype=_ANSWERS, name="box")(x)


def _attribute_head(features: dict[str, Any], n_attributes: int) -> Any:
    if n_attributes == 0:
        return NoScores(dtype=_ANSWERS, name="attributes")(features["pooled"])
    x = keras.layers.Concatenate(name="attributes_in")(list(features.values()))
    x = keras.layers.Dropout(0.3, name="attributes_dropout_in")(x)
    x = keras.layers.Dense(_HIDDEN, activation="relu", name="attributes_hidden")(x)
    x = keras.layers.Concatenate(name="attributes_palette")([x, features["palette"]])
    x = keras.layers.Dropout(0.3, name="attributes_dropout")(x)
    bias = keras.initializers.Constant(-3.0)  # most attributes are absent
    return keras.layers.Dense(
        n_attributes,
        activation="sigmoid",
        bias_initializer=bias,
        dtype=_ANSWERS,
        name="attributes",
    )(x)


def _embedding_head(features: dict[str, Any], size: int) -> Any:
    x = keras.layers.Concatenate(name="embedding_in")(list(features.values()))
    x = keras.layers.Dropout(0.2, name="embedding_dropout")(x)
    x = keras.layers.Dense(size, name="embedding_linear")(x)
    return keras.layers.UnitNormalization(dtype=_ANSWERS, name="embedding")(x)
