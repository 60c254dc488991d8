"""Phrases as shoppers type them, in six languages: what must and must not be read."""

from __future__ import annotations

import numpy as np
import pytest

from modiste.data.vocabulary import deepfashion_vocabulary
from modiste.nlp.phrase_reader import PhraseReader
from modiste.nlp.word_vectors import WordVectors


@pytest.fixture(scope="module")
def reader():
    none = WordVectors((), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    return PhraseReader(none, deepfashion_vocabulary())


def wished(query):
    return {name for name, weight in query.weights.items() if weight > 0}


def refused(query):
    return {name for name, weight in query.weights.items() if weight < 0}


@pytest.mark.parametrize(
    ("phrase", "language", "names"),
    [
        ("rotes kleid unter 50 euro", "de", {"Dress"}),
        ("schwarzer rock ab 50 euro", "de", {"Skirt"}),
        ("jean taille haute", "fr", {"Jeans", "high-rise"}),
        ("calça jeans cintura alta", "pt", {"Jeans"}),
        ("saia preta", "pt", {"Skirt"}),
        ("veste noire", "fr", {"Jacket"}),
        ("robe rouge moins de 50 euros", "fr", {"Dress"}),
        ("vestido preto tamanho 40", "pt", {"Dress"}),
        ("gonna nera taglia 42", "it", {"Skirt"}),
        ("levis 501 jeans", "en", {"Jeans"}),
        ("mango blazer", "en", {"Blazer"}),
        ("shirt max 30", "en", {"shirt"}),
        ("vestido negro talla M", "es", {"Dress"}),
        ("dress 30-40 euro", "en", {"Dress"}),
        ("kleid 40-60 euro", "de", {"Dress"}),
        ("jupe 20-30 euros", "fr", {"Skirt"}),
        ("short dress", "en", {"Dress", "mini"}),
        ("long skirt", "en", {"Skirt", "maxi"}),
        ("high waist jeans", "en", {"Jeans", "high-rise"}),
        ("kurzes kleid", "de", {"Dress", "mini"}),
        ("robe courte", "fr", {"Dress", "mini"}),
        ("vestito lungo", "it", {"Dress", "maxi"}),
        ("like this but shorter", "en", {"mini"}),
        ("ralph lauren shirt", "en", {"shirt"}),
        ("lacoste polo", "en", {"polo"}),
    ],
)
def test_the_garment_and_the_language_are_seen(reader, phrase, language, names):
    query = reader.read(phrase)

    assert query.language == language
    assert names <= wished(query)


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("short sleeve dress", {"Shorts", "mini"}),
        ("t-shirt short sleeve", {"Shorts", "mini"}),
        ("short jacket", {"Shorts"}),
        ("robe manches courtes", {"mini"}),
        ("vestido manga longa", {"maxi"}),
        ("kleid mit kurzen ärmeln", {"mini"}),
        ("Zara dress", {"ruffle", "tiered"}),
        ("leather sofa", {"leather"}),
        ("tea towel checked", {"checked", "plaid"}),
        ("mini cooper", {"mini"}),
    ],
)
def test_what_is_not_meant_is_not_wished(reader, phrase, names):
    assert not names & wished(reader.read(phrase))


@pytest.mark.parametrize(
    ("phrase", "avoided", "meant"),
    [
        ("kein rot oder pink", {"red", "pink"}, set()),
        ("robe sans dentelle ou volants", {"lace", "ruffle"}, {"Dress"}),
        ("sin encaje o volantes", {"lace", "ruffle"}, set()),
        ("senza pizzo o volant", {"lace", "ruffle"}, set()),
        ("sem renda ou babados", {"lace", "ruffle"}, set()),
        ("lace free dress", {"lace"}, {"Dress"}),
        ("leather-free jacket", {"leather"}, {"Jacket"}),
        ("all but stripes", {"stripes"}, set()),
        ("less formal dress", set(), {"Dress"}),
        ("dress w/o sleeves", {"sleeve"}, {"Dress"}),
        ("not only red", set(), {"red"}),
        ("not just floral", set(), {"floral"}),
        ("why not red", set(), {"red"}),
        ("no ruffles or lace", {"ruffle", "lace"}, set()),
    ],
)
def test_negations_reach_what_they_are_about(reader, phrase, avoided, meant):
    query = reader.read(phrase)

    assert avoided <= refused(query)
    assert meant <= wished(query)
    assert not avoided & wished(query)


@pytest.mark.parametrize(
    ("phrase", "colors"),
    [
        ("chemise blanche", {"white"}),
        ("camicia bianca", {"white"}),
        ("vestido preto", {"black"}),
        ("vestido negro", {"black"}),
        ("a little black dress", {"black"}),
        ("schwarzes kleid", {"black"}),
    ],
)
def test_colours_beside_a_garment_are_kept(reader, phrase, colors):
    assert set(reader.read(phrase).colors) == colors


def limits(low=None, high=None):
    ends = {"min": low, "max": high}
    return {"price": {end: value for end, value in ends.items() if value is not None}}


@pytest.mark.parametrize(
    ("phrase", "filters"),
    [
        ("coat less than 1,000 dollars", limits(high=1000.0)),
        ("coat under 1.000 euro", limits(high=1000.0)),
        ("coat under €1,299", limits(high=1299.0)),
        ("manteau moins de 1 000 euros", limits(high=1000.0)),
        ("coat under 1,299.50 dollars", limits(high=1299.5)),
        ("don't want to pay more than 50 for a dress", limits(high=50.0)),
        ("dress not under 50", limits(low=50.0)),
        ("dress no less than 60 euros", limits(low=60.0)),
        ("kleid nicht teurer als 100 euro", limits(high=100.0)),
        ("not more expensive than 60 euros", limits(high=60.0)),
        ("skirt 20-30 euro", limits(20.0, 30.0)),
        ("dress from 30 to 40 euro", limits(30.0, 40.0)),
        ("XXL hoodie", {"size": ["XXL"]}),
        ("hoodie xxl black", {"size": ["XXL"]}),
        ("4XL tee", {"size": ["4XL"]}),
        ("dress size 8 or 10", {"size": ["8", "10"]}),
        ("kleid größe 38/40", {"size": ["38", "40"]}),
        ("dress size s/m", {"size": ["S", "M"]}),
        ("show us 10 dresses", {}),
        ("dresses for women over 60", {}),
        ("dress for over 50s", {}),
        ("pantalon large", {}),
        ("dress us size 8", {"size": ["8"]}),
        ("jeans waist 32", {"size": ["W32"]}),
    ],
)
def test_prices_and_sizes(reader, phrase, filters):
    assert reader.read(phrase).filters == filters


def test_degrees_do_not_add_up_without_end(reader):
    assert reader.read("very very very very floral").weights["floral"] == 1.4
    assert reader.read("not very floral").weights["floral"] > -1.0


def test_a_correction_that_means_nothing_is_not_told(reader):
    query = reader.read("whtie blous")

    assert query.language == "en"
    assert query.corrected == {"whtie": "white", "blous": "blouse"}
    assert query.not_understood == ()


def test_english_second_keeps_its_lemmas():
    none = WordVectors((), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    reader = PhraseReader(none, deepfashion_vocabulary(), languages=("de", "en"))

    query = reader.read("ruffled dresses with pockets")
    assert {"Dress", "ruffle", "pocket"} <= wished(query)


def test_more_and_less_in_romance_languages(reader):
    for phrase in ("más corto", "più corto", "mais curto", "plus court"):
        assert "mini" in wished(reader.read(phrase)), phrase
