"""Product texts judged by hand, and how a tagger's answers to them are scored.

The texts stay with the data: each is found by file and line, and known by its hash.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from modiste.data.attribute_names import display_groups
from modiste.data.vocabulary import Vocabulary

TEXTS = Path(__file__).parent / "judged" / "texts.csv"


@dataclass(frozen=True)
class JudgedText:
    """One product text, what it says of its item, and what a fair judge would accept."""

    text: str
    said: frozenset[str]
    may: frozenset[str]


def read_texts(folder: Path, split: str) -> list[JudgedText]:
    """Return the judged texts of a split.

    Raises
    ------
    ValueError
        If a text is not the one that was judged.
    """
    with TEXTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    lines = {
        name: (folder / name).read_text(encoding="utf-8").splitlines()
        for name in {row["source"] for row in rows}
    }
    found = []
    for row in rows:
        text = lines[row["source"]][int(row["line"])]
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[: len(row["sha256"])]
        if digest != row["sha256"]:
            raise ValueError(
                f"Line {row['line']} of {row['source']} must be the text that was judged, "
                f"{row['sha256']}. Received: {digest}"
            )
        said, may = (frozenset(n for n in row[c].split("|") if n) for c in ("said", "may"))
        found.append(JudgedText(text, said, may))
    return found


def score_tags(
    judged: Sequence[JudgedText], tag: Callable[[str], Iterable[str]], vocabulary: Vocabulary
) -> tuple[float, float]:
    """Return precision and recall, pooled; names that may be tagged count for neither."""
    groups = display_groups(vocabulary)

    def grouped(names: Iterable[str]) -> set[str]:
        return {groups.get(name, name) for name in names}

    n_right = n_wrong = n_said = 0
    for each in judged:
        given, said = grouped(tag(each.text)), grouped(each.said)
        n_said += len(said)
        n_right += len(given & said)
        n_wrong += len(given - said - grouped(each.may))
    return n_right / max(n_right + n_wrong, 1), n_right / max(n_said, 1)
