import pytest

from modiste.nlp.lexicon import LANGUAGES
from modiste.nlp.limits import read_limits


@pytest.mark.parametrize(
    ("phrase", "language", "price"),
    [
        ("maxi under 60 euro", "en", (None, 60)),
        ("dress less than $49.99", "en", (None, 49.99)),
        ("boots 80€ max", "en", (None, 80)),
        ("jeans between 30 and 45 pounds", "en", (30, 45)),
        ("coat 60-90 euros", "en", (60, 90)),
        ("coat, 20 to 30 quid", "en", (20, 30)),
        ("shirt around 40", "en", (32, 48)),
        ("skirt at least 40", "en", (40, None)),
        ("kleid bis 50 euro", "de", (None, 50)),
        ("kleid zwischen 50 und 80 €", "de", (50, 80)),
        ("robe moins de 70 €", "fr", (None, 70)),
        ("vestido por menos de 30,50 euros", "es", (None, 30.5)),
        ("piumino sotto i 120 euro", "it", (None, 120)),
        ("vestido até 200 reais", "pt", (None, 200)),
        ("3/4 sleeve top", "en", (None, None)),
        ("levis 501 from the 90s", "en", (None, None)),
        ("over the knee skirt", "en", (None, None)),
        ("100% cotton tee", "en", (None, None)),
        ("under 30 cm long", "en", (None, None)),
    ],
)
def test_prices_are_read(phrase, language, price):
    assert read_limits(phrase, language).price == price


@pytest.mark.parametrize(
    ("phrase", "language", "sizes"),
    [
        ("linen trousers size 12", "en", ("12",)),
        ("romper size s", "en", ("S",)),
        ("suede skirt uk 14", "en", ("14",)),
        ("anorak, large", "en", ("L",)),
        ("tee M", "en", ("M",)),
        ("hoodie xxl", "en", ("XXL",)),
        ("jeans W32 L34", "en", ("W32",)),
        ("chinos 34 waist", "en", ("W34",)),
        ("camisa talla xl", "es", ("XL",)),
        ("macacão tamanho 42", "pt", ("42",)),
        ("mantel größe 38", "de", ("38",)),
        ("i'm after a large floral print dress", "en", ()),
        ("m&s cardigan", "en", ()),
        ("l shaped seam", "en", ()),
    ],
)
def test_sizes_are_read(phrase, language, sizes):
    assert read_limits(phrase, language).sizes == sizes


def test_a_size_is_no_price_and_the_rest_stays():
    found = read_limits("beige wide legs, size 12, less than 40 pounds", "en")

    assert (found.sizes, found.price) == (("12",), (None, 40))
    assert "beige wide legs" in found.rest
    assert not any(c.isdigit() for c in found.rest)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_without_limits_is_left_as_it_is(language):
    assert read_limits("Striped T-Shirt", language).rest == "Striped T-Shirt"
