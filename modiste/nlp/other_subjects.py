"""Phrases about no garment: what of them is understood is not meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from modiste.nlp import english
from modiste.nlp.normalise import Word
from modiste.nlp.phrase_book import Stretch
from modiste.nlp.reading import Reading

#: Unknown words that may stand beside a garment, such as a brand's.
MAX_UNKNOWN = 2
#: What an unknown word counts if the shop's texts use it, and if it is no garment for sure.
USED_WORD, OTHER_THING = 0.3, 3.0


def is_about_something_else(
    stretches: Sequence[Stretch],
    readings: Sequence[Reading],
    garments: Collection[str],
    is_used: Callable[[Word], bool],
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
    garments : collection of str
        The names that are garments.
    is_used : callable
        Tells whether the shop's texts use a word.
    """
    sure = [
        reading.is_sure or bool(each.color)
        for each, reading in zip(stretches, readings, strict=True)
    ]
    understood = [
        known and not _is_other_thing(each.span[-1])
        for each, known in zip(stretches, sure, strict=True)
    ]
    if all(understood) or len(stretches) == 1 or not any(sure):
        return False
    n_unknown = sum(
        _strangeness(each.span[0], is_used)
        for each, known in zip(stretches, understood, strict=True)
        if not known
    )
    for i, stretch in enumerate(stretches):
        named = frozenset(garments) & set(stretch.meant or ())
        is_head = not stretch.is_joined or understood[i + 1]
        is_clear = n_unknown <= MAX_UNKNOWN and not named <= english.AMBIGUOUS_GARMENTS
        if named and (is_head or is_clear):
            return False
    return sum(understood) <= n_unknown


def _strangeness(word: Word, is_used: Callable[[Word], bool]) -> float:
    if _is_other_thing(word):
        return OTHER_THING
    return USED_WORD if is_used(word) else 1.0


def _is_other_thing(word: Word) -> bool:
    return not english.OTHER_THINGS.isdisjoint((word.lemmas[-1], word.parts[-1]))
