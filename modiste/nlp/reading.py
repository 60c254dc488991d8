"""What words became: matches, names that are one under several spellings, and their weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from modiste.data.attribute_names import display_groups, same_names
from modiste.data.vocabulary import Vocabulary
from modiste.nlp.attribute_query import Match

#: Least weight of a name that is surely meant.
SURE = 0.4


class Reading(NamedTuple):
    """What words that are read together became.

    Parameters
    ----------
    matches : tuple of Match
        One for names that differ only in spelling.
    weights : tuple of (str, float)
        Every spelling of each name.
    is_sure : bool
        Whether any name, or a colour, is surely meant.
    strangeness : float
        How far the words speak for another subject; see `modiste.nlp.other_subjects`.
    """

    matches: tuple[Match, ...]
    weights: tuple[tuple[str, float], ...]
    is_sure: bool
    strangeness: float = 0.0


class Readings:
    """Makes readings of matches.

    Parameters
    ----------
    vocabulary : Vocabulary
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._shown = display_groups(vocabulary)
        self._members = same_names(vocabulary)

    def spellings(self, name: str) -> Sequence[str]:
        """Return every spelling of a name."""
        return self._members.get(self._shown.get(name, name), (name,))

    def of(self, matches: Iterable[Match]) -> Reading:
        """Return the reading of what words matched."""
        strongest: dict[tuple[str, bool], Match] = {}
        for match in matches:
            key = self._shown.get(match.name, match.name), match.weight < 0
            known = strongest.get(key)
            if known is None or abs(match.weight) > abs(known.weight):
                strongest[key] = replace(match, name=key[0])
        merged = tuple(strongest.values())
        return Reading(
            merged,
            tuple((name, each.weight) for each in merged for name in self.spellings(each.name)),
            any(abs(match.weight) >= SURE for match in merged),
        )


def joined_weights(readings: Iterable[Reading]) -> dict[str, float]:
    """Return the strongest weight of each name; of equal ones, the wish to avoid."""
    weights: dict[str, float] = {}
    for reading in readings:
        for name, weight in reading.weights:
            known = weights.get(name)
            if known is None or (abs(weight), -weight) > (abs(known), -known):
                weights[name] = weight
    return weights
