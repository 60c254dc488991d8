"""Losses of the four heads, as plain functions; unknown labels count for nothing.

Each takes ``(y_true, y_pred)`` as Keras passes them and returns one value a photo. A photo
whose label is unknown gives 0.
"""

from __future__ import annotations

from typing import Any

import keras

_EPSILON = 1e-6


def category_loss(y_true: Any, y_pred: Any, *, label_smoothing: float = 0.0) -> Any:
    """Cross-entropy of the category.

    Parameters
    ----------
    y_true : tensor
        Shape ``(batch, 1)``, the category's index or -1.
    y_pred : tensor
        Shape ``(batch, n_categories)``, probabilities.
    label_smoothing : float
        Share of the truth, in [0, 1), that is spread evenly over all categories.

    Returns
    -------
    tensor
        Shape ``(batch,)``.

    References
    ----------
    Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7.
    """
    category = keras.ops.cast(y_true[:, 0], "int32")
    chosen = keras.ops.one_hot(keras.ops.maximum(category, 0), y_pred.shape[-1])
    target = (1.0 - label_smoothing) * chosen + label_smoothing / y_pred.shape[-1]
    log_likelihood = keras.ops.sum(target * keras.ops.log(y_pred + _EPSILON), axis=-1)
    return -log_likelihood * keras.ops.cast(category >= 0, y_pred.dtype)


def box_loss(y_true: Any, y_pred: Any) -> Any:
    """Root mean squared error of the four edges, plus 1 - intersection over union.

    The first keeps a gradient where the boxes do not touch, the second is what is measured.

    Parameters
    ----------
    y_true : tensor
        Shape ``(batch, 4)``, xyxy in [0, 1]; all -1 where there is no box.
    y_pred : tensor
        Shape ``(batch, 4)``, xyxy in [0, 1].

    References
    ----------
    Yu et al., "UnitBox: An Advanced Object Detection Network", ACM MM 2016.
    """
    known = keras.ops.cast(y_true[:, 0] >= 0, y_pred.dtype)
    mean_square = keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)
    error = keras.ops.sqrt(mean_square + _EPSILON)
    return (error + 1.0 - intersection_over_union(y_true, y_pred)) * known


def intersection_over_union(first: Any, second: Any) -> Any:
    """Return the overlap of pairs of boxes, ``(batch, 4)`` each, as ``(batch,)`` in [0, 1]."""
    start = keras.ops.maximum(first[:, :2], second[:, :2])
    end = keras.ops.minimum(first[:, 2:], second[:, 2:])
    common = keras.ops.prod(keras.ops.maximum(end - start, 0.0), axis=-1)
    areas = [keras.ops.prod(box[:, 2:] - box[:, :2], axis=-1) for box in (first, second)]
    return common / (areas[0] + areas[1] - common + _EPSILON)


def attributes_loss(y_true: Any, y_pred: Any) -> Any:
    """Binary cross-entropy summed over the known attributes; easy absences count less.

    Nearly all of 1,000 attributes are absent from a photo. Focusing the absent ones by
    their probability keeps the present few from being drowned.

    Parameters
    ----------
    y_true : tensor
        Shape ``(batch, n_attributes)``: 1 present, 0 absent, -1 unknown.
    y_pred : tensor
        Shape ``(batch, n_attributes)``, probabilities.

    References
    ----------
    Ridnik et al., "Asymmetric Loss for Multi-Label Classification", ICCV 2021.
    """
    present = keras.ops.cast(y_true > 0.5, y_pred.dtype)
    absent = keras.ops.cast(keras.ops.abs(y_true) < 0.5, y_pred.dtype)
    positive = present * keras.ops.log(y_pred + _EPSILON)
    negative = absent * y_pred * keras.ops.log(1.0 - y_pred + _EPSILON)
    return -keras.ops.sum(positive + negative, axis=-1)


def embedding_loss(y_true: Any, y_pred: Any, temperature: float = 0.1) -> Any:
    """Supervised contrastive loss with graded positives.

    Two photos of one item attract each other fully; two photos of one category as far as
    their attributes agree (their Jaccard similarity).

    Parameters
    ----------
    y_true : tensor
        Shape ``(batch, 2 + n_attributes)``: item index, category index, attributes, as in
        the other losses; -1 where unknown.
    y_pred : tensor
        Shape ``(batch, embedding_size)``, of length 1.
    temperature : float
        Smaller looks harder at the nearest photos.

    References
    ----------
    Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020.
    """
    ops = keras.ops
    item, category = y_true[:, :1], y_true[:, 1:2]
    present = ops.cast(y_true[:, 2:] > 0.5, y_pred.dtype)
    same_item = ops.cast((item == ops.transpose(item)) & (item >= 0), y_pred.dtype)
    same_category = (category == ops.transpose(category)) & (category >= 0)
    common = ops.matmul(present, ops.transpose(present))  # (batch, batch)
    counts = ops.sum(present, axis=-1, keepdims=True)
    either = counts + ops.transpose(counts) - common
    likeness = (common + 0.5) / (either + 0.5)
    attraction = ops.maximum(same_item, ops.cast(same_category, y_pred.dtype) * likeness**2)

    others = 1.0 - ops.eye(ops.shape(y_pred)[0], dtype=y_pred.dtype)
    attraction = attraction * others
    logits = ops.matmul(y_pred, ops.transpose(y_pred)) / temperature - 1e9 * (1.0 - others)
    log_share = logits - ops.logsumexp(logits, axis=-1, keepdims=True)
    total = ops.sum(attraction, axis=-1)
    pulled = -ops.sum(attraction * log_share * others, axis=-1)
    return ops.where(total > 0, pulled / ops.maximum(total, _EPSILON), 0.0)
