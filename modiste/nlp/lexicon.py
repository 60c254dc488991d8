"""What shoppers type for a name, one file a language, and the words that carry no name.

The files in ``modiste/nlp/lexicons`` were written for modiste: ``en.csv`` and the like give
phrases for categories, attributes and colours, ``words.json`` the words of each language
that turn a wish round, strengthen it, or mean nothing.
"""

from __future__ import annotations

import csv
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from modiste.nlp import english
from modiste.nlp.function_words import FunctionWords
from modiste.nlp.normalise import folded

LANGUAGES = ("en", "es", "de", "fr", "it", "pt")

_FOLDER = "lexicons"
_SPLIT = re.compile(r"[\s'-]+")


@dataclass(frozen=True)
class Lexicon:
    """What is typed for a name in one language.

    Parameters
    ----------
    language : str
        ISO 639-1 code, of `LANGUAGES`.
    names : mapping of str to tuple of str
        Phrases of each category and attribute.
    colours : mapping of str to tuple of str
        Phrases of each colour.
    words : FunctionWords
    limits : mapping
        Words of prices and sizes, as in ``words.json``.
    """

    language: str
    names: Mapping[str, tuple[str, ...]]
    colours: Mapping[str, tuple[str, ...]]
    words: FunctionWords
    limits: Mapping[str, Any]


@functools.cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of a language.

    Raises
    ------
    ValueError
        If there is none.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}. Received: {language!r}")
    folder = resources.files("modiste.nlp") / _FOLDER
    names: dict[str, tuple[str, ...]] = {}
    colours: dict[str, tuple[str, ...]] = {}
    rows = (folder / f"{language}.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(rows):
        table = colours if row["kind"] == "colour" else names
        table[row["name"]] = table.get(row["name"], ()) + tuple(row["phrases"].split("|"))
    words = _word_lists()[language]
    return Lexicon(language, names, colours, _function_words(language, words), words)


@functools.cache
def _word_lists() -> Mapping[str, Any]:
    text = (resources.files("modiste.nlp") / _FOLDER / "words.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _function_words(language: str, words: Mapping[str, Any]) -> FunctionWords:
    stop = {_tokens(word) for word in (*words["stop_words"], *words["intensifiers"])}
    negations = {_tokens(word) for word in words["negations"]}
    if language == "en":
        stop |= {(word,) for word in english.STOP_WORDS}
        negations |= {(word,) for word in english.NEGATIONS} | english.NEGATION_PAIRS
    stop -= negations | {()}
    strengths = {_tokens(word): factor for word, factor in words["intensifiers"].items()}
    price = words["price"]
    said = [*price["max"], *price["min"], *price["about"], *price["currency"], *words["size_words"]]
    said += [word for pair in price["between"] for word in pair]
    return FunctionWords(
        stop=frozenset(stop),
        negations=frozenset(negations - {()}),
        strengths=strengths,
        continuations=frozenset(folded(word) for word in words["continuations"]),
        negations_after=frozenset(_tokens(phrase) for phrase in words["negations_after"]),
        limits=frozenset(token for phrase in said for token in _tokens(phrase) if token.isalpha()),
    )


def _tokens(phrase: str) -> tuple[str, ...]:
    return tuple(part for part in _SPLIT.split(folded(phrase)) if part)
