"""Photographs of designs as files, taken by several processes in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER
from modiste.data.demo_shop.catalogue import all_attributes
from modiste.data.demo_shop.design import GarmentDesign
from modiste.data.demo_shop.scenes import shop_photo, street_photo
from modiste.data.demo_shop.vocabulary import unseen_attributes
from modiste.progress import Progress

JPEG_QUALITY = 88
_TASKS_AT_ONCE = 16


@dataclass(frozen=True)
class PhotoOrder:
    """One photo to take.

    Parameters
    ----------
    design : GarmentDesign
    kind : str
        ``"shop"`` or ``"street"``.
    seed : int
        Drives the scene, not the garment.
    image : str
        File, relative to the dataset's directory.
    """

    design: GarmentDesign
    kind: str
    seed: int
    image: str


def image_name(stem: str) -> str:
    """Return the file of a photo, relative to the dataset's directory."""
    return f"{IMAGES_FOLDER}/{stem}.jpg"


def take_photos(
    folder: Path,
    orders: Sequence[PhotoOrder],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[tuple[float, float, float, float]]:
    """Photograph designs into files.

    Parameters
    ----------
    folder : Path
        The dataset's directory.
    orders : sequence of PhotoOrder
    workers : int, optional
        Number of processes; as many as there are processors if None. The files are the
        same whatever their number.
    progress : callable, optional

    Returns
    -------
    list of tuple of float
        The garment's box in each photo, normalised ``(x1, y1, x2, y2)``.
    """
    (folder / IMAGES_FOLDER).mkdir(parents=True, exist_ok=True)
    tasks = [(str(folder), order) for order in orders]
    boxes = []
    for box in _map(tasks, workers or os.cpu_count() or 1):
        boxes.append(box)
        if progress is not None:
            progress(len(boxes), len(tasks), "drawing photos")
    return boxes


def photo_row(order: PhotoOrder, item_id: str | None, split: str) -> dict[str, object]:
    """Return a photo's row of the dataset, but for its box.

    What no picture of the shop can show is unknown, and so is the second colour, of which
    there may be much or little.
    """
    design = order.design
    unknown = unseen_attributes()
    if design.second_colour is not None and design.second_colour not in all_attributes(design):
        unknown = (*unknown, design.second_colour)
    return {
        columns.IMAGE: order.image,
        columns.ITEM_ID: item_id,
        columns.CATEGORY: design.category,
        columns.ATTRIBUTES: all_attributes(design),
        columns.ATTRIBUTES_UNKNOWN: list(unknown),
        columns.SPLIT: split,
        columns.PHOTO_KIND: order.kind,
    }


def splits_of(n_groups: int, shares: tuple[float, float], rng: np.random.Generator) -> list[str]:
    """Draw the split of each group.

    Parameters
    ----------
    n_groups : int
        What is split: photos of one group never end up in two splits.
    shares : tuple of float
        Shares of validation and test; each gets at least one of three groups or more.
    rng : numpy.random.Generator
        Source of the choice.
    """
    least = int(n_groups >= len(columns.SPLITS))
    n_val, n_test = (max(least, round(share * n_groups)) for share in shares)
    names = [columns.VAL] * n_val + [columns.TEST] * n_test
    names += [columns.TRAIN] * (n_groups - len(names))
    return [names[i] for i in rng.permutation(n_groups)]


def _map(
    tasks: Sequence[tuple[str, PhotoOrder]], workers: int
) -> Iterator[tuple[float, float, float, float]]:
    if workers == 1 or len(tasks) <= _TASKS_AT_ONCE:
        yield from map(_take, tasks)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_take, tasks, chunksize=_TASKS_AT_ONCE)


def _take(task: tuple[str, PhotoOrder]) -> tuple[float, float, float, float]:
    folder, order = task
    photograph = shop_photo if order.kind == columns.SHOP else street_photo
    scene = photograph(order.design, order.seed)
    Image.fromarray(scene.pixels).save(Path(folder, order.image), "JPEG", quality=JPEG_QUALITY)
    return scene.box
