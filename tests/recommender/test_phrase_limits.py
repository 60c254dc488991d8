from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from checkerboard import BARE

from modiste.nlp.attribute_query import AttributeQuery
from modiste.recommender.eligibility import allowed_items
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.phrase_limits import items_within, phrase_notes


def test_a_price_in_words_limits_the_items(catalogue):
    passing, notes = items_within(AttributeQuery(filters={"price": {"max": 20.0}}), catalogue)

    assert np.flatnonzero(passing).tolist() == list(range(11))
    assert notes == []


@pytest.mark.parametrize(
    ("filters", "note"),
    [
        ({"price": {"max": 1.0}}, "No item is of price at most 1; others are shown."),
        ({"size": ["M"]}, "The items do not say which are of size M."),
        (
            {"price": {"min": 900.0, "max": 950.5}},
            "No item is of price at least 900 and at most 950.5; others are shown.",
        ),
    ],
)
def test_a_limit_that_leaves_nothing_is_told_and_not_kept_to(catalogue, filters, note):
    assert items_within(AttributeQuery(filters=filters), catalogue) == (None, [note])


def test_a_phrase_without_limits_leaves_every_item(catalogue):
    assert items_within(AttributeQuery(weights={"red": 1.0}), catalogue) == (None, [])


def test_what_is_over_the_price_may_not_be_shown(catalogue):
    passing, _ = items_within(AttributeQuery(filters={"price": {"max": 20.0}}), catalogue)
    base = np.ones(catalogue.n_items, dtype=bool)
    allowed = allowed_items(
        base,
        [EncodedQuery(passing=passing), EncodedQuery()],
        rebought=np.zeros(catalogue.n_items, dtype=bool),
    )

    assert allowed[0].sum() == 11
    assert not allowed[0, BARE]
    assert allowed[1].all()


def test_the_notes_say_how_the_phrase_was_read(catalogue):
    phrase = AttributeQuery(
        weights={"red": 0.8},
        not_understood=("wibble",),
        corrected={"florl": "floral"},
        colors={"red": 1.0, "green": 1.0},
    )

    colourless = replace(catalogue, color_names=())
    assert phrase_notes(phrase, colourless) == [
        "Read florl as floral.",
        "Words not understood: wibble.",
        "The items do not say which are green.",
    ]
    assert len(phrase_notes(phrase, replace(catalogue, color_names=("Green",)))) == 2


def test_limits_that_only_fail_together_are_told(catalogue):
    filters = {"price": {"max": 10.5}, "color": ["navy"]}
    passing, notes = items_within(AttributeQuery(filters=filters), catalogue)

    assert passing.any()
    assert notes == ["No item within the other limits is of color navy."]


def test_of_several_values_those_that_items_have_count(catalogue):
    passing, notes = items_within(AttributeQuery(filters={"color": ["navy", "wibble"]}), catalogue)

    assert passing.any()
    assert notes == []
