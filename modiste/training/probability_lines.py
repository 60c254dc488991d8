"""Lines of a network's report: how far its probabilities can be believed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.calibration import Calibration
from modiste.training.network_labels import PhotoLabels
from modiste.training.network_lines import NetworkLine
from modiste.training.probability_metrics import expected_calibration_error, log_loss


def probability_lines(
    answers: Mapping[str, NDArray[np.float32]],
    labels: PhotoLabels,
    known: PhotoLabels,
    calibration: Calibration | None,
) -> list[NetworkLine]:
    """Return how far the probabilities can be believed; less is better.

    The blind answer gives the training photos' frequencies, which are hard to beat at being
    calibrated and say nothing about a photo: the log loss counts both.

    Parameters
    ----------
    answers : mapping of str to ndarray
        ``category`` and ``attributes``, calibrated.
    labels, known : PhotoLabels
        As in `category_lines`.
    calibration : Calibration or None
        What was applied; the figure before it is a line of its own.
    """
    lines: list[NetworkLine] = []
    truth = labels.attributes
    n = int((truth >= 0).sum())
    if (truth == 1).any():
        scores = answers["attributes"]
        blind = np.broadcast_to(_frequencies(known.attributes), scores.shape)
        names = ("attribute log loss (less is better)", "attribute calibration error (ECE)")
        figures = (log_loss, expected_calibration_error)
        said = {"": scores}
        if calibration is not None and calibration.changes_attributes:
            said[", before calibration"] = calibration.undo(scores)
        for name, figure in zip(names, figures, strict=True):
            lines += [
                NetworkLine(name + when, figure(own, truth), figure(blind, truth), n)
                for when, own in said.items()
            ]
    if (labels.category >= 0).any():
        lines += _category_error_lines(answers["category"], labels, known, calibration)
    return lines


def _category_error_lines(
    scores: NDArray[np.float32],
    labels: PhotoLabels,
    known: PhotoLabels,
    calibration: Calibration | None,
) -> list[NetworkLine]:
    truth = labels.category
    counts = np.bincount(known.category[known.category >= 0], minlength=scores.shape[1])
    shares = (counts / max(counts.sum(), 1)).astype(np.float32)

    def error(said: NDArray[np.float32]) -> float:
        right = np.where(truth >= 0, said.argmax(axis=1) == truth, -1)
        return expected_calibration_error(said.max(axis=1), right)

    blind, n = error(np.broadcast_to(shares, scores.shape)), int((truth >= 0).sum())
    name = "category calibration error (ECE)"
    lines = [NetworkLine(name, error(scores), blind, n)]
    if calibration is not None and calibration.temperature != 1:
        before = error(calibration.undo_category(scores))
        lines.append(NetworkLine(f"{name}, before calibration", before, blind, n))
    return lines


def _frequencies(truth: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the share of photos that have each attribute, never quite 0 or 1."""
    shares: NDArray[np.float64] = ((truth == 1).sum(axis=0) + 0.5) / ((truth >= 0).sum(axis=0) + 1)
    return shares.astype(np.float32)
