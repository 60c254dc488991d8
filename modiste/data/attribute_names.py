"""Which attribute names are one to a shopper, and which of them cannot both be right.

"long sleeve", "long-sleeve" and "long-sleeved" are three outputs of a network trained on
DeepFashion's names and one thing to read. Names are grouped for display only, and only by
spelling: hyphens, plurals, endings in -ed, British and American forms. "lace" and "lacy",
"zip" and "zip-up" stay apart.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from typing import Final

from modiste.data.vocabulary import Vocabulary

#: Other spellings of a word. DeepFashion writes "leave" for leaves.
_SPELLINGS: Final = {
    "asymmetrical": "asymmetric",
    "camo": "camouflage",
    "colour": "color",
    "coloured": "colored",
    "grey": "gray",
    "leave": "leaf",
    "leaves": "leaf",
}
#: Words that mean another thing than the word they end like: a fitted dress is not one that
#: is "fit and flare", and "stones" are set into cloth that is not stone-washed.
_KEPT: Final = frozenset({"fitted", "stones"})
_WORD = re.compile(r"[^\W_]+")

#: Groups of alternatives, one a garment: each line has names that may stand together.
ALTERNATIVES: Final[tuple[tuple[tuple[str, ...], ...], ...]] = (
    (("sleeveless",), ("cap sleeve",), ("short sleeve",), ("long sleeve",)),
    (("mini",), ("knee length",), ("midi",), ("maxi",)),
    (("low rise",), ("mid rise",), ("high rise",)),
    (
        ("v neck", "deep v", "v cut"),
        ("crew",),
        ("scoop",),
        ("boat neck",),
        ("mock neck", "mock"),
        ("turtle neck", "turtleneck"),
        ("cowl",),
    ),
    (("strapless",), ("one shoulder",), ("off the shoulder",)),
    (("skinny",), ("straight leg",), ("wide leg",), ("harem",)),
    (("bodycon", "slim", "fitted"), ("oversized", "slouchy", "loose", "relaxed")),
)


#: The group of `ALTERNATIVES` that tells how long a garment is.
LENGTHS: Final = 1


@functools.cache
def display_groups(vocabulary: Vocabulary) -> dict[str, str]:
    """Return the name under which each attribute is shown.

    Names of one type that differ only in spelling share one: the shortest of them, with
    spaces rather than hyphens, so that it is always a name of the vocabulary.

    Parameters
    ----------
    vocabulary : Vocabulary

    Returns
    -------
    dict of str to str
        One entry an attribute, in the vocabulary's order. Most names are their own.

    Examples
    --------
    >>> from modiste.data.vocabulary import deepfashion_vocabulary
    >>> display_groups(deepfashion_vocabulary())["long-sleeved"]
    'long sleeve'
    """
    joined = ["".join(plain.split()) for plain in plain_names(vocabulary).values()]
    known = frozenset(joined)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    keys = [
        (kind, _lemma(name, known))
        for name, kind in zip(joined, vocabulary.attribute_types, strict=True)
    ]
    for name, key in zip(vocabulary.attributes, keys, strict=True):
        groups[key].append(name)
    shown = {key: min(names, key=_display_order) for key, names in groups.items()}
    return {name: shown[key] for name, key in zip(vocabulary.attributes, keys, strict=True)}


@functools.cache
def same_names(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Return the attributes that are shown under each display name.

    Parameters
    ----------
    vocabulary : Vocabulary

    Returns
    -------
    dict of str to tuple of str
        One entry a display name; the names are in the vocabulary's order.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for name, display in display_groups(vocabulary).items():
        members[display].append(name)
    return {display: tuple(names) for display, names in members.items()}


@functools.cache
def alternatives(
    vocabulary: Vocabulary, groups: tuple[tuple[tuple[str, ...], ...], ...] = ALTERNATIVES
) -> dict[str, frozenset[tuple[int, int]]]:
    """Return where each attribute stands in groups of alternatives.

    A name stands wherever it contains one of the words: "floral maxi" is a length.

    Parameters
    ----------
    vocabulary : Vocabulary
    groups : tuple
        As `ALTERNATIVES`.

    Returns
    -------
    dict of str to frozenset of (int, int)
        ``(group, alternative)`` of the names that have any. Two names with different
        alternatives of one group exclude each other.
    """
    known = _words_of(vocabulary)
    places = [
        ((group, place), f" {_plain(words, known)} ")
        for group, ways in enumerate(groups)
        for place, names in enumerate(ways)
        for words in names
    ]
    found = {
        name: frozenset(place for place, words in places if words in f" {plain} ")
        for name, plain in plain_names(vocabulary).items()
    }
    return {name: held for name, held in found.items() if held}


def plain_names(vocabulary: Vocabulary) -> dict[str, str]:
    """Return each attribute in one spelling: "long-sleeved" is "long sleeve".

    A word loses its ending only if the vocabulary has what is left as a word of its own.

    Parameters
    ----------
    vocabulary : Vocabulary

    Returns
    -------
    dict of str to str
        Words in lower case, separated by single spaces.
    """
    known = _words_of(vocabulary)
    return {name: _plain(name, known) for name in vocabulary.attributes}


def _words_of(vocabulary: Vocabulary) -> frozenset[str]:
    excluding = (name for ways in ALTERNATIVES for names in ways for name in names)
    return frozenset(word for name in (*vocabulary.attributes, *excluding) for word in _words(name))


def _words(name: str) -> list[str]:
    return [_SPELLINGS.get(word, word) for word in _WORD.findall(name.casefold())]


def _plain(name: str, known: frozenset[str]) -> str:
    # A name without any letter or digit stays what it is.
    return " ".join(_lemma(word, known) for word in _words(name)) or name


def _lemma(word: str, known: frozenset[str]) -> str:
    if word in _KEPT:
        return word
    for shorter in _without_ending(word):
        if shorter in known:
            return _lemma(shorter, known)
    return word


def _without_ending(word: str) -> list[str]:
    """Return what a word may be the plural or -ed form of, the most likely first."""
    if len(word) < 4:
        return []
    if word.endswith("ied"):
        return [word[:-3] + "y"]
    if word.endswith("ed") and len(word) > 4:
        doubled = [word[:-3]] if word[-3] == word[-4] else []
        british = [word[:-3] + "ed"] if word.endswith("lled") else []
        return [word[:-1], word[:-2], *doubled, *british]
    if word.endswith("ies"):
        return [word[:-3] + "y"]
    if word.endswith("s") and not word.endswith("ss"):
        return [word[:-1], word[:-2]] if word.endswith("es") else [word[:-1]]
    return []


def _display_order(name: str) -> tuple[int, int, str]:
    return len(name), name.count("-"), name
