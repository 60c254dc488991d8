"""A fitted network's answers to a split, and the figures an epoch is chosen by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.network import OUTPUTS
from modiste.data.vocabulary import Vocabulary
from modiste.training import network_metrics
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_photos import PhotoBatches


def predict(answer: Callable[..., Any], batches: PhotoBatches) -> dict[str, NDArray[np.float32]]:
    """Return a `compiled` network's answers to every photo, in the order of the batches."""
    answers: dict[str, list[NDArray[np.float32]]] = {name: [] for name in OUTPUTS}
    for i in range(len(batches)):
        inputs = batches[i][0]
        found = answer(*inputs) if isinstance(inputs, tuple) else answer(inputs)
        for name in OUTPUTS:
            answers[name].append(np.asarray(found[name], dtype=np.float32))
    return {name: np.concatenate(arrays) for name, arrays in answers.items()}


def figures(
    answers: Mapping[str, NDArray[np.float32]], labels: PhotoLabels, vocabulary: Vocabulary
) -> dict[str, float]:
    """Return the figures of a network's answers; those without labels are left out."""
    scores, truth = answers["attributes"], labels.attributes
    has_box = labels.box[:, 0] >= 0
    overlap = network_metrics.box_overlap(answers["box"][has_box], labels.box[has_box])
    recalls = network_metrics.attribute_recall_by_type(scores, truth, vocabulary.attribute_types, 1)
    found = {
        "category_top_1": network_metrics.top_k_accuracy(answers["category"], labels.category, 1),
        "category_top_5": network_metrics.top_k_accuracy(answers["category"], labels.category, 5),
        "attribute_recall_top_3": network_metrics.attribute_recall(scores, truth, 3),
        "attribute_recall_top_5": network_metrics.attribute_recall(scores, truth, 5),
        "box_iou": float(overlap.mean()) if len(overlap) else float("nan"),
    }
    found |= {f"first_of_type_recall_{kind}": value for kind, value in recalls.items()}
    return {name: value for name, value in found.items() if not np.isnan(value)}


def overall(found: Mapping[str, float]) -> float:
    """Return one score to choose an epoch by: the mean of the heads' figures."""
    names = ("category_top_1", "attribute_recall_top_5", "first_of_type_recall_pooled", "box_iou")
    values = [found[name] for name in names if name in found]
    return float(np.mean(values)) if values else float("nan")
