"""Lines on the logits of attributes, at the depth that photos held out bear out.

References
----------
Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from modiste.attribute_model.calibration import MARGIN, logit
from modiste.data.vocabulary import Vocabulary
from modiste.training.probability_metrics import expected_calibration_error, log_loss

METHODS = ("identity", "overall", "type", "attribute")
#: Below this many labelled photos nothing is fitted.
MIN_PHOTOS = 20

#: How strongly slope and intercept are drawn to the line before, in observations.
_PULL = (20.0, 5.0)
_SLOPES = (0.1, 10.0)
_STEPS = 30


@dataclass(frozen=True)
class _Known:
    """Logits and labels: each ``(n_photos, n_attributes)``, weight 0 where unknown."""

    logits: NDArray[np.float64]
    present: NDArray[np.float64]
    weight: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_]) -> _Known:
        return _Known(self.logits[rows], self.present[rows], self.weight[rows])


@dataclass(frozen=True)
class Lines:
    """One slope and intercept an attribute, each ``(n_attributes,)``."""

    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]


def fit_lines(
    scores: NDArray[np.float32],
    truth: NDArray[np.int8],
    vocabulary: Vocabulary,
    fold: NDArray[np.int64],
) -> tuple[Lines, str, dict[str, float]]:
    """Fit lines and choose how deep they go.

    Parameters
    ----------
    scores : ndarray
        Shape ``(n_photos, n_attributes)`` in [0, 1]; NaN is left out.
    truth : ndarray
        Shape ``(n_photos, n_attributes)`` int8: 1 present, 0 absent, -1 unknown.
    vocabulary : Vocabulary
    fold : ndarray
        Shape ``(n_photos,)`` int64 from 0: photos that are held out together.

    Returns
    -------
    lines : Lines
    method : str
        One of `METHODS`.
    figures : dict of str to float
        Log loss and calibration error of the photos held out, before and after; empty if
        there are too few labels to fit anything.
    """
    types = np.unique(np.array(vocabulary.attribute_types), return_inverse=True)[1]
    identity = Lines(np.ones(scores.shape[1]), np.zeros(scores.shape[1]))
    finite = np.isfinite(scores)
    known = _Known(
        logit(np.where(finite, scores, 0.5)),
        (truth == 1).astype(np.float64),
        ((truth >= 0) & finite).astype(np.float64),
    )
    labelled = known.weight.any(axis=1)
    if labelled.sum() < MIN_PHOTOS or not known.present[labelled].any():
        return identity, METHODS[0], {}
    held_out = {name: np.empty(scores.shape, dtype=np.float32) for name in METHODS}
    for number in range(int(fold.max(initial=0)) + 1):
        out = fold == number
        for name, lines in _nested_lines(known.take(~out), types).items():
            held_out[name][out] = _answer(known.logits[out], lines)
    outcome = np.where(finite, truth, -1).astype(np.int8)
    method = _best_method(held_out, outcome)
    figures = {}
    for when, name in (("before", METHODS[0]), ("after", method)):
        figures[f"attribute_log_loss_{when}"] = log_loss(held_out[name], outcome)
        figures[f"attribute_ece_{when}"] = expected_calibration_error(held_out[name], outcome)
    return _nested_lines(known, types)[method], method, figures


def _best_method(held_out: Mapping[str, NDArray[np.float32]], outcome: NDArray[np.int8]) -> str:
    """Return the deepest method that gains more than one standard error a photo."""
    best = METHODS[0]
    known = outcome >= 0
    n_known = known.sum(axis=1)
    losses = {}
    for name, said in held_out.items():
        own = np.clip(np.where(outcome == 1, said, 1 - said).astype(np.float64), MARGIN, 1.0)
        losses[name] = -(np.log(own) * known).sum(axis=1)[n_known > 0]
    for name in METHODS[1:]:
        gain = losses[best] - losses[name]
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            best = name
    return best


def _nested_lines(known: _Known, types: NDArray[np.int64]) -> dict[str, Lines]:
    n_attributes = known.logits.shape[1]
    before = Lines(np.ones(n_attributes), np.zeros(n_attributes))
    lines = {METHODS[0]: before}
    alone = np.arange(n_attributes, dtype=np.int64)
    groups = (np.zeros_like(alone), types, alone)
    for name, group in zip(METHODS[1:], groups, strict=True):
        before = lines[name] = _newton(known, group, before)
    return lines


def _newton(known: _Known, group: NDArray[np.int64], before: Lines) -> Lines:
    """Maximise likelihood and nearness to the lines before, one line a group.

    The problem is convex; steps are cut so that a first one from far away does not throw it.
    """
    first = np.unique(group, return_index=True)[1]
    centre = before.slope[first], before.intercept[first]
    slope, intercept = centre
    for _ in range(_STEPS):
        said = expit(known.logits * slope[group] + intercept[group])
        error = (said - known.present) * known.weight
        curve = said * (1 - said) * known.weight

        def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(group, weights=values.sum(axis=0)).astype(np.float64)

        d_slope = summed(error * known.logits) + _PULL[0] * (slope - centre[0])
        d_intercept = summed(error) + _PULL[1] * (intercept - centre[1])
        bend = summed(curve * known.logits**2) + _PULL[0]
        twist = summed(curve * known.logits)
        lift = summed(curve) + _PULL[1]
        area = bend * lift - twist**2
        step = (lift * d_slope - twist * d_intercept) / area
        rise = (bend * d_intercept - twist * d_slope) / area
        slope = (slope - step.clip(-0.5, 0.5)).clip(*_SLOPES)
        intercept = intercept - rise.clip(-1.0, 1.0)
        if max(np.abs(step).max(), np.abs(rise).max()) < 1e-4:
            break
    return Lines(slope[group], intercept[group])


def _answer(logits: NDArray[np.float64], lines: Lines) -> NDArray[np.float32]:
    said: NDArray[np.float64] = expit(logits * lines.slope + lines.intercept)
    return said.astype(np.float32)
