"""Names of a vocabulary by how they are spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.normalise import Word, words

#: Another form of a word that is itself a name: "stripes" typed, "striped" meant as well.
SAME_LEMMA = 0.9
#: Another word for the name, from the lists of `modiste.nlp.english`.
ALIAS = 0.8
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
        ISO 639-1 code; colours and other words are English only.
    """

    def __init__(self, vocabulary: Vocabulary, language: str = "en") -> None:
        self._spelled: dict[str, list[str]] = {}
        self._lemmas: dict[str, list[str]] = {}
        self._other_words: dict[str, dict[str, float]] = {}
        self.names: dict[str, tuple[Word, ...]] = {}
        longest = 1
        for name, kind in _names(vocabulary):
            spoken = tuple(words(name.removeprefix(f"{kind}:"), language))
            self.names.setdefault(name, spoken)
            if not spoken:
                continue
            longest = max(longest, _n_parts(spoken))
            _append(self._spelled, _spelling(spoken), name)
            _append(self._lemmas, _lemma_spelling(spoken), name)
            # "off shoulder" is off-the-shoulder, with the little word left out.
            full = [(part, lemma) for word in spoken for part, lemma in _pairs(word)]
            short = [lemma for part, lemma in full if part not in english.STOP_WORDS]
            if 2 <= len(short) < len(full):
                _append(self._lemmas, "".join(short), name)
        if language == "en":
            longest = max(longest, self._add_other_words())
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
        spelled = self._spelled.get(_spelling(span), ())
        others = self._lemmas.get(_lemma_spelling(span), ())
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

    def find_parts(self, span: Sequence[Word]) -> Iterable[str]:
        """Yield the names spelled by parts of a longer name, the longest parts first."""
        parts = [
            Word(part, part, (part,), (lemma,)) for word in span for part, lemma in _pairs(word)
        ]
        start = 0
        while start < len(parts):
            for end in range(min(len(parts), start + len(parts) - 1), start, -1):
                lone_stop = end == start + 1 and parts[start].typed in english.STOP_WORDS
                found = {} if lone_stop else self.find(parts[start:end])
                if found:
                    yield from found
                    start = end
                    break
            else:
                start += 1

    def find_less(self, span: Sequence[Word]) -> Mapping[str, float]:
        """Return the names for being without something: sleeveless for ``sleeves``."""
        suffixed = _lemma_spelling(span) + "less"
        return dict.fromkeys(self._spelled.get(suffixed, ()), 1.0)

    def _add_other_words(self) -> int:
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
        for typed, targets in english.ALIASES.items():
            meant = {name: ALIAS for target in targets for name in self._named(target)}
            if meant:
                longest = max(longest, self._add(typed, meant))
        return longest

    def _named(self, text: str) -> list[str]:
        return list(self.find(words(text)))

    def _add(self, typed: str, meant: dict[str, float]) -> int:
        span = words(typed)
        self._other_words[_spelling(span)] = meant
        self._other_words.setdefault(_lemma_spelling(span), meant)
        return _n_parts(span)


def _names(vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    yield from zip(vocabulary.categories, vocabulary.category_types, strict=True)
    yield from zip(vocabulary.attributes, vocabulary.attribute_types, strict=True)


def _append(index: dict[str, list[str]], spelling: str, name: str) -> None:
    names = index.setdefault(spelling, [])
    if name not in names:
        names.append(name)


def _pairs(word: Word) -> Iterable[tuple[str, str]]:
    return zip(word.parts, word.lemmas, strict=True)


def _n_parts(span: Sequence[Word]) -> int:
    return sum(len(word.parts) for word in span)


def _spelling(span: Sequence[Word]) -> str:
    return "".join(part for word in span for part in word.parts)


def _lemma_spelling(span: Sequence[Word]) -> str:
    return "".join(lemma for word in span for lemma in word.lemmas)
