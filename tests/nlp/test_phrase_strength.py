"""How much a phrase wishes what it names, how sure the reader is, and what is one name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.data.attribute_names import same_names
from modiste.data.vocabulary import deepfashion_vocabulary
from modiste.nlp.phrase_reader import MAX_CHARACTERS, MAX_CHECKED, MAX_WORDS, PhraseReader
from modiste.nlp.word_vectors import WordVectors

NO_VECTORS = WordVectors((), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))


@pytest.fixture(scope="module")
def reader():
    return PhraseReader(NO_VECTORS, deepfashion_vocabulary())


@pytest.mark.parametrize(
    ("phrase", "name", "weight"),
    [
        ("cropped jeans", "cropped", 1.0),
        ("very cropped jeans", "cropped", 1.25),
        ("slightly cropped jeans", "cropped", 0.6),
        ("jeans, a bit cropped", "cropped", 0.65),
        ("very nice, cropped jeans", "cropped", 1.0),
        ("not very cropped", "cropped", -0.8),
        ("muy floral", "floral", 0.9 * 1.25),
        ("sehr floral", "floral", 1.25),
    ],
)
def test_words_of_degree_weigh_the_next_word(reader, phrase, name, weight):
    assert reader.read(phrase).weights[name] == pytest.approx(weight, abs=0.13)
    assert (reader.read(phrase).weights[name] > 1.0) == (weight > 1.0)


def test_spellings_of_one_name_are_one_wish(reader):
    query = reader.read("long-sleeved dress")
    spellings = same_names(deepfashion_vocabulary())["long sleeve"]

    assert len(spellings) == 3
    assert {query.weights[name] for name in spellings} == {1.0}
    assert [match.name for match in query.matched if "sleeve" in match.name] == [
        "long sleeve",
        "sleeve",
    ]


def test_the_lightness_of_a_colour_is_a_wish_too(reader):
    query = reader.read("dark red velvet dress")

    assert query.weights["dark"] == 0.5
    assert query.colors == {"burgundy": 1.0}


def test_vectors_weigh_as_often_as_they_are_right():
    words = ("fluffy", "soft", "sequined", "bandeau", "wibbly")
    names = ("fuzzy", "lightweight", "glitter", "strapless", "paisley")
    rng = np.random.default_rng(0)
    unrelated = tuple(f"unrelated{i}" for i in range(60))
    axes = np.eye(120, dtype=np.float32)
    rows = [axes[i] for i in range(len(names))]
    rows += [0.9 * axes[i] + 0.4 * axes[10 + i] for i in range(len(words))]
    rows += list(np.pad(rng.standard_normal((60, 90)).astype(np.float32), ((0, 0), (30, 0))))
    vectors = WordVectors(
        (*names, *words, *unrelated), np.array(rows, np.float32), np.full(70, 10, np.int64)
    )
    weights = PhraseReader(vectors, deepfashion_vocabulary()).read("wibbly dress").weights

    # Of what the lexicon knows, the vectors are right in some: no wish is as sure as a name.
    assert 0.0 < weights["paisley"] < 0.9


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=2 * MAX_CHARACTERS))
def test_no_text_breaks_the_reader(reader, text):
    if not text.strip() or len(text) > MAX_CHARACTERS or len(text.split()) > MAX_WORDS:
        with pytest.raises(ValueError, match="Received: "):
            reader.read(text)
    else:
        query = reader.read(text)
        assert set(query.weights) <= _names()
        assert all(abs(weight) <= 1.4 * 1.25 for weight in query.weights.values())


def test_long_texts_are_not_searched_for_typing_errors(reader):
    assert reader.read("florl dress").corrected == {"florl": "floral"}
    assert reader.read("florl dress " * MAX_CHECKED).corrected == {}


def test_a_batch_is_read_as_each_of_it(reader):
    phrases = ["red dress", "no sleeves", "under 60 euro"]

    assert reader.read_batch(phrases) == [reader.read(phrase) for phrase in phrases]


def _names():
    vocabulary = deepfashion_vocabulary()
    return {*vocabulary.categories, *vocabulary.attributes}
