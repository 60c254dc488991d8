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
from modiste.nlp.filled_cells import FilledCells
from modiste.nlp.tagging import Tag, Tagger
from modiste.progress import Progress, track

#: Beside the dataset's tables: which words of which item gave which name.
TAGS_FILE = "tags.csv"
_HEADER = ("item_id", "name", "weight", "evidence")
ITEMS, PHOTOS = "items", "photos"


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
    in anew, unless it was changed since. A photo without attributes of its own has those of
    its item present and absent those of other items, as in DeepFashion, whose labels come
    from texts too; names that no item has stay unknown. A vocabulary without attributes is
    extended by DeepFashion's.

    Parameters
    ----------
    folder : path
        A dataset. Its items, photos and vocabulary are written again, and `TAGS_FILE`, the
        evidence, and which cells were filled in.
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
    _check_evidence(dataset.path / TAGS_FILE)
    vocabulary = _with_attributes(dataset.vocabulary)
    items, photos = dataset.items.copy(), dataset.photos.copy()
    earlier, cells = FilledCells.read(dataset.path), FilledCells()
    earlier.empty(ITEMS, items)
    earlier.empty(PHOTOS, photos)
    given = int(items[columns.ATTRIBUTES].notna().sum())
    tagger = Tagger(vocabulary, language)
    rows = items[items[columns.ATTRIBUTES].isna() | items[columns.CATEGORY].isna()]
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
    filled = _fill_items(items, tags, vocabulary, cells)
    n_photos = _fill_photos(photos, items, vocabulary, cells)
    _write(dataset.path, vocabulary, items, photos, filled, earlier, cells)
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


def _check_evidence(path: Path) -> None:
    """Refuse to write over a file that is not tagging's own."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as file:
        header = tuple(next(csv.reader(file), ()))
    if header != _HEADER:
        raise DatasetError(
            f"{path} must have the columns {', '.join(_HEADER)}, as `modiste tag` writes it; "
            f"move it away. Received: {', '.join(header)}"
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


def _fill_items(
    items: pd.DataFrame,
    tags: Mapping[str, Sequence[Tag]],
    vocabulary: Vocabulary,
    cells: FilledCells,
) -> dict[str, list[Tag]]:
    """Fill in what is unknown, and return the tags that were used."""
    used: dict[str, list[Tag]] = {}
    for row, item_id in items[columns.ITEM_ID].items():
        found = tags.get(item_id, ())
        kept: list[Tag] = []
        category = [tag for tag in found if tag.name in vocabulary.category_index][:1]
        if category and items.at[row, columns.CATEGORY] is None:
            cells.fill(ITEMS, items, row, columns.CATEGORY, category[0].name)
            kept += category
        said = [tag for tag in found if tag.name in vocabulary.attribute_index]
        if said and items.at[row, columns.ATTRIBUTES] is None:
            cells.fill(ITEMS, items, row, columns.ATTRIBUTES, [tag.name for tag in said])
            kept += [tag for tag in said if tag not in kept]
        if kept:
            used[item_id] = kept
    return used


def _fill_photos(
    photos: pd.DataFrame, items: pd.DataFrame, vocabulary: Vocabulary, cells: FilledCells
) -> int:
    """Label the photos without labels as their items are, and return how many those are."""
    listed = items[columns.ATTRIBUTES]
    named = {name for names in listed if names is not None for name in names}
    unnamed = [name for name in vocabulary.attributes if name not in named]
    labels = zip(items[columns.ITEM_ID], items[columns.CATEGORY], listed, strict=True)
    of_item = {item_id: (category, names) for item_id, category, names in labels}
    n_filled = 0
    for row, item_id in photos[columns.ITEM_ID].items():
        category, names = of_item.get(item_id, (None, None))
        is_open = photos.at[row, columns.CATEGORY] is None and category is not None
        if is_open:
            cells.fill(PHOTOS, photos, row, columns.CATEGORY, category)
        if photos.at[row, columns.ATTRIBUTES] is None and names is not None:
            cells.fill(PHOTOS, photos, row, columns.ATTRIBUTES, list(names))
            if photos.at[row, columns.ATTRIBUTES_UNKNOWN] is None:
                cells.fill(PHOTOS, photos, row, columns.ATTRIBUTES_UNKNOWN, unnamed)
            is_open = True
        n_filled += is_open
    return n_filled


def _write(
    folder: Path,
    vocabulary: Vocabulary,
    items: pd.DataFrame,
    photos: pd.DataFrame,
    filled: Mapping[str, Sequence[Tag]],
    earlier: FilledCells,
    cells: FilledCells,
) -> None:
    """Replace file by file; a call that is stopped anywhere can be repeated.

    Until the tables are written, a cell may hold what this call wrote or an earlier one.
    """
    (earlier | cells).write(folder)
    rows = [
        (item_id, tag.name, f"{tag.weight:g}", tag.evidence)
        for item_id, found in filled.items()
        for tag in found
    ]
    unfinished = folder / f"{TAGS_FILE}.part"
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([_HEADER, *rows])
    unfinished.replace(folder / TAGS_FILE)
    unfinished = folder / f"{VOCABULARY_FILE}.part"
    unfinished.write_text(vocabulary.to_json() + "\n", encoding="utf-8")
    unfinished.replace(folder / VOCABULARY_FILE)
    _replace(items, ITEMS_SCHEMA, folder / ITEMS_FILE)
    _replace(photos, PHOTOS_SCHEMA, folder / PHOTOS_FILE)
    cells.write(folder)


def _replace(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    write_table(frame, schema, unfinished)
    unfinished.replace(path)
