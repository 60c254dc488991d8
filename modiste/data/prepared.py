"""What preparing a dataset gave and left out, and how its photos get there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from modiste.errors import DatasetError, RowProblem


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

    def to_json(self) -> dict[str, object]:
        """Return the fields, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"{self.n_items:,} items, {self.n_events:,} events, {self.n_photos:,} photos written"
        ]
        if self.merged:
            lines.append(f"{self.merged:,} rows merged into others of the same event")
        lines += [f"{count:,} rows left out: {reason}" for reason, count in self.dropped.items()]
        lines += [f"  {problem}" for problem in self.problems]
        return "\n".join(lines)


def refuse_in_place(source: Path, destination: Path) -> None:
    """Refuse to write a dataset over the source that its photos come from.

    Raises
    ------
    DatasetError
        If both are the same directory.
    """
    if destination.resolve() == source.resolve():
        raise DatasetError(
            "The dataset must be written to another directory than its source. "
            f"Received: {destination} for both"
        )


def link_photo(photo: Path, image: Path) -> None:
    """Put a source's photo at `image`: hard-linked, or copied where that cannot be."""
    image.parent.mkdir(parents=True, exist_ok=True)
    if image.exists() and image.samefile(photo):
        return
    image.unlink(missing_ok=True)
    try:
        os.link(photo, image)
    except OSError:
        shutil.copyfile(photo, image)
