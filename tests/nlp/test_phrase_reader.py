from __future__ import annotations

import random
import time

import numpy as np
import pytest

from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.nlp.phrase_reader import MAX_WORDS, PhraseReader
from modiste.nlp.word_vectors import WordVectors

VOCABULARY = Vocabulary.from_pairs(
    [("Dress", "full"), ("Tee", "upper"), ("Coat", "upper"), ("Jeans", "lower")],
    [
        ("v-neck", "part"),
        ("floral", "texture"),
        ("floral print", "texture"),
        ("striped", "texture"),
        ("stripes", "texture"),
        ("cotton", "fabric"),
        ("sleeve", "part"),
        ("sleeveless", "part"),
        ("button", "part"),
        ("zip", "part"),
        ("off-the-shoulder", "part"),
        ("please", "style"),
        ("sporty", "style"),
        ("red", "colour"),
        ("navy", "colour"),
        ("season: Summer", "season"),
    ],
)


def hand_made_vectors() -> WordVectors:
    """Give each name an axis of its own, `athletic` near sporty, and 60 unrelated words."""
    names = ["dress", "tee", "coat", "jeans", "floral", "cotton", "sporty", "red", "navy"]
    rng = np.random.default_rng(0)
    rows = list(np.eye(60)[: len(names)])
    rows.append(0.8 * np.eye(60)[names.index("sporty")] + 0.6 * np.eye(60)[20])
    unrelated = [f"unrelated{i}" for i in range(60)]
    rows += [np.concatenate([np.zeros(20), rng.standard_normal(40)]) for _ in unrelated]
    words = (*names, "athletic", *unrelated)
    return WordVectors(words, np.array(rows, np.float32), np.full(len(words), 10, np.int64))


@pytest.fixture(scope="module")
def reader() -> PhraseReader:
    return PhraseReader(hand_made_vectors(), VOCABULARY)


@pytest.mark.parametrize("typed", ["v-neck", "v neck", "vneck", "V-NECK", "v-necks", "V\u2011neck"])
def test_every_spelling_of_a_name_is_that_name(reader, typed):
    query = reader.read(f"{typed} dress")

    assert query.weights == {"v-neck": 1.0, "Dress": 1.0}
    assert query.matched[0].words == typed.replace("\u2011", "-")
    assert query.not_understood == ()


@pytest.mark.parametrize("typed", ["t-shirt", "t shirt", "tshirt", "T-Shirts", "tee", "tees"])
def test_other_words_stand_for_a_name(reader, typed):
    assert set(reader.read(typed).weights) == {"Tee"}


def test_the_longest_name_wins_and_its_parts_count_less(reader):
    assert reader.read("floral print dress").weights == {
        "floral print": 1.0,
        "floral": 0.5,
        "Dress": 1.0,
    }


def test_a_little_word_may_be_left_out_of_a_name(reader):
    assert reader.read("off shoulder").weights == {"off-the-shoulder": 1.0}
    assert reader.read("off the shoulder").weights == {"off-the-shoulder": 1.0}


def test_other_forms_of_a_name_count_less_than_the_one_typed(reader):
    assert reader.read("striped").weights == {"striped": 1.0, "stripes": 0.9}
    assert reader.read("stripe").weights == {"striped": 1.0, "stripes": 1.0}


def test_a_type_in_front_of_a_name_is_not_typed(reader):
    assert reader.read("summer dress").weights == {"season: Summer": 1.0, "Dress": 1.0}


def test_names_do_not_join_over_punctuation(reader):
    assert "floral print" not in reader.read("floral, print").weights


@pytest.mark.parametrize(
    ("phrase", "weights"),
    [
        ("no buttons", {"button": -1.0}),
        ("without buttons or zips", {"button": -1.0, "zip": -1.0}),
        ("not red", {"red": -1.0}),
        ("a dress with no zip and a button", {"Dress": 1.0, "zip": -1.0, "button": 1.0}),
        ("not floral, cotton", {"floral": -1.0, "cotton": 1.0}),
        ("not too floral a dress", {"floral": -1.0, "Dress": 1.0}),
        ("no floral print dress", {"floral print": -1.0, "Dress": 1.0}),
        ("no sleeves please", {"sleeve": -1.0, "sleeveless": 1.0}),
        ("I don't like zips", {"zip": -1.0}),
        ("anything but red", {"red": -1.0}),
        ("not crimson", {"red": -0.8}),
        ("red but not red", {"red": -1.0}),
        ("with buttons", {"button": 1.0}),
    ],
)
def test_a_wish_to_avoid_is_negative(reader, phrase, weights):
    assert reader.read(phrase).weights == weights


def test_shades_stay_in_their_family(reader):
    assert reader.read("crimson coat").weights == {"red": 0.8, "Coat": 1.0}
    assert reader.read("cobalt coat").weights == {"navy": 0.6, "Coat": 1.0}
    green = reader.read("emerald coat")
    # The vocabulary has no green; the shopper asked for it all the same.
    assert (green.weights, green.colors) == ({"Coat": 1.0}, {"green": 1.0})
    assert green.not_understood == ()


def test_a_shade_of_two_words_is_nearer_than_its_family():
    shades = Vocabulary.from_pairs(
        [("Coat", "upper")], [("Navy Blue", "colour"), ("Blue", "colour")]
    )
    reader = PhraseReader(hand_made_vectors(), shades)

    assert reader.read("navy").weights == {"Navy Blue": 0.8}
    assert reader.read("cobalt").weights == {"Blue": 0.8}
    assert reader.read("blue").weights == {"Blue": 1.0}


def test_word_vectors_find_what_no_spelling_does(reader):
    query = reader.read("athletic unrelated3 coat")

    assert set(query.weights) == {"sporty", "Coat"}
    assert 0.4 <= query.weights["sporty"] < 1
    assert query.not_understood == ("unrelated3",)


@pytest.mark.parametrize(
    ("phrase", "not_understood"),
    [
        ("asdfgh", ("asdfgh",)),
        ("please hello", ("please", "hello")),
        ("Please", ("Please",)),
        ("Xylophone tax return", ("Xylophone", "tax", "return")),
        ("12345 6", ("12345", "6")),
        ("no no no", ("no", "no", "no")),
        ("no asdfgh", ("asdfgh",)),
        ("🙂", ("🙂",)),
        ("赤いドレス", ("赤いドレス",)),
        ("unrelated1 unrelated2", ("unrelated1", "unrelated2")),
    ],
)
def test_nonsense_means_nothing_and_is_told(reader, phrase, not_understood):
    query = reader.read(phrase)

    assert query.weights == {}
    assert query.matched == ()
    assert query.not_understood == not_understood


@pytest.mark.parametrize("phrase", ["", "  \t\n", None, b"dress", 3])
def test_a_phrase_must_have_words(reader, phrase):
    with pytest.raises(ValueError, match="Received: "):
        reader.read(phrase)


def test_a_phrase_must_not_be_endless(reader):
    with pytest.raises(ValueError, match="Received: 10000 words"):
        reader.read("dress " * 10_000)
    with pytest.raises(ValueError, match="Received: 20000 characters"):
        reader.read("x" * 20_000)
    assert reader.read("dress " * MAX_WORDS).weights == {"Dress": 1.0}


def test_the_same_phrase_gives_the_same_answer(reader):
    other = PhraseReader(hand_made_vectors(), VOCABULARY)

    assert reader.read("athletic crimson v neck") == other.read("athletic crimson v neck")


def test_a_name_that_is_category_and_attribute_has_one_weight():
    both = Vocabulary.from_pairs([("Halter", "upper")], [("Halter", "part"), ("halter", "part")])
    reader = PhraseReader(hand_made_vectors(), both)

    assert reader.read("halter").weights == {"Halter": 1.0, "halter": 1.0}


def test_a_vocabulary_may_be_of_another_language():
    german = Vocabulary.from_pairs([("Kleid", "full")], [("rot", "colour")])
    reader = PhraseReader(hand_made_vectors(), german, languages=("de",))

    assert reader.read("rotes Kleid").weights == {"rot": 1.0, "Kleid": 1.0}


def test_no_vectors_at_all_leave_the_spellings():
    none = WordVectors((), np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    query = PhraseReader(none, VOCABULARY).read("athletic dress")

    assert query.weights == {"Dress": 1.0}
    assert query.not_understood == ("athletic",)


@pytest.mark.parametrize("name", ["zebra print", "chiffon maxi", "off-the-shoulder", "Jumpsuit"])
def test_deepfashion_names_are_read(name):
    vocabulary = deepfashion_vocabulary()
    reader = PhraseReader(hand_made_vectors(), vocabulary)

    assert reader.read(name).weights


def test_every_deepfashion_name_but_a_size_and_a_courtesy_means_itself():
    vocabulary = deepfashion_vocabulary()
    reader = PhraseReader(hand_made_vectors(), vocabulary)
    lost = [
        name
        for name in (*vocabulary.categories, *vocabulary.attributes)
        if reader.read(name).weights.get(name) != 1.0
    ]

    assert lost == ["medium", "please"]


COMPANY = {
    ("sporty", "gymwear"): ("training day", "running track", "active team"),
    ("red", "rosso"): ("lipstick shade", "bold colour", "warm hue"),
    ("floral", "blossomy"): ("garden motif", "petal artwork", "botanic spray"),
    ("dress", "gownlet"): ("hem swirl", "bodice fit", "evening dance"),
    ("jeans", "rivetwear"): ("five pocket", "riveted seam", "indigo twill"),
    ("coat", "stormwrap"): ("winter wind", "woollen lining", "snow storm"),
    ("invoice", "parcel"): ("postal box", "courier van", "warehouse shelf"),
}


def sentences(n: int = 3000) -> list[str]:
    random_state = random.Random(0)
    groups = list(COMPANY.items())
    found = []
    for _ in range(n):
        names, company = random_state.choice(groups)
        before, after = random_state.sample(company, 2)
        found.append(f"{before} {random_state.choice(names)} {after}")
    return found


@pytest.fixture(scope="module")
def trained_reader() -> PhraseReader:
    pytest.importorskip("gensim", reason="gensim trains word vectors")
    from modiste.nlp.fit_word_vectors import WordVectorOptions, fit_word_vectors

    options = WordVectorOptions(n_dimensions=24, n_epochs=8)
    return PhraseReader(fit_word_vectors(sentences(), options=options), VOCABULARY)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("gymwear", "sporty"),
        ("blossomy", "floral"),
        ("gownlet", "Dress"),
        ("rivetwear", "Jeans"),
        ("stormwrap", "Coat"),
    ],
)
def test_trained_vectors_find_the_twin_of_a_word(trained_reader, typed, name):
    weights = trained_reader.read(typed).weights

    assert next(iter(weights), None) == name


@pytest.mark.parametrize("typed", ["invoice", "parcel", "courier van"])
def test_trained_vectors_leave_other_subjects_alone(trained_reader, typed):
    assert trained_reader.read(typed).weights == {}


def test_a_phrase_of_six_words_takes_milliseconds(trained_reader):
    trained_reader.read("warm up")
    start = time.perf_counter()
    for _ in range(50):
        trained_reader.read("rosso blossomy gownlet for stormwrap weather")
    assert (time.perf_counter() - start) / 50 < 0.02
