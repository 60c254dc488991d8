"""What every benchmark prints: its tables, and one JSON object as the very last line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its baseline and target.

    Parameters
    ----------
    name : str
    value : float
    low, high : float or None
        Ends of its interval over shoppers, photos or seeds.
    baseline : float or None
        What a naive method reaches on the same data.
    target : float or None
    met : bool or None
        Whether `value` reaches `target`; None without a target.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    target: float | None = None
    met: bool | None = None


def figure(
    name: str,
    value: float,
    *,
    interval: tuple[float, float] | None = None,
    baseline: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    """Build a figure; give `at_least` or `at_most` where there is a target."""
    low, high = (None, None) if interval is None else (round(end, 6) for end in interval)
    target, met = None, None
    if at_least is not None:
        target, met = at_least, value >= at_least
    elif at_most is not None:
        target, met = at_most, value <= at_most
    return Figure(name, round(value, 6), low, high, baseline, target, met)


def print_figures(benchmark: str, figures: Sequence[Figure]) -> None:
    """Print the figures as one JSON line; call it last."""
    print(json.dumps({"benchmark": benchmark, "figures": [asdict(f) for f in figures]}))
