"""A phrase in one language, divided into names, colours and words that carry no wish."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from modiste.nlp import english
from modiste.nlp.attribute_query import Match
from modiste.nlp.lexicon import FunctionWords, lexicon
from modiste.nlp.name_index import NameIndex
from modiste.nlp.normalise import STEMMED, Word, is_in_dictionary, lemma
from modiste.nlp.spelling import SpellingCorrector

#: A name that is part of a longer one typed: "maxi" of "floral maxi".
PART_OF_NAME = 0.5
#: An attribute that is part of what stands for another name: the leather of "giacca di pelle".
PART_OF_PHRASE = 0.7


@dataclass(frozen=True)
class Stretch:
    """Words in a row that are read together.

    Parameters
    ----------
    span : tuple of Word
    meant : mapping of str to float or None
        Names and weights; None leaves the words to the word vectors.
    is_negated : bool
    color : str or None
        The colour that the words name.
    is_joined : bool
        Whether the next word follows without a stop word or punctuation between.
    """

    span: tuple[Word, ...]
    meant: Mapping[str, float] | None
    is_negated: bool
    color: str | None = None
    is_joined: bool = False

    @property
    def typed(self) -> str:
        """The words as typed."""
        return " ".join(word.raw for word in self.span)


@dataclass(frozen=True)
class PhraseBook:
    """The names, and the words without one, of a language.

    Parameters
    ----------
    names : NameIndex
    language : str
        Of `modiste.nlp.lexicon.LANGUAGES`.
    attributes : frozenset of str
        The names that are attributes.
    """

    names: NameIndex
    language: str
    attributes: frozenset[str]

    @property
    def _words(self) -> FunctionWords:
        return lexicon(self.language).words

    def stretches(self, typed: Sequence[Word]) -> list[Stretch]:
        """Divide a phrase into what is read together; words without a wish are left out."""
        found: list[Stretch] = []
        is_negated = was_negated = False
        start = 0
        while start < len(typed):
            if typed[start].starts_clause:
                is_negated = was_negated = False
            n_function, turns_round = self._function(typed, start)
            length, meant = self._longest(typed, start, n_function)
            if not length:
                carries_on = was_negated and typed[start].typed in english.CONTINUATIONS
                is_negated = is_negated or carries_on or turns_round
                start += n_function
                continue
            if turns_round:
                # "sin mangas": a name that begins with the word that turns the rest round.
                found.append(self._stretch(typed[start : start + length], meant, negated=False))
                start, is_negated = start + n_function, True
                continue
            stretch = self._stretch(typed[start : start + length], meant, negated=is_negated)
            was_negated, is_negated = is_negated, False
            start += length
            goes_on = start < len(typed) and not typed[start].starts_clause
            joined = goes_on and not self._function(typed, start)[0]
            found.append(replace(stretch, is_joined=joined))
        return found

    def _stretch(
        self, span: Sequence[Word], meant: Mapping[str, float] | None, *, negated: bool
    ) -> Stretch:
        return Stretch(tuple(span), meant, negated, self.names.find_color(span))

    def matches(self, stretch: Stretch, meant: Mapping[str, float]) -> list[Match]:
        """Return what a stretch became, given the names it means."""
        sign = -1.0 if stretch.is_negated else 1.0
        matches = [Match(stretch.typed, name, sign * weight) for name, weight in meant.items()]
        if stretch.is_negated:
            less = self.names.find_less(stretch.span)
            return matches + [Match(stretch.typed, name, weight) for name, weight in less.items()]
        if stretch.meant and sum(len(word.parts) for word in stretch.span) > 1:
            is_name = bool(self.names.find(stretch.span))
            matches += [
                Match(stretch.typed, name, (PART_OF_NAME if is_name else PART_OF_PHRASE) * weight)
                for name, weight in self.names.find_parts(stretch.span)
                if name not in meant and (is_name or name in self.attributes)
            ]
        return matches

    def corrected(self, word: Word) -> str | None:
        """Return what a word was meant to be; None if it is right or nothing is near."""
        (part, *others), (lemma, *_) = word.parts, word.lemmas
        if others or part in self._known or lemma in self._known:
            return None
        if self.language not in STEMMED and is_in_dictionary(part, self.language):
            return None
        return self._speller.correct(part)

    @functools.cached_property
    def _known(self) -> Mapping[str, int]:
        return {**dict.fromkeys(self._function_words, 1), **self.names.known_words()}

    @functools.cached_property
    def _function_words(self) -> frozenset[str]:
        lists = (self._words.stop, self._words.negations)
        return frozenset(token for each in lists for tokens in each for token in tokens)

    @functools.cached_property
    def _own(self) -> frozenset[str]:
        return self.names.own_words() | self._function_words

    def n_known(self, typed: Iterable[Word]) -> int:
        """Return how many of the words are the language's own."""
        known = 0
        for word in typed:
            parts, stems = word.parts, (lemma(part, self.language) for part in word.parts)
            known += all(
                p in self._own or s in self._own for p, s in zip(parts, stems, strict=True)
            )
        return known

    @functools.cached_property
    def _speller(self) -> SpellingCorrector:
        return SpellingCorrector(self._known)

    def _function(self, typed: Sequence[Word], start: int) -> tuple[int, bool]:
        """Return how many words from `start` carry no wish, and whether they turn one round."""
        tokens: tuple[str, ...] = ()
        found = (0, False)
        for end in range(start, min(len(typed), start + self._words.longest)):
            if end > start and typed[end].starts_clause:
                break
            tokens += tuple(part for part in typed[end].parts if part)
            if tokens in self._words.negations:
                found = (end + 1 - start, True)
            elif tokens in self._words.stop:
                found = (end + 1 - start, False)
        return found

    def _longest(
        self, typed: Sequence[Word], start: int, n_function: int
    ) -> tuple[int, Mapping[str, float] | None]:
        """Return how many words from `start` are read together, and as what.

        0 where the first `n_function` words carry no wish and nothing longer is a name.
        """
        clause_end = next(
            (i for i in range(start + 1, len(typed)) if typed[i].starts_clause), len(typed)
        )
        for end in range(min(clause_end, start + self.names.max_words), start + n_function, -1):
            span = typed[start:end]
            meant = self.names.read(span)
            if meant is not None or self.names.find_color(span):
                return end - start, meant or {}
        return (0, None) if n_function else (1, None)
