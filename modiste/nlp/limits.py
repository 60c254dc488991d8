"""Prices and sizes in a phrase: "under 60 euro", "between 30 and 40", "size 12", "XL"."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from modiste.nlp.lexicon import lexicon

#: Longer texts are no searches.
MAX_CHARACTERS = 1000
#: "Around 40" is from 32 to 48.
ABOUT = 0.2

_NUMBER = r"(\d{1,5}(?:[.,]\d{1,2})?)(?![\d%]|\s?(?:cm|mm|kg|inch|in|x|pack|st)\b)"
_MOST_AFTER = r"(?:max(?:imum|imal|imo)?|m[aá]x(?:imo)?|massimo|tops|or (?:less|under))"
_LETTER_SIZES = r"(?:[2-6]?x{1,4}[sl]|x{0,4}s|m|x{0,4}l)"
_WORD_SIZES = {"small": "S", "medium": "M", "large": "L", "extra large": "XL", "extra small": "XS"}
#: Every price has a digit, every size a digit or one of these words.
_SIZES = frozenset(
    {
        "m",
        "extra",
        "small",
        "medium",
        "large",
        "one",
        *("x" * n + end for n in range(5) for end in "sl"),
    }
)
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
#: These alone say that two numbers are a price: "from 30 to 40" may be sizes or years.
_PAIRS = frozenset({"between", "entre", "zwischen", "tra", "fra"})


@dataclass(frozen=True)
class Limits:
    """What a phrase asks of price and size.

    Parameters
    ----------
    price : tuple of float or None
        Least and most, either None where there is none.
    sizes : tuple of str
        In capitals: ``"M"``, ``"38"``, ``"W32"``.
    rest : str
        The phrase without what says so.
    """

    price: tuple[float | None, float | None]
    sizes: tuple[str, ...]
    rest: str


@dataclass(frozen=True)
class _Patterns:
    pair: re.Pattern[str]
    span: re.Pattern[str]
    most: re.Pattern[str]
    most_after: re.Pattern[str]
    least: re.Pattern[str]
    about: re.Pattern[str]
    size: re.Pattern[str]
    waist: re.Pattern[str]
    letters: re.Pattern[str]


def read_limits(text: str, language: str) -> Limits:
    """Return the price and the sizes that a phrase asks for.

    Parameters
    ----------
    text : str
        Read for them if it has at most `MAX_CHARACTERS`.
    language : str
        Of `modiste.nlp.lexicon.LANGUAGES`.
    """
    if len(text) > MAX_CHARACTERS or not (
        _DIGIT.search(text) or _SIZES.intersection(_WORD.findall(text.casefold()))
    ):
        return Limits((None, None), (), text)
    patterns = _patterns(language)
    sizes: list[str] = []
    # Sizes first where a word says that they are: "size 12, less than 40 pounds".
    for pattern in (patterns.size, patterns.waist):
        text = pattern.sub(lambda found: _note_size(found, sizes), text)
    price, text = _price(text, patterns)
    text = patterns.letters.sub(lambda found: _note_size(found, sizes), text)
    return Limits(price, tuple(dict.fromkeys(sizes)), text)


def _price(text: str, patterns: _Patterns) -> tuple[tuple[float | None, float | None], str]:
    for pattern in (patterns.pair, patterns.span):
        if found := pattern.search(text):
            low, high = sorted(_value(number) for number in found.groups() if number)
            return (low, high), _without(text, found)
    for pattern in (patterns.most, patterns.most_after):
        if found := pattern.search(text):
            return (None, _value(found[1])), _without(text, found)
    if found := patterns.least.search(text):
        return (_value(found[1]), None), _without(text, found)
    if found := patterns.about.search(text):
        middle = next(_value(number) for number in found.groups() if number)
        ends = round(middle * (1 - ABOUT), 2), round(middle * (1 + ABOUT), 2)
        return ends, _without(text, found)
    return (None, None), text


def _note_size(found: re.Match[str], sizes: list[str]) -> str:
    value = next(group for group in found.groups() if group)
    value = _WORD_SIZES.get(value.casefold(), value).upper().replace(" ", "")
    is_waist = "waist" in found.re.groupindex
    sizes.append(f"W{value}" if is_waist and not value.startswith("W") else value)
    return ", "


def _value(number: str) -> float:
    return float(number.replace(",", "."))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]}, {text[found.end() :]}"


@functools.cache
def _patterns(language: str) -> _Patterns:
    found = lexicon(language).limits
    price, to = found["price"], _any([second for _, second in found["price"]["between"]])
    signs = _any([word for word in price["currency"] if not word.isalpha()])
    currency = rf"\s?(?:{_any(price['currency'])})(?!\w)"
    amount = rf"(?:{signs})?\s?{_NUMBER}(?:{currency})?"
    paid = rf"(?:(?:{signs})\s?{_NUMBER}|{_NUMBER}{currency})"
    least, most, about = (
        rf"(?<!\w)(?:{_any(words)})\s*:?\s*"
        for words in (price["min"], price["max"], price["about"])
    )
    pairs = (rf"\b{_any([first])}\s+{amount}\s+{_any([second])}\s+{amount}"
             for first, second in price["between"] if first in _PAIRS)  # fmt: skip
    sizes = [word for word in found["size_words"] if len(word) > 1 and not _is_letters(word)]
    named = _any(_WORD_SIZES)
    return _Patterns(
        pair=_compiled("|".join(pairs)),
        span=_compiled(rf"(?:\b\w{{2,5}}\s+)?{amount}\s*(?:-|\u2013|{to})\s*{paid}"),
        most=_compiled(most + amount),
        most_after=_compiled(rf"{amount}\s*{_MOST_AFTER}(?!\w)"),
        least=_compiled(least + amount),
        about=_compiled(rf"(?:{about})?{paid}|{about}{_NUMBER}(?!\d)"),
        size=_compiled(
            rf"(?<!\w)(?:{_any(sizes)}|uk|us|eu)\.?:?\s*"
            rf"({_LETTER_SIZES}|\d{{1,2}}|{named}|one size)(?!\w)"
        ),
        waist=_compiled(
            r"(?<!\w)(?P<waist>w\s?\d\d|\d\d(?=\s+waist\b))(?:\s+waist\b)?(?:\s*/?\s*l\d\d)?"
        ),
        # Alone, a letter or word is a size only at the end of what it stands in.
        letters=_compiled(
            rf"(?<![\w'-])([2-6]?x{{1,4}}[sl]|(?-i:[SML])|{named})(?=\s*(?:$|[,.;!?)]))"
        ),
    )


def _is_letters(word: str) -> bool:
    return re.fullmatch(_LETTER_SIZES, word) is not None


def _any(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest first, accents or none."""
    return "|".join(_loose(word) for word in sorted(words, key=len, reverse=True))


def _loose(word: str) -> str:
    letters = []
    for letter in word:
        plain = unicodedata.normalize("NFD", letter)[0]
        letters.append(re.escape(letter) if plain == letter else f"[{letter}{plain}]")
    return "".join(letters).replace("\\ ", r"\s+")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
