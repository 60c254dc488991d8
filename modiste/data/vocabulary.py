"""The categories and attributes a network names, with their types.

The DeepFashion lists ship with the package; a shop's own lists go through the same type.

References
----------
Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich
Annotations", CVPR 2016.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from modiste.errors import VocabularyError

CATEGORY_TYPES = ("upper", "lower", "full")
ATTRIBUTE_TYPES = ("texture", "fabric", "shape", "part", "style")

#: Categories of DeepFashion's list that none of its 289,222 photos has.
DEEPFASHION_CATEGORIES_WITHOUT_PHOTOS = ("Cape", "Nightdress", "Shirtdress", "Sundress")


@dataclass(frozen=True)
class Vocabulary:
    """The names a network can give, in the order of its outputs.

    Parameters
    ----------
    categories, attributes : tuple of str
        Unique, non-empty names; the position is the index in scores and labels.
    category_types, attribute_types : tuple of str
        One type a name. DeepFashion's are ``upper, lower, full`` for categories and
        ``texture, fabric, shape, part, style`` for attributes; others are allowed.

    Raises
    ------
    VocabularyError
        If a name is empty or repeated, there is no category, or a type is missing.
    """

    categories: tuple[str, ...]
    category_types: tuple[str, ...]
    attributes: tuple[str, ...]
    attribute_types: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.categories:
            raise VocabularyError("A vocabulary needs at least one category. Received none.")
        for kind, names, types in (
            ("category", self.categories, self.category_types),
            ("attribute", self.attributes, self.attribute_types),
        ):
            if len(names) != len(types):
                raise VocabularyError(
                    f"Each {kind} needs one type. "
                    f"Received: {len(names)} names and {len(types)} types"
                )
            seen: set[str] = set()
            for name in names:
                if not name.strip():
                    raise VocabularyError(f"A {kind} name must not be empty. Received: {name!r}")
                if name in seen:
                    raise VocabularyError(f"{kind} names must be unique. Received {name!r} twice.")
                seen.add(name)

    @functools.cached_property
    def category_index(self) -> dict[str, int]:
        """Index of each category name."""
        return {name: i for i, name in enumerate(self.categories)}

    @functools.cached_property
    def attribute_index(self) -> dict[str, int]:
        """Index of each attribute name."""
        return {name: i for i, name in enumerate(self.attributes)}

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the names, types and their order, as hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def __hash__(self) -> int:
        # What is worked out of a vocabulary is kept by it: a request asks some twenty times.
        return int(self.fingerprint[:15], 16)

    def to_json(self) -> str:
        """Return the vocabulary as JSON, one list of ``[name, type]`` a kind."""
        return json.dumps(
            {
                "categories": list(zip(self.categories, self.category_types, strict=True)),
                "attributes": list(zip(self.attributes, self.attribute_types, strict=True)),
            },
            indent=1,
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str, *, source: str = "vocabulary") -> Vocabulary:
        """Read what `to_json` wrote; `source` names the file in errors."""
        try:
            lists = json.loads(text)
            return cls.from_pairs(lists["categories"], lists["attributes"])
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise VocabularyError(
                f"{source} must be JSON with the lists 'categories' and 'attributes' of "
                f"[name, type] pairs. Received: {error}"
            ) from error

    @classmethod
    def from_pairs(
        cls, categories: Iterable[Sequence[str]], attributes: Iterable[Sequence[str]]
    ) -> Vocabulary:
        """Build from ``(name, type)`` pairs."""
        category_pairs = [(str(name), str(kind)) for name, kind in categories]
        attribute_pairs = [(str(name), str(kind)) for name, kind in attributes]
        return cls(
            categories=tuple(name for name, _ in category_pairs),
            category_types=tuple(kind for _, kind in category_pairs),
            attributes=tuple(name for name, _ in attribute_pairs),
            attribute_types=tuple(kind for _, kind in attribute_pairs),
        )

    @classmethod
    def read(cls, path: str | Path) -> Vocabulary:
        """Read a vocabulary from a JSON file."""
        try:
            text = Path(path).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise VocabularyError(f"{path} must be UTF-8 text. Received: {error}") from error
        return cls.from_json(text, source=str(path))


def _read_pairs(file: str) -> list[tuple[str, str]]:
    text = resources.files("modiste.data").joinpath("vocabularies", file).read_text("utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    return [(name, kind) for name, kind in rows]


@functools.cache
def deepfashion_vocabulary() -> Vocabulary:
    """Return DeepFashion's 50 categories and 1,000 attributes, in the benchmark's order."""
    return Vocabulary.from_pairs(
        _read_pairs("deepfashion_categories.csv"), _read_pairs("deepfashion_attributes.csv")
    )
