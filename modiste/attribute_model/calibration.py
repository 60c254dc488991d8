"""Scores to probabilities that can be believed, from numbers kept beside the network.

References
----------
Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
Guo et al., "On Calibration of Modern Neural Networks", ICML 2017: one temperature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Scores are kept so far from 0 and 1 before their logit is taken; float32 knows no nearer.
MARGIN = 1e-7


@dataclass(frozen=True)
class Calibration:
    """A line on each attribute's logit and one temperature for the categories.

    Slopes and the temperature are above 0, so the order of photos by an attribute and the
    order of a photo's categories stay as they are.

    Parameters
    ----------
    slope, intercept : ndarray
        Shape ``(n_attributes,)`` float64: ``sigmoid(slope * logit(score) + intercept)``.
    temperature : float
        Category probabilities to the power ``1 / temperature``, scaled to sum to 1.
    method : str
        What the lines were fitted to: ``identity``, ``overall``, ``type`` or ``attribute``.
    figures : mapping of str to float
        What the fit measured on photos held out from it.

    Raises
    ------
    ValueError
        If the shapes differ, or a slope or the temperature is not above 0.
    """

    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    temperature: float = 1.0
    method: str = "identity"
    figures: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.slope.shape != self.intercept.shape or self.slope.ndim != 1:
            raise ValueError(
                "slope and intercept must be (n_attributes,). "
                f"Received: {self.slope.shape} and {self.intercept.shape}"
            )
        finite = np.isfinite(self.slope).all() and np.isfinite(self.intercept).all()
        if not (finite and (self.slope > 0).all() and 0 < self.temperature < np.inf):
            raise ValueError(
                "Slopes and the temperature must be finite and above 0, intercepts finite. "
                f"Received: {self.slope}, {self.intercept}, {self.temperature}"
            )

    @classmethod
    def identity(cls, n_attributes: int) -> Calibration:
        """Return the calibration that changes nothing."""
        return cls(np.ones(n_attributes), np.zeros(n_attributes))

    @property
    def changes_attributes(self) -> bool:
        """Whether any attribute's score is changed."""
        return bool((self.slope != 1).any() or (self.intercept != 0).any())

    def apply(self, attributes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return calibrated attribute scores.

        Parameters
        ----------
        attributes : ndarray
            Shape ``(..., n_attributes)`` in [0, 1]; NaN stays NaN.

        Returns
        -------
        ndarray
            Of the same shape, float32.
        """
        if not self.changes_attributes:
            return attributes
        found: NDArray[np.float64] = _sigmoid(self.slope * logit(attributes) + self.intercept)
        return found.astype(np.float32)

    def undo(self, attributes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what `apply` was given, as far as float32 keeps it."""
        if not self.changes_attributes:
            return attributes
        found: NDArray[np.float64] = _sigmoid((logit(attributes) - self.intercept) / self.slope)
        return found.astype(np.float32)

    def apply_category(self, categories: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return calibrated category probabilities.

        Parameters
        ----------
        categories : ndarray
            Shape ``(..., n_categories)``, probabilities that sum to 1.

        Returns
        -------
        ndarray
            Of the same shape, float32.
        """
        return _tempered(categories, self.temperature)

    def undo_category(self, categories: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what `apply_category` was given, as far as float32 keeps it."""
        return _tempered(categories, 1.0 / self.temperature)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values; numbers to six digits."""
        return {
            "method": self.method,
            "temperature": round(self.temperature, 6),
            "slope": [round(value, 6) for value in self.slope.tolist()],
            "intercept": [round(value, 6) for value in self.intercept.tolist()],
            "figures": dict(self.figures),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any], n_attributes: int) -> Calibration:
        """Read what `to_json` returned.

        Parameters
        ----------
        values : mapping
        n_attributes : int
            Attributes of the vocabulary that it must fit.

        Raises
        ------
        ValueError
            If a value is missing, of another kind or out of range.
        """
        try:
            calibration = cls(
                slope=np.array(values["slope"], dtype=np.float64),
                intercept=np.array(values["intercept"], dtype=np.float64),
                temperature=float(values["temperature"]),
                method=str(values["method"]),
                figures={str(k): float(v) for k, v in values.get("figures", {}).items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"A calibration needs slope, intercept, temperature and method. Received: {error!r}"
            ) from error
        if len(calibration.slope) != n_attributes:
            raise ValueError(
                f"A calibration needs one slope for each of {n_attributes} attributes. "
                f"Received: {len(calibration.slope)}"
            )
        return calibration


def logit(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the log odds of scores in [0, 1], float64, of the same shape."""
    inside = np.clip(scores.astype(np.float64), MARGIN, 1.0 - MARGIN)
    odds: NDArray[np.float64] = np.log(inside) - np.log1p(-inside)
    return odds


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    # Importing SciPy's takes longer than loading the network.
    odds: NDArray[np.float64] = np.exp(np.clip(-logits, -500.0, 500.0))
    return 1.0 / (1.0 + odds)


def _tempered(categories: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    if temperature == 1.0:
        return categories
    logits = np.log(np.maximum(categories.astype(np.float64), 1e-30)) / temperature
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares
