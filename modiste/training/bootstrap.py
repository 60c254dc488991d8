"""How far a mean, or the ratio of two, can be trusted: percentile bootstrap over shoppers.

References
----------
Sakai, "Statistical reform in information retrieval?", SIGIR Forum 2014.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Interval:
    """A mean and its bootstrap interval.

    Parameters
    ----------
    mean, low, high : float
        The mean over shoppers and the ends of its interval.
    n_users : int
        Number of shoppers it rests on.
    """

    mean: float
    low: float
    high: float
    n_users: int

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


def bootstrap_interval(
    values: NDArray[np.float64],
    users: NDArray[np.int32] | None = None,
    *,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the mean of `values` and its percentile bootstrap interval over shoppers.

    Give it the difference of two systems on the same queries for a paired interval.

    Parameters
    ----------
    values : ndarray
        Shape ``(n_queries,)`` float64, finite.
    users : ndarray, optional
        Shape ``(n_queries,)`` int; a shopper's queries are drawn together. Without it,
        every query is a shopper of its own.
    n_resamples : int
        Number of bootstrap samples.
    level : float
        Share of the samples inside the interval, in (0, 1).
    seed : int

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If there are no values or one is not finite.
    """
    sums, counts = _by_user(values, users)
    means = _resampled(np.stack([sums, counts]), n_resamples, seed)
    low, high = np.quantile(means[:, 0] / means[:, 1], [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(sums.sum() / counts.sum()), float(low), float(high), len(sums))


def paired_ratio(
    values: NDArray[np.float64],
    others: NDArray[np.float64],
    users: NDArray[np.int32] | None = None,
    *,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the mean of `values` over that of `others`, with its paired bootstrap interval.

    Parameters
    ----------
    values, others : ndarray
        Two systems on the same queries, shape ``(n_queries,)`` float64, finite.
    users, n_resamples, level, seed
        As in `bootstrap_interval`.

    Returns
    -------
    Interval
        Infinite where the others' mean is 0, NaN where both are.

    Raises
    ------
    ValueError
        If there are no values, one is not finite, or the two differ in number.
    """
    if len(values) != len(others):
        raise ValueError(
            f"values and others must be of the same queries. Received: {len(values)} and "
            f"{len(others)}"
        )
    own, _ = _by_user(values, users)
    other, _ = _by_user(others, users)
    drawn = _resampled(np.stack([own, other]), n_resamples, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = drawn[:, 0] / drawn[:, 1]
        mean = float(np.divide(own.sum(), other.sum()))
    tails = [(1 - level) / 2, (1 + level) / 2]
    # A sample without a right answer of either says nothing.
    said = ratios[~np.isnan(ratios)]
    low, high = np.quantile(said, tails, method="nearest") if len(said) else (np.nan, np.nan)
    return Interval(mean, float(low), float(high), len(own))


def _by_user(
    values: NDArray[np.float64], users: NDArray[np.int32] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each shopper's sum and number of values."""
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(
            "values must be finite and at least one. "
            f"Received: {len(values)} values, {int(np.isfinite(values).sum())} of them finite"
        )
    if users is None:
        return values.astype(np.float64), np.ones(len(values))
    _, group = np.unique(users, return_inverse=True)
    sums = np.bincount(group, weights=values).astype(np.float64)
    return sums, np.bincount(group).astype(np.float64)


def _resampled(sums: NDArray[np.float64], n_resamples: int, seed: int) -> NDArray[np.float64]:
    """Return the totals of shoppers drawn again, ``(n_resamples, len(sums))``."""
    generator = np.random.default_rng(seed)
    n_users = sums.shape[1]
    totals = np.empty((n_resamples, len(sums)))
    for sample in range(n_resamples):
        totals[sample] = sums[:, generator.integers(n_users, size=n_users)].sum(axis=1)
    return totals
