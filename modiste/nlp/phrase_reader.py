"""Phrase to attributes: names as spelled first, then names by meaning."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.attribute_query import AttributeQuery, Match
from modiste.nlp.lexicon import LANGUAGES, FunctionWords, lexicon
from modiste.nlp.limits import Limits, read_limits
from modiste.nlp.name_index import NameIndex
from modiste.nlp.name_vectors import NameVectors
from modiste.nlp.normalise import STEMMED, Word, is_in_dictionary, words
from modiste.nlp.spelling import SpellingCorrector
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
    color: str | None = None
    is_joined: bool = False  # to the next word: neither a stop word nor punctuation between

    @property
    def typed(self) -> str:
        return " ".join(word.raw for word in self.span)


@dataclass(frozen=True)
class _Book:
    """The names, and the words without one, of a language."""

    names: NameIndex
    language: str

    @property
    def _words(self) -> FunctionWords:
        return lexicon(self.language).words

    def stretches(self, typed: Sequence[Word]) -> list[_Stretch]:
        """Divide a phrase into what is read together; words without a wish are left out."""
        found: list[_Stretch] = []
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
    ) -> _Stretch:
        return _Stretch(tuple(span), meant, negated, self.names.find_color(span))

    def matches(self, stretch: _Stretch, meant: Mapping[str, float]) -> list[Match]:
        """Return what a stretch became, given the names it means."""
        sign = -1.0 if stretch.is_negated else 1.0
        matches = [Match(stretch.typed, name, sign * weight) for name, weight in meant.items()]
        if stretch.is_negated:
            less = self.names.find_less(stretch.span)
            return matches + [Match(stretch.typed, name, weight) for name, weight in less.items()]
        if stretch.meant and sum(len(word.parts) for word in stretch.span) > 1:
            matches += [
                Match(stretch.typed, name, PART_OF_NAME * weight)
                for name, weight in self.names.find_parts(stretch.span)
                if name not in meant
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
        function = (
            t for each in (self._words.stop, self._words.negations) for ts in each for t in ts
        )
        return {**dict.fromkeys(function, 1), **self.names.known_words()}

    def n_known(self, typed: Iterable[Word]) -> int:
        """Return how many of the words the language has."""
        return sum(all(part in self._known for part in word.parts) for word in typed)

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


class PhraseReader:
    """Reads a phrase as wishes for a vocabulary's attributes and categories.

    The longest stretches of words that spell a name are taken first, however hyphens,
    spaces and endings are typed; then other words for a name and shades of a colour; what
    remains goes to the word vectors, which may find names near in meaning. Words that
    turn a wish round ("no", "without") give the next name a negative weight. The language is
    told by the words; the vectors serve the first language alone.

    Parameters
    ----------
    vectors : WordVectors
        Vectors of the shop's language.
    vocabulary : Vocabulary
        The names to find. A name that is both a category and an attribute has one weight,
        which holds for both.
    languages : sequence of str
        ISO 639-1 codes of what shoppers type, of `modiste.nlp.lexicon.LANGUAGES`; the first
        is that of the vectors, and of phrases that could be any.

    Raises
    ------
    ValueError
        If a language has no lexicon.

    Examples
    --------
    >>> reader.read("crimson v neck dress, no sleeves").weights  # doctest: +SKIP
    {'red': 0.8, 'v-neck': 1.0, 'Dress': 1.0, 'sleeve': -1.0, 'sleeveless': 1.0}
    """

    def __init__(
        self,
        vectors: WordVectors,
        vocabulary: Vocabulary,
        *,
        languages: Sequence[str] = LANGUAGES,
    ) -> None:
        if not languages:
            raise ValueError("languages must name at least one. Received: none")
        self.languages = tuple(languages)
        self._categories = frozenset(vocabulary.categories)
        self._books = {each: _Book(NameIndex(vocabulary, each), each) for each in languages}
        self._meanings = NameVectors(vectors, self._first.names.names, self.languages[0])

    @property
    def _first(self) -> _Book:
        return self._books[self.languages[0]]

    @property
    def threshold(self) -> float:
        """The least margin by which a name must stand out to a word that does not spell it."""
        return self._meanings.threshold

    def read(self, text: str, language: str | None = None) -> AttributeQuery:
        """Return what a phrase means.

        Parameters
        ----------
        text : str
            What the shopper typed: 1 to `MAX_WORDS` words, `MAX_CHARACTERS` at most.
        language : str, optional
            One of the reader's languages; told by the words if None.

        Returns
        -------
        AttributeQuery
            Weight 1 for a name as typed, less for a name that is near, negative for what
            is to be avoided. Words without a meaning are listed in `not_understood`.

        Raises
        ------
        ValueError
            If the text is not a string, is blank or is too long, or the language is not one
            of the reader's.
        """
        typed = words(_checked(text), self.languages[0])
        if language is None:
            language = max(self.languages, key=lambda each: self._books[each].n_known(typed))
        elif language not in self._books:
            raise ValueError(
                f"language must be one of {', '.join(self.languages)}, or None. "
                f"Received: {language!r}"
            )
        limits = read_limits(text, language)
        typed = words(limits.rest, language)
        book = self._books[language]
        typed, corrected = self._spelled_right(typed, book)
        stretches = book.stretches(typed)
        unread = [i for i, stretch in enumerate(stretches) if stretch.meant is None]
        readable = [i for i in unread if any(c.isalpha() for c in stretches[i].typed[1:])]
        if language != self.languages[0]:
            readable = []  # the vectors are of another language
        nearest = self._meanings.nearest([stretches[i].span[0] for i in readable])
        meant = dict(zip(readable, nearest, strict=True))

        matched: list[Match] = []
        not_understood: list[str] = []
        colors: dict[str, float] = {}
        if self._is_about_something_else(stretches, meant):
            stretches, meant = [replace(each, meant={}, color=None) for each in stretches], {}
        for i, stretch in enumerate(stretches):
            matches = book.matches(stretch, stretch.meant or meant.get(i, {}))
            matched += matches
            if stretch.color is not None:
                colors[stretch.color] = -1.0 if stretch.is_negated else 1.0
            elif not matches:
                not_understood.append(stretch.typed)
        filters = _filters(limits)
        if not (matched or not_understood or colors or filters):
            not_understood = [word.raw for word in typed] or [text.strip()]
        return AttributeQuery(
            _weights(matched),
            tuple(matched),
            tuple(not_understood),
            filters=filters,
            colors=colors,
            corrected=corrected,
            language=language,
        )

    def _is_about_something_else(
        self, stretches: Sequence[_Stretch], meant: Mapping[int, Mapping[str, float]]
    ) -> bool:
        """Return whether the words understood are part of a phrase about no garment.

        "cotton buds", "leopard gecko food": at least half of the words mean nothing, and no
        garment is named but as a part of another thing ("robe hook").
        """
        understood = [
            bool(each.meant or each.color or meant.get(i)) for i, each in enumerate(stretches)
        ]
        for i, stretch in enumerate(stretches):
            names_garment = any(name in self._categories for name in stretch.meant or ())
            is_head = not stretch.is_joined or understood[i + 1]
            if names_garment and is_head:
                return False
        return 0 < sum(understood) <= len(understood) - sum(understood)

    def _spelled_right(
        self, typed: Sequence[Word], book: _Book
    ) -> tuple[list[Word], dict[str, str]]:
        """Return the words without typing errors, and what was corrected."""
        right, corrected = [], {}
        for word in typed:
            known = any(form in self._meanings for form in (word.typed, word.lemma))
            meant = None if known else book.corrected(word)
            if meant is not None:
                corrected[word.raw] = meant
                (better,) = words(meant, book.language)
                word = replace(better, raw=word.raw, starts_clause=word.starts_clause)
            right.append(word)
        return right, corrected


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


def _filters(limits: Limits) -> dict[str, object]:
    ends = {
        name: end for name, end in zip(("min", "max"), limits.price, strict=True) if end is not None
    }
    found: dict[str, object] = {"price": ends} if ends else {}
    return found | ({"size": list(limits.sizes)} if limits.sizes else {})


def _weights(matched: Sequence[Match]) -> dict[str, float]:
    """Keep the strongest weight of each name; of equal ones, the wish to avoid."""
    weights: dict[str, float] = {}
    for match in matched:
        known = weights.get(match.name, 0.0)
        if (abs(match.weight), -match.weight) > (abs(known), -known):
            weights[match.name] = match.weight
    return weights
