"""Street2Shop's lists: which street photo shows which product, and how they split.

For each category, ``train_pairs_CATEGORY.json`` and ``test_pairs_CATEGORY.json`` list
``{"photo": 2847, "product": 47270, "bbox": {"left": 146, "top": 307, "width": 693,
"height": 993}}``, the box in pixels of the street photo, and ``retrieval_CATEGORY.json``
lists the shop photos, ``{"photo": 163478, "product": 1}``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from modiste.data import columns
from modiste.errors import DatasetError

LIST_FOLDERS = (Path("meta", "json"), Path("meta"), Path("json"), Path())
#: The source's eleven categories and where they are worn.
CATEGORY_TYPES: Mapping[str, str] = {
    "bags": "article",
    "belts": "article",
    "dresses": "full",
    "eyewear": "article",
    "footwear": "article",
    "hats": "article",
    "leggings": "lower",
    "outerwear": "upper",
    "pants": "lower",
    "skirts": "lower",
    "tops": "upper",
}
VAL_SHARE = 0.1
ANOTHER_PRODUCT = "pair of a garment that has another product already"
IN_TEST = "training pair whose photo or product is in a test pair"

_BOX = ("left", "top", "width", "height")


@dataclass(frozen=True)
class Pair:
    """One garment in a street photo, and the product that it is.

    Parameters
    ----------
    photo, product : int
        The source's numbers.
    category : str
        One of `CATEGORY_TYPES`.
    split : str
        ``train`` or ``test``, as the source says.
    box_px : tuple of float
        Left, top, width and height in pixels.
    file : str
        The list that names it.
    row : int
        Its place in the list, from 0.
    """

    photo: int
    product: int
    category: str
    split: str
    box_px: tuple[float, ...]
    file: str
    row: int


@dataclass(frozen=True)
class Pairs:
    """What the lists say.

    Parameters
    ----------
    street : tuple of Pair
        By category, training before test, in the order of the lists.
    shop : mapping of (int, str) to int
        The product of each shop photo and category.
    """

    street: tuple[Pair, ...]
    shop: Mapping[tuple[int, str], int]

    @property
    def photos(self) -> frozenset[int]:
        """The numbers of all photos, street and shop."""
        return frozenset({pair.photo for pair in self.street} | {photo for photo, _ in self.shop})


def read_pairs(root: Path) -> Pairs:
    """Read the lists of every category that is there.

    Parameters
    ----------
    root : Path
        The source; the lists lie in its ``meta/json``, ``meta``, ``json`` or itself.

    Raises
    ------
    DatasetError
        If there are no lists, a category lacks one of its three, or one is malformed.
    """
    for folder in LIST_FOLDERS:
        categories = [name for name in CATEGORY_TYPES if _list(root / folder, "retrieval", name)]
        if categories:
            return _read(root / folder, categories)
    raise DatasetError(
        "Street2Shop's directory holds meta/json with retrieval_CATEGORY.json and "
        f"train_pairs_CATEGORY.json. Received: {root}"
    )


def pair_splits(pairs: Sequence[Pair]) -> tuple[list[str | None], dict[str, int]]:
    """Return the split of each pair, None for those to leave out, and why those are.

    Parameters
    ----------
    pairs : sequence of Pair
        Those whose photo is there, shape ``(n_pairs,)``.
    """
    photos = {pair.photo for pair in pairs if pair.split == columns.TEST}
    products = {pair.product for pair in pairs if pair.split == columns.TEST}
    spoilt = [
        pair.split == columns.TRAIN and (pair.photo in photos or pair.product in products)
        for pair in pairs
    ]
    of_garment: dict[tuple[object, ...], int] = {}
    for pair, in_test in zip(pairs, spoilt, strict=True):
        if not in_test:
            garment = _garment(pair)
            of_garment[garment] = min(of_garment.get(garment, pair.product), pair.product)
    validating = _validating(
        [
            pair
            for pair, in_test in zip(pairs, spoilt, strict=True)
            if pair.split == columns.TRAIN and not in_test
        ]
    )
    splits: list[str | None] = []
    dropped = {ANOTHER_PRODUCT: 0, IN_TEST: 0}
    for pair, in_test in zip(pairs, spoilt, strict=True):
        if in_test or of_garment.get(_garment(pair)) != pair.product:
            dropped[IN_TEST if in_test else ANOTHER_PRODUCT] += 1
            splits.append(None)
            continue
        del of_garment[_garment(pair)]  # the same pair again is left out as well
        is_val = pair.split == columns.TRAIN and pair.product in validating
        splits.append(columns.VAL if is_val else pair.split)
    return splits, dropped


def _garment(pair: Pair) -> tuple[object, ...]:
    return pair.photo, pair.category, pair.box_px


def _validating(pairs: Sequence[Pair]) -> frozenset[int]:
    """Return the products of a tenth of the pairs: whole groups linked by photos."""
    if not pairs:
        return frozenset()
    photos, photo_at = np.unique([pair.photo for pair in pairs], return_inverse=True)
    products, product_at = np.unique([pair.product for pair in pairs], return_inverse=True)
    n_nodes = len(photos) + len(products)
    edges = (np.ones(len(pairs), np.int8), (photo_at, product_at + len(photos)))
    component = connected_components(coo_array(edges, shape=(n_nodes, n_nodes)), directed=False)[1]
    members: dict[int, list[int]] = {}
    for product, group in zip(products, component[len(photos) :], strict=True):
        members.setdefault(int(group), []).append(int(product))
    n_pairs = np.bincount(component[photo_at])
    chosen: set[int] = set()
    n_left = round(len(pairs) * VAL_SHARE)
    for group in sorted(members, key=lambda group: _order(min(members[group]))):
        if n_pairs[group] <= n_left:
            chosen.update(members[group])
            n_left -= int(n_pairs[group])
    return frozenset(chosen)


def _order(product: int) -> bytes:
    """Return a key that sorts products in an order that says nothing of them."""
    return hashlib.sha256(str(product).encode()).digest()


def _list(folder: Path, kind: str, category: str) -> Path | None:
    path = folder / f"{kind}_{category}.json"
    return path if path.is_file() else None


def _read(folder: Path, categories: Sequence[str]) -> Pairs:
    street: list[Pair] = []
    shop: dict[tuple[int, str], int] = {}
    for category in categories:
        for split in (columns.TRAIN, columns.TEST):
            street += _read_street(folder / f"{split}_pairs_{category}.json", category, split)
        path = folder / f"retrieval_{category}.json"
        for row, entry in enumerate(_entries(path)):
            photo, product = (_number(path, row, entry, key) for key in ("photo", "product"))
            shop.setdefault((photo, category), product)
    return Pairs(tuple(street), shop)


def _read_street(path: Path, category: str, split: str) -> list[Pair]:
    pairs = []
    for row, entry in enumerate(_entries(path)):
        box = entry.get("bbox")
        if not isinstance(box, dict) or not all(
            isinstance(box.get(edge), int | float) for edge in _BOX
        ):
            raise DatasetError(
                f"{path}, entry {row}: 'bbox' must have the numbers {', '.join(_BOX)}. "
                f"Received: {box!r}"
            )
        photo, product = (_number(path, row, entry, key) for key in ("photo", "product"))
        box_px = tuple(float(box[edge]) for edge in _BOX)
        pairs.append(Pair(photo, product, category, split, box_px, path.name, row))
    return pairs


def _entries(path: Path) -> list[dict[str, object]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} must be a readable JSON file. Received: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise DatasetError(f"{path} must be a JSON list of objects. Received: another shape")
    return entries


def _number(path: Path, row: int, entry: Mapping[str, object], key: str) -> int:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DatasetError(
            f"{path}, entry {row}: {key!r} must be a whole number of at least 0. "
            f"Received: {value!r}"
        )
    return value
