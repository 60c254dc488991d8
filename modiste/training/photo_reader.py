"""Photos of a dataset as pixels, each view of each with a key of its own."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.attribute_model.augmentation import (
    DEFAULT_AUGMENTATION,
    VIEW_VERSION,
    AugmentationConfig,
    View,
    random_view,
)
from modiste.attribute_model.cache_shard import KEY_DTYPE
from modiste.attribute_model.garment import Box
from modiste.data import columns, images
from modiste.data.dataset import PHOTOS_FILE, Dataset
from modiste.errors import DatasetError, InvalidImageError, RowProblem
from modiste.progress import Progress
from modiste.training.network_labels import PhotoLabels

PLAIN = View()
_CHECK_SIDE = 64  # pixels: JPEGs are decoded at a reduced size
_AT_ONCE = 4096  # tasks given to the threads: each waiting one takes memory


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
    augmentation : AugmentationConfig
        How far views other than the plain one may differ from their photo.
    """

    def __init__(
        self,
        dataset: Dataset,
        photos: pd.DataFrame,
        labels: PhotoLabels,
        size: int,
        *,
        augmentation: AugmentationConfig = DEFAULT_AUGMENTATION,
    ) -> None:
        self.dataset = dataset
        self.images = photos[columns.IMAGE].to_numpy()
        self.table_rows = photos.index.to_numpy()
        self.labels = labels
        self.size = size
        self.augmentation = augmentation

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def digests(self) -> NDArray[np.bytes_]:
        """SHA-256 of each photo's file, shape ``(n_photos,)``, dtype ``S32``.

        Raises
        ------
        DatasetError
            If files are missing or unreadable; all of them are named.
        """
        found: list[bytes | InvalidImageError] = []
        with ThreadPoolExecutor() as pool:
            for start in range(0, len(self), _AT_ONCE):
                found += pool.map(self._digest, range(start, min(start + _AT_ONCE, len(self))))
        self._refuse({row: e for row, e in enumerate(found) if isinstance(e, InvalidImageError)})
        return np.array(found, dtype=KEY_DTYPE)

    def key(self, row: int, view: int) -> bytes:
        """Return what names the pixels of one view of one photo, a SHA-256 digest."""
        recipe = self._recipe if view else b""
        start = f"{VIEW_VERSION}/{self.size}/".encode()
        return hashlib.sha256(start + recipe + self._draw(row, view)).digest()

    def keys(self, n_views: int) -> NDArray[np.bytes_]:
        """Return the keys of the first views of every photo, ``(n_photos * n_views,)``."""
        keys = (self.key(row, view) for row in range(len(self)) for view in range(n_views))
        return np.fromiter(keys, dtype=KEY_DTYPE, count=len(self) * n_views)

    def view(self, row: int, view: int) -> View:
        """Return one view of one photo; number 0 is the photo as it is.

        A view follows from the photo's bytes, its box and its own number: fits of any seed
        share what is cached of it.
        """
        if view == 0:
            return PLAIN
        seed = int.from_bytes(hashlib.sha256(self._draw(row, view)).digest()[:8], "big")
        return random_view(np.random.default_rng(seed), self.box(row), self.augmentation)

    def box(self, row: int) -> Box | None:
        """Return the box of a photo."""
        x1, y1, x2, y2 = self.labels.box[row].tolist()
        return None if x1 < 0 else (x1, y1, x2, y2)

    def pixels(
        self, wanted: list[tuple[int, View]], batch_size: int, progress: Progress | None, what: str
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield the views of ``(row, view)`` pairs, ``(n, size, size, 3)`` uint8 a batch.

        The next batch is decoded while the caller is busy with this one.

        Raises
        ------
        DatasetError
            If photos cannot be decoded; all that were found by then are named.
        """
        with ThreadPoolExecutor() as pool:
            batches = (
                [
                    pool.submit(self._views, row, [view for _, view in pairs])
                    for row, pairs in groupby(wanted[start : start + batch_size], itemgetter(0))
                ]
                for start in range(0, len(wanted), batch_size)
            )
            ahead = deque(islice(batches, 1))
            n_done = 0
            while ahead:
                ahead.extend(islice(batches, 1))
                read = [photo.result() for photo in ahead.popleft()]
                if any(error is not None for *_, error in read):
                    read += [photo.result() for batch in ahead for photo in batch]
                    self._refuse({row: error for row, _, error in read if error is not None})
                seen = np.stack([view for _, views, _ in read for view in views])
                yield seen
                n_done += len(seen)
                if progress is not None:
                    progress(n_done, len(wanted), what)

    def check(self, progress: Progress | None = None) -> None:
        """Decode every photo once, small.

        Raises
        ------
        DatasetError
            If photos are missing or cannot be decoded; all of them are named.
        """
        bad: dict[int, InvalidImageError] = {}
        with ThreadPoolExecutor() as pool:
            for start in range(0, len(self), _AT_ONCE):
                rows = range(start, min(start + _AT_ONCE, len(self)))
                found = pool.map(self._problem, rows)
                bad |= {row: e for row, e in zip(rows, found, strict=True) if e is not None}
                if progress is not None:
                    progress(rows.stop, len(self), "photos checked")
        self._refuse(bad)

    @cached_property
    def _recipe(self) -> bytes:
        return repr(self.augmentation).encode()

    def _draw(self, row: int, view: int) -> bytes:
        # NumPy gives the bytes without the zeros at their end.
        digest = bytes(self.digests[row]).ljust(KEY_DTYPE.itemsize, b"\0")
        box = self.labels.box[row].tobytes() if view else b""
        return digest + view.to_bytes(4, "big") + box

    def _digest(self, row: int) -> bytes | InvalidImageError:
        try:
            return hashlib.sha256(self._path(row).read_bytes()).digest()
        except OSError as error:
            return InvalidImageError(f"{error.strerror}", code="not_an_image")

    def _problem(self, row: int) -> InvalidImageError | None:
        try:
            images.decode(self._path(row).read_bytes(), max_side=_CHECK_SIDE)
        except OSError as error:
            return InvalidImageError(f"{error.strerror}", code="not_an_image")
        except InvalidImageError as error:
            return error
        return None

    def _views(
        self, row: int, views: list[View]
    ) -> tuple[int, list[NDArray[np.uint8]], InvalidImageError | None]:
        try:
            photo = images.decode(self._path(row).read_bytes(), max_side=4 * self.size)
        except OSError as error:
            return row, [], InvalidImageError(f"{error.strerror}", code="not_an_image")
        except InvalidImageError as error:
            return row, [], error
        return row, [view.pixels(photo, self.size) for view in views], None

    def _path(self, row: int) -> Path:
        return self.dataset.image_path(self.images[row])

    def _refuse(self, errors: Mapping[int, InvalidImageError]) -> None:
        if not errors:
            return
        problems = [
            RowProblem(
                PHOTOS_FILE,
                int(self.table_rows[row]),
                columns.IMAGE,
                self.images[row],
                error.rule,
            )
            for row, error in sorted(errors.items())
        ]
        raise DatasetError(
            f"{self.dataset.path} has photos that cannot be read. Replace the files, or take the "
            f"rows out of {PHOTOS_FILE}, and run again: with a cache folder, nothing computed "
            f"so far is lost but the last shard. Received: {len(problems)} such photos so far",
            problems,
        )


def spread_rows(n_rows: int, n_wanted: int) -> list[int]:
    """Return at most `n_wanted` rows from the first to the last: photos come sorted by class."""
    rows: list[int] = np.linspace(0, n_rows - 1, min(n_rows, n_wanted)).astype(int).tolist()
    return rows
