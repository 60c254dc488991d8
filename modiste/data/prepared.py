"""What preparing a dataset gave, and what it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modiste.errors import RowProblem


@dataclass(frozen=True)
class PrepareReport:
    """Counts of what a `prepare` function wrote and left out.

    Parameters
    ----------
    n_items, n_events, n_photos : int
        Rows written.
    dropped : mapping of str to int
        Source rows left out, by reason.
    merged : int
        Source rows that were added to another row of the same event.
    problems : tuple of RowProblem
        The rows that were left out because they are broken; rows left out by rule are
        only counted.
    """

    n_items: int
    n_events: int
    n_photos: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    merged: int = 0
    problems: tuple[RowProblem, ...] = ()

    @property
    def n_dropped(self) -> int:
        """Source rows left out, for whatever reason."""
        return sum(self.dropped.values())

    def __str__(self) -> str:
        lines = [
            f"{self.n_items:,} items, {self.n_events:,} events, {self.n_photos:,} photos written"
        ]
        if self.merged:
            lines.append(f"{self.merged:,} rows merged into others of the same event")
        lines += [f"{count:,} rows left out: {reason}" for reason, count in self.dropped.items()]
        lines += [f"  {problem}" for problem in self.problems]
        return "\n".join(lines)
