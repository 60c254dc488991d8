"""Photos and their labels as arrays, batch by batch, for fitting a network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from modiste.attribute_model.augmentation import View, random_view
from modiste.attribute_model.feature_cache import Arrays, CachedRows, FeatureCache
from modiste.attribute_model.frozen_part import Run, frozen_runner
from modiste.attribute_model.garment import Box
from modiste.progress import Progress
from modiste.training.network_labels import UNKNOWN, PhotoLabels
from modiste.training.photo_reader import PLAIN, PhotoReader

__all__ = ["CachedViews", "PhotoBatches", "PhotoReader", "PhotoViews", "PixelViews"]


class PhotoViews(Protocol):
    """Gives what a network reads of a photo, one of its views at a time."""

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator | None
    ) -> tuple[Arrays, NDArray[np.float32]]:
        """Return inputs and boxes ``(len(rows), 4)``; plain views where `rng` is None."""


class CachedViews:
    """Frozen features of a fixed number of views of each photo.

    Parameters
    ----------
    reader : PhotoReader
    cache : FeatureCache
    frozen : keras.Model
    n_views : int
        Views of each photo, the plain one among them.
    progress : callable, optional

    Raises
    ------
    CacheRoomError
        If the features do not fit on the disk; before any is computed.
    DatasetError
        If photos cannot be read.
    """

    def __init__(
        self,
        reader: PhotoReader,
        cache: FeatureCache,
        frozen: Any,
        *,
        n_views: int,
        progress: Progress | None = None,
    ) -> None:
        runners: list[Run] = []  # made when the first photo is missing, not before

        def compute(positions: NDArray[np.int64]) -> Iterator[Arrays]:
            if not runners:
                runners.append(frozen_runner(frozen, len(positions)))
            rows = (positions // n_views).tolist()
            numbers = (positions % n_views).tolist()
            wanted = [(row, reader.view(row, n)) for row, n in zip(rows, numbers, strict=True)]
            n_done = 0
            for pixels in reader.pixels(wanted, 64, progress, "photos through the frozen part"):
                kept = runners[0](pixels.astype(np.float32))
                seen = wanted[n_done : n_done + len(pixels)]
                boxes = np.array([_moved(reader.box(row), view) for row, view in seen], np.float32)
                n_done += len(pixels)
                yield [*(tensor.astype(np.float16) for tensor in kept), boxes]

        self.labels = reader.labels
        self.n_views = n_views
        layout = [
            *((tuple(tensor.shape[1:]), np.float16) for tensor in frozen.outputs),
            ((4,), np.float32),
        ]
        self.rows: CachedRows = cache.rows(reader.keys(n_views), compute, layout)

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator | None
    ) -> tuple[Arrays, NDArray[np.float32]]:
        """Return cached features of one view of each photo, float16.

        The network's first layer makes float32 of them, or keeps them in mixed precision.
        """
        views = np.zeros(len(rows), dtype=np.int64)
        if rng is not None:
            views = rng.integers(self.n_views, size=len(rows))
        *kept, boxes = self.rows.gather(rows * self.n_views + views)
        # Plain views are shared whatever is known of the box, so theirs is not read back.
        return kept, np.where(views[:, None] == 0, self.labels.box[rows], boxes)


class PixelViews:
    """Pixels decoded once, viewed anew in each epoch; for networks with no frozen part.

    Raises
    ------
    CacheRoomError
        If the pixels do not fit on the disk; before any is decoded.
    DatasetError
        If photos cannot be read.
    """

    def __init__(
        self, reader: PhotoReader, cache: FeatureCache, *, progress: Progress | None = None
    ) -> None:
        def compute(positions: NDArray[np.int64]) -> Iterator[Arrays]:
            wanted = [(row, PLAIN) for row in positions.tolist()]
            for pixels in reader.pixels(wanted, 64, progress, "photos decoded"):
                yield [pixels]

        self.reader = reader
        layout = [((reader.size, reader.size, 3), np.uint8)]
        self.rows = cache.rows(reader.keys(1), compute, layout)

    def batch(
        self, rows: NDArray[np.int64], rng: np.random.Generator | None
    ) -> tuple[Arrays, NDArray[np.float32]]:
        """Return a view of each photo, drawn by `rng`."""
        (pixels,) = self.rows.gather(rows)
        boxes = [self.reader.box(row) for row in rows.tolist()]
        config = self.reader.augmentation
        views = [PLAIN if rng is None else random_view(rng, box, config) for box in boxes]
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
        Order and views follow from it, the number of the epoch and the place of the batch,
        and from nothing else; None gives the plain photos in order.
    """

    def __init__(
        self, views: PhotoViews, labels: PhotoLabels, batch_size: int, seed: int | None
    ) -> None:
        super().__init__(workers=2)  # views are drawn while the network is busy
        self.views = views
        self.labels = labels
        self.batch_size = batch_size
        self.seed = seed
        self.start_epoch(0)

    @property
    def epoch(self) -> int:
        """Number of the epoch whose batches are given, counted from 0."""
        return self._drawn[0]

    def start_epoch(self, epoch: int) -> None:
        """Give the batches of this epoch from now on, as a fit that resumes needs.

        Keras calls `on_epoch_end` once before the first epoch too: whoever needs the numbers
        to agree with Keras's calls this in a callback's ``on_epoch_begin``.
        """
        # One assignment: worker threads never see the number of one epoch with another's order.
        self._drawn = (epoch, self._order(epoch))

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.start_epoch(self.epoch + 1)

    def __len__(self) -> int:
        return -(-len(self.labels.category) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, dict[str, NDArray[np.float32]]]:
        epoch, order = self._drawn
        rows = order[index * self.batch_size : (index + 1) * self.batch_size]
        rng = None if self.seed is None else np.random.default_rng((self.seed, epoch, index))
        inputs, boxes = self.views.batch(rows, rng)
        targets = self.labels.take(rows).targets()
        targets["box"] = boxes
        return tuple(inputs) if len(inputs) > 1 else inputs[0], targets

    def _order(self, epoch: int) -> NDArray[np.int64]:
        n_photos = len(self.labels.category)
        if self.seed is None:
            return np.arange(n_photos, dtype=np.int64)
        rng = np.random.default_rng((self.seed, epoch))
        shuffled = rng.permutation(n_photos)
        # Stable sort by a random number per item: shuffled items, their photos together.
        groups = np.where(
            self.labels.item >= 0,
            self.labels.item,
            np.arange(n_photos) + self.labels.item.max(initial=0) + 1,
        )
        place = rng.permutation(int(groups.max(initial=0)) + 1)
        return shuffled[np.argsort(place[groups[shuffled]], kind="stable")].astype(np.int64)
