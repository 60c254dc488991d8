"""Lines of a network's report: categories, attributes and boxes, beside answering blindly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from modiste.training.attribute_metrics import (
    attribute_recall,
    attribute_recall_by_type,
    average_precisions,
    shares_present,
)
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_metrics import box_overlap, macro_top_k_accuracy, top_k_accuracy

CATEGORY_KS = (1, 3, 5)
ATTRIBUTE_KS = (1, 3, 5)
BOX_BOUNDS = (0.5, 0.75)


@dataclass(frozen=True)
class NetworkLine:
    """One figure and what answering blindly gives.

    Parameters
    ----------
    name : str
        What is measured and by which protocol.
    value, baseline : float
    n : int
        Photos, or present attributes, that it rests on.
    published : mapping of str to float
        What others report by the same protocol on the same photos, by who reports it.
    """

    name: str
    value: float
    baseline: float
    n: int
    published: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return JSON values, without the name."""
        values: dict[str, object] = {
            "value": round(self.value, 6),
            "baseline": round(self.baseline, 6),
            "n": self.n,
        }
        return values | {"published": dict(self.published)} if self.published else values


def category_lines(
    scores: NDArray[np.float32], labels: PhotoLabels, known: PhotoLabels
) -> list[NetworkLine]:
    """Return top-k accuracy over photos and its mean over categories.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_categories)``.
    labels : PhotoLabels
        Of the photos.
    known : PhotoLabels
        Of the training photos: the blind answer ranks categories by their frequency.
    """
    n = int((labels.category >= 0).sum())
    if not n:
        return []
    counts = np.bincount(known.category[known.category >= 0], minlength=scores.shape[1])
    blind = np.broadcast_to(without_ties(counts), scores.shape)
    n_categories = len(np.unique(labels.category[labels.category >= 0]))
    lines = []
    for name, figure, count in (
        ("category top-{k}", top_k_accuracy, n),
        ("category top-{k}, mean over categories", macro_top_k_accuracy, n_categories),
    ):
        lines += [
            NetworkLine(
                name.format(k=k),
                figure(scores, labels.category, k),
                figure(blind, labels.category, k),
                count,
            )
            for k in CATEGORY_KS
        ]
    return lines


def attribute_lines(
    scores: NDArray[np.float32], labels: PhotoLabels, known: PhotoLabels, types: Sequence[str]
) -> list[NetworkLine]:
    """Return recall by both rankings, and average precision, over all and by type.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_attributes)``.
    labels, known : PhotoLabels
        As in `category_lines`.
    types : sequence of str
        Of the attributes. All that occur count, DeepFashion's five and any other.
    """
    truth = labels.attributes
    n = int((truth == 1).sum())
    if not n:
        return []
    blind = np.broadcast_to(without_ties((known.attributes == 1).sum(axis=0)), scores.shape)
    lines = [
        NetworkLine(
            f"attribute recall top-{k}, all types ranked together",
            attribute_recall(scores, truth, k),
            attribute_recall(blind, truth, k),
            n,
        )
        for k in ATTRIBUTE_KS[1:]
    ]
    kinds = np.array(types)
    for k in ATTRIBUTE_KS:
        own = attribute_recall_by_type(scores, truth, types, k)
        other = attribute_recall_by_type(blind, truth, types, k)
        name = f"attribute recall top-{k}, ranked within"
        lines.append(NetworkLine(f"{name} each type", own.pop("pooled"), other.pop("pooled"), n))
        if k > 1:
            lines += [
                NetworkLine(
                    f"{name} {kind}", value, other[kind], int((truth[:, kinds == kind] == 1).sum())
                )
                for kind, value in own.items()
            ]
    return lines + _precision_lines(scores, truth, kinds)


def _precision_lines(
    scores: NDArray[np.float32], truth: NDArray[np.int8], kinds: NDArray[np.str_]
) -> list[NetworkLine]:
    found, chance = average_precisions(scores, truth), shares_present(truth)
    groups = {"attributes": np.ones(len(kinds), dtype=bool)}
    groups |= {str(kind): kinds == kind for kind in dict.fromkeys(kinds.tolist())}
    lines = []
    for name, group in groups.items():
        frequent = group & ~np.isnan(found)
        if frequent.any():
            value, baseline = float(found[frequent].mean()), float(chance[frequent].mean())
            n = int(frequent.sum())
            lines.append(NetworkLine(f"average precision, mean over {name}", value, baseline, n))
    return lines


def box_lines(
    boxes: NDArray[np.float32], labels: PhotoLabels, known: PhotoLabels
) -> list[NetworkLine]:
    """Return the mean overlap and the shares above a half and three quarters.

    Parameters
    ----------
    boxes : ndarray
        Shape ``(n_photos, 4)``, xyxy in [0, 1].
    labels, known : PhotoLabels
        As in `category_lines`; the blind answer is the mean box.
    """
    has_box, known_box = labels.box[:, 0] >= 0, known.box[:, 0] >= 0
    n = int(has_box.sum())
    if not n:
        return []
    whole = np.array([0.0, 0.0, 1.0, 1.0], dtype=np.float32)
    mean = known.box[known_box].mean(axis=0) if known_box.any() else whole
    overlap = box_overlap(boxes[has_box], labels.box[has_box])
    blind = box_overlap(mean[None], labels.box[has_box])
    return [
        NetworkLine("box overlap, mean", float(overlap.mean()), float(blind.mean()), n),
        *(
            NetworkLine(
                f"boxes that overlap by more than {bound}",
                float((overlap > bound).mean()),
                float((blind > bound).mean()),
                n,
            )
            for bound in BOX_BOUNDS
        ),
    ]


def without_ties(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return ranks by count; of equals the first is the better, as a fixed answer needs."""
    ranks = np.empty(len(counts), dtype=np.float32)
    ranks[np.argsort(-counts, kind="stable")] = -np.arange(len(counts), dtype=np.float32)
    return ranks
