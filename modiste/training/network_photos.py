"""Photos and their labels as arrays, batch by batch, for fitting a network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.attribute_model.augmentation import View, random_view
from modiste.attribute_model.feature_cache import Arrays, CachedRows, FeatureCache
from modiste.attribute_model.garment import Box
from modiste.attribute_model.network import compiled
from modiste.data import columns, images
from modiste.data.dataset import Dataset
from modiste.progress import Progress
from modiste.training.network_labels import UNKNOWN, PhotoLabels

_PLAIN = View()


class PhotoViews(Protocol):
    """Gives what a network reads of a photo, one of its views at a time."""

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator | None
    ) -> tuple[Arrays, NDArray[np.float32]]:
        """Return inputs and boxes ``(len(rows), 4)``; plain views where `rng` is None."""


class PhotoReader:
    """Photos of a dataset as pixels, decoded in threads.

    Parameters
    ----------
    dataset : Dataset
    photos : DataFrame
        The rows of ``dataset.photos`` to read.
    labels : PhotoLabels
        Of the same rows; views follow the boxes.
    size : int
        Side of the network's square in pixels.
    """

    def __init__(
        self, dataset: Dataset, photos: pd.DataFrame, labels: PhotoLabels, size: int
    ) -> None:
        self.paths = [dataset.image_path(image) for image in photos[columns.IMAGE]]
        self.labels = labels
        self.size = size
        self._hashes: list[str] = []

    def __len__(self) -> int:
        return len(self.paths)

    def key(self, row: int, view: int, seed: int) -> str:
        """Return what names one view of one photo: its bytes, its box and the draw."""
        if not self._hashes:
            with ThreadPoolExecutor() as pool:
                self._hashes = list(
                    pool.map(lambda path: hashlib.sha256(path.read_bytes()).hexdigest(), self.paths)
                )
        box = self.labels.box[row].tobytes().hex() if view else ""
        text = f"{self._hashes[row]}/{self.size}/{view}/{seed if view else 0}/{box}"
        return hashlib.sha256(text.encode()).hexdigest()

    def view(self, row: int, view: int, seed: int) -> View:
        """Return one view of one photo; number 0 is the photo as it is."""
        if view == 0:
            return _PLAIN
        own = int(self.key(row, view, seed)[:16], 16)
        return random_view(np.random.default_rng(own), self.box(row))

    def box(self, row: int) -> Box | None:
        """Return the box of a photo."""
        x1, y1, x2, y2 = self.labels.box[row].tolist()
        return None if x1 < 0 else (x1, y1, x2, y2)

    def pixels(
        self, wanted: list[tuple[int, View]], batch_size: int, progress: Progress | None, what: str
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield the views of ``(row, view)`` pairs, ``(n, size, size, 3)`` uint8 a batch."""
        with ThreadPoolExecutor() as pool:
            for start in range(0, len(wanted), batch_size):
                yield np.stack(list(pool.map(self._one, wanted[start : start + batch_size])))
                if progress is not None:
                    progress(min(start + batch_size, len(wanted)), len(wanted), what)

    def _one(self, row_and_view: tuple[int, View]) -> NDArray[np.uint8]:
        row, view = row_and_view
        photo = images.decode(self.paths[row], max_side=4 * self.size)
        return view.pixels(photo, self.size)


class CachedViews:
    """Frozen features of a fixed number of views of each photo.

    Parameters
    ----------
    reader : PhotoReader
    cache : FeatureCache
    frozen : keras.Model
    n_views : int
        Views of each photo, the plain one among them.
    seed : int
        Of the views drawn.
    """

    def __init__(
        self,
        reader: PhotoReader,
        cache: FeatureCache,
        frozen: Any,
        *,
        n_views: int,
        seed: int,
        progress: Progress | None = None,
    ) -> None:
        pairs = [(row, view) for row in range(len(reader)) for view in range(n_views)]
        views = [reader.view(row, view, seed) for row, view in pairs]
        keep = compiled(frozen)

        def compute(positions: NDArray[np.int64]) -> Iterator[Arrays]:
            wanted = [(pairs[i][0], views[i]) for i in positions]
            for pixels in reader.pixels(wanted, 64, progress, "photos through the frozen part"):
                kept = keep(pixels.astype(np.float32))
                yield [np.asarray(tensor, dtype=np.float16) for tensor in kept]

        self.n_views = n_views
        keys = [reader.key(row, view, seed) for row, view in pairs]
        self.rows: CachedRows = cache.rows(keys, compute)
        boxes = [_moved(reader.box(row), view) for (row, _), view in zip(pairs, views, strict=True)]
        self.boxes = np.array(boxes, dtype=np.float32).reshape(-1, 4)

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator | None
    ) -> tuple[Arrays, NDArray[np.float32]]:
        """Return cached features of one view of each photo."""
        chosen = rows * self.n_views
        if rng is not None:
            chosen = chosen + rng.integers(self.n_views, size=len(rows))
        kept = [array.astype(np.float32) for array in self.rows.gather(chosen)]
        return list(kept), self.boxes[chosen]


class PixelViews:
    """Pixels decoded once, viewed anew in each epoch; for networks with no frozen part."""

    def __init__(
        self, reader: PhotoReader, cache: FeatureCache, *, progress: Progress | None = None
    ) -> None:
        def compute(positions: NDArray[np.int64]) -> Iterator[Arrays]:
            wanted = [(int(row), _PLAIN) for row in positions]
            for pixels in reader.pixels(wanted, 64, progress, "photos decoded"):
                yield [pixels]

        self.reader = reader
        self.rows = cache.rows([reader.key(row, 0, 0) for row in range(len(reader))], compute)

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator | None
    ) -> tuple[Arrays, NDArray[np.float32]]:
        """Return a view of each photo, drawn by `rng`."""
        (pixels,) = self.rows.gather(rows)
        boxes = [self.reader.box(int(row)) for row in rows]
        views = [_PLAIN if rng is None else random_view(rng, box) for box in boxes]
        seen = [v.pixels(photo, self.reader.size) for v, photo in zip(views, pixels, strict=True)]
        moved = [_moved(box, view) for box, view in zip(boxes, views, strict=True)]
        return [np.stack(seen).astype(np.float32)], np.array(moved, dtype=np.float32)


def _moved(box: Box | None, view: View) -> Box:
    return (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN) if box is None else view.box(box)


class PhotoBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of photos and targets; photos of one item come together.

    Parameters
    ----------
    views : PhotoViews
    labels : PhotoLabels
    batch_size : int
    seed : int or None
        Order and views of each epoch follow from it; None gives the plain photos in order.
    """

    def __init__(
        self, views: PhotoViews, labels: PhotoLabels, batch_size: int, seed: int | None
    ) -> None:
        super().__init__(workers=2)  # views are drawn while the network is busy
        self.views = views
        self.labels = labels
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0
        self._order = self._new_order()

    def __len__(self) -> int:
        return -(-len(self._order) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, dict[str, NDArray[np.float32]]]:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        rng = None
        if self.seed is not None:
            rng = np.random.default_rng((self.seed, self.epoch, index))
        inputs, boxes = self.views.batch(rows, rng)
        targets = self.labels.take(rows).targets()
        targets["box"] = boxes
        return tuple(inputs) if len(inputs) > 1 else inputs[0], targets

    def on_epoch_end(self) -> None:
        """Draw the next epoch's order."""
        self.epoch += 1
        self._order = self._new_order()

    def _new_order(self) -> NDArray[np.int64]:
        n_photos = len(self.labels.category)
        if self.seed is None:
            return np.arange(n_photos, dtype=np.int64)
        rng = np.random.default_rng((self.seed, self.epoch))
        shuffled = rng.permutation(n_photos)
        # Stable sort by a random number per item: shuffled items, their photos together.
        groups = np.where(
            self.labels.item >= 0,
            self.labels.item,
            np.arange(n_photos) + self.labels.item.max(initial=0) + 1,
        )
        place = rng.permutation(int(groups.max(initial=0)) + 1)
        return shuffled[np.argsort(place[groups[shuffled]], kind="stable")].astype(np.int64)
