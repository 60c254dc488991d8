"""A dataset's photos written as folders: split, category, item.

`modiste.data.photo_folders` reads them back.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.errors import DatasetError
from modiste.progress import Progress, track

#: The folder of each split; one without photos is written too, so that it stays named.
FOLDERS = {columns.TRAIN: "Train", columns.VAL: "Validation", columns.TEST: "Test"}

#: What some file system cannot have in a name.
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]+')
_NOT_WORD = re.compile(r"[^\w-]+")


def write_photo_folders(
    dataset_path: str | Path, out: str | Path, *, progress: Progress | None = None
) -> int:
    """Write a dataset's photos as ``Train/Blazer/Classic_Cuffed_Blazer/img_00000001.jpg``.

    For programs that read a folder of photos a class. The item folder is the item's title;
    items of one title and category are told apart by a number. A photo of no item lies
    in its category's folder. Boxes, attributes and events have no place in this layout.

    Parameters
    ----------
    dataset_path : path
        A dataset directory.
    out : path
        The directory to write; it must be new or empty.
    progress : callable, optional
        Told after each photo.

    Returns
    -------
    int
        Photos written: all but those of no category.

    Raises
    ------
    DatasetError
        If the dataset cannot be read, none of its photos has a category, or `out` holds
        something.
    """
    dataset, target = Dataset.read(dataset_path), Path(out)
    photos = dataset.photos[dataset.photos[columns.CATEGORY].notna()]
    if photos.empty:
        raise DatasetError(
            f"Folders of photos need photos with a category. Received: {dataset_path} with none"
        )
    if target.is_dir() and any(target.iterdir()):
        raise DatasetError(f"The photos must be written to a new directory. Received: {target}")
    for name in FOLDERS.values():
        (target / name).mkdir(parents=True, exist_ok=True)
    categories = _folder_names(dict.fromkeys(photos[columns.CATEGORY]))
    items = _item_folders(dataset)
    rows = track(enumerate(photos.to_dict("records"), start=1), len(photos), "writing", progress)
    for number, photo in rows:
        source = dataset.image_path(photo[columns.IMAGE])
        folder = target / FOLDERS[photo[columns.SPLIT]] / categories[photo[columns.CATEGORY]]
        if photo[columns.ITEM_ID] is not None:
            folder /= items[photo[columns.CATEGORY], photo[columns.ITEM_ID]]
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / f"img_{number:08d}{source.suffix.lower()}")
    return len(photos)


def _item_folders(dataset: Dataset) -> dict[tuple[str, str], str]:
    """Return the item folder's name of each (photo's category, item)."""
    titles = dict(zip(dataset.items[columns.ITEM_ID], dataset.items[columns.TITLE], strict=True))
    of_category: dict[str, dict[str, str]] = {}
    photos = dataset.photos
    for category, item_id in zip(photos[columns.CATEGORY], photos[columns.ITEM_ID], strict=True):
        if category is not None and item_id is not None:
            title = _NOT_WORD.sub("_", titles[item_id]).strip("_")
            of_category.setdefault(category, {})[item_id] = title
    return {
        (category, item_id): name
        for category, titled in of_category.items()
        for item_id, name in _folder_names(titled).items()
    }


def _folder_names(wanted: Mapping[str, str | None]) -> dict[str, str]:
    """Return a safe folder name of each key, told apart even where case is not."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key, wish in wanted.items():
        stem = _UNSAFE.sub("_", wish or key).strip(" .") or "_"
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.casefold())
        names[key] = name
    return names
