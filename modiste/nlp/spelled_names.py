"""The names of a vocabulary by their letters, however hyphens, spaces and endings are typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.normalise import Word, forms


class Spelling(NamedTuple):
    """Words as they are looked up: without what stands between them.

    Parameters
    ----------
    typed, lemma : str
        The words as typed, and their lemmas, each joined.
    """

    typed: str
    lemma: str

    @classmethod
    def of(cls, span: Iterable[Word]) -> Spelling:
        """Return the spelling of words in a row."""
        return cls(
            "".join([word.spelling for word in span]),
            "".join([word.lemma_spelling for word in span]),
        )


class SpelledNames:
    """The names of a vocabulary by their letters.

    Parameters
    ----------
    vocabulary : Vocabulary
    language : str
        ISO 639-1 code, for their lemmas.

    Attributes
    ----------
    names : dict of str to str
        What each name is spelled as, without its type.
    by_spelling, by_lemma : dict of str to list of str
        The names of each spelling: words joined, as they stand and as lemmas.
    typed : list of str
        The words and lemmas of each name.
    """

    def __init__(self, vocabulary: Vocabulary, language: str) -> None:
        self.names: dict[str, str] = {}
        self.by_spelling: dict[str, list[str]] = {}
        self.by_lemma: dict[str, list[str]] = {}
        self.typed: list[str] = []
        for name, kind in _names(vocabulary):
            said = name.removeprefix(f"{kind}:").strip()
            self.names.setdefault(name, said)
            parts, lemmas = forms(said, language)
            if not parts:
                continue
            if "".join(parts) in english.NO_SINGULAR:
                lemmas = parts
            self.typed.extend({*parts, *lemmas})
            _append(self.by_spelling, "".join(parts), name)
            _append(self.by_lemma, "".join(lemmas), name)
            # "off shoulder" is off-the-shoulder, with the little word left out.
            pairs = zip(parts, lemmas, strict=True)
            short = [lemma for part, lemma in pairs if part not in english.STOP_WORDS]
            if 2 <= len(short) < len(parts):
                _append(self.by_lemma, "".join(short), name)


def _names(vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    yield from zip(vocabulary.categories, vocabulary.category_types, strict=True)
    yield from zip(vocabulary.attributes, vocabulary.attribute_types, strict=True)


def _append(index: dict[str, list[str]], spelling: str, name: str) -> None:
    names = index.setdefault(spelling, [])
    if name not in names:
        names.append(name)
