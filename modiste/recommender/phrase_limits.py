"""What a phrase limits the products to, and what the answer says of how it was read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.filters import filter_masks


def items_within(
    phrase: AttributeQuery, catalogue: Catalogue
) -> tuple[NDArray[np.bool_] | None, list[str]]:
    """Return the items within a phrase's limits, and notes on those that are not kept to.

    A limit on a column that the items lack, or that none of them is within, is told and
    not kept to: a shopper would rather see what is near than nothing.

    Parameters
    ----------
    phrase : AttributeQuery
    catalogue : Catalogue

    Returns
    -------
    ndarray or None, list of str
        Shape ``(n_items,)`` bool, None where there is no limit; and the notes.
    """
    passing, notes = None, []
    for name, value in phrase.filters.items():
        mask = _mask(name, value, catalogue)
        if mask is None:
            notes.append(f"The items do not say which are of {name} {said_of(value)}.")
            continue
        both = mask if passing is None else passing & mask
        if both.any():
            passing = both
        elif not mask.any():
            notes.append(f"No item is of {name} {said_of(value)}; others are shown.")
        else:
            notes.append(f"No item within the other limits is of {name} {said_of(value)}.")
    return passing, notes


def _mask(name: str, value: object, catalogue: Catalogue) -> NDArray[np.bool_] | None:
    """Return the items within one limit; None where the items say nothing of it."""
    values = value if isinstance(value, list) else [value]
    found = None
    for each in values:
        try:
            mask = filter_masks({name: each}, catalogue)[name]
        except ValueError:  # no such column, or no such value in it
            continue
        found = mask if found is None else found | mask
    return found


def phrase_notes(phrase: AttributeQuery, catalogue: Catalogue) -> list[str]:
    """Return what of a phrase was corrected, not understood, or cannot be compared."""
    notes = []
    if phrase.corrected:
        read = ", ".join(f"{typed} as {meant}" for typed, meant in phrase.corrected.items())
        notes.append(f"Read {read}.")
    if phrase.not_understood:
        notes.append(f"Words not understood: {', '.join(phrase.not_understood)}.")
    unused = [color for color in phrase.colors if color not in phrase.weights]
    if unused and not catalogue.color_names:
        notes.append(f"The items do not say which are {' or '.join(unused)}.")
    return notes


def said_of(value: object) -> str:
    """Return a limit in words: "at most 60", "M or L"."""
    if isinstance(value, dict):
        words = {"min": "at least", "max": "at most"}
        return " and ".join(f"{words[end]} {number:g}" for end, number in value.items())
    return " or ".join(value) if isinstance(value, list) else str(value)
