"""Phrase to attributes: names as spelled first, then names by meaning."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.attribute_query import AttributeQuery
from modiste.nlp.lexicon import LANGUAGES, lexicon
from modiste.nlp.limits import Limits, read_limits
from modiste.nlp.name_index import NameIndex
from modiste.nlp.name_vectors import NameVectors
from modiste.nlp.normalise import Word, words
from modiste.nlp.other_subjects import is_about_something_else, strangeness
from modiste.nlp.phrase_book import STEM, PhraseBook
from modiste.nlp.reading import Reading, Readings, joined_weights
from modiste.nlp.spelled_names import SpelledNames, Spelling
from modiste.nlp.word_vectors import WordVectors

MAX_WORDS = 500
MAX_CHARACTERS = 10_000
#: Texts of more words are no searches: they are not checked for typing errors.
MAX_CHECKED = 50
#: How many more of its words another language than the first must own.
MARGIN = 0.25
#: Words of which is kept what they mean.
_N_KEPT = 2**16


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
        self._garments = frozenset(vocabulary.categories) | english.GARMENT_ATTRIBUTES
        first = self.languages[0]
        spelled = {each: SpelledNames(vocabulary, each) for each in {first, "en"}}
        self._books = {
            each: PhraseBook(
                NameIndex(vocabulary, each, spelled=spelled.get(each, spelled[first])),
                each,
                vocabulary,
            )
            for each in languages
        }
        said = self._books[first].names.names
        spoken = {name: tuple(words(text, first)) for name, text in said.items()}
        self._meanings = NameVectors(vectors, spoken, first)
        self._readings = Readings(vocabulary)
        self._meanings.fit_weights(self._known_words(first))
        kept = functools.lru_cache(_N_KEPT)
        self._reading = kept(self._read_span)
        self._corrected = kept(self._correct)
        self._languages_of = kept(
            lambda word: [book.share_owned(word) for book in self._books.values()]
        )

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
            is to be avoided; names that differ only in spelling have the same. Words without
            a meaning are listed in `not_understood`.

        Raises
        ------
        ValueError
            If the text is not a string, is blank or is too long, or the language is not one
            of the reader's.
        """
        typed = words(_checked(text), self.languages[0])
        if language is None:
            language = self._told_by(typed)
        elif language not in self._books:
            raise ValueError(
                f"language must be one of {', '.join(self.languages)}, or None. "
                f"Received: {language!r}"
            )
        limits = read_limits(text, language)
        if limits.rest != text or language != self.languages[0]:
            typed = words(limits.rest, language)
        book = self._books[language]
        typed, corrected = self._spelled_right(typed, language)
        stretches = book.stretches(typed)
        readings = [
            self._reading(language, each.span, each.is_negated, each.strength) for each in stretches
        ]
        colors: dict[str, float] = {}
        not_understood: list[str] = []
        if is_about_something_else(stretches, readings, self._garments):
            not_understood = [each.typed for each in stretches]
            readings = []
        else:
            for stretch, reading in zip(stretches, readings, strict=True):
                if stretch.color is not None:
                    colors[stretch.color] = -1.0 if stretch.is_negated else stretch.strength
                elif not reading.matches:
                    not_understood.append(stretch.typed)
        filters = _filters(limits)
        if not (readings or not_understood or filters):
            not_understood = [word.raw for word in typed] or [text.strip()]
        return AttributeQuery(
            joined_weights(readings),
            tuple([match for reading in readings for match in reading.matches]),
            tuple(not_understood),
            filters=filters,
            colors=colors,
            corrected={
                word: meant for word, meant in corrected.items() if word not in not_understood
            },
            language=language,
        )

    def warm(self) -> None:
        """Make what the first phrase of each language needs; a server does so before it serves."""
        for language in self.languages:
            self.read("dress 10 wrdx euro", language)
        self.read("wrdx")

    def read_batch(self, texts: Sequence[str], language: str | None = None) -> list[AttributeQuery]:
        """Return what each of several phrases means, as `read` does."""
        return [self.read(text, language) for text in texts]

    def _read_span(
        self, language: str, span: tuple[Word, ...], is_negated: bool, strength: float
    ) -> Reading:
        """Return what words that are read together became."""
        book = self._books[language]
        stretch = book.stretch(span, is_negated=is_negated, strength=strength)
        meant = stretch.meant
        if meant is None:
            # The vectors are of the first language; single letters and numbers have none.
            readable = language == self.languages[0] and any(map(str.isalpha, stretch.typed[1:]))
            meant = self._meanings.nearest([span[0]])[0] if readable else {}
        reading = self._readings.of(book.matches(stretch, meant))
        is_sure = reading.is_sure or stretch.color is not None
        strange = strangeness(span, is_sure=is_sure, is_used=self._is_used(span[0]))
        return reading._replace(is_sure=is_sure, strangeness=strange)

    def _known_words(self, language: str) -> list[tuple[Word, frozenset[str]]]:
        """Return the lexicon's single words that spell no name, and what each may mean."""
        meant: dict[str, set[str]] = {}
        for name, phrases in lexicon(language).names.items():
            for phrase in phrases:
                meant.setdefault(phrase, set()).update(self._readings.spellings(name))
        names = self._books[language].names
        known = [(words(phrase, language), frozenset(each)) for phrase, each in meant.items()]
        return [
            (typed[0], each)
            for typed, each in known
            if len(typed) == 1 and self._is_used(typed[0]) and not names.find(Spelling.of(typed))
        ]

    def _told_by(self, typed: Sequence[Word]) -> str:
        """Return the language that most of the words are of; the first if that is unclear."""
        first = self._books[self.languages[0]]
        if first.own.issuperset([word.typed for word in typed]):
            return self.languages[0]
        owned = [self._languages_of(word) for word in typed if word.typed.isalpha()]
        n_own = [sum(each) for each in zip(*owned, strict=True)] or [0.0]
        # One stem is chance; and the shop's own language is the likeliest.
        if max(n_own) < STEM or (n_own[0] and max(n_own) < n_own[0] + MARGIN):
            return self.languages[0]
        return self.languages[n_own.index(max(n_own))]

    def _is_used(self, word: Word) -> bool:
        return word.typed in self._meanings or word.lemma in self._meanings

    def _spelled_right(
        self, typed: Sequence[Word], language: str
    ) -> tuple[list[Word], dict[str, str]]:
        """Return the words without typing errors, and what was corrected."""
        known = self._books[language].known
        if len(typed) > MAX_CHECKED or known.keys() >= {word.typed for word in typed}:
            return list(typed), {}
        right, corrected = [], {}
        for word in typed:
            better = self._corrected(language, word)
            if better is not word:
                corrected[word.raw] = better.typed
            right.append(better)
        return right, corrected

    def _correct(self, language: str, word: Word) -> Word:
        meant = None if self._is_used(word) else self._books[language].corrected(word)
        if meant is None:
            return word
        (better,) = words(meant, language)
        return replace(better, raw=word.raw, starts_clause=word.starts_clause)


def _checked(text: str) -> str:
    if not isinstance(text, str):
        raise ValueError(f"A phrase must be a string. Received: {text!r}")
    if not text.strip():
        raise ValueError(f"A phrase needs at least one word. Received: {text[:20]!r}")
    n_words = len(text.split()) if len(text) > MAX_WORDS else 1
    if n_words > MAX_WORDS:
        raise ValueError(f"A phrase may have at most {MAX_WORDS} words. Received: {n_words} words")
    if len(text) > MAX_CHARACTERS:
        raise ValueError(
            f"A phrase may have at most {MAX_CHARACTERS} characters. "
            f"Received: {len(text)} characters"
        )
    return text


def _filters(limits: Limits) -> dict[str, object]:
    if not limits.sizes and limits.price == (None, None):
        return {}
    ends = {
        name: end for name, end in zip(("min", "max"), limits.price, strict=True) if end is not None
    }
    found: dict[str, object] = {"price": ends} if ends else {}
    return found | ({"size": list(limits.sizes)} if limits.sizes else {})
