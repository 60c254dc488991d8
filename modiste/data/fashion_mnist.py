"""Fashion-MNIST: 70,000 grey drawings-in-pixels of ten kinds of product.

References
----------
Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
Learning Algorithms", 2017. https://github.com/zalandoresearch/fashion-mnist
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from modiste.data import columns
from modiste.data.dataset import IMAGES_FOLDER, empty_events, empty_items, write_dataset
from modiste.data.images import MIN_SIDE
from modiste.data.prepared import PrepareReport, refuse_in_place
from modiste.data.vocabulary import Vocabulary
from modiste.errors import DatasetError
from modiste.progress import Progress, track

#: The source's classes, in the order of its labels, and where they are worn.
CLASSES = (
    ("T-shirt/top", "upper"),
    ("Trouser", "lower"),
    ("Pullover", "upper"),
    ("Dress", "full"),
    ("Coat", "upper"),
    ("Sandal", "article"),
    ("Shirt", "upper"),
    ("Sneaker", "article"),
    ("Bag", "article"),
    ("Ankle boot", "article"),
)
#: The source's name of each of its two parts.
PARTS = {columns.TRAIN: "train", columns.TEST: "t10k"}
VAL_SHARE = 0.1

_REPEATED = "training photo that is also a test photo"
_UNSIGNED_BYTES = 0x08  # the IDX format's code of the type


def prepare(
    source: str | Path, path: str | Path, *, progress: Progress | None = None
) -> PrepareReport:
    """Write Fashion-MNIST as a dataset of 28 x 28 grey PNGs.

    Its test photos test; a tenth of each class of its training photos validates, chosen by
    their pixels, so that equal photos stay together. A training photo that equals a test
    photo is left out.

    Parameters
    ----------
    source : path
        Directory with ``train-images-idx3-ubyte.gz``, ``train-labels-idx1-ubyte.gz`` and
        the same of ``t10k``; the files may be unpacked.
    path : path
        The dataset directory to write, other than `source`.
    progress : callable, optional
        Told after each photo.

    Raises
    ------
    DatasetError
        If a file is missing, is not of the IDX format, or the files disagree.
    """
    root, folder = Path(source), Path(path)
    refuse_in_place(root, folder)
    parts = {split: _read_part(root, part) for split, part in PARTS.items()}
    tested = frozenset(_digests(parts[columns.TEST][0]))
    frames, n_repeated = [], 0
    for split, (pixels, labels) in parts.items():
        digests = _digests(pixels)
        splits = [split] * len(labels)
        if split == columns.TRAIN:
            splits = _with_validation(digests, labels)
        target = folder / IMAGES_FOLDER / PARTS[split]
        target.mkdir(parents=True, exist_ok=True)
        images: list[str] = []
        kept = [split == columns.TEST or digest not in tested for digest in digests]
        n_repeated += kept.count(False)
        rows = track(np.flatnonzero(kept), sum(kept), f"writing {split} photos", progress)
        for row in rows:
            image = f"{IMAGES_FOLDER}/{PARTS[split]}/{row:05d}.png"
            Image.fromarray(pixels[row]).save(folder / image)
            images.append(image)
        frames.append(
            pd.DataFrame(
                {
                    columns.IMAGE: images,
                    columns.CATEGORY: [CLASSES[label][0] for label in labels[kept]],
                    columns.SPLIT: np.array(splits, dtype=object)[kept],
                    columns.PHOTO_KIND: columns.SHOP,
                }
            )
        )
    photos = pd.concat(frames, ignore_index=True)
    vocabulary = Vocabulary.from_pairs(CLASSES, ())
    write_dataset(folder, vocabulary, empty_items(), empty_events(), photos)
    return PrepareReport(
        n_items=0,
        n_events=0,
        n_photos=len(photos),
        dropped={_REPEATED: n_repeated} if n_repeated else {},
    )


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, packed by gzip or not.

    Parameters
    ----------
    path : Path
        The file, without ``.gz``; the packed one is read if it is not there.

    Returns
    -------
    ndarray
        uint8, of the shape that the file says.

    Raises
    ------
    DatasetError
        If neither is there, or the content is not what the header says.
    """
    packed = path.with_name(path.name + ".gz")
    try:
        data = path.read_bytes() if path.is_file() else gzip.decompress(packed.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(
            f"Fashion-MNIST needs {packed.name} in {path.parent}, readable. Received: {error}"
        ) from error
    if len(data) < 4 or data[:3] != bytes((0, 0, _UNSIGNED_BYTES)):
        raise DatasetError(
            f"{path} must be an IDX file of unsigned bytes (it begins 00 00 08). "
            f"Received: {data[:4].hex(' ') or 'nothing'}"
        )
    start = 4 + 4 * data[3]
    shape = struct.unpack(f">{data[3]}I", data[4:start]) if len(data) >= start else ()
    if len(data) - start != np.prod(shape, dtype=np.int64) or not shape:
        raise DatasetError(
            f"{path} must hold the {' x '.join(map(str, shape))} bytes of its header; fetch it "
            f"again. Received: {len(data) - start:,} bytes"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _read_part(root: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    pixels = read_idx(root / f"{part}-images-idx3-ubyte")  # (n_photos, height, width)
    labels = read_idx(root / f"{part}-labels-idx1-ubyte")  # (n_photos,)
    if pixels.ndim != 3 or labels.shape != pixels.shape[:1] or min(pixels.shape[1:]) < MIN_SIDE:
        raise DatasetError(
            f"Fashion-MNIST's {part} files must hold photos of at least {MIN_SIDE} pixels a side "
            f"and a label for each. Received: shapes {pixels.shape} and {labels.shape}"
        )
    if labels.size and labels.max() >= len(CLASSES):
        raise DatasetError(
            f"Fashion-MNIST's labels are 0 to {len(CLASSES) - 1}. Received: {labels.max()}"
        )
    return pixels, labels


def _digests(pixels: NDArray[np.uint8]) -> list[bytes]:
    return [hashlib.sha256(photo.tobytes()).digest() for photo in pixels]


def _with_validation(digests: Sequence[bytes], labels: NDArray[np.uint8]) -> list[str]:
    """Return train or val for each photo: of each class the tenth of the lowest digests."""
    of_label: dict[int, set[bytes]] = {}
    for digest, label in zip(digests, labels, strict=True):
        of_label.setdefault(int(label), set()).add(digest)
    # One set for all classes, so that a photo under two labels is not on two sides.
    chosen = {
        digest
        for found in of_label.values()
        for digest in sorted(found)[: round(len(found) * VAL_SHARE)]
    }
    return [columns.VAL if digest in chosen else columns.TRAIN for digest in digests]
