"""Attributes and category of an item from its title and description, with the evidence.

For shops without labels: what a text says of its item is enough to train the attribute
model on the shop's own photos.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modiste.data.attribute_names import display_groups
from modiste.data.vocabulary import Vocabulary
from modiste.nlp.colors import named_colors
from modiste.nlp.lexicon import lexicon
from modiste.nlp.name_index import NameIndex
from modiste.nlp.normalise import words
from modiste.nlp.phrase_book import PhraseBook, Stretch

#: Least weight of a name that other words are taken to say.
MIN_WEIGHT = 0.9
#: The same of a title's garment, where no name is surer.
LIKELY_WEIGHT = 0.8
#: Type of the names that are a matter of taste ("dream", "girl", "classic").
_STYLE = "style"

#: Words for garments that a title alone does not tell apart: a vest is worn under a shirt or over
#: it, "mac" is a brand too, a French "culotte" is underwear, and pants are of any kind.
MANY_THINGS = frozenset({
    "calça", "calças", "culotte", "culottes", "hose", "hosen", "mac", "mono", "pant", "pantalon",
    "pantalones", "pantaloni", "pantalons", "pantalón", "pants", "tights", "trouser", "trousers",
    "vest", "vests",
})  # fmt: skip

#: Names that nearly every text has, whatever its item looks like.
GENERAL_NAMES = frozenset({
    "cut", "edge", "fit", "heart", "hem", "loop", "medium", "mixed", "neckline", "pattern",
    "patterned", "shoulder", "shoulders", "sleeve", "sleeves", "slip", "texture", "textured",
    "van", "wash",
})  # fmt: skip
#: Least percentage of a fibre that makes an item one of it.
MAIN_SHARE = 40

_SHARE = re.compile(r"\b(\d{1,3})\s?%\s?(\w+)")
_SENTENCES = re.compile(r"\|\||[.;!?\n\u2022]\s|[.;!?\n\u2022]$")
#: What follows is of other things than the item, up to the end of the sentence.
_OTHER_THINGS = re.compile(
    r"\b(?:pair(?:s|ed)?|team(?:s|ed)?|match(?:es|ed)?|wear|worn|style[sd]?|layer(?:s|ed)?|"
    r"throw|rock|tuck(?:s|ed)?|add|finish(?:es|ed)?|accessoris\w+|accessoriz\w+|goes|looks?)\b"
    r"[^.;|]*?\b(?:with|under|over|into|on top|alongside|beneath)\b.*",
    re.IGNORECASE,
)
#: What the item comes with, or is for, is not what it is: "dress with jacket".
_HEAD = re.compile(r"\b(?:with|for|and|mit|für|und|avec|pour|et|con|para|per|com|e|y)\b|[&+/]")
#: Sentences on measures and care say nothing of how the item looks.
_NO_LOOKS = re.compile(
    r"\b(?:measured|approx|machine|hand[- ]?wash|wash (?:cold|warm|separately)|dry[- ]clean|"
    r"tumble|line dry|dry flat|lay flat|do not|iron|model is|model's|imported|made in|"
    r"not included|sold separately|finger|wrist|hat|sunglasses|socks|shoes|necklace|bracelet|"
    r"handbag)\b|\d\s?(?:\"|''|cm|inch)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Tag:
    """One name that a text says of its item.

    Parameters
    ----------
    name : str
        A category or attribute of the vocabulary.
    weight : float
        1 for a name as spelled, less for other words for it.
    evidence : str
        The words that say so, as they stand in the text.
    """

    name: str
    weight: float
    evidence: str


class Tagger:
    """Reads what product texts say of their items.

    Sentences on measures and care are left out, and what a sentence says after "pair with"
    and the like (told in English alone); what is negated is not tagged. Of several
    categories the item is the one named last in the title, before what it comes with, or
    first in the rest.

    Parameters
    ----------
    vocabulary : Vocabulary
    language : str
        Of `modiste.nlp.lexicon.LANGUAGES`.
    """

    def __init__(self, vocabulary: Vocabulary, language: str = "en") -> None:
        self.language = language
        names = NameIndex(vocabulary, language)
        self._book = PhraseBook(names, language, vocabulary)
        self._categories = frozenset(vocabulary.categories)
        self._groups = display_groups(vocabulary)
        self._types = dict(zip(vocabulary.attributes, vocabulary.attribute_types, strict=True))

    def tag(self, title: str, description: str = "") -> list[Tag]:
        """Return what the texts say of the item, each name once, in the order of the texts.

        Parameters
        ----------
        title, description : str
            Either may be empty.
        """
        found: dict[str, Tag] = {}
        category: Tag | None = None
        head = _HEAD.split(title, maxsplit=1)[0]
        # "Coral, between pink and orange": a title that names a colour is enough.
        has_color = bool(named_colors(title))
        # Of several categories in a title, the last one before what comes with it.
        heads = self._said(head)[1]
        for text, is_title in ((title, True), (description, False)):
            for sentence in _about_the_item(text):
                said, garments = self._said(sentence)
                is_other = category is not None and category.name not in garments
                if garments and is_other and not is_title:
                    continue
                for tag in said:
                    if tag.name in self._categories:
                        is_better = category is None or (is_title and tag.name in heads)
                        category = tag if is_better else category
                    elif tag.name in GENERAL_NAMES:
                        continue
                    elif is_title or not (self._is_loose(tag) or (has_color and _is_color(tag))):
                        found.setdefault(tag.name, tag)
        tags = list(found.values())
        category = category or self._likely_category(head)
        return tags if category is None else [category, *tags]

    def _likely_category(self, head: str) -> Tag | None:
        """Return the garment that the end of a title likely stands for.

        "Jumper" is a knit before it is a sweater, but as a title it is the latter; colours and
        the like may follow it ("Jumper navy"), words that mean nothing may not ("mac lipstick").
        """
        for stretch in reversed(self._book.stretches(words(head, self.language))):
            if stretch.is_negated or not (stretch.meant or stretch.color):
                return None
            if stretch.typed.lower() in MANY_THINGS:
                return None
            likely = {
                name: weight
                for name, weight in (stretch.meant or {}).items()
                if name in self._categories and weight >= LIKELY_WEIGHT
            }
            if len(likely) == 1:
                [(name, weight)] = likely.items()
                return Tag(name, weight, stretch.typed)
            if likely:
                return None
        return None

    def _said(self, sentence: str) -> tuple[list[Tag], set[str]]:
        """Return what a sentence says, and every category that it may speak of."""
        tags: list[Tag] = []
        garments: set[str] = set()
        for stretch in self._book.stretches(words(sentence, self.language)):
            if stretch.is_negated or not stretch.meant:
                continue
            garments |= self._categories & set(stretch.meant)
            names = self._book.names
            # Names are English: elsewhere what the language calls a thing goes first.
            named = names.find(stretch.spelling) if self.language == "en" else {}
            if not named:
                parts = dict(names.find_parts(stretch.span)) if len(stretch.span) > 1 else {}
                spelled = {name: weight for name, weight in parts.items() if weight == 1.0}
                named = {**spelled, **self._certain(stretch)}
            tags += [Tag(name, weight, stretch.typed) for name, weight in named.items()]
        return tags, garments

    def _is_loose(self, tag: Tag) -> bool:
        """Return whether a name is a matter of taste."""
        return self._types.get(tag.name) == _STYLE and not _is_color(tag)

    def _is_verb(self, stretch: Stretch) -> bool:
        """Return whether the last word is a form, such as "lined", of one with other meanings."""
        last = stretch.span[-1]
        is_form = last.lemmas != last.parts and not last.typed.endswith("s")
        return is_form and not self._book.names.is_typed(stretch.spelling)

    def _certain(self, stretch: Stretch) -> Mapping[str, float]:
        """Return what other words surely mean: one thing, and not a matter of taste.

        Of single words only those for garments are sure: a ring is no circle, a belt in a
        description may be another item.
        """
        meant = stretch.meant or {}
        sure = {name: weight for name, weight in meant.items() if weight >= MIN_WEIGHT}
        groups = {self._groups.get(name, name) for name in sure}
        colors = lexicon("en").colours
        is_style = any(self._types.get(name) == _STYLE and name not in colors for name in sure)
        is_garment = groups <= self._categories
        is_sure = is_garment or len(stretch.span) > 1 or self.language != "en"
        unclear = len(groups) > 1 or is_style or self._is_verb(stretch)
        return sure if is_sure and not unclear else {}


def _is_color(tag: Tag) -> bool:
    return tag.name in lexicon("en").colours


def _about_the_item(text: str) -> Sequence[str]:
    sentences = (_OTHER_THINGS.sub("", each) for each in _SENTENCES.split(_SHARE.sub(_main, text)))
    return [each for each in sentences if each.strip() and not _NO_LOOKS.search(each)]


def _main(share: re.Match[str]) -> str:
    return share[2] if int(share[1]) >= MAIN_SHARE else ""
