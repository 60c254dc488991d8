"""The demo shop's vocabulary: DeepFashion's, and the colours that it lacks."""

from __future__ import annotations

import functools

from modiste.data.demo_shop.design import COLOURS, VISIBLE_ATTRIBUTES
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary

COLOUR_TYPE = "colour"


@functools.cache
def demo_vocabulary() -> Vocabulary:
    """Return DeepFashion's 50 categories and 1,000 attributes, then the other colours.

    DeepFashion's list has a few colours among its styles; those stay where they are.
    """
    deepfashion = deepfashion_vocabulary()
    colours = [name for name in COLOURS if name not in deepfashion.attribute_index]
    return Vocabulary(
        categories=deepfashion.categories,
        category_types=deepfashion.category_types,
        attributes=(*deepfashion.attributes, *colours),
        attribute_types=(*deepfashion.attribute_types, *(COLOUR_TYPE for _ in colours)),
    )


@functools.cache
def unseen_attributes() -> tuple[str, ...]:
    """Return the names that no photo of the demo shop can show; they stay unknown."""
    drawn = {*VISIBLE_ATTRIBUTES, *COLOURS}
    return tuple(name for name in demo_vocabulary().attributes if name not in drawn)
