import csv
from importlib import resources

import pytest

from modiste.data.vocabulary import deepfashion_vocabulary
from modiste.nlp.lexicon import LANGUAGES, lexicon
from modiste.nlp.normalise import words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_names_something_of_the_vocabulary(language):
    vocabulary = deepfashion_vocabulary()
    found = lexicon(language)
    assert set(found.names) <= {*vocabulary.categories, *vocabulary.attributes}
    assert set(vocabulary.categories) <= set(found.names)
    assert set(found.colours) == set(lexicon("en").colours)
    assert len(found.names) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_words_that_can_be_typed(language):
    found = lexicon(language)
    for phrases in (*found.names.values(), *found.colours.values()):
        assert len(set(phrases)) == len(phrases)
        for phrase in phrases:
            assert phrase == phrase.strip().casefold() or "ß" in phrase
            assert 1 <= len(words(phrase, language)) <= 5, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_row_is_given_twice(language):
    path = resources.files("modiste.nlp") / "lexicons" / f"{language}.csv"
    rows = [
        (row["kind"], row["name"]) for row in csv.DictReader(path.read_text("utf-8").splitlines())
    ]
    assert len(set(rows)) == len(rows)


def test_a_language_without_lexicon_is_named():
    with pytest.raises(ValueError, match="Received: 'xx'"):
        lexicon("xx")
