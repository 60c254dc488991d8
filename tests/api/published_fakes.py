"""Real release directories whose recommender is a fake, so that loading one takes no time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from fake_recommender import VOCABULARY, FakeRecommender, item_table

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.release import check_release, current_release, write_release

FIRST = datetime(2024, 3, 1, tzinfo=UTC)


def write(
    releases: Path,
    nth: int,
    *,
    word: str | None = None,
    files: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write the nth release, whose titles end in its number, and return its id."""
    items = item_table()
    items["title"] = [f"{title} of {nth}" for title in items["title"]]

    def write_parts(folder: Path) -> None:
        Catalogue.from_items(items, VOCABULARY).save(folder)
        if word is not None:
            (folder / "word.txt").write_text(word)
        for name, text in files.items():
            (folder / name).write_text(text)

    return write_release(
        releases,
        write_parts,
        config={},
        metrics={"nth": nth},
        data_fingerprint="0",
        now=FIRST + timedelta(days=nth),
    ).name


def load(folder: Path) -> FakeRecommender:
    """Check a release as the real one does; one with the word ``unfit`` cannot be read."""
    manifest = check_release(folder)
    if "word.txt" in manifest.files:
        raise KeyError((folder / "word.txt").read_text())
    recommender = FakeRecommender(pd.read_parquet(folder / "items.parquet"))
    recommender.manifest = manifest
    return recommender


def damage(release: Path) -> None:
    """Change one byte of the items."""
    path = release / "items.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def load_live(folder: Path, precision: str = "float32", rules: object = None) -> FakeRecommender:
    """Load one release, or the live one of a directory, as ``Recommender.load`` does."""
    is_release = (folder / "manifest.json").is_file()
    return load(folder if is_release else current_release(folder))
