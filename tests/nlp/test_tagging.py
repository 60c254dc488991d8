import pytest

from modiste.data.vocabulary import deepfashion_vocabulary
from modiste.nlp.tagging import Tagger


@pytest.fixture(scope="module")
def tagger():
    return Tagger(deepfashion_vocabulary())


def names(tags):
    return {tag.name for tag in tags}


def test_a_title_names_the_item_last(tagger):
    tags = tagger.tag("Women Floral Print V-Neck Maxi Dress")

    assert tags[0].name == "Dress"
    assert {"floral print", "v-neck", "maxi"} <= names(tags)
    assert {tag.name: tag.evidence for tag in tags}["v-neck"] == "V-Neck"


@pytest.mark.parametrize(
    ("description", "unsaid"),
    [
        (
            "A knit cardigan. Pair it with jeans and a striped tee.",
            {"Jeans", "striped"},
        ),
        (
            'A knit cardigan. Machine wash cold, tumble dry low || 25" full length',
            {"wash", "washed"},
        ),
        ("A knit cardigan without buttons.", {"button", "buttoned", "button-front"}),
        ("A knit cardigan. The pants are of denim fabric.", {"denim", "Chinos"}),
        ("A knit cardigan. 60% wool, 35% nylon, 5% cotton.", {"cotton", "nylon"}),
        ("A knit cardigan. She has a beaded ring on her finger.", {"beaded", "circle"}),
        ("A knit cardigan, fully lined.", {"stripe", "striped", "lined"}),
        ("A knit cardigan for the girl who dreams of Paris.", {"girl", "dream", "paris"}),
    ],
)
def test_what_is_not_said_of_the_item_is_left_out(tagger, description, unsaid):
    found = names(tagger.tag("", description))

    assert {"Cardigan", "knit"} <= found
    assert not found & unsaid


def test_the_main_fibre_counts(tagger):
    assert "cotton" in names(tagger.tag("Shift dress", "Shell: 60% cotton, 40% linen"))
    assert "linen" in names(tagger.tag("Shift dress", "Shell: 60% cotton, 40% linen"))


def test_other_words_for_a_thing_are_evidence(tagger):
    tags = tagger.tag("Chunky roll neck jumper")

    assert {"Turtleneck", "chunky"} <= names(tags)
    assert all(tag.evidence for tag in tags)


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Navy striped wool jumper", "Sweater"),
        ("Printed linen t-shirt", "Tee"),
        ("Men's t-shirt black", "Tee"),
        ("One-shoulder gown", "Dress"),
    ],
)
def test_a_title_that_ends_with_a_likely_garment_is_one(tagger, title, category):
    assert tagger.tag(title)[0].name == category


@pytest.mark.parametrize(
    "title",
    [
        "MAC red matte lipstick",
        "T-shirt lipstick",
        "Not a gown",
        "Mac red",
        "Down vest",
        "Swim pants",
    ],
)
def test_a_likely_garment_before_other_things_is_none(tagger, title):
    assert not names(tagger.tag(title)) & {"Coat", "Tee", "Dress", "Tank", "Chinos"}


def test_a_text_that_says_nothing_gives_nothing(tagger):
    assert tagger.tag("", "") == []
    assert tagger.tag("Eau de parfum 50 ml") == []


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Dress with jacket", "Dress"),
        ("Top with jeans", "Top"),
        ("Short Sleeve Dress", "Dress"),
        ("Wool Coat & scarf", "Coat"),
    ],
)
def test_what_comes_with_an_item_is_not_the_item(tagger, title, category):
    assert tagger.tag(title)[0].name == category


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        ("fr", "Robe rouge à pois", {"Dress", "red"}),
        ("es", "Americana azul de lino", {"Blazer", "linen"}),
        ("de", "Gestreiftes Kleid aus Baumwolle", {"Dress", "striped", "cotton"}),
    ],
)
def test_other_languages_go_by_their_own_words(language, title, expected):
    found = names(Tagger(deepfashion_vocabulary(), language).tag(title))

    assert expected <= found
    assert not found & {"Robe", "americana", "Jersey"}
