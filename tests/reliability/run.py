"""What a threat is given, and what it returns."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modiste.recommender.release import list_releases
from tests.reliability.scale import Scale
from tests.reliability.small_release import Releases, make_releases


@dataclass(frozen=True)
class Outcome:
    """Whether a threat was withstood, and the figures that say so.

    Parameters
    ----------
    figures : mapping
        JSON values.
    failures : mapping of str to object
        What should hold and did not, with what was found; empty if all held.
    late : tuple of str
        What should have been in time and was not.
    """

    figures: Mapping[str, Any]
    failures: Mapping[str, Any] = field(default_factory=dict)
    late: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        figures: Mapping[str, Any],
        *,
        in_time: Mapping[str, bool] | None = None,
        **must_hold: bool,
    ) -> Outcome:
        """Return the outcome whose failures are the conditions that do not hold.

        Those of `in_time` say as much of the machine as of the code.
        """
        failures = {name: False for name, held in must_hold.items() if not held}
        late = tuple(name for name, held in (in_time or {}).items() if not held)
        return cls(figures, failures, late)

    def held(self, *, times_count: bool = True) -> bool:
        """Return whether the threat was withstood."""
        return not self.failures and not (times_count and self.late)


@dataclass(frozen=True)
class Run:
    """One run of the harness.

    Parameters
    ----------
    folder : Path
        For everything that a threat writes; removed afterwards.
    scale : Scale
    seed : int
        Of every random choice.
    kept : Path, optional
        Where the small releases are kept from one run to the next.
    """

    folder: Path
    scale: Scale
    seed: int = 0
    kept: Path | None = None

    @functools.cached_property
    def made(self) -> Releases:
        """Two small releases, made once a run; copy them with `releases`."""
        folder = self.kept or self.folder / "made"
        if folder.is_dir():
            first, second = sorted(one.release_id for one in list_releases(folder))
            return Releases(folder, (first, second))
        self.say("making two small releases")
        return make_releases(folder)

    def releases(self, name: str) -> Releases:
        """Return a copy of the small releases for one threat, the first of them live."""
        return self.made.copied(self.folder / name)

    def say(self, text: str) -> None:
        """Tell the terminal how far it is."""
        sys.stderr.write(f"  {text}\n")

    def write(self, results: Mapping[str, Any]) -> None:
        """Print the last line."""
        sys.stdout.write(json.dumps(results) + "\n")
