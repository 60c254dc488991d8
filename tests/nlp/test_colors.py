from __future__ import annotations

import pytest

from modiste.nlp.colors import RELATED, granted, named_colors


@pytest.mark.parametrize(
    ("text", "colors"),
    [
        ("Navy Blue", {"navy"}),
        ("Off White / Coffee Brown", {"ivory", "brown"}),
        ("azul marino", {"navy"}),
        ("dunkelblau", {"navy"}),
        ("CRIMSON", {"red"}),
        ("wibble 42", set()),
        ("", set()),
    ],
)
def test_the_colours_in_what_shops_write(text, colors):
    assert named_colors(text) == colors


@pytest.mark.parametrize(
    ("wishes", "text", "expected"),
    [
        ({"navy": 1.0}, "Navy", 1.0),
        ({"blue": 1.0}, "Navy", RELATED),
        ({"navy": 0.5}, "Sky", 0.0),
        ({"blue": -1.0}, "Navy", -1.0),
        ({"navy": -1.0}, "Blue", 0.0),
        ({"red": 1.0, "black": -1.0}, "Red/Black", -1.0),
        ({"red": 1.3}, "Red", 1.0),
        ({"red": 1.0}, "multi", 0.0),
    ],
)
def test_how_far_a_colour_grants_a_wish(wishes, text, expected):
    assert granted(wishes, text) == expected
