"""The languages of the page: which one a visitor reads, and its words.

A visitor reads what the address says (``?lang=ar``), else what they chose with the switch (a
cookie), else what the browser asks for; English if that is none of these.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Request

COOKIE: Final = "modiste_language"
ARGUMENT: Final = "lang"
STRINGS: Final = Path(__file__).parent / "static" / "strings"

#: A text, or by plural category (Unicode CLDR) where it depends on a number.
Text = str | dict[str, str]


@dataclass(frozen=True)
class Language:
    """A language of the page.

    Parameters
    ----------
    code : str
        ISO 639-1.
    name : str
        As its readers write it.
    direction : str
        ``ltr`` or ``rtl``.
    """

    code: str
    name: str
    direction: str = "ltr"


LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType(
    {
        one.code: one
        for one in (
            Language("en", "English"),
            Language("es", "Español"),
            Language("de", "Deutsch"),
            Language("fr", "Français"),
            Language("ar", "العربية", "rtl"),
        )
    }
)


def language_of(request: Request) -> Language:
    """Return the language that whoever asks reads."""
    for said in (request.args.get(ARGUMENT), request.cookies.get(COOKIE)):
        if said is not None and said in LANGUAGES:
            return LANGUAGES[said]
    return LANGUAGES[request.accept_languages.best_match(LANGUAGES, "en") or "en"]


def strings_file(code: str, area: str) -> str:
    """Return where the words of a part of the service lie, below ``static``."""
    return f"strings/{code}.json" if area == "page" else f"strings/{area}.{code}.json"


@functools.cache
def texts(code: str, areas: tuple[str, ...] = ("page",)) -> Mapping[str, Text]:
    """Return the words of parts of the service in one language, by key.

    Parameters
    ----------
    code : str
        Of one of `LANGUAGES`.
    areas : tuple of str
        ``page`` for ``strings/en.json``, ``board`` for ``strings/board.en.json``.
    """
    found: dict[str, Text] = {}
    for area in areas:
        path = STRINGS.parent / strings_file(code, area)
        found.update(json.loads(path.read_text(encoding="utf-8")))
    return MappingProxyType(found)
