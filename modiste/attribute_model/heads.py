"""The four heads, and what they read of the feature maps.

The box head keeps where things are and also reads the map before the last halving. The
attribute and embedding heads also read what the backbone's last map has mostly dropped: a
soft colour histogram over the part of the photo that the network attends to, and the mean
and spread of earlier maps.

References
----------
Gatys et al., "Image Style Transfer Using CNNs", CVPR 2016 (statistics of early maps as texture).
"""

from __future__ import annotations

from typing import Any

import keras

from modiste.attribute_model.layers import (
    BoxMask,
    EdgePositions,
    NoScores,
    WeightedMean,
)
from modiste.attribute_model.palette import ColourShares

ANSWERS = "float32"  # of what answers and of sums over many cells, in mixed precision too

_LEAST_SHARE = 1e-5  # of a colour of the palette
_BOX_CHANNELS = 128
_HIDDEN = 512


def features(top: Any, box: Any, colours: Any, textures: Any) -> dict[str, Any]:
    """Return what the other heads read, each ``(batch, channels)``.

    Parameters
    ----------
    top : KerasTensor
        The last feature map.
    box : KerasTensor
        From `box_head`.
    colours : KerasTensor
        Mean colours in [-1, 1] on a grid a whole number of times finer than `top`.
    textures : KerasTensor
        Statistics of earlier maps, ``(batch, channels)``.
    """
    where = keras.layers.Dense(1, activation="sigmoid", name="attention")(top)
    per_cell = colours.shape[1] // top.shape[1]
    where_fine = keras.layers.UpSampling2D(per_cell, name="attention_fine")(where)
    inside = BoxMask(top.shape[1], dtype=ANSWERS, name="inside")(box)
    inside_fine = BoxMask(colours.shape[1], dtype=ANSWERS, name="inside_fine")(box)
    where = keras.layers.Multiply(name="where")([where, inside])
    where_fine = keras.layers.Multiply(name="where_fine")([where_fine, inside_fine])
    shares = ColourShares(dtype=ANSWERS, name="colour_shares")(colours)
    palette = WeightedMean(dtype=ANSWERS, name="palette")(shares, where_fine)
    # The root tells a colour that is not there from one that is there a little.
    palette = keras.ops.sqrt(palette + _LEAST_SHARE)
    # To one scale: a few hundred steps cannot grow the weights that shares of a colour need. A
    # colour that training hardly shows is not blown up to what no weight has met.
    scaled = keras.layers.BatchNormalization(momentum=0.9, epsilon=0.01, name="palette_scaled")
    return {
        "pooled": keras.layers.GlobalAveragePooling2D(name="pooled")(top),
        "attended": WeightedMean(dtype=ANSWERS, name="attended")(top, where),
        "palette": scaled(palette),
        "textures": keras.layers.BatchNormalization(momentum=0.9, name="textures_scaled")(textures),
    }


def category_head(features: dict[str, Any], n_categories: int) -> Any:
    """Return the probabilities of the categories, from `features`."""
    x = keras.layers.Concatenate(name="category_in")([features["pooled"], features["attended"]])
    x = keras.layers.Dropout(0.3, name="category_dropout")(x)
    return keras.layers.Dense(n_categories, activation="softmax", dtype=ANSWERS, name="category")(x)


def box_head(top: Any, fine: Any) -> Any:
    """Return the box, read off the last map and `fine`, about twice as fine, or None."""
    # Dense layers on maps: 1x1 convolutions whose gradient TensorFlow computes in a sixth of
    # the time on processors.
    x = keras.layers.Dense(_BOX_CHANNELS, name="box_top")(top)
    if fine is not None:
        x = keras.ops.image.resize(x, fine.shape[1:3], interpolation="bilinear")
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
    return EdgePositions(dtype=ANSWERS, name="box")(x)


def attribute_head(features: dict[str, Any], n_attributes: int) -> Any:
    """Return the probabilities of the attributes, from `features`."""
    if n_attributes == 0:
        return NoScores(dtype=ANSWERS, name="attributes")(features["pooled"])
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
        dtype=ANSWERS,
        name="attributes",
    )(x)


def embedding_head(features: dict[str, Any], size: int) -> Any:
    """Return the embedding, of length 1, from `features`."""
    x = keras.layers.Concatenate(name="embedding_in")(list(features.values()))
    x = keras.layers.Dropout(0.2, name="embedding_dropout")(x)
    x = keras.layers.Dense(size, name="embedding_linear")(x)
    return keras.layers.UnitNormalization(dtype=ANSWERS, name="embedding")(x)
