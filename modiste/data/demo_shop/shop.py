"""The demo shop as a dataset on disk, and photos alone for a first training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, empty_events, empty_items, write_dataset
from modiste.data.demo_shop.behaviour import make_world, simulate
from modiste.data.demo_shop.catalogue import Catalogue, make_catalogue
from modiste.data.demo_shop.design import CATEGORIES, sample_design
from modiste.data.demo_shop.photographs import (
    PhotoOrder,
    image_name,
    photo_row,
    splits_of,
    take_photos,
)
from modiste.data.demo_shop.vocabulary import demo_vocabulary
from modiste.progress import Progress

#: Shares of the item groups that validate and test.
SPLIT_SHARES = (0.15, 0.15)
#: The same for photos that only train a first network.
PHOTOS_ONLY_SPLIT_SHARES = (0.05, 0.05)
#: Share of the items that anyone is seen wearing in the street.
_WORN_SHARE = 0.85
_MAX_STREET_PHOTOS = 2

# Streams of random numbers, so that another number of photos leaves the events alone.
_CATALOGUE, _SHOPPERS, _EVENTS, _PHOTOS, _SCENES = range(5)


def write_demo_shop(
    path: str | Path,
    *,
    n_items: int = 1500,
    n_users: int = 1200,
    n_street_photos: int | None = None,
    seed: int = 7,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write a whole small fashion shop: catalogue, photos, and 18 months of events.

    For trying modiste without data of one's own. The same arguments give the same bytes.

    Parameters
    ----------
    path : path
        The dataset directory to write; it must not hold photos yet.
    n_items : int
        Items of the catalogue, each with one shop photo.
    n_users : int
        Shoppers.
    n_street_photos : int, optional
        Photos of items worn in the street, two an item at most; four for every three
        items if None.
    seed : int
        Of every random choice, at least 0.
    workers : int, optional
        Processes that draw; as many as there are processors if None.
    progress : callable, optional
        Told of the visits played and of the photos drawn.

    Returns
    -------
    Path
        `path`, to be read with `modiste.data.dataset.Dataset.read`.

    Raises
    ------
    ValueError
        If a number is too small or too large, or `path` holds photos already.
    """
    if n_street_photos is None:
        n_street_photos = round(n_items * 4 / 3)
    if min(n_items, n_users) < 1:
        raise ValueError(
            "`n_items` and `n_users` must be at least 1. "
            f"Received: n_items={n_items}, n_users={n_users}"
        )
    if not 0 <= n_street_photos <= _MAX_STREET_PHOTOS * n_items:
        raise ValueError(
            f"`n_street_photos` must be 0 to {_MAX_STREET_PHOTOS} times n_items={n_items}. "
            f"Received: {n_street_photos}"
        )
    folder = _fresh(path, seed)
    catalogue = make_catalogue(n_items, _stream(seed, _CATALOGUE))
    world = make_world(catalogue, n_users, _stream(seed, _SHOPPERS))
    events = simulate(world, _stream(seed, _EVENTS), progress=progress)
    orders, items = _shop_orders(catalogue, n_street_photos, seed)
    splits = splits_of(int(catalogue.group.max()) + 1, SPLIT_SHARES, _stream(seed, _PHOTOS))
    item_ids = catalogue.items[columns.ITEM_ID]
    rows = [
        photo_row(order, item_ids[item], splits[catalogue.group[item]])
        for order, item in zip(orders, items, strict=True)
    ]
    boxes = take_photos(folder, orders, workers=workers, progress=progress)
    photos = pd.DataFrame(rows).assign(**{columns.BOX: pd.Series(boxes, dtype=object)})
    write_dataset(folder, demo_vocabulary(), catalogue.items, events, photos)
    return folder


def write_photos(
    path: str | Path,
    *,
    n_photos: int,
    street_share: float = 0.5,
    seed: int = 7,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write photos of as many designs, without a catalogue or events.

    For training a network before it sees a shop: every category is as frequent as the
    others, and another seed gives other designs.

    Parameters
    ----------
    path : path
        The dataset directory to write; it must not hold photos yet.
    n_photos : int
        At least 1.
    street_share : float
        Share of the photos taken in the street, in [0, 1].
    seed, workers, progress
        As for `write_demo_shop`.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ValueError
        If a number is out of its range, or `path` holds photos already.
    """
    if n_photos < 1 or not 0 <= street_share <= 1:
        raise ValueError(
            "`n_photos` must be at least 1 and `street_share` in [0, 1]. "
            f"Received: n_photos={n_photos}, street_share={street_share}"
        )
    folder = _fresh(path, seed)
    rng = _stream(seed, _PHOTOS)
    rounds = -(-n_photos // len(CATEGORIES))
    names = [CATEGORIES[i] for _ in range(rounds) for i in rng.permutation(len(CATEGORIES))]
    kinds = np.where(rng.random(n_photos) < street_share, columns.STREET, columns.SHOP)
    orders = [
        PhotoOrder(
            design=sample_design(rng, names[i]),
            kind=str(kinds[i]),
            seed=_scene_seed(seed, i, 0),
            image=image_name(f"{i + 1:06d}"),
        )
        for i in range(n_photos)
    ]
    splits = splits_of(n_photos, PHOTOS_ONLY_SPLIT_SHARES, rng)
    rows = [photo_row(order, None, split) for order, split in zip(orders, splits, strict=True)]
    boxes = take_photos(folder, orders, workers=workers, progress=progress)
    photos = pd.DataFrame(rows).assign(**{columns.BOX: pd.Series(boxes, dtype=object)})
    write_dataset(folder, demo_vocabulary(), empty_items(), empty_events(), photos)
    return folder


def _shop_orders(
    catalogue: Catalogue, n_street_photos: int, seed: int
) -> tuple[list[PhotoOrder], Sequence[int]]:
    """Return the photos to take and the item of each, item by item."""
    rng = _stream(seed, _SCENES)
    n_items = len(catalogue.designs)
    worn = rng.permutation(n_items)
    n_worn = min(n_items, max(round(_WORN_SHARE * n_items), -(-n_street_photos // 2)))
    twice = np.concatenate((worn[:n_worn], rng.permutation(worn[:n_worn])))
    n_street = np.bincount(twice[:n_street_photos], minlength=n_items)
    orders, items = [], []
    for item, design in enumerate(catalogue.designs):
        item_id = catalogue.items[columns.ITEM_ID][item]
        stems = [(columns.SHOP, "shop")]
        stems += [(columns.STREET, f"street-{i + 1}") for i in range(n_street[item])]
        for number, (kind, stem) in enumerate(stems):
            image = image_name(f"{item_id}-{stem}")
            orders.append(PhotoOrder(design, kind, _scene_seed(seed, item, number), image))
            items.append(item)
    return orders, items


def _fresh(path: str | Path, seed: int) -> Path:
    folder = Path(path)
    if seed < 0:
        raise ValueError(f"`seed` must be at least 0. Received: {seed}")
    if (folder / IMAGES_FOLDER).is_dir() and any((folder / IMAGES_FOLDER).iterdir()):
        raise ValueError(
            f"`path` must be a new directory, or one without photos. Received: {folder}"
        )
    return folder


def _stream(seed: int, name: int) -> np.random.Generator:
    return np.random.default_rng([seed, name])


def _scene_seed(seed: int, number: int, photo: int) -> int:
    return int(np.random.SeedSequence([seed, _SCENES, number, photo]).generate_state(1)[0])
