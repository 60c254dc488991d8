"""Street2Shop: photos of worn garments, paired with shop photos of the same garment.

The source gives no photos but their addresses, ``photos/photos.txt``, many of them dead;
whoever downloads them chooses names. Here a photo is any file below ``images/`` or
``photos/`` that is named by its number, with or without leading zeros. `street2shop_pairs`
reads the JSON lists.

References
----------
Hadi Kiapour et al., "Where to Buy It: Matching Street Clothing Photos in Online Shops",
ICCV 2015. http://www.tamaraberg.com/street2shop/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, write_dataset
from modiste.data.deepfashion_lists import upright_size
from modiste.data.images import decode
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.street2shop_pairs import CATEGORY_TYPES, Pair, Pairs, pair_splits, read_pairs
from modiste.data.tables import empty_events
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError, InvalidImageError, RowProblem
from modiste.progress import Progress, track

PHOTO_FOLDERS = ("images", "photos")
PHOTO_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})

_NOT_DOWNLOADED = "photo that was not downloaded"
_UNREADABLE = "unreadable photo"
_OUTSIDE = "box outside its photo"
_CHECK_SIDE = 64


@dataclass(frozen=True)
class _Row:
    """One row of photos.parquet; the number tells garments of one photo apart."""

    photo: int
    product: int
    category: str
    split: str
    file: Path
    box: tuple[float, ...] | None = None
    number: int = 1

    @property
    def image(self) -> str:
        kind = columns.SHOP if self.box is None else columns.STREET
        name = f"{self.photo:09d}_{self.category}_{self.number}{self.file.suffix.lower()}"
        return f"{IMAGES_FOLDER}/{kind}/{name}"


def prepare(
    source: str | Path, path: str | Path, *, progress: Progress | None = None
) -> PrepareReport:
    """Write Street2Shop as a dataset.

    An item is a product. A street photo has one row for each garment boxed in it, with its
    box and item; where several products match one garment, the one of the lowest number
    is its item. The shop photos of the products are the catalogue. The source's test pairs
    test; a tenth of its training garments validates, chosen by the products' numbers, with
    all garments that share a photo or a product on one side. A training photo that the
    test pairs use as well is left out. Shop photos follow their product; those of products
    without a pair are for training. To search as the paper does, take the shop photos of
    one category, whatever their split, as the catalogue of its test photos.

    Parameters
    ----------
    source : path
        Directory with ``meta/json/`` (or ``meta/`` or ``json/``) and ``images/`` or
        ``photos/``.
    path : path
        The dataset directory to write, other than `source`. Photos are hard-linked, or
        copied where the file system cannot.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    PrepareReport
        What was written; photos that were never downloaded are only counted.

    Raises
    ------
    DatasetError
        If a list is missing or malformed, or no photo is there.
    """
    root, folder = Path(source), Path(path)
    refuse_in_place(root, folder)
    pairs = read_pairs(root)
    files, problems = _photo_files(root, pairs.photos, progress)
    street = [pair for pair in pairs.street if pair.photo in files]
    splits, dropped = pair_splits(street)
    rows, box_problems = _street_rows(street, splits, files)
    rows += _shop_rows(pairs, rows, files)
    if not rows:
        raise DatasetError(
            f"{root} must hold downloaded photos, named by their numbers, below "
            f"{' or '.join(f'{name}/' for name in PHOTO_FOLDERS)}. Received: none of the "
            f"{len(pairs.photos):,} that the lists name"
        )
    for row in track(rows, len(rows), "linking photos", progress):
        link_photo(row.file.resolve(), folder / row.image)
    items = _items(rows)
    write_dataset(folder, _vocabulary(), items, empty_events(), _photos(rows))
    dropped |= {
        _NOT_DOWNLOADED: len(pairs.photos) - len(files) - len(problems),
        _UNREADABLE: len(problems),
        _OUTSIDE: len(box_problems),
    }
    return PrepareReport(
        n_items=len(items),
        n_events=0,
        n_photos=len(rows),
        dropped={reason: count for reason, count in dropped.items() if count},
        problems=(*problems, *box_problems),
    )


def _vocabulary() -> Vocabulary:
    return Vocabulary.from_pairs(CATEGORY_TYPES.items(), ())


def _photo_files(
    root: Path, wanted: frozenset[int], progress: Progress | None
) -> tuple[dict[int, Path], tuple[RowProblem, ...]]:
    """Return the readable file of each photo that is there, and what is wrong with others."""
    found: dict[int, Path] = {}
    for file in _files(root):
        if file.suffix.lower() in PHOTO_ENDINGS and file.stem.isascii() and file.stem.isdigit():
            found.setdefault(int(file.stem), file)
    files, problems = {}, []
    present = sorted(wanted.intersection(found))
    for photo in track(present, len(present), "checking photos", progress):
        try:
            decode(found[photo], max_side=_CHECK_SIDE)
        except InvalidImageError as error:
            name = found[photo].relative_to(root).as_posix()
            problems.append(RowProblem("photos", photo, "photo", name, error.rule))
        else:
            files[photo] = found[photo]
    return files, tuple(problems)


def _files(root: Path) -> Iterator[Path]:
    for name in PHOTO_FOLDERS:
        if (root / name).is_dir():
            yield from sorted(file for file in (root / name).rglob("*") if file.is_file())


def _street_rows(
    street: Sequence[Pair], splits: Sequence[str | None], files: Mapping[int, Path]
) -> tuple[list[_Row], tuple[RowProblem, ...]]:
    rows, problems = [], []
    n_of_photo: dict[tuple[int, str], int] = {}
    for pair, split in zip(street, splits, strict=True):
        if split is None:
            continue
        box = _fractions(pair, files[pair.photo])
        if box is None:
            rule = "must be left, top, width and height in pixels of the photo"
            problems.append(RowProblem(pair.file, pair.row, "bbox", str(pair.box_px), rule))
            continue
        number = n_of_photo[pair.photo, pair.category] = (
            n_of_photo.get((pair.photo, pair.category), 0) + 1
        )
        file = files[pair.photo]
        rows.append(_Row(pair.photo, pair.product, pair.category, split, file, box, number))
    return rows, tuple(problems)


def _fractions(pair: Pair, file: Path) -> tuple[float, ...] | None:
    """Return the box as fractions, cut at the photo's edges; None if nothing is left."""
    left, top, width, height = pair.box_px
    sides = upright_size(file) * 2
    edges = np.array([left, top, left + width, top + height]) / sides
    x1, y1, x2, y2 = (float(edge) for edge in edges.clip(0, 1).astype(np.float32))
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def _shop_rows(pairs: Pairs, street: Iterable[_Row], files: Mapping[int, Path]) -> list[_Row]:
    split_of: dict[int, str] = {}
    for row in street:
        split_of[row.product] = max(
            split_of.get(row.product, columns.TRAIN), row.split, key=columns.SPLITS.index
        )
    return [
        _Row(photo, product, category, split_of.get(product, columns.TRAIN), files[photo])
        for (photo, category), product in pairs.shop.items()
        if photo in files
    ]


def _items(rows: Sequence[_Row]) -> pd.DataFrame:
    # A product of two categories is an item of the first in the vocabulary's order.
    category_of: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: row.category):
        category_of.setdefault(row.product, row.category)
    products = sorted(category_of)
    return pd.DataFrame(
        {
            columns.ITEM_ID: [str(product) for product in products],
            columns.TITLE: [f"{category_of[product]} {product}" for product in products],
            columns.CATEGORY: [category_of[product] for product in products],
            columns.AVAILABILITY: columns.IN_STOCK,
        }
    )


def _photos(rows: Sequence[_Row]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            columns.IMAGE: [row.image for row in rows],
            columns.ITEM_ID: [str(row.product) for row in rows],
            columns.CATEGORY: [row.category for row in rows],
            columns.BOX: [None if row.box is None else list(row.box) for row in rows],
            columns.SPLIT: [row.split for row in rows],
            columns.PHOTO_KIND: [
                columns.SHOP if row.box is None else columns.STREET for row in rows
            ],
        }
    )
