"""Photos in a folder a class, with or without a folder a split and a folder an item.

Three layouts, told apart by their folders: ``CLASS/photo.jpg``; ``SPLIT/CLASS/photo.jpg``,
where the splits are ``train``, ``val`` (or ``valid``, ``validation``) and ``test`` in any
case; and the nested shop layout ``Train/Blazer/Classic_Cuffed_Blazer/photo.jpg``, whose
third folder is an item. `modiste.data.photo_folders_layout` writes the nested one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, empty_events, empty_items, write_dataset
from modiste.data.duplicates import PhotoHashes
from modiste.data.named_splits import REPEATED, complete_splits, select
from modiste.data.prepared import PrepareReport, link_photo, refuse_in_place
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.errors import DatasetError, RowProblem
from modiste.progress import Progress, track

#: What a split's folder may be called, in any case.
SPLIT_FOLDERS = {
    "train": columns.TRAIN,
    "training": columns.TRAIN,
    "val": columns.VAL,
    "valid": columns.VAL,
    "validation": columns.VAL,
    "test": columns.TEST,
    "testing": columns.TEST,
}
#: Endings of the files that are taken for photos.
PHOTO_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
#: Type of the categories that DeepFashion does not have.
OTHER_TYPE = "article"

_UNREADABLE = "unreadable photo"
_OTHER_FILE = "file that is no photo by its name"
_OUTSIDE = "photo outside a class folder"
#: Folders that archive programs leave behind.
_NOT_OURS = frozenset({"__MACOSX", "@eaDir"})


@dataclass(frozen=True)
class FolderPhoto:
    """One photo and what its folders say of it.

    Parameters
    ----------
    path : Path
        The file.
    image : str
        Its path below the source, with ``/``.
    category : str
        The name of its class folder.
    item_id : str or None
        ``CLASS/ITEM`` where there is a folder an item.
    split : str or None
        What its split folder means; None where there is none.
    """

    path: Path
    image: str
    category: str
    item_id: str | None
    split: str | None


def prepare(
    source: str | Path, path: str | Path, *, progress: Progress | None = None
) -> PrepareReport:
    """Write photos in a folder a class as a dataset.

    The category is the name of the class folder; a name of DeepFashion's, in any case,
    keeps its type. An item folder's name, with spaces for underscores, is the item's
    title, and all photos in it show that item. Splits named by folders are kept, but a
    photo that repeats one of a split further from training is left out. Where no folder
    names a validation split, a tenth of the training photos becomes one; where none names
    any split, a fifth is for testing and a tenth of the rest for validation, by content.

    Parameters
    ----------
    source : path
        The directory of the folders.
    path : path
        The dataset directory to write, outside `source`. Photos are hard-linked, or
        copied where the file system cannot.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    PrepareReport
        What was written; unreadable photos are named, with their place in path order as
        the row, and other files are counted.

    Raises
    ------
    DatasetError
        If `path` lies in `source`, some but not all folders are called as splits are, or
        no photo in a class folder is readable.
    """
    root, folder = Path(source), Path(path)
    _refuse_inside(root, folder)
    found, dropped = _find_photos(root)
    hashes = PhotoHashes.of([photo.path for photo in found], progress=progress)
    problems = _problems(found, hashes)
    keep = [row for row in range(len(found)) if row not in hashes.problems]
    readable = [found[row] for row in keep]
    if not readable:
        raise DatasetError(
            "A folder of photos a class must hold a readable photo (SRC/CLASS/photo.jpg or "
            f"SRC/SPLIT/CLASS/photo.jpg). Received: {root} with {len(found)} photos, none readable"
        )
    splits = complete_splits(
        select(hashes, keep),
        [photo.split for photo in readable],
        named=frozenset(_split_folders(root).values()),
        categories=[photo.category for photo in readable],
        item_ids=[photo.item_id for photo in readable],
        progress=progress,
    )
    photos = [
        replace(photo, split=split)
        for photo, split in zip(readable, splits, strict=True)
        if split is not None
    ]
    for photo in track(photos, len(photos), "linking photos", progress):
        link_photo(photo.path.resolve(), folder / IMAGES_FOLDER / photo.image)
    items = _items(photos)
    vocabulary = category_vocabulary({photo.category for photo in photos})
    write_dataset(folder, vocabulary, items, empty_events(), _photos(photos))
    dropped |= {_UNREADABLE: len(problems), REPEATED: len(readable) - len(photos)}
    return PrepareReport(
        n_items=len(items),
        n_events=0,
        n_photos=len(photos),
        dropped={reason: count for reason, count in dropped.items() if count},
        problems=problems,
    )


def category_vocabulary(categories: set[str]) -> Vocabulary:
    """Return a vocabulary of these categories, sorted, and no attributes.

    Parameters
    ----------
    categories : set of str
        Names; those of DeepFashion, in any case and with underscores for spaces, keep its
        type, and the others are of type ``article``.
    """
    known = deepfashion_vocabulary()
    types = {
        name.casefold(): kind
        for name, kind in zip(known.categories, known.category_types, strict=True)
    }
    names = sorted(categories)
    return Vocabulary.from_pairs(
        ((name, types.get(name.casefold().replace("_", " "), OTHER_TYPE)) for name in names), ()
    )


def _refuse_inside(root: Path, folder: Path) -> None:
    refuse_in_place(root, folder)
    if not root.is_dir():
        raise DatasetError(f"Photos in a folder a class need a directory. Received: {root}")
    if folder.resolve().is_relative_to(root.resolve()):
        raise DatasetError(
            "The dataset must be written outside the folders of photos, or it would be one of "
            f"them. Received: {folder} in {root}"
        )


def _folders(parent: Path) -> list[Path]:
    return sorted(
        entry
        for entry in parent.iterdir()
        if entry.is_dir() and not entry.name.startswith(".") and entry.name not in _NOT_OURS
    )


def _split_folders(root: Path) -> dict[Path, str]:
    """Return the split of each folder of the source; none where the folders are classes."""
    folders = _folders(root)
    splits = {
        folder: SPLIT_FOLDERS[folder.name.casefold()]
        for folder in folders
        if folder.name.casefold() in SPLIT_FOLDERS
    }
    if splits and len(splits) < len(folders):
        others = ", ".join(folder.name for folder in folders if folder not in splits)
        raise DatasetError(
            f"The folders of {root} must all be splits ({', '.join(SPLIT_FOLDERS)}) or all be "
            f"classes; move the others away. Received: {others} beside "
            f"{', '.join(folder.name for folder in splits)}"
        )
    return splits


def _find_photos(root: Path) -> tuple[list[FolderPhoto], dict[str, int]]:
    """Return the photos in path order, and counts of what is none."""
    splits = _split_folders(root)
    dropped = {_OTHER_FILE: 0, _OUTSIDE: 0}
    names: dict[str, str] = {}
    photos = []
    for parent in splits or [root]:
        for path in _files(parent):
            parts = path.relative_to(parent).parts
            if path.suffix.lower() not in PHOTO_ENDINGS:
                dropped[_OTHER_FILE] += 1
            elif len(parts) == 1:
                dropped[_OUTSIDE] += 1
            else:
                # One class that two splits spell in another case is one category.
                category = names.setdefault(parts[0].casefold(), parts[0])
                item_id = f"{category}/{parts[1]}" if len(parts) > 2 else None
                image = path.relative_to(root).as_posix()
                photos.append(FolderPhoto(path, image, category, item_id, splits.get(parent)))
    return photos, dropped


def _files(parent: Path) -> Iterator[Path]:
    for entry in sorted(parent.iterdir()):
        if entry.is_file() and not entry.name.startswith("."):
            yield entry
    for folder in _folders(parent):
        yield from _files(folder)


def _problems(found: Sequence[FolderPhoto], hashes: PhotoHashes) -> tuple[RowProblem, ...]:
    return tuple(
        RowProblem(found[row].image, row + 1, "photo", found[row].image, problem)
        for row, problem in sorted(hashes.problems.items())
    )


def _items(photos: Sequence[FolderPhoto]) -> pd.DataFrame:
    category_of = {photo.item_id: photo.category for photo in photos if photo.item_id is not None}
    if not category_of:
        return empty_items()
    return pd.DataFrame(
        {
            columns.ITEM_ID: list(category_of),
            columns.TITLE: [_title(item_id) for item_id in category_of],
            columns.CATEGORY: list(category_of.values()),
            columns.AVAILABILITY: columns.IN_STOCK,
        }
    )


def _title(item_id: str) -> str:
    folder = item_id.rpartition("/")[2]
    return folder.replace("_", " ").strip() or folder


def _photos(photos: Sequence[FolderPhoto]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            columns.IMAGE: [f"{IMAGES_FOLDER}/{photo.image}" for photo in photos],
            columns.ITEM_ID: [photo.item_id for photo in photos],
            columns.CATEGORY: [photo.category for photo in photos],
            columns.SPLIT: [photo.split for photo in photos],
            columns.PHOTO_KIND: [columns.SHOP if photo.item_id else None for photo in photos],
        }
    )
