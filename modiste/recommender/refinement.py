"""A photo and a phrase: what the phrase adds to what was seen, and what it takes away.

Vector arithmetic on attributes: seen, plus what is wished, minus what is refused and what the
wished replaces. "This, but sleeveless and in green" takes the long sleeves and the red away.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.data.attribute_names import (
    ALTERNATIVES,
    alternatives,
    display_groups,
    plain_names,
)
from modiste.data.vocabulary import Vocabulary
from modiste.nlp.colors import likeness, named_colors

#: What a phrase replaces beside `ALTERNATIVES`: a garment may have two of these, but who
#: asks for one by a photo of the other wants it instead.
REPLACED: Final[tuple[tuple[tuple[str, ...], ...], ...]] = (
    (
        ("stripe", "striped", "pinstripe"),
        ("floral", "flower", "rose print"),
        ("polka dot", "dotted", "dots"),
        ("plaid", "check", "checked", "checkered", "gingham", "tartan"),
        ("leopard", "zebra", "snake", "animal"),
        ("paisley",),
        ("camo", "camouflage"),
        ("tie dye",),
        ("chevron", "zigzag"),
        ("solid", "plain"),
    ),
    (("sleeve", "sleeves"), ("sleeveless",)),
    (
        ("cotton",),
        ("denim", "chambray"),
        ("leather",),
        ("suede",),
        ("linen",),
        ("silk", "satin"),
        ("velvet",),
        ("wool", "cashmere", "tweed"),
        ("chiffon",),
        ("corduroy",),
        ("fleece",),
    ),
)
#: What is taken away counts against an item by this share of how surely it was seen.
_AGAINST = 0.5
#: What is asked for counts this much more than what was seen: it is one name among many.
_EMPHASIS = 2.0
#: Least weight of a wish that takes another name's place.
_REPLACES = 0.75


@dataclass(frozen=True)
class Refinement:
    """What a phrase made of what was seen, names as shown to shoppers.

    Parameters
    ----------
    kept : tuple of str
        Seen, and left alone.
    added : tuple of str
        Wished, and not seen.
    removed : tuple of str
        Seen, and refused or replaced.
    """

    kept: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def refine(
    seen: NDArray[np.float32],
    wishes: NDArray[np.float32],
    vocabulary: Vocabulary,
    colors: Mapping[str, float] | None = None,
) -> tuple[NDArray[np.float32], Refinement]:
    """Return what is wanted of what was seen, and what a phrase wishes.

    Parameters
    ----------
    seen, wishes : ndarray
        Weight of each attribute, shape ``(n_attributes,)`` float32.
    vocabulary : Vocabulary
    colors : mapping of str to float, optional
        Colours wished or refused, that need not be attributes.

    Returns
    -------
    ndarray, Refinement
        The weights, shape ``(n_attributes,)`` float32; and what was done.
    """
    names = vocabulary.attributes
    wished, refused = np.flatnonzero(wishes > 0), np.flatnonzero(wishes < 0)
    # What is only part of what was said is wished, but takes no other's place.
    replacing = [names[index] for index in np.flatnonzero(wishes >= _REPLACES)]
    wanted_colors = {color for color, weight in (colors or {}).items() if weight > 0}
    is_gone = np.zeros(len(names), dtype=bool)
    for index in np.flatnonzero((seen > 0) & (wishes <= 0)):
        is_gone[index] = _is_replaced(
            names[index], replacing, wanted_colors, vocabulary
        ) or _is_refused(names[index], [names[i] for i in refused], vocabulary)
    wanted = np.where(
        is_gone & (wishes == 0), -_AGAINST * seen, np.where(wishes != 0, _EMPHASIS * wishes, seen)
    )
    shown = display_groups(vocabulary)

    def told(indices: NDArray[np.int64]) -> dict[str, None]:
        return dict.fromkeys(shown[names[index]] for index in indices)

    before = told(np.flatnonzero(seen > 0))
    added = [name for name in told(wished) if name not in before]
    gone = told(np.concatenate([np.flatnonzero(is_gone), refused]))
    removed = [name for name in before if name in gone]
    kept = [name for name in before if name not in gone]
    return wanted.astype(np.float32), Refinement(tuple(kept), tuple(added), tuple(removed))


def _is_replaced(
    name: str, asked: Sequence[str], wanted_colors: Collection[str], vocabulary: Vocabulary
) -> bool:
    """Return whether what was asked for takes the place of a name, and does not go with it."""
    places = alternatives(vocabulary, ALTERNATIVES + REPLACED)
    held = places.get(name, frozenset())
    wanted = frozenset(place for each in asked for place in places.get(each, ()))
    groups = {group for group, _ in held} & {group for group, _ in wanted}
    if any(not {place for place in held & wanted if place[0] == group} for group in groups):
        return True
    colors = _colors(vocabulary)
    wished = {color for each in asked for color in colors.get(each, ())} | set(wanted_colors)
    own = colors.get(name, frozenset())
    return bool(own and wished) and not any(likeness(w, c) for w in wished for c in own)


def _is_refused(name: str, refused: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Return whether a name holds one that is refused: "floral print" where it is "floral"."""
    plain = plain_names(vocabulary)
    return any(f" {plain[each]} " in f" {plain[name]} " for each in refused)


@functools.cache
def _colors(vocabulary: Vocabulary) -> Mapping[str, frozenset[str]]:
    """Return the colours of the attributes that name any."""
    said = {
        name: named_colors(name.removeprefix(f"{kind}:"))
        for name, kind in zip(vocabulary.attributes, vocabulary.attribute_types, strict=True)
    }
    return {name: colors for name, colors in said.items() if colors}
