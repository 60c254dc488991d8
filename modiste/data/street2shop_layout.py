"""A dataset written in the layout of Street2Shop.

`modiste.data.street2shop` reads it back.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modiste.data import columns
from modiste.data.dataset import Dataset
from modiste.data.deepfashion_lists import upright_size
from modiste.data.street2shop_pairs import CATEGORY_TYPES
from modiste.errors import DatasetError

#: The source's category for DeepFashion's types, where the name does not say it.
OF_TYPE: Mapping[str, str] = {"upper": "tops", "lower": "pants", "full": "dresses"}


def write_street2shop_layout(dataset_path: str | Path, out: str | Path) -> int:
    """Write a dataset's street and shop photos as Street2Shop's lists and photos.

    For trying code that reads Street2Shop without having it. Validation photos go with the
    training ones. The addresses in ``photos/photos.txt`` lead nowhere.

    Parameters
    ----------
    dataset_path : path
        A dataset directory whose photos have items, kinds and, in the street, boxes; its
        categories are Street2Shop's or of DeepFashion's types.
    out : path
        The directory to write ``meta/json``, ``photos/photos.txt`` and ``images`` under.

    Returns
    -------
    int
        Photos written: those with an item and a kind, and in the street a box.

    Raises
    ------
    DatasetError
        If the dataset cannot be read, has no such photos or a category of another type.
    """
    dataset, folder = Dataset.read(dataset_path), Path(out)
    categories = {
        name: _category(name, kind)
        for name, kind in zip(
            dataset.vocabulary.categories, dataset.vocabulary.category_types, strict=True
        )
    }
    products = {item_id: number for number, item_id in enumerate(dataset.items[columns.ITEM_ID], 1)}
    lists: dict[str, list[dict[str, object]]] = {}
    addresses = []
    for photo, row in enumerate(dataset.photos.to_dict("records"), start=1):
        is_street = row[columns.PHOTO_KIND] == columns.STREET
        if row[columns.ITEM_ID] is None or row[columns.CATEGORY] is None:
            continue
        if row[columns.PHOTO_KIND] is None or (is_street and row[columns.BOX] is None):
            continue
        category = categories[row[columns.CATEGORY]]
        for kind in ("retrieval", "train_pairs", "test_pairs"):
            lists.setdefault(f"{kind}_{category}", [])
        entry: dict[str, object] = {"photo": photo, "product": products[row[columns.ITEM_ID]]}
        source = dataset.image_path(row[columns.IMAGE])
        if is_street:
            part = "test_pairs" if row[columns.SPLIT] == columns.TEST else "train_pairs"
            entry["bbox"] = _box_px(row[columns.BOX], source)
            lists[f"{part}_{category}"].append(entry)
        else:
            lists[f"retrieval_{category}"].append(entry)
        target = folder / "images" / f"{photo:09d}{source.suffix.lower()}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        addresses.append(f"{photo:09d},http://example.com/{photo}{source.suffix}\n")
    if not addresses:
        raise DatasetError(
            "Street2Shop's layout needs photos with an item, a category and a kind. "
            f"Received: {dataset_path} with none"
        )
    for name, entries in lists.items():
        path = folder / "meta" / "json" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(entries), encoding="utf-8")
    (folder / "photos").mkdir(exist_ok=True)
    (folder / "photos" / "photos.txt").write_text("".join(addresses), encoding="utf-8")
    return len(addresses)


def _category(name: str, kind: str) -> str:
    for known in (name.casefold(), f"{name.casefold()}s", f"{name.casefold()}es"):
        if known in CATEGORY_TYPES:
            return known
    if kind not in OF_TYPE:
        raise DatasetError(
            f"Street2Shop's layout needs categories of the types {', '.join(OF_TYPE)} or of its "
            f"names. Received: {name!r} of type {kind!r}"
        )
    return OF_TYPE[kind]


def _box_px(box: Any, photo: Path) -> dict[str, int]:
    width, height = upright_size(photo)
    x1, y1, x2, y2 = (
        round(float(edge) * side)
        for edge, side in zip(box, (width, height, width, height), strict=True)
    )
    return {"left": x1, "top": y1, "width": max(x2 - x1, 1), "height": max(y2 - y1, 1)}
