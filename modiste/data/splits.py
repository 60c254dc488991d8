"""Which photos train, which validate, which test: decided by what is in them.

The order of the files, their names and a seed have no part in it, so that two people who
prepare the same photos test on the same photos.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.duplicates import PhotoHashes, duplicate_groups
from modiste.errors import DatasetError
from modiste.progress import Progress

#: Share of each split, which sum to 1.
Shares = Mapping[str, float] | Sequence[tuple[str, float]]
DEFAULT_SHARES: Shares = ((columns.TRAIN, 0.7), (columns.VAL, 0.1), (columns.TEST, 0.2))


def split_by_content(
    paths: Sequence[str | Path],
    *,
    shares: Shares = DEFAULT_SHARES,
    labels: Sequence[str | None] | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """Split photos by the SHA-256 of their bytes, duplicates on one side.

    A photo and its duplicates (`modiste.data.duplicates`) go to one split. The same set of
    photos gives the same splits whatever their order and names. Another photo more or less
    may move others.

    Parameters
    ----------
    paths : sequence of path
        The n photos.
    shares : mapping of str to float, or pairs of them
        Share of each split: each at least 0, together 1.
    labels : sequence of str or None, optional
        The class of each photo; every class is then split by the shares, so far as its
        size and the duplicates allow.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    list of str
        The split of each photo, n of them.

    Raises
    ------
    ValueError
        If the shares or the number of labels are wrong.
    DatasetError
        If a photo is missing or may not be read.
    """
    return split_hashed(
        PhotoHashes.of(paths, progress=progress), shares=shares, labels=labels, progress=progress
    )


def split_hashed(
    hashes: PhotoHashes,
    *,
    shares: Shares = DEFAULT_SHARES,
    labels: Sequence[str | None] | None = None,
    progress: Progress | None = None,
) -> list[str]:
    """Split photos as `split_by_content` does, from hashes that are there already."""
    parts = _checked(shares)
    if labels is not None and len(labels) != len(hashes):
        raise ValueError(
            f"Labels must be one a photo, {len(hashes)} in all. Received: {len(labels)}"
        )
    if None in hashes.sha256:
        reasons = [hashes.problems[i] for i, key in enumerate(hashes.sha256) if key is None]
        raise DatasetError(
            f"Every photo must be there to be split by its content; {len(reasons)} are not. "
            f"Received: {reasons[0]}"
        )
    keys = [digest or b"" for digest in hashes.sha256]
    groups = duplicate_groups(hashes, progress=progress)
    split_of_group = _assigned(
        groups, keys, labels if labels is not None else [None] * len(keys), parts
    )
    return [split_of_group[int(group)] for group in groups]


def _checked(shares: Shares) -> dict[str, float]:
    pairs: Iterable[tuple[str, float]] = (
        shares.items() if isinstance(shares, Mapping) else list(shares)
    )
    parts: dict[str, float] = {}
    for split, share in pairs:
        if split not in columns.SPLITS or split in parts or not 0 <= share <= 1:
            raise ValueError(
                f"Shares must name splits of {', '.join(columns.SPLITS)}, each once, with a share "
                f"of 0 to 1. Received: {split!r} with {share!r}"
            )
        parts[split] = float(share)
    if not np.isclose(sum(parts.values()), 1.0, rtol=0, atol=1e-9):
        raise ValueError(f"Shares must sum to 1. Received: {parts}")
    return parts


def _assigned(
    groups: NDArray[np.int32],
    keys: Sequence[bytes],
    labels: Sequence[str | None],
    parts: Mapping[str, float],
) -> dict[int, str]:
    """Give each group to the split that lacks most, of its classes and over all."""
    members: dict[int, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(int(group), []).append(i)
    share = np.array(list(parts.values()))
    names = list(parts)
    lacking = np.zeros(len(parts))
    lacking_of: dict[str, NDArray[np.float64]] = {}
    assigned = {}
    # Large groups first, while there is room for them; then by content.
    for group in sorted(members, key=lambda g: (-len(members[g]), _key(keys, members[g]))):
        # Sorted, so that sums are rounded alike whatever the order of the photos.
        counts = sorted(Counter(labels[i] or "" for i in members[group]).items())
        size = len(members[group])
        wanted = lacking + share * size
        for label, count in counts:
            of_label = lacking_of.setdefault(label, np.zeros(len(parts)))
            of_label += share * count
            wanted = wanted + of_label * (count / size)
        best = int(np.argmax(np.where(share > 0, wanted, -np.inf)))
        lacking += share * size
        lacking[best] -= size
        for label, count in counts:
            lacking_of[label][best] -= count
        assigned[group] = names[best]
    return assigned


def _key(keys: Sequence[bytes], members: Sequence[int]) -> bytes:
    """Return what orders a group: like its photos' bytes at random, whatever their order."""
    return hashlib.sha256(b"".join(sorted({keys[i] for i in members}))).digest()
