"""Names of a vocabulary by how they are spelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.lexicon import LANGUAGES, lexicon
from modiste.nlp.normalise import Word, forms

#: Another form of a word that is itself a name: "stripes" typed, "striped" meant as well.
SAME_LEMMA = 0.9
#: Another word for the name, from the lists of `modiste.nlp.english`.
ALIAS = 0.8
#: What the lexicon of the language gives for the name.
LEXICON = 0.9
#: Another shade of the colour typed.
SAME_COLOR_FAMILY = 0.6


class NameIndex:
    """Finds names by spelling, however hyphens, spaces and endings are typed.

    ``v neck``, ``vneck``, ``v-neck`` and ``V-Necks`` are one spelling. A name that starts
    with its type and a colon (``season: Summer``) is spelled by what follows.

    Parameters
    ----------
    vocabulary : Vocabulary
        Whose categories and attributes are the names. A name that is both is found once
        and stands for both.
    language : str
        ISO 639-1 code. Names are found as spelled in any, other words for them in the
        languages that have a lexicon.
    """

    def __init__(self, vocabulary: Vocabulary, language: str = "en") -> None:
        self._spelled: dict[str, list[str]] = {}
        self._lemmas: dict[str, list[str]] = {}
        self._other_words: dict[str, dict[str, float]] = {}
        self._colors: dict[str, str] = {}
        self._typed: Counter[str] = Counter()
        self._own: set[str] = set()
        self.names: dict[str, str] = {}
        longest = 1
        for name, kind in _names(vocabulary):
            said = name.removeprefix(f"{kind}:").strip()
            self.names.setdefault(name, said)
            parts, lemmas = forms(said, language)
            if not parts:
                continue
            longest = max(longest, len(parts))
            self._typed.update({*parts, *lemmas})
            if language == "en":
                self._own.update(parts, lemmas)
            _append(self._spelled, "".join(parts), name)
            _append(self._lemmas, "".join(lemmas), name)
            # "off shoulder" is off-the-shoulder, with the little word left out.
            pairs = zip(parts, lemmas, strict=True)
            short = [lemma for part, lemma in pairs if part not in english.STOP_WORDS]
            if 2 <= len(short) < len(parts):
                _append(self._lemmas, "".join(short), name)
        self.language = language
        longest = max(longest, self._add_colors())
        if language == "en":
            longest = max(longest, self._add_aliases())
        if language in LANGUAGES:
            longest = max(longest, self._add_lexicon())
        #: The most words a name can be typed as.
        self.max_words = longest

    def find(self, span: Sequence[Word]) -> Mapping[str, float]:
        """Return the names that a stretch of words spells, with their weights.

        Parameters
        ----------
        span : sequence of Word
            One or more words in a row.

        Returns
        -------
        mapping of str to float
            Weights in (0, 1], 1 for a name as spelled; empty if the words spell no name.
        """
        parts = tuple(part for word in span for part in word.parts)
        return self._found(parts, tuple(lemma for word in span for lemma in word.lemmas))

    def _found(self, parts: tuple[str, ...], lemmas: tuple[str, ...]) -> dict[str, float]:
        spelled = self._spelled.get("".join(parts), ())
        others = self._lemmas.get("".join(lemmas), ())
        found = dict.fromkeys(spelled, 1.0)
        for name in others:
            found.setdefault(name, SAME_LEMMA if spelled else 1.0)
        return found

    def find_other_words(self, span: Sequence[Word]) -> Mapping[str, float] | None:
        """Return the names that a colour or other word stands for; None if it is neither.

        A colour of a family that the vocabulary lacks gives an empty mapping: it is known
        to mean none of the names, however near the word vectors put it to other colours.
        """
        for spelling in (_spelling(span), _lemma_spelling(span)):
            if spelling in self._other_words:
                return self._other_words[spelling]
        return None

    def read(self, span: Sequence[Word]) -> Mapping[str, float] | None:
        """Return the names that a stretch of words stands for; None if it stands for none.

        Names are English: in other languages, what the language calls a thing goes first.
        """
        if self.language == "en":
            return self.find(span) or self.find_other_words(span)
        others = self.find_other_words(span)
        return others or self.find(span) or others

    def find_color(self, span: Sequence[Word]) -> str | None:
        """Return the colour that a stretch of words names."""
        return self._colors.get(_spelling(span)) or self._colors.get(_lemma_spelling(span))

    def is_typed(self, span: Sequence[Word]) -> bool:
        """Return whether other words for a name stand in the lists just as typed."""
        return _spelling(span) in self._other_words

    def find_parts(self, span: Sequence[Word]) -> Iterable[tuple[str, float]]:
        """Yield names and weights that parts of a longer name spell, the longest parts first."""
        parts = [
            Word(part, part, (part,), (lemma,)) for word in span for part, lemma in _pairs(word)
        ]
        start = 0
        while start < len(parts):
            for end in range(min(len(parts), start + len(parts) - 1), start, -1):
                lone_stop = end == start + 1 and parts[start].typed in english.STOP_WORDS
                found = {} if lone_stop else self.read(parts[start:end]) or {}
                if found:
                    yield from found.items()
                    start = end
                    break
            else:
                start += 1

    def find_less(self, span: Sequence[Word]) -> Mapping[str, float]:
        """Return the names for being without something: sleeveless for ``sleeves``."""
        suffixed = _lemma_spelling(span) + "less"
        return dict.fromkeys(self._spelled.get(suffixed, ()), 1.0)

    def known_words(self) -> Mapping[str, int]:
        """Return every word and lemma in the names and in what is typed for them.

        With each, how many names and phrases have it; names typed as one word are among
        them: "polkadot".
        """
        joined = (each for each in self._spelled if each not in self._typed)
        return {**dict.fromkeys(joined, 1), **self._typed}

    def own_words(self) -> frozenset[str]:
        """Return the words and lemmas of the language itself: without the names, if English."""
        return frozenset(self._own)

    def _add_colors(self) -> int:
        longest = 1
        for family, shades in english.COLOR_FAMILIES.items():
            members = (family, *shades)
            for member in members:
                # "navy" is Navy Blue before it is Blue.
                longer = (other for other in shades if other.startswith(f"{member} "))
                meant = {name: ALIAS for other in longer for name in self._named(other)}
                meant = meant or dict.fromkeys(self._named(family), ALIAS)
                if not meant:
                    siblings = (name for other in shades for name in self._named(other))
                    meant = dict.fromkeys(siblings, SAME_COLOR_FAMILY)
                longest = max(longest, self._add(member, meant))
        return longest

    def _add_aliases(self) -> int:
        longest = 1
        for typed, targets in english.ALIASES.items():
            meant = {name: ALIAS for target in targets for name in self._named(target)}
            if meant:
                longest = max(longest, self._add(typed, meant))
        return longest

    def _add_lexicon(self) -> int:
        longest, found = 1, lexicon(self.language)
        for name, phrases in found.names.items():
            meant = dict.fromkeys([name] if name in self.names else self._named(name), LEXICON)
            for phrase in phrases if meant else ():
                longest = max(longest, self._add(phrase, meant, joins=True))
        for color, phrases in found.colours.items():
            if self.language == "en":
                phrases = (color, *phrases)
            for phrase in phrases:
                parts, lemmas = forms(phrase, self.language)
                self._typed.update({*parts, *lemmas})
                self._own.update(parts, lemmas)
                longest = max(longest, len(parts))
                self._colors.setdefault("".join(parts), color)
                self._colors.setdefault("".join(lemmas), color)
            if self.language == "en":
                continue
            meant = {**self._other_words.get("".join(forms(color)[0]), {})}
            meant |= dict.fromkeys(self._named(color), ALIAS)
            for phrase in phrases:
                longest = max(longest, self._add(phrase, meant, joins=True))
        return longest

    def _named(self, text: str) -> list[str]:
        return list(self._found(*forms(text)))

    def _add(self, typed: str, meant: Mapping[str, float], *, joins: bool = False) -> int:
        """Let `typed` stand for names; with `joins`, beside those that it stands for already."""
        parts, lemmas = forms(typed, self.language)
        if not parts:
            return 1
        spelling, lemma_spelling = "".join(parts), "".join(lemmas)
        known = self._other_words.get(spelling, {}) if joins else {}
        self._other_words[spelling] = {**meant, **known}
        known = self._other_words.get(lemma_spelling, {})
        if joins or not known:
            self._other_words[lemma_spelling] = {**meant, **known}
        self._typed.update({*parts, *lemmas})
        if joins:
            self._own.update(parts, lemmas)
        return len(parts)


def _names(vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    yield from zip(vocabulary.categories, vocabulary.category_types, strict=True)
    yield from zip(vocabulary.attributes, vocabulary.attribute_types, strict=True)


def _append(index: dict[str, list[str]], spelling: str, name: str) -> None:
    names = index.setdefault(spelling, [])
    if name not in names:
        names.append(name)


def _pairs(word: Word) -> Iterable[tuple[str, str]]:
    return zip(word.parts, word.lemmas, strict=True)


def _spelling(span: Sequence[Word]) -> str:
    return "".join(part for word in span for part in word.parts)


def _lemma_spelling(span: Sequence[Word]) -> str:
    return "".join(lemma for word in span for lemma in word.lemmas)
