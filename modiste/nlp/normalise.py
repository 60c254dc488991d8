"""Text to words: Unicode form, case, tokens, lemmas and the words that carry no wish."""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from dataclasses import dataclass

import simplemma
import Stemmer

from modiste.nlp import english

#: Marks that belong to the letter before them (Latin, Hebrew, Arabic, Indic, Thai).
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u0e31-\u0e4e"
_LETTERS = rf"(?:[^\W_]|[{_MARKS}])+"
_TOKEN = re.compile(rf"\d+/\d+|{_LETTERS}(?:[-'&]{_LETTERS})*|[^\s\w'&-]")
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'")
    | {"\u2044": "/", "\u2215": "/", "\u00ad": None, "\u200b": None}
)
_WITHOUT = re.compile(r"\bw/o\b", re.IGNORECASE)
#: Endings that are words of their own: "leather-free".
_FREE_OF = frozenset({"free", "frei", "los"})
_POSSESSIVE = re.compile(r"'s?$")
_PARTS = re.compile(r"[-']")
_PLAIN = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)*")
_BETWEEN = re.compile("[ -]")
#: Longer tokens are codes or noise; no dictionary has them.
_MAX_LEMMA_LENGTH = 40
_ACCENTS = re.compile("[\u0300-\u036f]")
#: Languages whose words are reduced by Snowball's rules; dictionaries of theirs take seconds
#: and hundreds of megabytes to load.
STEMMED = {"es": "spanish", "de": "german", "fr": "french", "it": "italian", "pt": "portuguese"}
_stemmers = threading.local()  # a stemmer keeps state while it works


@dataclass(frozen=True, eq=False)
class Word:
    """One word of a text; compared as an object, for what is known of words is looked up often.

    Parameters
    ----------
    raw : str
        As typed: ``V-Neck``.
    typed : str
        In lower case, without a possessive ending, hyphens kept: ``v-neck``.
    parts : tuple of str
        What stands between the hyphens, without accents: ``("v", "neck")``.
    lemmas : tuple of str
        The lemma of each part, or its stem; see `STEMMED`.
    starts_clause : bool
        Whether punctuation, or the start of the text, stands before it.
    """

    raw: str
    typed: str
    parts: tuple[str, ...]
    lemmas: tuple[str, ...]
    starts_clause: bool = False

    @functools.cached_property
    def lemma(self) -> str:
        """The lemmas of the parts, joined by hyphens."""
        return "-".join(self.lemmas)

    @functools.cached_property
    def spelling(self) -> str:
        """The parts, joined."""
        return "".join(self.parts)

    @functools.cached_property
    def lemma_spelling(self) -> str:
        """The lemmas, joined."""
        return "".join(self.lemmas)


def words(text: str, language: str = "en") -> list[Word]:
    """Split a text into words, with everything kept that a reader needs to match names.

    Parameters
    ----------
    text : str
        Any text.
    language : str
        ISO 639-1 code of a language that simplemma knows.

    Returns
    -------
    list of Word
        In the order of the text, stop words included.

    Raises
    ------
    ValueError
        If simplemma has no word list for the language.
    """
    if text.isascii():
        plain = text.replace("`", "'")
    else:
        # NFKC also makes 3/4 of the one character for three quarters.
        plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    if "/" in plain:
        plain = _WITHOUT.sub("without", plain)
    found = []
    starts_clause = True
    for raw in _TOKEN.findall(plain):
        if raw[0].isalnum():
            if "-" in raw:
                stem, _, end = raw.rpartition("-")
                if end.lower() in _FREE_OF:
                    found.append(_word(stem, language, starts_clause))
                    starts_clause, raw = False, end
            found.append(_word(raw, language, starts_clause))
            starts_clause = False
        else:
            starts_clause = True
    return found


def forms(phrase: str, language: str = "en") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parts and the lemmas of a phrase's words: what `words` gives, joined.

    Much faster than `words` for phrases of letters, hyphens and single spaces.

    Parameters
    ----------
    phrase : str
        Without punctuation.
    language : str
        ISO 639-1 code.
    """
    if phrase.isalpha():
        part = folded(phrase)
        return (part,), (lemma(part, language),)
    if _PLAIN.fullmatch(phrase):
        parts = tuple(_BETWEEN.split(folded(phrase)))
        return parts, tuple([lemma(part, language) for part in parts])
    span = words(phrase, language)
    return (
        tuple(part for word in span for part in word.parts),
        tuple(lemma for word in span for lemma in word.lemmas),
    )


def tokens(text: str, language: str = "en") -> list[str]:
    """Return the lemmas of a text's words, without stop words and politeness.

    Hyphens inside words stay, so that ``v-neck`` and ``a-line`` are one token each.

    Parameters
    ----------
    text : str
        Any text.
    language : str
        ISO 639-1 code of a language that simplemma knows. Stop words are English only.

    Returns
    -------
    list of str
        Lower-case lemmas in the order of the text.

    Raises
    ------
    ValueError
        If simplemma has no word list for the language.

    Examples
    --------
    >>> tokens("Two striped V-neck dresses, please!")
    ['two', 'stripe', 'v-neck', 'dress']
    """
    return [word.lemma for word in words(text, language) if not is_stop_word(word, language)]


def is_stop_word(word: Word, language: str = "en") -> bool:
    """Return whether a word carries no wish by itself: ``the``, ``please``, ``with``."""
    return language == "en" and word.typed in english.STOP_WORDS


@functools.lru_cache(maxsize=2**16)
def _word(raw: str, language: str, starts_clause: bool) -> Word:
    token = raw.casefold()
    typed = token if token in english.CONTRACTIONS else _POSSESSIVE.sub("", token)
    parts = tuple(folded(part) for part in _PARTS.split(typed))
    return Word(raw, typed, parts, tuple(lemma(part, language) for part in parts), starts_clause)


def folded(word: str) -> str:
    """Return a word in lower case without the accents of Latin letters."""
    word = word.casefold()
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


@functools.lru_cache(maxsize=2**16)
def lemma(word: str, language: str = "en") -> str:
    """Return the lemma of a folded word, or its stem; see `STEMMED`."""
    if len(word) > _MAX_LEMMA_LENGTH:
        return word
    if language in STEMMED:
        return _stem(word, language)
    found: str = simplemma.lemmatize(word, lang=language).casefold()
    # The dictionary lacks the trade's plurals: kurtas, tshirts, jeggings.
    is_plural = language == "en" and found == word and re.search(r"\w\w[^su]s$", word)
    if is_plural and not simplemma.is_known(word, lang=language):
        return word[:-1]
    return found


def is_in_dictionary(word: str, language: str) -> bool:
    """Return whether simplemma's dictionary of the language has the word."""
    known: bool = simplemma.is_known(word, lang=language)
    return known


def _stem(word: str, language: str) -> str:
    by_language = _stemmers.__dict__
    if language not in by_language:
        by_language[language] = Stemmer.Stemmer(STEMMED[language])
    stem: str = by_language[language].stemWord(word)
    return stem
