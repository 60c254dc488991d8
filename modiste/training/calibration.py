"""Fit a calibration on validation photos.

Lines on the logits (Platt) at three depths, each drawn towards the one before it: one line
for all attributes, one a type, one an attribute. An attribute with few positives hardly
leaves its type's line. What is kept is the deepest that predicts photos held out from it
better than the ones before by more than the noise; identity if none does.

References
----------
Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from modiste.attribute_model.calibration import MARGIN, Calibration
from modiste.data.vocabulary import Vocabulary
from modiste.training.attribute_calibration import MIN_PHOTOS, fit_lines
from modiste.training.network_labels import PhotoLabels
from modiste.training.probability_metrics import category_log_loss, expected_calibration_error

_N_FOLDS = 5
#: More photos change nothing in the second digit and take memory.
_MAX_PHOTOS = 10_000
_TEMPERATURES = (0.2, 5.0)


def fit_calibration(
    answers: Mapping[str, NDArray[np.float32]],
    labels: PhotoLabels,
    vocabulary: Vocabulary,
    *,
    seed: int = 0,
) -> Calibration:
    """Fit lines on the attributes' logits and a temperature for the categories.

    Parameters
    ----------
    answers : mapping of str to ndarray
        ``attributes``, ``(n_photos, n_attributes)``, and ``category``, ``(n_photos,
        n_categories)``: probabilities of photos that the network was not fitted on.
    labels : PhotoLabels
        Of the same photos. Photos of one item are held out together.
    vocabulary : Vocabulary
    seed : int
        Of the folds.

    Returns
    -------
    Calibration
        Its `figures` are of photos held out from the fit, in five folds: log loss and
        expected calibration error before and after, for whatever has labels.

    Raises
    ------
    ValueError
        If answers and labels differ in length.
    """
    n_photos = len(labels.category)
    for name in ("attributes", "category"):
        if len(answers[name]) != n_photos:
            raise ValueError(
                f"answers must have a row for each of {n_photos} labels. "
                f"Received: {len(answers[name])} of {name}"
            )
    rows = np.arange(n_photos)
    if n_photos > _MAX_PHOTOS:
        rows = np.sort(np.random.default_rng(seed).choice(n_photos, _MAX_PHOTOS, replace=False))
    labels = labels.take(rows)
    fold = _folds(labels.item, seed)
    lines, method, figures = fit_lines(
        answers["attributes"][rows], labels.attributes, vocabulary, fold
    )
    temperature, other = _fit_temperature(answers["category"][rows], labels.category, fold)
    return Calibration(lines.slope, lines.intercept, temperature, method, _rounded(figures | other))


def _fit_temperature(
    probabilities: NDArray[np.float32], truth: NDArray[np.int32], fold: NDArray[np.int64]
) -> tuple[float, dict[str, float]]:
    known = truth >= 0
    if known.sum() < MIN_PHOTOS:
        return 1.0, {}
    held_out = probabilities.copy()
    for number in range(_N_FOLDS):
        out = fold == number
        if (known & ~out).any():
            held_out[out] = _tempered(
                probabilities[out], _temperature(probabilities[~out], truth[~out])
            )
    gain = np.log(_own(held_out, truth)) - np.log(_own(probabilities, truth))
    helps = gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain))
    after = held_out if helps else probabilities
    figures = {}
    for when, said in (("before", probabilities), ("after", after)):
        right = np.where(known, said.argmax(axis=1) == truth, -1)
        figures[f"category_log_loss_{when}"] = category_log_loss(said, truth)
        figures[f"category_ece_{when}"] = expected_calibration_error(said.max(axis=1), right)
    return (_temperature(probabilities, truth) if helps else 1.0), figures


def _temperature(probabilities: NDArray[np.float32], truth: NDArray[np.int32]) -> float:
    found = minimize_scalar(
        lambda log: category_log_loss(_tempered(probabilities, float(np.exp(log))), truth),
        bounds=tuple(np.log(_TEMPERATURES)),
        method="bounded",
    )
    return float(np.exp(found.x))


def _tempered(probabilities: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    none = np.empty(0)
    return Calibration(none, none, temperature).apply_category(probabilities)


def _own(probabilities: NDArray[np.float32], truth: NDArray[np.int32]) -> NDArray[np.float64]:
    known = truth >= 0
    own: NDArray[np.float64] = probabilities[known, truth[known]].astype(np.float64)
    return np.maximum(own, MARGIN)


def _folds(item: NDArray[np.int32], seed: int) -> NDArray[np.int64]:
    """Return a fold a photo; photos of one item share it."""
    alone = item < 0
    group = np.where(alone, item.max(initial=0) + 1 + np.arange(len(item)), item)
    place = np.unique(group, return_inverse=True)[1]
    n_groups = int(place.max(initial=-1)) + 1
    return np.random.default_rng(seed).permutation(n_groups)[place] % _N_FOLDS


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in figures.items()}
