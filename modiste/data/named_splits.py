"""Splits that a source names, completed where it names none, and kept apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from modiste.data import columns
from modiste.data.duplicates import PhotoHashes, duplicate_groups
from modiste.data.splits import split_hashed
from modiste.progress import Progress

#: Why `complete_splits` leaves a photo out.
REPEATED = "photo that repeats one of a later split"
#: Where a source names no split: a fifth tests, a tenth of the rest validates.
SHARES: Mapping[str, float] = {columns.TRAIN: 0.72, columns.VAL: 0.08, columns.TEST: 0.2}
#: Where it names one for training and none for validation.
TRAIN_SHARES: Mapping[str, float] = {columns.TRAIN: 0.9, columns.VAL: 0.1}


def complete_splits(
    hashes: PhotoHashes,
    splits: Sequence[str | None],
    *,
    named: Collection[str],
    categories: Sequence[str],
    item_ids: Sequence[str | None],
    progress: Progress | None = None,
) -> list[str | None]:
    """Return the split of each photo, None for those to leave out.

    Splits that the source names are kept. If it names none, photos are split by content;
    if it names one for training and none for validation, a tenth of the training photos
    validates. Photos of one item stay together. Then a photo whose content appears in a
    later split (train before val before test) as well is left out of the earlier one, so
    that no score is measured on what was learnt.

    Parameters
    ----------
    hashes : PhotoHashes
        Of n photos, all readable.
    splits : sequence of str or None
        What the source says of each, n of them.
    named : collection of str
        The splits that the source has, be they empty.
    categories : sequence of str
        The category of each, whose shares the splits keep so far as they can.
    item_ids : sequence of str or None
        The item of each.
    progress : callable, optional
        Told after each photo.
    """
    chosen = list(splits)
    if not named:
        rows, shares = list(range(len(splits))), SHARES
    elif columns.TRAIN in named and columns.VAL not in named:
        rows = [row for row, split in enumerate(splits) if split == columns.TRAIN]
        shares = TRAIN_SHARES
    else:
        rows, shares = [], TRAIN_SHARES
    # An item goes where the first of its photos goes.
    first: dict[str | int, int] = {}
    for row in rows:
        first.setdefault(item_ids[row] or row, row)
    firsts = list(first.values())
    labels = [categories[row] for row in firsts]
    found = split_hashed(select(hashes, firsts), shares=shares, labels=labels, progress=progress)
    split_of = dict(zip(first, found, strict=True))
    for row in rows:
        chosen[row] = split_of[item_ids[row] or row]
    return _without_repeats(chosen, hashes, progress)


def select(hashes: PhotoHashes, rows: Sequence[int]) -> PhotoHashes:
    """Return the hashes of these photos, in this order."""
    values: dict[str, Any] = {}
    for field in fields(hashes):
        value = getattr(hashes, field.name)
        if isinstance(value, np.ndarray):
            values[field.name] = value[list(rows)]
        elif isinstance(value, Mapping):
            values[field.name] = {at: value[row] for at, row in enumerate(rows) if row in value}
        else:
            values[field.name] = tuple(value[row] for row in rows)
    return PhotoHashes(**values)


def _without_repeats(
    splits: Sequence[str | None], hashes: PhotoHashes, progress: Progress | None
) -> list[str | None]:
    groups = duplicate_groups(hashes, progress=progress)  # (n_photos,)
    order = np.array([columns.SPLITS.index(split) if split else -1 for split in splits])
    latest = np.full(int(groups.max(initial=-1)) + 1, -1)
    np.maximum.at(latest, groups, order)
    return [
        None if at < last else split
        for split, at, last in zip(splits, order, latest[groups], strict=True)
    ]
