"""A dataset's items and photos labelled from the items' texts; what is given stays."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from modiste.data import columns
from modiste.data.dataset import ITEMS_FILE, PHOTOS_FILE, VOCABULARY_FILE, Dataset
from modiste.data.tables import ITEMS_SCHEMA, PHOTOS_SCHEMA, write_table
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.errors import DatasetError
from modiste.nlp.tagging import Tag, Tagger
from modiste.progress import Progress, track

#: Beside the dataset's tables: which words of which item gave which name.
TAGS_FILE = "tags.csv"
_HEADER = ("item_id", "name", "weight", "evidence")


@dataclass(frozen=True)
class TagReport:
    """What tagging did.

    Parameters
    ----------
    n_items : int
        Items of the dataset.
    n_given : int
        Items whose attributes were given, and left alone.
    n_tagged : int
        Items that got at least one attribute.
    n_categories : int
        Items that got a category.
    n_photos : int
        Photos that got attributes or a category from their item.
    names : mapping of str to int
        How many items got each attribute, the most frequent first.
    examples : sequence of tuple of str and Tag
        Item ids, each with one of its tags.
    """

    n_items: int
    n_given: int
    n_tagged: int
    n_categories: int
    n_photos: int
    names: Mapping[str, int]
    examples: Sequence[tuple[str, Tag]]

    def to_json(self) -> dict[str, object]:
        """Return the report as JSON values, without the examples."""
        return {
            "n_items": self.n_items,
            "n_given": self.n_given,
            "n_tagged": self.n_tagged,
            "n_categories": self.n_categories,
            "n_photos": self.n_photos,
            "names": dict(self.names),
        }


def tag_dataset(
    folder: str | Path, *, language: str = "en", progress: Progress | None = None
) -> TagReport:
    """Fill in the unknown attributes and categories of items and their photos from texts.

    An item whose attributes are given keeps them; what an earlier call filled in is filled
    in anew. A photo without attributes of its own has those of its item present, and absent
    what its item's text might have said but did not, as in DeepFashion, whose labels come
    from texts too; names that no text of the dataset says stay unknown. A vocabulary
    without attributes is extended by DeepFashion's.

    Parameters
    ----------
    folder : path
        A dataset. Its items, photos and vocabulary are written again, and `TAGS_FILE`, the
        evidence.
    language : str
        Of the texts; one of `modiste.nlp.lexicon.LANGUAGES`.
    progress : callable, optional

    Raises
    ------
    DatasetError
        If there is no such dataset, it has no items, or some value is not as it must be.
    ValueError
        If the language has no lexicon.
    """
    dataset = Dataset.read(folder)
    if dataset.items.empty:
        raise DatasetError(
            f"Tags are read from the titles and descriptions of items. Received: {folder} "
            "without items; write them with modiste.data.dataset.write_dataset"
        )
    vocabulary = _with_attributes(dataset.vocabulary)
    items, photos = dataset.items.copy(), dataset.photos.copy()
    earlier = _tagged_before(dataset.path)
    _forget(items, photos, earlier, vocabulary)
    tagger = Tagger(vocabulary, language)
    is_open = items[columns.ATTRIBUTES].isna() | items[columns.CATEGORY].isna()
    rows = items[is_open]
    tags: dict[str, list[Tag]] = {}
    texts = zip(
        rows[columns.ITEM_ID],
        rows[columns.TITLE],
        rows[columns.DESCRIPTION].fillna(""),
        strict=True,
    )
    for item_id, title, description in track(texts, len(rows), "items tagged", progress):
        found = tagger.tag(title, description)
        if found:
            tags[item_id] = found
    given = int(items[columns.ATTRIBUTES].notna().sum())
    filled = _fill_items(items, tags, vocabulary)
    n_photos = _fill_photos(photos, items, filled, vocabulary)
    _write(dataset.path, vocabulary, items, photos, filled)
    names = Counter(
        tag.name
        for found in filled.values()
        for tag in found
        if tag.name in vocabulary.attribute_index
    )
    with_attributes = [
        item
        for item, found in filled.items()
        if any(tag.name in vocabulary.attribute_index for tag in found)
    ]
    n_categories = sum(
        any(tag.name in vocabulary.category_index for tag in found) for found in filled.values()
    )
    return TagReport(
        n_items=len(items),
        n_given=given,
        n_tagged=len(with_attributes),
        n_categories=n_categories,
        n_photos=n_photos,
        names=dict(names.most_common()),
        examples=[(item, filled[item][-1]) for item in with_attributes[:10]],
    )


def _with_attributes(vocabulary: Vocabulary) -> Vocabulary:
    if vocabulary.attributes:
        return vocabulary
    deepfashion = deepfashion_vocabulary()
    return Vocabulary(
        categories=vocabulary.categories,
        category_types=vocabulary.category_types,
        attributes=deepfashion.attributes,
        attribute_types=deepfashion.attribute_types,
    )


def _tagged_before(folder: Path) -> dict[str, set[str]]:
    """Return the names that an earlier call gave each item."""
    path = folder / TAGS_FILE
    if not path.is_file():
        return {}
    found: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != _HEADER:
            raise DatasetError(
                f"{path} must have the columns {', '.join(_HEADER)}, as `modiste tag` writes it; "
                f"move it away. Received: {', '.join(reader.fieldnames or ())}"
            )
        for row in reader:
            found.setdefault(row["item_id"], set()).add(row["name"])
    return found


def _forget(
    items: pd.DataFrame,
    photos: pd.DataFrame,
    earlier: Mapping[str, set[str]],
    vocabulary: Vocabulary,
) -> None:
    """Make unknown again what an earlier call filled in, and only that."""
    for frame in (items, photos):
        for row, item_id in frame[columns.ITEM_ID].items():
            names = earlier.get(item_id)
            if names is None:
                continue
            listed = frame.at[row, columns.ATTRIBUTES]
            if listed is not None and set(listed) == names & vocabulary.attribute_index.keys():
                frame.at[row, columns.ATTRIBUTES] = None
                if frame is photos:
                    frame.at[row, columns.ATTRIBUTES_UNKNOWN] = None
            if frame.at[row, columns.CATEGORY] in names:
                frame.at[row, columns.CATEGORY] = None


def _fill_items(
    items: pd.DataFrame, tags: Mapping[str, Sequence[Tag]], vocabulary: Vocabulary
) -> dict[str, list[Tag]]:
    """Fill in what is unknown, and return the tags that were used."""
    used: dict[str, list[Tag]] = {}
    for row, item_id in items[columns.ITEM_ID].items():
        found = tags.get(item_id, ())
        kept: list[Tag] = []
        if items.at[row, columns.CATEGORY] is None:
            category = [tag for tag in found if tag.name in vocabulary.category_index][:1]
            if category:
                items.at[row, columns.CATEGORY] = category[0].name
                kept += category
        if items.at[row, columns.ATTRIBUTES] is None:
            said = [tag for tag in found if tag.name in vocabulary.attribute_index]
            if said:
                items.at[row, columns.ATTRIBUTES] = [tag.name for tag in said]
                kept += [tag for tag in said if tag not in kept]
        if kept:
            used[item_id] = kept
    return used


def _fill_photos(
    photos: pd.DataFrame,
    items: pd.DataFrame,
    filled: Mapping[str, Sequence[Tag]],
    vocabulary: Vocabulary,
) -> int:
    said = {tag.name for found in filled.values() for tag in found}
    unsaid = [name for name in vocabulary.attributes if name not in said]
    attributes = dict(zip(items[columns.ITEM_ID], items[columns.ATTRIBUTES], strict=True))
    categories = dict(zip(items[columns.ITEM_ID], items[columns.CATEGORY], strict=True))
    n_filled = 0
    for row, item_id in photos[columns.ITEM_ID].items():
        if item_id not in filled:
            continue
        was_open = False
        if photos.at[row, columns.CATEGORY] is None and categories[item_id] is not None:
            photos.at[row, columns.CATEGORY] = categories[item_id]
            was_open = True
        if photos.at[row, columns.ATTRIBUTES] is None and attributes[item_id] is not None:
            photos.at[row, columns.ATTRIBUTES] = list(attributes[item_id])
            photos.at[row, columns.ATTRIBUTES_UNKNOWN] = unsaid
            was_open = True
        n_filled += was_open
    return n_filled


def _write(
    folder: Path,
    vocabulary: Vocabulary,
    items: pd.DataFrame,
    photos: pd.DataFrame,
    filled: Mapping[str, Sequence[Tag]],
) -> None:
    """Replace file by file, the evidence first: a call that is stopped can be repeated."""
    rows = [
        (item_id, tag.name, f"{tag.weight:g}", tag.evidence)
        for item_id, found in filled.items()
        for tag in found
    ]
    unfinished = folder / f"{TAGS_FILE}.part"
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_HEADER, *rows])
    unfinished.replace(folder / TAGS_FILE)
    unfinished = folder / f"{VOCABULARY_FILE}.part"
    unfinished.write_text(vocabulary.to_json() + "\n", encoding="utf-8")
    unfinished.replace(folder / VOCABULARY_FILE)
    _replace(items, ITEMS_SCHEMA, folder / ITEMS_FILE)
    _replace(photos, PHOTOS_SCHEMA, folder / PHOTOS_FILE)


def _replace(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    write_table(frame, schema, unfinished)
    unfinished.replace(path)
