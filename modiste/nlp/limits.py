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
_BETWEEN_SIZES = re.compile(r"\s*(?:[/,\u2013-]|\b(?:or|oder|ou|o|u)\b)\s*", re.IGNORECASE)
#: "Around 40" is from 32 to 48.
ABOUT = 0.2

#: With separators of thousands, or plain; not a share, a measure or a decade.
_NUMBER = (
    r"(\d{1,3}(?:[., '\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d{1,5}(?:[.,]\d{1,2})?)"
    r"(?![\d%]|s\b|\s?(?:cm|mm|kg|inch|in|x|pack|st)\b)"
)
_SEPARATED = re.compile(r"[., '\u00a0\u202f](?=\d{3})")
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
_NO_MARKS = str.maketrans(dict.fromkeys(',.;:!?()/-"', " "))
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
    negated: re.Pattern[str]
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
        _DIGIT.search(text) or not _SIZES.isdisjoint(text.translate(_NO_MARKS).casefold().split())
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
    for pattern in (patterns.most, patterns.most_after, patterns.least):
        if found := pattern.search(text):
            is_least = pattern is patterns.least
            # "don't want to pay more than 50", "not under 50".
            if before := patterns.negated.search(text, 0, found.start()):
                is_least = not is_least
                text = text[: before.start()] + " " * len(before[0]) + text[before.end() :]
            value = _value(found[1])
            return (value, None) if is_least else (None, value), _without(text, found)
    if found := patterns.about.search(text):
        middle = next(_value(number) for number in found.groups() if number)
        ends = round(middle * (1 - ABOUT), 2), round(middle * (1 + ABOUT), 2)
        return ends, _without(text, found)
    return (None, None), text


def _note_size(found: re.Match[str], sizes: list[str]) -> str:
    listed = next(group for group in found.groups() if group)
    is_waist = "waist" in found.re.groupindex
    for value in _BETWEEN_SIZES.split(listed):
        size = _WORD_SIZES.get(value.casefold(), value).upper().replace(" ", "")
        if size:
            sizes.append(f"W{size}" if is_waist and not size.startswith("W") else size)
    return ", "


def _value(number: str) -> float:
    return float(_SEPARATED.sub("", number).replace(",", "."))


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
    froms = _any([first for first, _ in price["between"]] + price["about"])
    negations = [word for word in found["negations"] if len(word) > 1]
    pairs = (rf"\b{_any([first])}\s+{amount}\s+{_any([second])}\s+{amount}"
             for first, second in price["between"] if first in _PAIRS)  # fmt: skip
    sizes = [word for word in found["size_words"] if len(word) > 1 and not _is_letters(word)]
    # Other languages' words for them are sizes only after a word that says so.
    words = _WORD_SIZES if language == "en" else {}
    alone_word = f"|{_any(words)}" if words else ""
    one = rf"(?:{_LETTER_SIZES}|\d{{1,2}}{alone_word}|one size)"
    either = _any([*found["continuations"]])
    return _Patterns(
        pair=_compiled("|".join(pairs)),
        span=_compiled(rf"(?:\b(?:{froms})\s+)?{amount}\s*(?:-|\u2013|{to})\s*{paid}"),
        most=_compiled(most + amount),
        most_after=_compiled(rf"{amount}\s*{_MOST_AFTER}(?!\w)"),
        least=_compiled(rf"(?<!women )(?<!men )(?<!ladies ){least}{amount}"),
        negated=_compiled(
            rf"(?<!\w)(?:{_any(negations)})"
            rf"(?:\s+(?:want|like|need|wish|have|to|pay|spend|mehr|payer|pagar|pagare))*\s+$"
        ),
        about=_compiled(rf"(?:{about})?{paid}|{about}{_NUMBER}(?!\d)"),
        size=_compiled(
            rf"(?<!\w)(?:{_any(sizes)}|uk|(?-i:US|EU)|(?:uk|us|eu)\s+size)\.?:?\s*"
            rf"({one}(?:\s*(?:/|-|,|\u2013|{either})\s*{one})*)(?!\w)"
        ),
        waist=_compiled(
            r"(?<!\w)(?:waist\s+(?P<waist>\d\d)(?!\d)"
            r"|(?P<before>w\s?\d\d|\d\d(?=\s+waist\b))(?:\s+waist\b)?(?:\s*/?\s*l\d\d)?)"
        ),
        # Letters with an X are sizes wherever they stand; one letter or a word only at the
        # end of what it stands in.
        letters=_compiled(
            rf"(?<![\w'-])([2-6]?x{{1,4}}[sl](?![\w'-])"
            rf"|(?:(?-i:[SML]){alone_word})(?=\s*(?:$|[,.;!?)])))"
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
