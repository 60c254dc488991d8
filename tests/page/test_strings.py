"""The page's words: every key in every language, with the same gaps to fill, and none too many."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from modiste.api.languages import LANGUAGES, STRINGS

API = Path(__file__).parents[2] / "modiste" / "api"
AREAS = sorted({path.name.split(".")[0] for path in STRINGS.glob("*.*.json")})
#: What a plural may leave to its own word: "two products" needs no number.
_COUNTED = {"n"}


def _file(area: str, code: str) -> dict[str, str | dict[str, str]]:
    name = f"{area}.{code}.json" if area else f"{code}.json"
    found: dict[str, str | dict[str, str]] = json.loads((STRINGS / name).read_text("utf-8"))
    return found


def _gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@pytest.mark.parametrize("area", ["", *AREAS])
def test_every_language_has_the_same_keys_and_gaps(area: str, code: str) -> None:
    english, words = _file(area, "en"), _file(area, code)
    assert list(words) == list(english)
    for key, said in english.items():
        own = words[key]
        assert isinstance(own, dict) == isinstance(said, dict), key
        if isinstance(own, str) and isinstance(said, str):
            assert _gaps(own) == _gaps(said), key
            assert own.strip(), key
        elif isinstance(own, dict) and isinstance(said, dict):
            assert _gaps(own["other"]) == _gaps(said["other"]), key
            for form in own.values():
                assert _gaps(form) | _COUNTED == _gaps(own["other"]) | _COUNTED, key


def _used() -> tuple[set[str], set[str]]:
    """Return the keys that templates and modules name, and the beginnings of those they build."""
    keys, beginnings = set(), set()
    files = [*(API / "templates").glob("*.html"), *(API / "static" / "js").rglob("*.js")]
    for path in files:
        text = path.read_text("utf-8")
        keys.update(re.findall(r"""["'`]([a-z_]+\.[\w .]+)["'`]""", text))
        beginnings.update(re.findall(r"""\bt\(\s*'([a-z_.]+\.)' \+""", text))
        beginnings.update(re.findall(r"""\b(?:t|has)\(`([a-z_]+\.)\$\{""", text))
        if re.search(r"\b(?:t|has)\(`\$\{facet\}\.", text):
            beginnings.update({"type.", "color."})
    return keys, beginnings


def test_no_word_is_left_over_and_none_is_missing() -> None:
    keys, beginnings = _used()
    words = set(_file("", "en"))
    left_over = {one for one in words - keys if not one.startswith(tuple(beginnings))}
    assert not left_over


def test_what_modules_ask_for_is_there() -> None:
    words = set(_file("", "en")).union(*(_file(area, "en") for area in AREAS))
    for path in [*(API / "templates").glob("*.html"), *(API / "static" / "js").rglob("*.js")]:
        named = re.findall(
            r"""\bt\(\s*["']([a-z_]+\.[\w .]+)["']\s*[,)]""", path.read_text("utf-8")
        )
        assert set(named) <= words, path.name
