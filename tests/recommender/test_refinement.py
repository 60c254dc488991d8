from __future__ import annotations

import numpy as np
import pytest

from modiste.data.demo_shop.vocabulary import demo_vocabulary
from modiste.data.vocabulary import deepfashion_vocabulary
from modiste.recommender.refinement import refine


def weights(**names):
    vocabulary = demo_vocabulary()
    found = np.zeros(len(vocabulary.attributes), dtype=np.float32)
    for name, weight in names.items():
        found[vocabulary.attribute_index[name.replace("_", " ")]] = weight
    return found


def weight_of(name, wanted):
    return float(wanted[demo_vocabulary().attribute_index[name]])


SEEN = weights(long_sleeve=0.9, red=0.8, cotton=0.6, midi=0.7)


def test_what_is_asked_for_takes_the_place_of_what_was_seen():
    wanted, told = refine(SEEN, weights(sleeveless=1.0, green=1.0), demo_vocabulary())

    assert set(told.added) == {"sleeveless", "green"}
    assert set(told.removed) == {"long sleeve", "red"}
    assert set(told.kept) == {"cotton", "midi"}
    assert weight_of("sleeveless", wanted) == weight_of("green", wanted) == 2.0
    assert weight_of("red", wanted) == pytest.approx(-0.4)
    assert weight_of("cotton", wanted) == pytest.approx(0.6)


def test_what_is_refused_is_taken_away():
    wanted, told = refine(SEEN, weights(cotton=-1.0), demo_vocabulary())

    assert told.removed == ("cotton",)
    assert told.added == ()
    assert weight_of("cotton", wanted) == -2.0


def test_what_goes_together_stays():
    _, told = refine(SEEN, weights(pocket=1.0, striped=1.0), demo_vocabulary())

    assert told.removed == ()
    assert set(told.added) == {"pocket", "stripe"}  # as shown


def test_a_shade_of_the_same_colour_is_not_replaced_by_its_family():
    _, told = refine(weights(burgundy=0.9), weights(red=1.0), demo_vocabulary())
    assert told.removed == ()
    _, told = refine(weights(navy=0.9), weights(red=1.0), demo_vocabulary())
    assert told.removed == ("navy",)


def test_a_phrase_about_nothing_leaves_everything():
    wanted, told = refine(SEEN, weights(), demo_vocabulary())

    np.testing.assert_array_equal(wanted, SEEN)
    assert told.added == told.removed == ()
    assert set(told.kept) == {"long sleeve", "red", "cotton", "midi"}


def test_a_colour_that_is_no_attribute_takes_the_place_of_one_that_is():
    vocabulary = deepfashion_vocabulary()
    seen = np.zeros(len(vocabulary.attributes), dtype=np.float32)
    seen[vocabulary.attribute_index["red"]] = 0.9
    wanted, told = refine(seen, np.zeros_like(seen), vocabulary, {"green": 1.0})

    assert told.removed == ("red",)
    assert wanted[vocabulary.attribute_index["red"]] == pytest.approx(-0.45)


def test_a_refusal_reaches_longer_names():
    vocabulary = deepfashion_vocabulary()
    seen, wishes = np.zeros((2, len(vocabulary.attributes)), dtype=np.float32)
    seen[vocabulary.attribute_index["floral print"]] = 0.9
    seen[vocabulary.attribute_index["sleeveless"]] = 0.9
    wishes[vocabulary.attribute_index["floral"]] = -1.0
    wishes[vocabulary.attribute_index["sleeve"]] = 1.0
    _, told = refine(seen, wishes, vocabulary)

    assert set(told.removed) == {"floral print", "sleeveless"}


def test_part_of_what_was_said_takes_no_place():
    _, told = refine(SEEN, weights(mini=0.6), demo_vocabulary())

    assert "midi" in told.kept
