"""Words that are no wish by themselves: little ones, negations, words of degree."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modiste.nlp.normalise import Word

_LONGEST_AFTER = 4  # words of a negation that stands after its wish
_N_KEPT = 2**16


class Function(NamedTuple):
    """Words that carry no wish: how many, and what they do to the one after them."""

    n_words: int
    turns_round: bool = False
    strength: float = 1.0


_NONE = Function(0)


@dataclass(frozen=True)
class FunctionWords:
    """Words of a language that are no wish by themselves.

    Each is a tuple of folded tokens, for some take several: "auf keinen Fall".

    Parameters
    ----------
    stop, negations : frozenset of tuple of str
    strengths : mapping of tuple of str to float
        Those of `stop` that say how much the next word is wished: above 1 for "very", below
        for "slightly", below 0 for "less".
    continuations : frozenset of str
        Carry a negation on: "no buttons or zips".
    negations_after : frozenset of tuple of str
        Turn round the wish before them: "lace free", "muss nicht sein".
    limits : frozenset of str
        Words of prices and sizes; they are the language's own.
    """

    stop: frozenset[tuple[str, ...]]
    negations: frozenset[tuple[str, ...]]
    strengths: Mapping[tuple[str, ...], float]
    continuations: frozenset[str]
    negations_after: frozenset[tuple[str, ...]]
    limits: frozenset[str]

    @functools.cached_property
    def first(self) -> frozenset[str]:
        """The first token of each stop word and negation."""
        return frozenset(tokens[0] for tokens in self.stop | self.negations)

    @functools.cached_property
    def first_of_several(self) -> frozenset[str]:
        """The first token of those that have several."""
        return frozenset(tokens[0] for tokens in self.stop | self.negations if len(tokens) > 1)

    @functools.cached_property
    def longest(self) -> int:
        """Tokens of the longest of them."""
        return max(len(tokens) for tokens in self.stop | self.negations)

    def at(self, typed: Sequence[Word], start: int) -> Function:
        """Return how many words from `start` carry no wish, and what they do to the next."""
        if start >= len(typed) or typed[start].parts[0] not in self.first:
            return _NONE
        if typed[start].parts[0] not in self.first_of_several:
            return self._alone(typed[start])
        return self._of(typed[start : start + self.longest])

    def after(self, typed: Sequence[Word], start: int) -> int:
        """Return how many words from `start` turn round the wish before them."""
        if start >= len(typed) or typed[start].parts[0] not in self._first_after:
            return 0
        tokens: tuple[str, ...] = ()
        found = 0
        for n_words, word in enumerate(typed[start : start + _LONGEST_AFTER], start=1):
            if word.starts_clause and n_words > 1:
                break
            tokens += word.parts
            if tokens in self.negations_after:
                found = n_words
        return found

    @functools.cached_property
    def _first_after(self) -> frozenset[str]:
        return frozenset(tokens[0] for tokens in self.negations_after)

    @functools.cached_property
    def _alone(self) -> Callable[[Word], Function]:
        return functools.lru_cache(_N_KEPT)(lambda word: self._of([word]))

    def _of(self, typed: Sequence[Word]) -> Function:
        tokens: tuple[str, ...] = ()
        found = _NONE
        for n_words, word in enumerate(typed, start=1):
            if n_words > 1 and word.starts_clause:
                break
            tokens += tuple(part for part in word.parts if part)
            if tokens in self.negations:
                found = Function(n_words, turns_round=True)
            elif tokens in self.stop:
                found = Function(n_words, strength=self.strengths.get(tokens, 1.0))
        return found
