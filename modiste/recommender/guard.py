"""Which scorer serves which kind of request, and the figures that say why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from modiste.errors import ReleaseError
from modiste.recommender.pool import SOURCES

GUARD_FILE: Final = "ranker.json"

HYBRID: Final = "hybrid"
BLEND: Final = "blend"
#: Everything that can serve a segment; the first of equals is preferred. A source that proposes
#: nothing shows what sells, so that one comes before the other sources.
SCORERS: Final = (HYBRID, BLEND, "popular", *(name for name in SOURCES if name != "popular"))
#: With a photo, phrase or item to match, by shopper; then the home page, by shopper.
SEGMENTS: Final = (
    "query_hot",
    "query_warm",
    "query_cold",
    "home_hot",
    "home_warm",
    "home_cold",
)


@dataclass(frozen=True)
class Guard:
    """Which scorer serves each segment, and the validation figures that say why.

    Parameters
    ----------
    served : mapping of str to str
        One of `SCORERS` for each of `SEGMENTS`.
    table : mapping
        NDCG@10 on the validation cut, by segment and scorer; a segment without validation
        queries is missing.
    n_queries : mapping of str to int
        Validation queries of each segment.
    note : str
        Why there is no fitted ranker, if there is none.
    """

    served: Mapping[str, str]
    table: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    n_queries: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.served.values()) - set(SCORERS))
        if set(self.served) != set(SEGMENTS) or unknown:
            raise ValueError(
                f"served must give one of {', '.join(SCORERS)} for each of "
                f"{', '.join(SEGMENTS)}. Received: {dict(self.served)}"
            )

    def parts(self) -> dict[str, object]:
        """Return it as its file has it."""
        return {
            "served": dict(self.served),
            "ndcg_at_10": {name: dict(row) for name, row in self.table.items()},
            "n_queries": dict(self.n_queries),
            "note": self.note,
        }

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the guard of a release alone, whatever its trees were fitted on.

        Raises
        ------
        ReleaseError
            If its file is missing or broken.
        """
        return cls.with_parts(folder)[0]

    @classmethod
    def with_parts(cls, folder: Path) -> tuple[Self, dict[str, Any]]:
        """Read it with all that its file says.

        Raises
        ------
        ReleaseError
            If the file is missing or broken.
        """
        path = folder / GUARD_FILE
        try:
            parts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            guard = cls(parts["served"], parts["ndcg_at_10"], parts["n_queries"], parts["note"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise guard_error(path, error) from error
        return guard, parts


def guard_error(path: Path, error: Exception) -> ReleaseError:
    """Return what says that a guard's file is broken."""
    return ReleaseError(
        f"{path} must be what `Ranker.save` wrote; publish the release again. Received: {error}"
    )
