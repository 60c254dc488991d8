"""The vocabularies, the shipped one and a shop's own, and the id map."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modiste.data.identifiers import IdMap
from modiste.data.vocabulary import (
    ATTRIBUTE_TYPES,
    CATEGORY_TYPES,
    DEEPFASHION_CATEGORIES_WITHOUT_PHOTOS,
    Vocabulary,
    deepfashion_vocabulary,
)
from modiste.errors import VocabularyError


def test_deepfashion_has_the_benchmarks_counts() -> None:
    vocabulary = deepfashion_vocabulary()
    assert len(vocabulary.categories) == 50
    assert len(vocabulary.attributes) == 1000
    assert set(vocabulary.category_types) == set(CATEGORY_TYPES)
    counts = {kind: vocabulary.attribute_types.count(kind) for kind in ATTRIBUTE_TYPES}
    assert counts == {"texture": 156, "fabric": 218, "shape": 180, "part": 216, "style": 230}
    assert vocabulary.categories[0] == "Anorak"
    assert vocabulary.attributes[2] == "abstract chevron"
    assert vocabulary.category_index["Romper"] == 47
    assert set(DEEPFASHION_CATEGORIES_WITHOUT_PHOTOS) <= set(vocabulary.categories)


def test_json_round_trip_keeps_names_and_order(tmp_path: Path) -> None:
    vocabulary = Vocabulary.from_pairs([("Größe", "upper")], [("b", "x"), ("a", "y")])
    file = tmp_path / "vocabulary.json"
    file.write_text(vocabulary.to_json(), encoding="utf-8")
    again = Vocabulary.read(file)
    assert again == vocabulary
    assert again.fingerprint == vocabulary.fingerprint
    assert again.attribute_index == {"b": 0, "a": 1}


def test_fingerprint_follows_the_order() -> None:
    one = Vocabulary.from_pairs([("A", "t")], [("b", "x"), ("a", "x")])
    other = Vocabulary.from_pairs([("A", "t")], [("a", "x"), ("b", "x")])
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("categories", "attributes", "message"),
    [
        ([], [], "at least one"),
        ([("A", "t"), ("A", "t")], [], "'A' twice"),
        ([("A", "t")], [("b", "x"), ("b", "y")], "'b' twice"),
        ([("A", "t")], [(" ", "x")], "empty"),
    ],
)
def test_refuses_bad_lists(
    categories: list[tuple[str, str]], attributes: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(VocabularyError, match=message):
        Vocabulary.from_pairs(categories, attributes)


def test_refuses_missing_types_and_malformed_files(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="2 types"):
        Vocabulary(("A",), ("t", "t"), (), ())
    file = tmp_path / "vocabulary.json"
    for text in ("{", "[]", '{"categories": []}', '{"categories": [["A"]], "attributes": []}'):
        file.write_text(text)
        with pytest.raises(VocabularyError):
            Vocabulary.read(file)
    file.write_bytes('{"categories": [["Café", "upper"]]}'.encode("latin-1"))
    with pytest.raises(VocabularyError, match=r"vocabulary\.json must be UTF-8"):
        Vocabulary.read(file)


def test_id_map_converts_both_ways() -> None:
    ids = IdMap(["007", "7", "b"])
    assert len(ids) == 3
    assert "7" in ids
    assert 7 not in ids
    assert ids.index("007") == 0
    assert ids.index("nobody") is None
    indices = ids.indices(["b", "nobody", "007"])
    assert indices.dtype == np.int32
    assert indices.tolist() == [2, -1, 0]
    assert ids.externals([2, 0]) == ["b", "007"]


def test_id_map_refuses_a_repeated_id() -> None:
    with pytest.raises(ValueError, match="'a' twice"):
        IdMap(["a", "b", "a"])
