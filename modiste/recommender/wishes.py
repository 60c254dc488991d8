"""What is wanted, of what the network saw on a photo and of what a phrase says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.garment import Garment
from modiste.data.attribute_names import same_names
from modiste.nlp.attribute_query import AttributeQuery
from modiste.nlp.colors import granted
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.phrase_limits import items_within, phrase_notes
from modiste.recommender.refinement import refine


def with_garment(
    encoded: EncodedQuery, garment: Garment, catalogue: Catalogue, ignored: Collection[str] = ()
) -> EncodedQuery:
    """Return a query with what the network saw on a photo as what is wanted.

    Categories and attributes that are ignored are not wanted.

    Raises
    ------
    ValueError
        If one that is ignored is not in the vocabulary.
    """
    vocabulary = catalogue.vocabulary
    for name in ignored:
        if name not in vocabulary.category_index and name not in vocabulary.attribute_index:
            raise ValueError(
                f"ignored must name categories or attributes of the release. Received: {name!r}"
            )
    categories = np.array(
        [
            0.0 if name in ignored else garment.category_scores.get(name, 0.0)
            for name in vocabulary.categories
        ],
        dtype=np.float32,
    )
    # Scores under the threshold are noise that a thousand attributes would add up.
    attributes = np.zeros(catalogue.n_attributes, dtype=np.float32)
    members = same_names(vocabulary)
    for name, score in garment.attributes.items():
        if name in ignored:
            continue
        for member in members[name]:
            attributes[vocabulary.attribute_index[member]] = score
    if encoded.attributes is not None:
        attributes = encoded.attributes + attributes
    return replace(
        encoded,
        embedding=garment.embedding.astype(np.float32),
        attributes=attributes,
        categories=categories,
        garment=garment,
    )


def with_phrase(
    encoded: EncodedQuery, phrase: AttributeQuery, catalogue: Catalogue
) -> tuple[EncodedQuery, list[str]]:
    """Return a query with what a phrase wishes, which refines what a photo or an item shows.

    Returns
    -------
    EncodedQuery, list of str
        And notes on what of the phrase is not kept to.
    """
    vocabulary = catalogue.vocabulary
    attributes = np.zeros(catalogue.n_attributes, dtype=np.float32)
    categories = np.zeros(catalogue.n_categories, dtype=np.float32)
    for name, weight in phrase.weights.items():
        # A name may be both: DeepFashion has the attribute and the category "denim".
        if name in vocabulary.attribute_index:
            attributes[vocabulary.attribute_index[name]] = weight
        if name in vocabulary.category_index:
            categories[vocabulary.category_index[name]] = np.clip(weight, -1.0, 1.0)
    # A category in words overrules the photo's guess, unless it only says what to avoid.
    if encoded.categories is not None and not (categories > 0).any():
        categories = encoded.categories + categories
    refinement = None
    if encoded.attributes is not None:
        attributes, refinement = refine(encoded.attributes, attributes, vocabulary, phrase.colors)
    passing, notes = items_within(phrase, catalogue)
    encoded = replace(
        encoded,
        attributes=attributes,
        categories=categories,
        colors=_colors(phrase, catalogue),
        phrase=phrase,
        passing=passing,
        refinement=refinement,
    )
    return encoded, [*phrase_notes(phrase, catalogue), *notes]


def _colors(phrase: AttributeQuery, catalogue: Catalogue) -> NDArray[np.float32] | None:
    """Return how far each colour of the catalogue grants the wishes that no attribute says.

    Said twice, a colour would count more than the garment.
    """
    wishes = {name: weight for name, weight in phrase.colors.items() if name not in phrase.weights}
    if not wishes or not catalogue.color_names:
        return None
    return np.array([granted(wishes, name) for name in catalogue.color_names], dtype=np.float32)
