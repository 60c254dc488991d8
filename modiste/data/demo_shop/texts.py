"""The demo shop's copywriter: titles, descriptions and what shoppers type.

A grammar over the trade's words. Synonyms are drawn at random, and no text names every
attribute of its garment, so that what a word means has to be learnt from its company.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from modiste.data.demo_shop.attribute_words import words_of
from modiste.data.demo_shop.cloth_words import EVERY_DAY, OCCASIONS, cloth_words
from modiste.data.demo_shop.design import GarmentDesign
from modiste.data.demo_shop.synonyms import CATEGORY_NOUNS, COLOUR_NOTES, COLOUR_WORDS

Choice = TypeVar("Choice")

_FITS = (
    "True to size.",
    "Comes up large, so take a size down.",
    "Between two sizes, take the larger.",
    "The model wears a medium.",
    "Cut for every body.",
)
_OPENINGS = (
    "{this} {noun} in {colour} {is_} cut from {make}.",
    "Meet {this} {colour} {noun}, made of {make}.",
    "{brand} makes {this} {adjective} {noun} in {make}.",
    "{adjective} and {feel}: {this} {noun} from {brand}.",
    "A favourite of the season: {this} {colour} {noun} in {make}.",
)
_WEARS = (
    "Wear {it} for {occasion}.",
    "Made for {occasion} and {other}.",
    "Ready for {occasion}.",
    "Takes you from {occasion} to {other}.",
)
_NOTES = (
    "{before}: {note}.",
    "{before}, which means {note}.",
    "With {after}: {note}.",
    "Note {after}.",
    "We love {after}.",
    "The {before} style comes with {after}.",
    "{after}, as {before} pieces have them.",
    "{note}; a {before} favourite.",
)
_COLOUR_NOTES = (
    "The colour is {colour}, {note}.",
    "{colour} or {other}: {note}.",
    "In {colour}, {note}.",
)
_ALIASES = (
    "Some call it {these}, we say {noun}.",
    "Also known as {these}.",
    "Search for {these} and you find the same thing.",
)
_MISTYPED_SHARE = 0.02
_PLAIN_UNSAID_SHARE = 0.6


def title(design: GarmentDesign, brand: str, rng: np.random.Generator) -> str:
    """Return a product title of two to nine words.

    Parameters
    ----------
    design : GarmentDesign
        The garment.
    brand : str
        Its maker, named in some of the titles.
    rng : numpy.random.Generator
        Source of the choices.
    """
    noun = _noun(design.category, rng)
    adjectives = _adjectives(_drawn(design.attributes, 1 + int(rng.integers(3)), rng), noun, rng)
    colour = _pick(COLOUR_WORDS[design.colour], rng, first=0.5)
    style = rng.random()
    if style < 0.4:
        text = f"{adjectives} {noun} in {colour}"
    elif style < 0.7:
        text = f"{colour} {adjectives} {noun}"
    elif style < 0.85:
        return f"{brand} {adjectives} {noun}, {colour}".replace("  ", " ")
    else:
        after = _after(design.attributes, rng)
        text = f"{adjectives} {noun} with {after}" if after else f"{adjectives} {noun}"
    return _sentence(text)


def description(design: GarmentDesign, brand: str, rng: np.random.Generator) -> str:
    """Return a product description of three to ten sentences.

    It speaks of the cloth, some of the details, the fit, the occasion and the care.

    Parameters
    ----------
    design : GarmentDesign
        The garment.
    brand : str
        Its maker.
    rng : numpy.random.Generator
        Source of the choices.
    """
    noun = _noun(design.category, rng)
    cloth = cloth_words(design.fabric)
    occasions = OCCASIONS.get(design.category, EVERY_DAY)
    colours = COLOUR_WORDS[design.colour]
    plural = _is_plural(noun)
    words = {
        "this": "these" if plural else "this",
        "is_": "are" if plural else "is",
        "it": "them" if plural else "it",
        "noun": noun,
        "brand": brand,
        "colour": _pick(colours, rng, first=0.4),
        "adjective": _adjectives(_drawn(design.attributes, 1, rng), noun, rng) or "simple",
        "make": _pick(cloth.make, rng),
        "feel": _pick(cloth.feel, rng),
        "occasion": _pick(occasions, rng),
        "other": _pick(EVERY_DAY, rng),
    }
    sentences = [_pick(_OPENINGS, rng).format(**words)]
    described = _drawn(design.attributes, 1 + int(rng.integers(5)), rng)
    sentences += [_remark(name, rng) for name in described]
    if rng.random() < 0.55:
        colour, other = _two(colours, rng)
        template = _pick(_COLOUR_NOTES, rng)
        note = COLOUR_NOTES[design.colour]
        sentences.append(template.format(colour=colour, other=other, note=note))
    if rng.random() < 0.35:
        others = [word for word in CATEGORY_NOUNS[design.category] if word != noun]
        template = _pick(_ALIASES, rng)
        sentences.append(template.format(these=" or ".join(others[:2]), noun=noun))
    if rng.random() < 0.7:
        sentences.append(_pick(_WEARS, rng).format(**words))
    if rng.random() < 0.4:
        sentences.append(_pick(_FITS, rng))
    if rng.random() < 0.5:
        sentences.append(cloth.care + ".")
    if rng.random() < 0.5:
        sentences.append(_tags(design, rng))
    return " ".join(_sentence(text) for text in sentences)


def search_phrase(names: Sequence[str], category: str | None, rng: np.random.Generator) -> str:
    """Return what a shopper types who wants a garment with the named attributes.

    Parameters
    ----------
    names : sequence of str
        Attribute and colour names, any number.
    category : str or None
        What to call the garment; None for "something".
    rng : numpy.random.Generator
        Source of the choices.
    """
    noun = "" if category is None else _pick(CATEGORY_NOUNS[category], rng, first=0.5)
    before: list[str] = []
    after: list[str] = []
    for name in names:
        if name in COLOUR_WORDS:
            before.insert(0, _pick(COLOUR_WORDS[name], rng, first=0.55))
        elif words_of(name).after and rng.random() < 0.2:
            after.append(_pick(words_of(name).after, rng))
        else:
            before.append(_pick(words_of(name).before, rng, first=0.45))
    phrase = " ".join((*before, noun or "something"))
    if after:
        phrase += " with " + " and ".join(after)
    if rng.random() < 0.1:
        phrase += " for " + _pick(OCCASIONS.get(category or "", EVERY_DAY), rng)
    if rng.random() < _MISTYPED_SHARE:
        at = int(rng.integers(1, len(phrase) - 1))
        phrase = phrase[:at] + phrase[at + 1] + phrase[at] + phrase[at + 2 :]
    return phrase


def _noun(category: str, rng: np.random.Generator) -> str:
    return _pick(CATEGORY_NOUNS[category], rng, first=0.55)


def _remark(name: str, rng: np.random.Generator) -> str:
    words = words_of(name)
    if not words.note:
        return f"{_sentence(name)} style."
    return _pick(_NOTES, rng).format(
        before=_pick(words.before, rng),
        after=_pick(words.after, rng),
        note=words.note,
    )


def _tags(design: GarmentDesign, rng: np.random.Generator) -> str:
    """Return keywords: names of the vocabulary, and for some what else they are called."""
    tags = []
    for name in _drawn(design.attributes, 4, rng):
        tags.append(name)
        others = [word for word in words_of(name).before if word != name]
        if others and rng.random() < 0.6:
            tags.append(_pick(others, rng))
    return "Tags: " + ", ".join((*tags, design.colour, design.category.lower())) + "."


def _adjectives(names: Sequence[str], noun: str, rng: np.random.Generator) -> str:
    """Return one word for each name, leaving out what the text says already."""
    said = set(noun.replace("-", " ").split())
    chosen = []
    for name in names:
        word = _pick(words_of(name).before, rng, first=0.5)
        parts = set(word.replace("-", " ").split())
        if not parts & said:
            chosen.append(word)
            said |= parts
    return " ".join(chosen)


def _after(names: Sequence[str], rng: np.random.Generator) -> str:
    described = [name for name in names if words_of(name).after]
    if not described:
        return ""
    return _pick(words_of(_pick(described, rng)).after, rng)


def _drawn(names: Sequence[str], n_names: int, rng: np.random.Generator) -> list[str]:
    """Draw names that do not mean the same; colours are spoken of elsewhere."""
    shuffled = [names[i] for i in rng.permutation(len(names))]
    distinct = {words_of(name).family: name for name in shuffled if name not in COLOUR_WORDS}
    if rng.random() < _PLAIN_UNSAID_SHARE:
        distinct.pop("solid", None)
    return list(distinct.values())[:n_names]


def _pick(
    choices: Sequence[Choice], rng: np.random.Generator, *, first: float | None = None
) -> Choice:
    """Draw one choice, the first with probability `first` if that is given."""
    if first is not None and (len(choices) == 1 or rng.random() < first):
        return choices[0]
    start = 0 if first is None else 1
    return choices[int(rng.integers(start, len(choices)))]


def _two(choices: Sequence[str], rng: np.random.Generator) -> tuple[str, str]:
    first, second = rng.permutation(len(choices))[:2]
    return choices[first], choices[second]


def _is_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith("ss")


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]
