"""Colours by name, in every language of the lexicons, and which are shades of which."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from modiste.nlp.lexicon import LANGUAGES, lexicon
from modiste.nlp.normalise import words

#: How much of a wish for a colour its family or a shade of it grants.
RELATED: Final = 0.6

_FAMILY: Final = {
    "beige": "brown",
    "burgundy": "red",
    "camel": "brown",
    "charcoal": "grey",
    "coral": "orange",
    "gold": "yellow",
    "ivory": "white",
    "khaki": "green",
    "light-blue": "blue",
    "lilac": "purple",
    "mint": "green",
    "mustard": "yellow",
    "navy": "blue",
    "olive": "green",
    "silver": "grey",
    "teal": "blue",
    "turquoise": "blue",
}


@functools.lru_cache(maxsize=4096)
def named_colors(text: str) -> frozenset[str]:
    """Return the colours that a text names, in any language, as the lexicons call them.

    Of words that overlap the longest count: "navy blue" is navy alone.

    Parameters
    ----------
    text : str
        Such as what a shop calls the colour of an item.
    """
    typed = [word.spelling for word in words(text)]
    known, longest = _phrases()
    found: set[str] = set()
    start = 0
    while start < len(typed):
        for end in range(min(len(typed), start + longest), start, -1):
            colors = known.get("".join(typed[start:end]))
            if colors:
                found |= colors
                start = end
                break
        else:
            start += 1
    return frozenset(found)


def likeness(wished: str, found: str) -> float:
    """Return how far a colour grants a wish: 1 for the same, `RELATED` within a family."""
    if wished == found:
        return 1.0
    return RELATED if _FAMILY.get(found) == wished or _FAMILY.get(wished) == found else 0.0


def granted(wishes: Mapping[str, float], text: str) -> float:
    """Return how far a colour, as a shop calls it, grants weighted wishes, in [-1, 1].

    To avoid blue is to avoid navy too; to avoid navy leaves blue alone.

    Parameters
    ----------
    wishes : mapping of str to float
        Weights by colour; below 0 for what is to be avoided.
    text : str
    """
    found = named_colors(text)
    wished = [
        weight * likeness(color, each)
        for color, weight in wishes.items()
        for each in found
        if weight > 0
    ]
    avoided = [
        weight
        for color, weight in wishes.items()
        for each in found
        if weight < 0 and color in (each, _FAMILY.get(each))
    ]
    return max(-1.0, min([min(1.0, max(wished, default=0.0)), *avoided]))


@functools.cache
def _phrases() -> tuple[Mapping[str, frozenset[str]], int]:
    """Return the colours of each spelling, and the most words of any."""
    found: dict[str, set[str]] = {}
    longest = 1
    for language in LANGUAGES:
        for color, phrases in lexicon(language).colours.items():
            for phrase in (color, *phrases):
                typed = [part for word in words(phrase) for part in word.parts]
                longest = max(longest, len(typed))
                found.setdefault("".join(typed), set()).add(color)
    return {typed: frozenset(colors) for typed, colors in found.items()}, longest
