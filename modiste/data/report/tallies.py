"""Photos counted by class, split and attribute, and examples of each class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import pandas as pd

from modiste.data import columns
from modiste.data.report.check_report import AttributeCount, ClassCount
from modiste.data.vocabulary import Vocabulary

N_EXAMPLES = 4


def count_classes(photos: pd.DataFrame, vocabulary: Vocabulary) -> tuple[ClassCount, ...]:
    """Count the photos of each category by split, most frequent first."""
    named = photos[columns.CATEGORY].where(photos[columns.CATEGORY].notna(), None)
    pairs = Counter(zip(named, photos[columns.SPLIT], strict=True))
    names: list[str | None] = [*vocabulary.categories]
    if named.isna().any():
        names.append(None)
    counts = [
        ClassCount(name, {split: pairs[name, split] for split in columns.SPLITS}) for name in names
    ]
    # Ties keep the order of the vocabulary.
    return tuple(sorted(counts, key=lambda count: (count.name is None, -count.total)))


def count_attributes(photos: pd.DataFrame, vocabulary: Vocabulary) -> tuple[AttributeCount, ...]:
    """Count on how many photos each attribute is, and is known, most frequent first."""
    is_known = photos[columns.ATTRIBUTES].notna()
    present = _occurrences(photos[columns.ATTRIBUTES][is_known])
    unknown = _occurrences(photos[columns.ATTRIBUTES_UNKNOWN][is_known].dropna())
    n_labelled = int(is_known.sum())
    counts = [
        AttributeCount(name, kind, present[name], n_labelled - unknown[name])
        for name, kind in zip(vocabulary.attributes, vocabulary.attribute_types, strict=True)
    ]
    return tuple(sorted(counts, key=lambda count: -count.n_present))


def _occurrences(lists: Iterable[Iterable[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for names in lists:
        counts.update(set(names))
    return counts


def without_labels(photos: pd.DataFrame, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the images with neither a category nor a known attribute."""
    n_unknown = photos[columns.ATTRIBUTES_UNKNOWN].map(lambda names: len(set(names or ())))
    nothing_known = photos[columns.ATTRIBUTES].isna() | (n_unknown == len(vocabulary.attributes))
    bare = photos[columns.CATEGORY].isna() & nothing_known
    return tuple(photos[columns.IMAGE][bare])


def find_examples(
    photos: pd.DataFrame, unreadable: Collection[str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[float, ...]]]:
    """Choose examples of each category, spread over the table, and give their boxes."""
    readable = photos[photos[columns.CATEGORY].notna() & ~photos[columns.IMAGE].isin(unreadable)]
    examples: dict[str, tuple[str, ...]] = {}
    boxes: dict[str, tuple[float, ...]] = {}
    for category, rows in readable.groupby(columns.CATEGORY, sort=False):
        step = max(1, len(rows) // N_EXAMPLES)
        chosen = rows.iloc[::step].head(N_EXAMPLES)
        examples[str(category)] = tuple(chosen[columns.IMAGE])
        for image, box in zip(chosen[columns.IMAGE], chosen[columns.BOX], strict=True):
            if box is not None:
                boxes[image] = tuple(float(edge) for edge in box)
    return examples, boxes


def items_across_splits(photos: pd.DataFrame) -> tuple[str, ...]:
    """Return the items whose photos lie in several splits, sorted."""
    n_splits = photos.groupby(columns.ITEM_ID)[columns.SPLIT].nunique()
    return tuple(sorted(n_splits.index[n_splits > 1].astype(str)))
