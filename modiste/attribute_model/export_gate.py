"""How far a network in another format may differ from the one that was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Answers = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Gate:
    """What a variant must reach on held-out photos to be published.

    Parameters
    ----------
    category_agreement : float
        At least so large a share of the photos has the same first category.
    attribute_difference : float
        Mean absolute difference of the attributes' scores, at most.
    box_difference : float
        Mean of 1 - IoU of the two boxes of a photo, at most.
    embedding_cosine : float
        Mean cosine of the two embeddings of a photo, at least.
    """

    category_agreement: float = 0.99
    attribute_difference: float = 0.01
    box_difference: float = 0.01
    embedding_cosine: float = 0.99


@dataclass(frozen=True)
class Agreement:
    """How a variant's answers compare with the fitted network's; see `Gate`.

    Parameters
    ----------
    n_photos : int
        Photos compared: with few, one photo is a large part of `category_agreement`.
    category_agreement, attribute_difference, box_difference, embedding_cosine : float
    """

    n_photos: int
    category_agreement: float
    attribute_difference: float
    box_difference: float
    embedding_cosine: float

    def misses(self, gate: Gate) -> tuple[str, ...]:
        """Return what the gate asks for and this is not, in words; empty where it passes."""
        missed = [
            f"{name} {getattr(self, name)} is under {bound}"
            for name in ("category_agreement", "embedding_cosine")
            if not getattr(self, name) >= (bound := getattr(gate, name))
        ]
        missed += [
            f"{name} {getattr(self, name)} is over {bound}"
            for name in ("attribute_difference", "box_difference")
            if not getattr(self, name) <= (bound := getattr(gate, name))
        ]
        return tuple(missed)


def compare(answers: Answers, expected: Answers) -> Agreement:
    """Say how far two networks' answers to the same photos agree.

    Parameters
    ----------
    answers, expected : mapping
        ``category`` (n, n_categories), ``box`` (n, 4) xyxy in [0, 1], ``attributes``
        (n, n_attributes) and ``embedding`` (n, size) of length 1, all float32.

    Raises
    ------
    ValueError
        If there are no photos, or not as many on both sides.
    """
    n_photos = len(expected["category"])
    if not n_photos or len(answers["category"]) != n_photos:
        raise ValueError(
            "Both networks must have answered the same photos, one or more. "
            f"Received: {len(answers['category'])} and {n_photos} answers"
        )
    same = answers["category"].argmax(axis=1) == expected["category"].argmax(axis=1)
    difference = np.abs(answers["attributes"] - expected["attributes"])
    cosine = (answers["embedding"] * expected["embedding"]).sum(axis=1)
    overlap = box_overlap(answers["box"].astype(np.float64), expected["box"].astype(np.float64))
    return Agreement(
        n_photos=n_photos,
        category_agreement=round(float(same.mean()), 5),
        attribute_difference=round(float(difference.mean(dtype=np.float64)), 5)
        if difference.size
        else 0.0,
        box_difference=round(float(1.0 - overlap.mean()), 5),
        embedding_cosine=round(float(cosine.mean(dtype=np.float64)), 5),
    )


def box_overlap(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the IoU of each pair of boxes, ``(n,)``; two that have no area agree."""
    sides = np.minimum(boxes[:, 2:], others[:, 2:]) - np.maximum(boxes[:, :2], others[:, :2])
    shared = np.prod(sides.clip(0.0), axis=1)
    area, other_area = (
        np.prod((box[:, 2:] - box[:, :2]).clip(0.0), axis=1) for box in (boxes, others)
    )
    union = area + other_area - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1.0), 1.0)
