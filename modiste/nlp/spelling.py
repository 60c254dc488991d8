"""Typing errors, corrected to the words that a reader knows."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: Shorter words are one letter from too many others.
MIN_LETTERS = 4
#: Words this long may have two errors.
MIN_LETTERS_TWICE = 8
#: Shorter words are not corrected to one with another first letter.
MIN_LETTERS_ANY_FIRST = 6
_N_KEPT = 4096


class SpellingCorrector:
    """Finds the known word that a mistyped one was meant to be.

    An error is a letter left out, put in, taken for another, or two changed about. The
    first letter is rarely wrong, so a word that keeps it goes before one that does not;
    where two words are as near, the error is not corrected.

    Parameters
    ----------
    known : mapping of str to int
        Words, lower case and without accents, and how much each is used.

    References
    ----------
    Damerau, "A technique for computer detection and correction of spelling errors", 1964 (as
    optimal string alignment: no letters are changed between two that were exchanged).
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self._uses = known
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(known):
            if len(word) >= MIN_LETTERS and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)
        self._nearest = functools.lru_cache(_N_KEPT)(self._search)

    def correct(self, word: str) -> str | None:
        """Return the word that `word`, lower case, was meant to be; None if none is near."""
        if len(word) < MIN_LETTERS or not word.isalpha():
            return None
        return self._nearest(word)

    def _search(self, word: str) -> str | None:
        most = 2 if len(word) >= MIN_LETTERS_TWICE else 1
        near = [
            (distance, found[0] != word[0], -self._uses[found], found)
            for length in range(len(word) - most, len(word) + most + 1)
            for found, distance, _ in process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=most,
                limit=5,
            )
        ]
        if len(word) < MIN_LETTERS_ANY_FIRST:
            near = [each for each in near if not each[1]]
        near.sort()
        if not near or (len(near) > 1 and near[0][:3] == near[1][:3]):
            return None
        return near[0][3]
