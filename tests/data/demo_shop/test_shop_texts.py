"""The copywriter: every word it needs is there, and texts vary but repeat with the seed."""

from __future__ import annotations

import numpy as np
import pytest

from modiste.data.demo_shop.attribute_words import ATTRIBUTE_WORDS, words_of
from modiste.data.demo_shop.brands import BRANDS, STYLES
from modiste.data.demo_shop.design import COLOURS, VISIBLE_ATTRIBUTES, sample_design
from modiste.data.demo_shop.synonyms import CATEGORY_NOUNS, COLOUR_NOTES, COLOUR_WORDS
from modiste.data.demo_shop.texts import description, search_phrase, title
from modiste.data.demo_shop.vocabulary import demo_vocabulary, unseen_attributes
from modiste.data.vocabulary import deepfashion_vocabulary


def test_every_name_has_trade_words() -> None:
    assert set(CATEGORY_NOUNS) == set(deepfashion_vocabulary().categories)
    assert set(COLOUR_WORDS) == set(COLOUR_NOTES) == set(COLOURS)
    silent = [name for name in VISIBLE_ATTRIBUTES if name not in ATTRIBUTE_WORDS]
    assert set(silent) <= set(COLOURS)
    assert set(ATTRIBUTE_WORDS) <= set(deepfashion_vocabulary().attributes)


def test_trade_words_are_distinct_synonyms() -> None:
    for words in (*CATEGORY_NOUNS.values(), *COLOUR_WORDS.values()):
        assert len(set(words)) == len(words) >= 3
    assert "bandeau" in words_of("strapless").before
    assert "stripy" in words_of("striped").before
    assert words_of("stripes").family == words_of("stripe").family == "striped"
    assert "gray" in COLOUR_WORDS["grey"]


def test_brands_lean_on_known_styles() -> None:
    assert len({brand.name for brand in BRANDS}) == 24
    assert {brand.style for brand in BRANDS} == set(STYLES)


def test_vocabulary_is_deepfashions_and_the_other_colours() -> None:
    vocabulary, deepfashion = demo_vocabulary(), deepfashion_vocabulary()
    assert vocabulary.categories == deepfashion.categories
    assert vocabulary.attributes[:1000] == deepfashion.attributes
    assert vocabulary.attribute_types[1000:] == ("colour",) * (len(vocabulary.attributes) - 1000)
    assert set(COLOURS) <= set(vocabulary.attributes)
    assert not set(unseen_attributes()) & {*VISIBLE_ATTRIBUTES, *COLOURS}


def test_texts_repeat_with_the_seed_and_vary_without() -> None:
    design = sample_design(np.random.default_rng(3), "Dress")
    texts = [
        (title(design, "Marrowby", rng), description(design, "Marrowby", rng))
        for rng in map(np.random.default_rng, (1, 1, 2))
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("seed", range(40))
def test_texts_are_clean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    design = sample_design(rng)
    for text in (title(design, "Marrowby", rng), description(design, "Marrowby", rng)):
        assert text == " ".join(text.split())
        assert text[0].isupper() or text[0].isdigit()
        assert not set("{}|") & set(text)
    assert 2 <= len(title(design, "Marrowby", rng).split()) <= 16


def test_a_search_names_what_is_wanted() -> None:
    phrases = [
        search_phrase(["striped", "navy"], "Tee", np.random.default_rng(seed)) for seed in range(60)
    ]
    assert len(set(phrases)) > 20
    assert any("stripy" in phrase for phrase in phrases)
    assert any("t-shirt" in phrase for phrase in phrases)
    assert any("midnight blue" in phrase for phrase in phrases)
    assert "something" in search_phrase(["lace"], None, np.random.default_rng(1))
