"""Phrases about no garment: what of them is understood is not meant."""

from __future__ import annotations

from collections.abc import Sequence

from modiste.nlp import english
from modiste.nlp.normalise import Word
from modiste.nlp.phrase_book import Stretch
from modiste.nlp.reading import Reading

#: Unknown words that may stand beside a garment, such as a brand's.
MAX_UNKNOWN = 2
#: What an unknown word counts if the shop's texts use it, and if it is no garment for sure.
USED_WORD, OTHER_THING = 0.3, 3.0


def strangeness(span: Sequence[Word], *, is_sure: bool, is_used: bool) -> float:
    """Return how far words speak for another subject, 0 if not at all.

    Parameters
    ----------
    span : sequence of Word
        Read together.
    is_sure : bool
        Whether they surely mean a name or a colour.
    is_used : bool
        Whether the shop's texts use the first of them.
    """
    first, last = span[0], span[-1]
    words = {first.lemmas[-1], first.parts[-1], last.lemmas[-1], last.parts[-1]}
    if not english.OTHER_THINGS.isdisjoint(words):
        return OTHER_THING
    if is_sure:
        return 0.0
    return USED_WORD if is_used else 1.0


def is_about_something_else(
    stretches: Sequence[Stretch], readings: Sequence[Reading], garments: frozenset[str]
) -> bool:
    """Return whether the words understood are part of a phrase about no garment.

    "cotton buds", "leopard gecko food": at least half of the words mean nothing, and no
    garment is named but as a part of another thing ("robe hook"). Words that the shop's
    texts use count for less: "longer", "in color".

    Parameters
    ----------
    stretches : sequence of Stretch
    readings : sequence of Reading
        What each became.
    garments : frozenset of str
        The names that are garments.
    """
    n_unknown = sum([reading.strangeness for reading in readings])
    if not n_unknown or len(stretches) == 1 or not any(reading.is_sure for reading in readings):
        return False
    for i, stretch in enumerate(stretches):
        named = garments.intersection(stretch.meant or ())
        is_head = not stretch.is_joined or not readings[i + 1].strangeness
        is_clear = n_unknown <= MAX_UNKNOWN and not named <= english.AMBIGUOUS_GARMENTS
        if named and (is_head or is_clear):
            return False
    return sum(not reading.strangeness for reading in readings) <= n_unknown
