"""Phrase to attributes: names as spelled first, then names by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.attribute_query import AttributeQuery, Match
from modiste.nlp.name_index import NameIndex
from modiste.nlp.name_vectors import NameVectors
from modiste.nlp.normalise import Word, is_negation, is_stop_word, words
from modiste.nlp.word_vectors import WordVectors

MAX_WORDS = 500
MAX_CHARACTERS = 10_000
#: A name that is part of a longer one typed: "maxi" of "floral maxi".
PART_OF_NAME = 0.5


@dataclass(frozen=True)
class _Stretch:
    """Words in a row that are read together."""

    span: tuple[Word, ...]
    meant: Mapping[str, float] | None  # None: left to the word vectors
    is_negated: bool

    @property
    def typed(self) -> str:
        return " ".join(word.raw for word in self.span)


class PhraseReader:
    """Reads a phrase as wishes for a vocabulary's attributes and categories.

    The longest stretches of words that spell a name are taken first, however hyphens,
    spaces and endings are typed; then other words for a name and shades of a colour; what
    remains goes to the word vectors, which may find names near in meaning. Words that
    turn a wish round ("no", "without") give the next name a negative weight.

    Parameters
    ----------
    vectors : WordVectors
        Vectors of the shop's language.
    vocabulary : Vocabulary
        The names to find. A name that is both a category and an attribute has one weight,
        which holds for both.
    language : str
        ISO 639-1 code of the phrases.

    Examples
    --------
    >>> reader.read("crimson v neck dress, no sleeves").weights  # doctest: +SKIP
    {'red': 0.8, 'v-neck': 1.0, 'Dress': 1.0, 'sleeve': -1.0, 'sleeveless': 1.0}
    """

    def __init__(
        self, vectors: WordVectors, vocabulary: Vocabulary, *, language: str = "en"
    ) -> None:
        self.language = language
        self._spellings = NameIndex(vocabulary, language)
        self._meanings = NameVectors(vectors, self._spellings.names, language)

    @property
    def threshold(self) -> float:
        """The least margin by which a name must stand out to a word that does not spell it."""
        return self._meanings.threshold

    def read(self, text: str) -> AttributeQuery:
        """Return what a phrase means.

        Parameters
        ----------
        text : str
            What the shopper typed: 1 to `MAX_WORDS` words, `MAX_CHARACTERS` at most.

        Returns
        -------
        AttributeQuery
            Weight 1 for a name as typed, less for a name that is near, negative for what
            is to be avoided. Words without a meaning are listed in `not_understood`.

        Raises
        ------
        ValueError
            If the text is not a string, is blank or is too long.
        """
        typed = words(_checked(text), self.language)
        stretches = self._stretches(typed)
        unread = [i for i, stretch in enumerate(stretches) if stretch.meant is None]
        readable = [i for i in unread if any(c.isalpha() for c in stretches[i].typed[1:])]
        nearest = self._meanings.nearest([stretches[i].span[0] for i in readable])
        meant = dict(zip(readable, nearest, strict=True))

        matched: list[Match] = []
        not_understood: list[str] = []
        for i, stretch in enumerate(stretches):
            matches = self._matches(stretch, stretch.meant or meant.get(i, {}))
            matched += matches
            if not matches:
                not_understood.append(stretch.typed)
        if not matched and not not_understood:
            not_understood = [word.raw for word in typed] or [text.strip()]
        return AttributeQuery(_weights(matched), tuple(matched), tuple(not_understood))

    def _stretches(self, typed: Sequence[Word]) -> list[_Stretch]:
        stretches: list[_Stretch] = []
        is_negated = False
        was_negated = False
        start = 0
        while start < len(typed):
            word = typed[start]
            if word.starts_clause:
                is_negated = was_negated = False
            length, meant = self._longest(typed, start)
            if not length:
                carries_on = was_negated and word.typed in english.CONTINUATIONS
                is_negated = is_negated or carries_on or self._turns_round(typed, start)
                start += 1
                continue
            stretches.append(_Stretch(tuple(typed[start : start + length]), meant, is_negated))
            was_negated, is_negated = is_negated, False
            start += length
        return stretches

    def _turns_round(self, typed: Sequence[Word], at: int) -> bool:
        if is_negation(typed[at], self.language):
            return True
        pair = tuple(word.typed for word in typed[max(0, at - 1) : at + 1])
        return self.language == "en" and pair in english.NEGATION_PAIRS

    def _longest(self, typed: Sequence[Word], start: int) -> tuple[int, Mapping[str, float] | None]:
        """Return how many words from `start` are read together, and as what.

        0 for a word without a wish.
        """
        clause_end = next(
            (i for i in range(start + 1, len(typed)) if typed[i].starts_clause), len(typed)
        )
        is_stop = is_stop_word(typed[start], self.language)
        if is_negation(typed[start], self.language):
            return 0, None
        for end in range(min(clause_end, start + self._spellings.max_words), start, -1):
            if end == start + 1 and is_stop:
                return 0, None
            span = typed[start:end]
            found = self._spellings.find(span)
            if found:
                return end - start, found
            others = self._spellings.find_other_words(span)
            if others is not None:
                return end - start, others
        return 1, None

    def _matches(self, stretch: _Stretch, meant: Mapping[str, float]) -> list[Match]:
        sign = -1.0 if stretch.is_negated else 1.0
        matches = [Match(stretch.typed, name, sign * weight) for name, weight in meant.items()]
        if stretch.is_negated:
            less = self._spellings.find_less(stretch.span)
            return matches + [Match(stretch.typed, name, weight) for name, weight in less.items()]
        if stretch.meant and sum(len(word.parts) for word in stretch.span) > 1:
            matches += [
                Match(stretch.typed, name, PART_OF_NAME)
                for name in self._spellings.find_parts(stretch.span)
                if name not in meant
            ]
        return matches


def _checked(text: str) -> str:
    if not isinstance(text, str):
        raise ValueError(f"A phrase must be a string. Received: {text!r}")
    if not text.strip():
        raise ValueError(f"A phrase needs at least one word. Received: {text[:20]!r}")
    n_words = len(text.split())
    if n_words > MAX_WORDS:
        raise ValueError(f"A phrase may have at most {MAX_WORDS} words. Received: {n_words} words")
    if len(text) > MAX_CHARACTERS:
        raise ValueError(
            f"A phrase may have at most {MAX_CHARACTERS} characters. "
            f"Received: {len(text)} characters"
        )
    return text


def _weights(matched: Sequence[Match]) -> dict[str, float]:
    """Keep the strongest weight of each name; of equal ones, the wish to avoid."""
    weights: dict[str, float] = {}
    for match in matched:
        known = weights.get(match.name, 0.0)
        if (abs(match.weight), -match.weight) > (abs(known), -known):
            weights[match.name] = match.weight
    return weights
