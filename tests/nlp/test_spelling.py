import pytest

from modiste.nlp.spelling import SpellingCorrector

KNOWN = {
    "striped": 9,
    "floral": 5,
    "jacket": 7,
    "packet": 7,
    "plaid": 3,
    "plain": 3,
    "dress": 9,
    "red": 9,
}


@pytest.fixture(scope="module")
def corrector():
    return SpellingCorrector(KNOWN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stirped", "striped"),  # changed about
        ("florl", "floral"),  # left out
        ("drress", "dress"),  # put in
        ("stripef", "striped"),  # the key beside it
        ("strpd", None),  # two errors in five letters
        ("sttripedd", "striped"),  # two errors in nine
        ("jaket", "jacket"),
        ("plai", None),  # plaid or plain, both as likely
        ("rod", None),  # too short
        ("12345", None),
        ("xylophone", None),
    ],
)
def test_a_typing_error_is_corrected_to_the_nearest_word(corrector, typed, meant):
    assert corrector.correct(typed) == meant


def test_of_two_words_as_near_the_one_used_more_is_meant():
    assert SpellingCorrector({"jacket": 1, "racket": 9}).correct("zacket") == "racket"
    # But the first letter is rarely wrong.
    assert SpellingCorrector({"jacket": 1, "racket": 9}).correct("jackt") == "jacket"
