"""What a phrase meant, in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Match:
    """One stretch of a phrase and a name it was read as.

    Parameters
    ----------
    words : str
        As typed.
    name : str
        Attribute or category.
    weight : float
        How sure it is that the name is meant, times how much it is wished: above 1 for
        ``short`` of "very short", below 0 for ``black`` of "not black".
    """

    words: str
    name: str
    weight: float


@dataclass(frozen=True)
class AttributeQuery:
    """A phrase as weights on attributes and categories.

    Parameters
    ----------
    weights : mapping of str to float
        Weight above 0 of each attribute or category name the phrase means, 1 for a name
        as typed, up to 1.4 with a word such as "very"; below 0 for a name to avoid. A name
        that is both a category and an attribute has one weight, which holds for both.
    matched : tuple of Match
        For each word that was understood, what it became and how strongly. Words
        may stand for several names.
    not_understood : tuple of str
        Words that mean nothing in the vocabulary, as typed. If nothing at all was
        understood, every word, politeness included.
    filters : mapping
        Limits as `Recommender.recommend` takes them: ``{"price": {"max": 60.0}, "size":
        ["M"]}``.
    colors : mapping of str to float
        Weight of each colour named, of `modiste.nlp.lexicon.Lexicon.colours`; negative for
        what is to be avoided. A colour that the vocabulary has too is in `weights` as well.
    corrected : mapping of str to str
        Words that were read as mistyped, as typed, and what they were read as.
    language : str
        ISO 639-1 code of the language that it was read in.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    matched: tuple[Match, ...] = ()
    not_understood: tuple[str, ...] = ()
    filters: Mapping[str, object] = field(default_factory=dict)
    colors: Mapping[str, float] = field(default_factory=dict)
    corrected: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
