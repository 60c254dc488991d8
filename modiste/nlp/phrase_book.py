"""A phrase in one language, divided into names, colours and words that carry no wish."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modiste.data.attribute_names import LENGTHS, alternatives
from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.attribute_query import Match
from modiste.nlp.function_words import FunctionWords
from modiste.nlp.lexicon import lexicon
from modiste.nlp.name_index import NameIndex
from modiste.nlp.normalise import STEMMED, Word, is_in_dictionary, lemma
from modiste.nlp.spelled_names import Spelling
from modiste.nlp.spelling import SpellingCorrector

#: A name that is part of a longer one typed: "maxi" of "floral maxi".
PART_OF_NAME = 0.5
#: An attribute that is part of what stands for another name: the leather of "giacca di pelle".
PART_OF_PHRASE = 0.7
#: The garment in what stands for an attribute alone: the dress of "short dress".
HEAD = 0.9
#: What a word counts of which only the stem is the language's own.
STEM, SHORT_STEM = 0.3, 0.1
#: Bounds of how much a name is wished, however many words of degree stand before it.
MIN_STRENGTH, MAX_STRENGTH = -1.4, 1.4
_LONG_STEM = 5  # letters
_HEAD_LAST = frozenset({"en", "de"})
_N_KEPT = 2**16


class Stretch(NamedTuple):
    """Words in a row that are read together.

    Parameters
    ----------
    span : tuple of Word
    meant : mapping of str to float or None
        Names and weights; None leaves the words to the word vectors.
    is_negated : bool
    spelling : Spelling
        Of the words.
    strength : float
        How much it is wished: above 1 after "very", below after "slightly".
    color : str or None
        The colour that the words name.
    is_joined : bool
        Whether the next word follows without a stop word or punctuation between.
    """

    span: tuple[Word, ...]
    meant: Mapping[str, float] | None
    is_negated: bool
    spelling: Spelling
    strength: float = 1.0
    color: str | None = None
    is_joined: bool = False

    @property
    def typed(self) -> str:
        """The words as typed."""
        return " ".join(word.raw for word in self.span)


class _Found(NamedTuple):
    """What words in a row are found as, and whether more words may make more of them."""

    spelling: Spelling
    meant: Mapping[str, float] | None
    color: str | None
    goes_on: bool


@dataclass(frozen=True)
class PhraseBook:
    """The names, and the words without one, of a language.

    Parameters
    ----------
    names : NameIndex
    language : str
        Of `modiste.nlp.lexicon.LANGUAGES`.
    vocabulary : Vocabulary
    """

    names: NameIndex
    language: str
    vocabulary: Vocabulary

    @functools.cached_property
    def _categories(self) -> frozenset[str]:
        return frozenset(self.vocabulary.categories) - english.AMBIGUOUS_GARMENTS

    def _is_part(self, name: str, weight: float) -> bool:
        """Return whether a name is meant by a part of what stands for another.

        No length but as spelled: "manches courtes" is no mini.
        """
        if name not in self.vocabulary.attribute_index:
            return False
        places = alternatives(self.vocabulary).get(name, ())
        return weight == 1.0 or all(group != LENGTHS for group, _ in places)

    @functools.cached_property
    def _words(self) -> FunctionWords:
        return lexicon(self.language).words

    def stretches(self, typed: Sequence[Word]) -> list[Stretch]:
        """Divide a phrase into what is read together; words without a wish are left out."""
        found: list[Stretch] = []
        words = self._words
        is_negated = was_negated = False
        strength = 1.0
        start, function = 0, words.at(typed, 0)
        while start < len(typed):
            if typed[start].starts_clause:
                is_negated, was_negated, strength = False, False, 1.0
            length, read = self._longest(typed, start, function.n_words)
            if not length:
                carries_on = was_negated and typed[start].spelling in words.continuations
                is_negated = is_negated or carries_on or function.turns_round
                strength = max(MIN_STRENGTH, min(MAX_STRENGTH, strength * function.strength))
                start += function.n_words
                function = words.at(typed, start)
                continue
            # "sin mangas": a name that begins with the word that turns the rest round.
            turns_round, n_function = function.turns_round, function.n_words
            end = start + length
            next_start = start + n_function if turns_round else end
            function = words.at(typed, next_start)
            negation_after = words.after(typed, end)
            if negation_after and not turns_round:
                is_negated, end = True, end + negation_after
                next_start, function = end, words.at(typed, end)
            goes_on = end < len(typed) and not typed[end].starts_clause
            found.append(
                Stretch(
                    tuple(typed[start : start + length]),
                    read.meant,
                    is_negated and not turns_round,
                    read.spelling,
                    strength,
                    read.color,
                    not turns_round and goes_on and not function.n_words,
                )
            )
            was_negated, is_negated, strength = is_negated and not turns_round, turns_round, 1.0
            start = next_start
        return found

    def stretch(self, span: tuple[Word, ...], *, is_negated: bool, strength: float) -> Stretch:
        """Return words that are read together as what they are found as."""
        found = self._lookup(span)
        return Stretch(span, found.meant, is_negated, found.spelling, strength, found.color)

    def matches(self, stretch: Stretch, meant: Mapping[str, float]) -> list[Match]:
        """Return what a stretch became, given the names it means."""
        typed, factor = stretch.typed, stretch.strength
        if stretch.is_negated:
            # "Not very red" refuses less than "not red".
            factor = -min(factor, 1.0 / factor) if factor > 0 else factor
        matches = [Match(typed, name, factor * weight) for name, weight in meant.items()]
        if factor < 0:
            less = self.names.find_less(stretch.spelling)
            return matches + [Match(typed, name, weight) for name, weight in less.items()]
        is_read = stretch.meant or stretch.color
        if is_read and (len(stretch.span) > 1 or len(stretch.span[0].parts) > 1):
            is_name = bool(self.names.find(stretch.spelling))
            share = PART_OF_NAME if is_name or stretch.color else PART_OF_PHRASE
            matches += [
                Match(typed, name, factor * share * weight)
                for name, weight in self.names.find_parts(stretch.span)
                if name not in meant and (is_name or self._is_part(name, weight))
            ]
            if not is_name and not self._categories & {match.name for match in matches}:
                matches += self._head(stretch, factor * HEAD)
        return matches

    def _head(self, stretch: Stretch, factor: float) -> list[Match]:
        """Return the garment that words end with, or in Romance languages begin with."""
        parts = [
            Spelling(*pair)
            for word in stretch.span
            for pair in zip(word.parts, word.lemmas, strict=True)
        ]
        head = self.names.read(parts[-1 if self.language in _HEAD_LAST else 0]) or {}
        return [
            Match(stretch.typed, name, factor * weight)
            for name, weight in head.items()
            if name in self._categories
        ]

    def corrected(self, word: Word) -> str | None:
        """Return what a word was meant to be; None if it is right or nothing is near."""
        (part, *others), (lemma, *_) = word.parts, word.lemmas
        if others or part in self.known or lemma in self.known:
            return None
        if self.language not in STEMMED and is_in_dictionary(part, self.language):
            return None
        return self._speller.correct(part)

    @functools.cached_property
    def known(self) -> Mapping[str, int]:
        """Every word that is not mistyped, with how many names and phrases have it."""
        return {**dict.fromkeys(self._function_words, 1), **self.names.known_words()}

    @functools.cached_property
    def _function_words(self) -> frozenset[str]:
        lists = (self._words.stop, self._words.negations)
        return frozenset(token for each in lists for tokens in each for token in tokens)

    @functools.cached_property
    def own(self) -> frozenset[str]:
        """The language's own words as they are typed."""
        words = self.names.own_words() | self._function_words | self._words.limits
        return frozenset(word for word in words if not word.isdigit())

    def share_owned(self, word: Word) -> float:
        """Return how surely a word is the language's own: 1 as typed, `STEM` by its stem."""
        if all(part in self.own for part in word.parts):
            return 1.0
        stems, own = self.names.own_lemmas, [lemma(p, self.language) for p in word.parts]
        if not all(p in self.own or stem in stems for p, stem in zip(word.parts, own, strict=True)):
            return 0.0
        is_inflected = tuple(own) != word.parts
        return STEM if is_inflected and len("".join(own)) >= _LONG_STEM else SHORT_STEM

    @functools.cached_property
    def _speller(self) -> SpellingCorrector:
        return SpellingCorrector(self.known)

    def _longest(self, typed: Sequence[Word], start: int, n_function: int) -> tuple[int, _Found]:
        """Return how many words from `start` are read together, and as what.

        0 where the first `n_function` words carry no wish and nothing longer is a name.
        """
        end = start + 1
        read = self._lookup((typed[start],))
        longest = 0 if n_function else 1, read
        while read.goes_on and end < len(typed) and not typed[end].starts_clause:
            end += 1
            read = self._lookup(tuple(typed[start:end]))
            # "Pizzo o ..." is not pizzo, whose stem is pizz.
            is_whole = (
                len(typed[end - 1].spelling) > 1 or not self._words.at(typed, end - 1).n_words
            )
            is_found = read.meant is not None or read.color is not None
            if is_found and is_whole and end - start > n_function:
                longest = end - start, read
        return longest

    @functools.cached_property
    def _lookup(self) -> Callable[[tuple[Word, ...]], _Found]:
        return functools.lru_cache(_N_KEPT)(self._look_up)

    def _look_up(self, span: tuple[Word, ...]) -> _Found:
        spelling = Spelling.of(span)
        if not self.names.begins(spelling):
            return _Found(spelling, None, None, goes_on=False)
        meant, color = self.names.read(spelling), self.names.find_color(spelling)
        if meant is None and color:
            meant = {}
        if color is None and meant and len(span) > 1 and not self.names.find(spelling):
            # "Camicia bianca" is a shirt, and white.
            of_words = (self.names.find_color(Spelling.of([word])) for word in span)
            color = next((each for each in of_words if each), None)
        return _Found(spelling, meant, color, goes_on=self.names.goes_on(spelling))
