from __future__ import annotations

import pytest

from modiste.nlp.normalise import tokens, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two striped V-neck dresses, please!", ["two", "stripe", "v-neck", "dress"]),
        ("A-line skirt & a T-shirt", ["a-line", "skirt", "t-shirt"]),
        ("3/4 sleeves", ["3/4", "sleeve"]),
        ("¾ sleeves", ["3/4", "sleeve"]),
        ("black/white", ["black", "white"]),
        ("off\u2011the\u2011shoulder", ["off-the-shoulder"]),
        ("ＪＥＡＮＳ", ["jeans"]),
        ("the women’s leggings", ["woman", "legging"]),
        ("kurtas, tshirts", ["kurta", "tshirt"]),
        ("cre\u0301pe", ["crepe"]),
        ("hello, could you show me some", []),
        ("  \n ", []),
    ],
)
def test_tokens_keep_what_names_garments(text, expected):
    assert tokens(text) == expected


def test_plural_of_unknown_words_only():
    assert tokens("dress glass culottes") == ["dress", "glass", "culotte"]


def test_words_of_another_language_are_stemmed_and_keep_their_stop_words():
    assert tokens("die roten Kleider", language="de") == ["die", "rot", "kleid"]
    assert tokens("una camisa roja", language="es") == tokens("una camisa rojo", language="es")


def test_unknown_language_is_named():
    with pytest.raises(ValueError, match="xx"):
        tokens("dress", language="xx")


def test_words_keep_what_was_typed_and_clauses():
    first, second, third = words("Red V-Necks, Please")

    assert (first.raw, first.starts_clause) == ("Red", True)
    assert (second.typed, second.parts, second.lemmas) == ("v-necks", ("v", "necks"), ("v", "neck"))
    assert not second.starts_clause
    assert third.starts_clause


def test_very_long_words_are_left_as_they_are():
    assert tokens("s" * 100_000) == ["s" * 100_000]
