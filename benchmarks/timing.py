"""Times of tasks that take turns: the machine may be shared, so ratios are taken in a round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

from modiste.cli import terminal
from modiste.training.report import Table

from harness import Figure, figure

#: Gets the number of its call.
Timed = Callable[[int], object]


def take_turns(tasks: Mapping[str, Timed], rounds: int) -> dict[str, list[float]]:
    """Return seconds a call, one value a round: the median of the round's calls."""
    for task in tasks.values():
        for n in range(3):
            task(n)
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds):
        for name, task in tasks.items():
            taken = []
            for n in range(10):
                start = time.perf_counter()
                task(10 * turn + n)
                taken.append(time.perf_counter() - start)
            seconds[name].append(statistics.median(taken))
    return seconds


def told(
    title: str, seconds: Mapping[str, list[float]], base: str, targets: Mapping[str, float]
) -> list[Figure]:
    """Print the seconds of `take_turns` and return each task's ratio to the task `base`."""
    rows, figures = [], []
    for name, measured in seconds.items():
        ratios = [own / other for own, other in zip(measured, seconds[base], strict=True)]
        target = targets.get(name)
        rows.append(
            (
                name,
                spread([1000 * value for value in measured]),
                spread(ratios),
                "" if target is None else f"{target}",
            )
        )
        if name != base:
            found = figure(
                f"{name} / {base}",
                statistics.median(ratios),
                interval=(min(ratios), max(ratios)),
                at_most=target,
            )
            figures.append(found)
    header = ("", "ms", f"times {base}", "at most")
    terminal.print_tables([Table(title, header, tuple(rows))])
    return figures


def spread(values: Sequence[float]) -> str:
    """Return the median, with the least and the most."""
    digits = 1 if min(values) >= 10 else 3
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
