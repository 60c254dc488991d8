"""What shoppers type, read with DeepFashion's vocabulary and the lexicons alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.data.vocabulary import deepfashion_vocabulary
from modiste.nlp.phrase_reader import MAX_CHARACTERS, PhraseReader
from modiste.nlp.word_vectors import WordVectors


@pytest.fixture(scope="module")
def reader():
    none = WordVectors((), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    return PhraseReader(none, deepfashion_vocabulary())


def wished(query):
    return {name for name, weight in query.weights.items() if weight >= 0.5}


def refused(query):
    return {name for name, weight in query.weights.items() if weight < 0}


@pytest.mark.parametrize(
    ("phrase", "language", "names"),
    [
        ("stripy navy jumper", "en", {"Sweater", "striped"}),
        ("gestreifter Pullover", "de", {"Sweater", "striped"}),
        ("robe à pois", "fr", {"Dress", "polka dot"}),
        ("vestido de lunares", "es", {"Dress", "polka dot"}),
        ("giacca di pelle", "it", {"Jacket", "leather"}),
        ("saia de couro", "pt", {"Skirt", "leather"}),
        ("SAIA DE COURO", "pt", {"Skirt", "leather"}),
    ],
)
def test_the_language_is_told_by_the_words(reader, phrase, language, names):
    query = reader.read(phrase)

    assert query.language == language
    assert names <= wished(query)


def test_a_language_can_be_given(reader):
    assert "Dress" in wished(reader.read("robe", language="fr"))
    assert "Robe" in wished(reader.read("robe", language="en"))
    with pytest.raises(ValueError, match="Received: 'xx'"):
        reader.read("robe", language="xx")


@pytest.mark.parametrize(
    ("phrase", "positive", "negative"),
    [
        ("vestido sin mangas", {"Dress", "sleeveless"}, {"sleeve"}),
        ("Kleid ohne Knöpfe", {"Dress"}, {"button"}),
        ("jumper that hasn't got a hood", {"Sweater"}, {"hood"}),
        ("everything except jeans, a skirt", {"Skirt"}, {"Jeans"}),
    ],
)
def test_what_is_not_wanted_is_negative(reader, phrase, positive, negative):
    query = reader.read(phrase)

    assert positive <= wished(query)
    assert negative <= refused(query)


def test_typing_errors_are_corrected_and_told(reader):
    query = reader.read("Stirped dress with polkadott trimm")

    assert {"striped", "Dress", "polka dot"} <= wished(query)
    assert query.corrected["Stirped"] == "striped"
    assert query.corrected["polkadott"] == "polkadot"
    assert query.matched[0].words == "Stirped"


def test_words_that_are_right_are_left_alone(reader):
    assert reader.read("a river dress for my mother").corrected == {}


@pytest.mark.parametrize(
    "phrase", ["cotton buds", "leopard gecko food", "charging cable for macbook", "usb stick 64 gb"]
)
def test_a_phrase_about_something_else_means_nothing(reader, phrase):
    query = reader.read(phrase)

    assert query.weights == {}
    assert query.not_understood


@pytest.mark.parametrize(
    "phrase", ["gucci marmont dress", "cotton dress", "dress for wibble and wobble", "floral"]
)
def test_a_garment_among_unknown_words_is_found(reader, phrase):
    assert wished(reader.read(phrase))


def test_prices_sizes_and_colours_are_no_names(reader):
    query = reader.read("crimson midi skirt size M under 60 euro")

    assert query.filters == {"price": {"max": 60.0}, "size": ["M"]}
    assert query.colors == {"red": 1.0}
    assert {"midi", "Skirt"} <= wished(query)
    assert query.not_understood == ()


def test_a_limit_alone_is_understood(reader):
    query = reader.read("under 60 euro")

    assert query.filters == {"price": {"max": 60.0}}
    assert query.not_understood == ()


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_any_text_is_read(text):
    reader = _any_reader()
    query = reader.read(text)

    assert all(-1 <= weight <= 1 for weight in query.weights.values())
    assert query.matched or query.not_understood or query.filters or query.colors


def test_the_longest_text_is_read(reader):
    assert reader.read("dress " + "x" * (MAX_CHARACTERS - 6)).weights == {"Dress": 1.0}


def _any_reader(found: list[PhraseReader] = []) -> PhraseReader:  # noqa: B006 - kept on purpose
    """Return one reader for all examples: a fixture would not last from one to the next."""
    if not found:
        none = WordVectors((), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
        found.append(PhraseReader(none, deepfashion_vocabulary()))
    return found[0]
