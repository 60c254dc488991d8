"""Phrases judged by hand, and how a reader's answers to them are scored.

Names are compared by display group, so that "long sleeve" and "long-sleeved" are one.
A name in `may` counts for nothing, found or not.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modiste.data.attribute_names import display_groups
from modiste.data.vocabulary import Vocabulary

PHRASES = Path(__file__).parent / "judged" / "phrases.csv"
#: A name whose weight is at least this counts as given.
GIVEN = 0.5

Weights = Mapping[str, float]


@dataclass(frozen=True)
class JudgedPhrase:
    """One phrase and what a careful reader makes of it; see ``judged/README.md``."""

    phrase: str
    split: str
    language: str
    kinds: frozenset[str]
    meant: frozenset[str]
    may: frozenset[str]
    avoided: frozenset[str]
    colours: frozenset[str]
    avoided_colours: frozenset[str]
    price: tuple[float | None, float | None]
    size: str


@dataclass(frozen=True)
class Scores:
    """What a reader comes to on some phrases.

    Parameters
    ----------
    recall : float
        Meant names given, over meant names; pooled.
    precision : float
        Meant names given, over those and the wrong ones; pooled.
    negation : float
        Share of the phrases with something to avoid of which all of it has a negative
        weight, and none a positive one.
    nothing : float
        Share of the meaningless phrases that are given no name.
    n_phrases : int
    """

    recall: float
    precision: float
    negation: float
    nothing: float
    n_phrases: int


def read_phrases(split: str | None = None) -> list[JudgedPhrase]:
    """Return the judged phrases, of one split or of both."""
    with PHRASES.open(encoding="utf-8", newline="") as file:
        rows = [_judged(row) for row in csv.DictReader(file)]
    return [row for row in rows if split in (None, row.split)]


def score(
    judged: Sequence[JudgedPhrase], read: Callable[[str], Weights], vocabulary: Vocabulary
) -> Scores:
    """Score a reader.

    Parameters
    ----------
    judged : sequence of JudgedPhrase
    read : callable
        From a phrase to weights by name, negative for what is to be avoided.
    vocabulary : Vocabulary
    """
    groups = display_groups(vocabulary)
    n_meant = n_found = n_wrong = 0
    negations, meaningless = [], []
    for each in judged:
        weights = read(each.phrase)
        given = _grouped((n for n, weight in weights.items() if weight >= GIVEN), groups)
        refused = _grouped((n for n, weight in weights.items() if weight < 0), groups)
        wanted = {n for n, weight in weights.items() if weight > 0}
        meant, may = _grouped(each.meant, groups), _grouped(each.may, groups)
        n_meant += len(meant)
        n_found += len(meant & given)
        n_wrong += len(given - meant - may)
        if each.avoided:
            avoided = _grouped(each.avoided, groups)
            negations.append(avoided <= refused and not avoided & _grouped(wanted, groups))
        if "meaningless" in each.kinds:
            meaningless.append(not weights)
    return Scores(
        recall=n_found / max(n_meant, 1),
        precision=n_found / max(n_found + n_wrong, 1),
        negation=_share(negations),
        nothing=_share(meaningless),
        n_phrases=len(judged),
    )


def _judged(row: Mapping[str, str]) -> JudgedPhrase:
    lists = {
        name: frozenset(part for part in row[name].split("|") if part)
        for name in ("kinds", "meant", "may", "avoided", "colours", "avoided_colours")
    }
    low, high = (float(row[name]) if row[name] else None for name in ("price_min", "price_max"))
    return JudgedPhrase(
        row["phrase"], row["split"], row["language"], **lists, price=(low, high), size=row["size"]
    )


def _grouped(names: Iterable[str], groups: Mapping[str, str]) -> frozenset[str]:
    return frozenset(groups.get(name, name) for name in names)


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else float("nan")
