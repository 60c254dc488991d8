"""Names of a vocabulary by how they are spelled."""

from __future__ import annotations

import functools
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from modiste.data.vocabulary import Vocabulary
from modiste.nlp import english
from modiste.nlp.lexicon import LANGUAGES, lexicon
from modiste.nlp.normalise import Word, forms
from modiste.nlp.spelled_names import SpelledNames, Spelling

#: Another form of a word that is itself a name: "stripes" typed, "striped" meant as well.
SAME_LEMMA = 0.9
#: Another word for the name, from the lists of `modiste.nlp.english`.
ALIAS = 0.8
#: What the lexicon of the language gives for the name.
LEXICON = 0.9
#: Another shade of the colour typed.
SAME_COLOR_FAMILY = 0.6
_N_KEPT = 4096


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
    spelled : SpelledNames, optional
        The vocabulary's, if another index has them already.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        language: str = "en",
        *,
        spelled: SpelledNames | None = None,
    ) -> None:
        spelled = spelled or SpelledNames(vocabulary, language)
        self.names = spelled.names
        self._spelled, self._lemmas = spelled.by_spelling, spelled.by_lemma
        self._other_words: dict[str, dict[str, float]] = {}
        self._other_lemmas: dict[str, dict[str, float]] = {}
        self._colors: dict[str, str] = {}
        self._every_typed = list(spelled.typed)
        self._own = set(spelled.typed if language == "en" else ())
        self._own_lemmas = set(self._own)
        self.language = language
        self._add_colors()
        if language == "en":
            self._add_aliases()
        if language in LANGUAGES:
            self._add_lexicon()
        self._typed = Counter(self._every_typed)
        self._spellings = sorted(
            {*self._spelled, *self._lemmas, *self._other_words, *self._other_lemmas, *self._colors}
        )
        self._parts_of = functools.lru_cache(_N_KEPT)(self._find_parts)

    def begins(self, spelling: Spelling) -> bool:
        """Return whether anything that is found starts with these letters, typed or lemmas."""
        return self._starts(spelling.typed) or self._starts(spelling.lemma)

    def goes_on(self, spelling: Spelling) -> bool:
        """Return whether anything that is found starts with these letters and has more."""
        return self._starts(spelling.typed, longer=True) or self._starts(
            spelling.lemma, longer=True
        )

    def _starts(self, letters: str, *, longer: bool = False) -> bool:
        at = (bisect_right if longer else bisect_left)(self._spellings, letters)
        return at < len(self._spellings) and self._spellings[at].startswith(letters)

    def find(self, spelling: Spelling) -> Mapping[str, float]:
        """Return the names that words spell, with weights in (0, 1], 1 for a name as spelled."""
        spelled = self._spelled.get(spelling.typed, ())
        others = self._lemmas.get(spelling.lemma, ())
        found = dict.fromkeys(spelled, 1.0)
        for name in others:
            found.setdefault(name, SAME_LEMMA if spelled else 1.0)
        return found

    def find_other_words(self, spelling: Spelling) -> Mapping[str, float] | None:
        """Return the names that a colour or other word stands for; None if it is neither.

        A colour of a family that the vocabulary lacks gives an empty mapping: it is known
        to mean none of the names, however near the word vectors put it to other colours.
        """
        # What is typed as such goes first: "tight" is not one of the tights.
        for each in spelling:
            if each in self._other_words:
                return self._other_words[each]
        return self._other_lemmas.get(spelling.lemma)

    def read(self, spelling: Spelling) -> Mapping[str, float] | None:
        """Return the names that words stand for; None if they stand for none.

        Names are English: in other languages, what the language calls a thing goes first.
        """
        if self.language == "en":
            return self.find(spelling) or self.find_other_words(spelling)
        others = self.find_other_words(spelling)
        return others or self.find(spelling) or others

    def find_color(self, spelling: Spelling) -> str | None:
        """Return the colour that words name."""
        return self._colors.get(spelling.typed) or self._colors.get(spelling.lemma)

    def is_typed(self, spelling: Spelling) -> bool:
        """Return whether other words for a name stand in the lists just as typed."""
        return spelling.typed in self._other_words

    def find_parts(self, span: Sequence[Word]) -> Sequence[tuple[str, float]]:
        """Return names and weights that parts of a longer name spell, in the order typed.

        Of parts that overlap, the longest; never the whole.
        """
        return self._parts_of(
            tuple(
                Spelling(*pair)
                for word in span
                for pair in zip(word.parts, word.lemmas, strict=True)
            )
        )

    def _find_parts(self, parts: tuple[Spelling, ...]) -> Sequence[tuple[str, float]]:
        named: list[tuple[str, float]] = []
        start = 0
        while start < len(parts):
            for end in range(min(len(parts), start + len(parts) - 1), start, -1):
                lone_stop = end == start + 1 and parts[start].typed in english.STOP_WORDS
                spelling = Spelling(
                    *("".join(each) for each in zip(*parts[start:end], strict=True))
                )
                found = {} if lone_stop else self.read(spelling) or {}
                if found:
                    named += found.items()
                    start = end
                    break
            else:
                start += 1
        return named

    def find_less(self, spelling: Spelling) -> Mapping[str, float]:
        """Return the names for being without something: sleeveless for ``sleeves``."""
        return dict.fromkeys(self._spelled.get(spelling.lemma + "less", ()), 1.0)

    def known_words(self) -> Mapping[str, int]:
        """Return every word and lemma in the names and in what is typed for them.

        With each, how many names and phrases have it; names typed as one word are among
        them: "polkadot".
        """
        joined = (each for each in self._spelled if each not in self._typed)
        return {**dict.fromkeys(joined, 1), **self._typed}

    def own_words(self) -> frozenset[str]:
        """Return the words of the language itself: of the names too, if English."""
        return frozenset(self._own)

    @functools.cached_property
    def own_lemmas(self) -> frozenset[str]:
        """The lemmas of the language's own words."""
        return frozenset(self._own_lemmas)

    def _add_colors(self) -> None:
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
                self._add(member, meant)

    def _add_aliases(self) -> None:
        for typed, targets in english.ALIASES.items():
            meant = {name: ALIAS for target in targets for name in self._named(target)}
            if meant:
                self._add(typed, meant)

    def _add_lexicon(self) -> None:
        found = lexicon(self.language)
        for name, phrases in found.names.items():
            meant = dict.fromkeys([name] if name in self.names else self._named(name), LEXICON)
            for phrase in phrases if meant else ():
                self._add(phrase, meant, joins=True)
        for color, phrases in found.colours.items():
            if self.language == "en":
                phrases = (color, *phrases)
            for phrase in phrases:
                parts, lemmas = forms(phrase, self.language)
                self._every_typed.extend({*parts, *lemmas})
                self._own.update(parts)
                self._own_lemmas.update(lemmas)
                self._colors.setdefault("".join(parts), color)
                self._colors.setdefault("".join(lemmas), color)
            if self.language == "en":
                continue
            meant = {**self._other_words.get("".join(forms(color)[0]), {})}
            meant |= dict.fromkeys(self._named(color), LEXICON)
            for phrase in phrases:
                self._add(phrase, meant, joins=True)

    def _named(self, text: str) -> list[str]:
        return list(self.find(Spelling(*("".join(each) for each in forms(text)))))

    def _add(self, typed: str, meant: Mapping[str, float], *, joins: bool = False) -> None:
        """Let `typed` stand for names; with `joins`, beside those that it stands for already."""
        parts, lemmas = forms(typed, self.language)
        if not parts:
            return
        spelling, lemmas_spelling = "".join(parts), "".join(lemmas)
        known = self._other_words.get(spelling, {}) if joins else {}
        self._other_words[spelling] = {**meant, **known}
        known = self._other_lemmas.get(lemmas_spelling, {})
        if joins or not known:
            self._other_lemmas[lemmas_spelling] = {**meant, **known}
        self._every_typed.extend({*parts, *lemmas})
        if joins:
            self._own.update(parts)
            self._own_lemmas.update(lemmas)
