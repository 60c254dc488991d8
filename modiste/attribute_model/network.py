"""The network: one photo in; category, box, attributes and embedding out.

Four heads (`modiste.attribute_model.heads`) share a backbone, which is cut in two: what is
frozen runs once a photo and view, the rest in every step.

References
----------
Sandler et al., "MobileNetV2", CVPR 2018; He et al., "Deep Residual Learning", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from modiste.attribute_model.backbone import (
    build_backbone,
    cut_point,
    narrow_points,
    preprocess,
    slim_point,
)
from modiste.attribute_model.config import NetworkConfig
from modiste.attribute_model.heads import (
    ANSWERS,
    attribute_head,
    box_head,
    category_head,
    embedding_head,
    features,
)
from modiste.attribute_model.layers import SpatialStatistics
from modiste.data.vocabulary import Vocabulary

OUTPUTS = ("category", "box", "attributes", "embedding")

_COLOUR_CELLS = 4  # colour cells along one side of a cell of the last feature map
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
    box = box_head(top, fine)
    read = features(top, box, colours, textures)
    outputs = {
        "category": category_head(read, len(vocabulary.categories)),
        "box": box,
        "attributes": attribute_head(read, len(vocabulary.attributes)),
        "embedding": embedding_head(read, config.embedding_size),
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
    statistics = [SpatialStatistics(dtype=ANSWERS, name=f"textures_{x.shape[1]}")(x) for x in maps]
    if len(statistics) == 1:
        return statistics[0]
    return keras.layers.Concatenate(name="textures")(statistics)


def _finer(backbone: Any) -> tuple[int, Any]:
    """Return place and tensor of the last slim map about twice as fine as the last one, or None.

    Halving 13 cells gives 7, and 12 give 5 without padding.
    """
    last = backbone.output.shape[1]
    sides = range(max(2 * last - 1, last + 1), 2 * last + 3)
    finer = [point for point in narrow_points(backbone) if point[1].shape[1] in sides]
    return slim_point(backbone, finer) if finer else (-1, None)
