import pytest

from modiste.data.attribute_names import (
    ALTERNATIVES,
    alternatives,
    display_groups,
    plain_names,
    same_names,
)
from modiste.data.demo_shop.vocabulary import demo_vocabulary
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary


def vocabulary_of(*names, kind="part"):
    return Vocabulary(("Dress",), ("full",), names, (kind,) * len(names))


@pytest.mark.parametrize(
    ("display", "names"),
    [
        ("long sleeve", ("long sleeve", "long-sleeve", "long-sleeved")),
        ("stripe", ("stripe", "striped", "stripes")),
        ("print", ("print", "printed")),
        ("lace trim", ("lace trim", "lace-trim", "lace-trimmed")),
        ("foldover", ("fold-over", "foldover")),
        ("colorblock", ("colorblock", "colorblocked")),
        ("dip-dye", ("dip-dye", "dip-dyed")),
        ("city", ("cities", "city")),
    ],
)
def test_spellings_of_one_thing_are_shown_once(display, names):
    assert same_names(deepfashion_vocabulary())[display] == names


@pytest.mark.parametrize(
    "names",
    [
        ("cap-sleeve", "sleeve"),
        ("lace", "lacy"),
        ("zip", "zip-up"),
        ("zip", "zipper"),
        ("fit", "fitted"),
        ("stone", "stones"),
        ("checked", "checkered"),
        ("floral", "floral print"),
        ("mock", "mock neck"),
        ("red", "raw"),
    ],
)
def test_what_is_alike_is_not_the_same(names):
    display = display_groups(deepfashion_vocabulary())
    assert display[names[0]] != display[names[1]]


@pytest.mark.parametrize("vocabulary", [deepfashion_vocabulary(), demo_vocabulary()])
def test_a_display_name_is_a_name_of_the_same_type(vocabulary):
    display = display_groups(vocabulary)
    kind = dict(zip(vocabulary.attributes, vocabulary.attribute_types, strict=True))
    assert tuple(display) == vocabulary.attributes
    assert all(kind[name] == kind[shown] for name, shown in display.items())
    assert all(display[shown] == shown for shown in display.values())
    groups = [names for names in same_names(vocabulary).values() if len(names) > 1]
    assert len(groups) == 67
    assert max(map(len, groups)) == 3


def test_types_are_never_mixed():
    vocabulary = Vocabulary(("Dress",), ("full",), ("stripe", "stripes"), ("texture", "style"))
    assert display_groups(vocabulary) == {"stripe": "stripe", "stripes": "stripes"}


def test_british_and_american_spellings_meet():
    names = ("colour blocked", "colorblock", "Color-Block", "Panelled", "paneled", "Grey", "gray")
    assert set(display_groups(vocabulary_of(*names)).values()) == {"colorblock", "paneled", "Grey"}


def test_an_ending_goes_only_where_a_word_is_left():
    names = plain_names(vocabulary_of("red", "tweed", "dress", "canvas", "ruched", "***"))
    assert all(name == plain for name, plain in names.items())


def test_the_order_of_the_names_changes_nothing():
    names = ("striped", "stripes", "stripe", "dots", "dot")
    forward, backward = (display_groups(vocabulary_of(*order)) for order in (names, names[::-1]))
    assert forward == backward


def test_alternatives_are_found_inside_longer_names():
    found = alternatives(deepfashion_vocabulary())
    (mini,), (maxi,), (also_maxi,) = found["lace mini"], found["maxi"], found["floral maxi"]
    assert mini[0] == maxi[0]
    assert mini[1] != maxi[1]
    assert maxi == also_maxi
    assert len(found["high-rise skinny"]) == 2
    assert found["long-sleeved"] == found["long sleeve"]
    assert "striped" not in found
    assert "minimal" not in alternatives(vocabulary_of("minimal"))


def test_alternatives_work_without_the_words_in_the_vocabulary():
    found = alternatives(vocabulary_of("Long-Sleeved", "Sleeveless"))
    assert {group for held in found.values() for group, _ in held} == {0}
    assert len({way for held in found.values() for _, way in held}) == 2


def test_no_name_stands_in_two_alternatives_of_a_group():
    for vocabulary in (deepfashion_vocabulary(), demo_vocabulary()):
        for name, held in alternatives(vocabulary).items():
            assert len({group for group, _ in held}) == len(held), name
    words = [word for ways in ALTERNATIVES for names in ways for word in names]
    assert len(words) == len(set(words))
