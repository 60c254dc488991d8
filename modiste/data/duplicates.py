"""Photos that are there twice: the same bytes, or the same picture saved anew.

A hash of 256 bits proposes pairs and a colour thumbnail confirms them. Neither does alone:
product photos on white are so alike that a 64-bit difference hash takes thousands of
different products for one, and the same shoe in another colour has the same hash.

What is found: a photo compressed or scaled anew, or made a little lighter or stronger.
What is not: a cropped, turned or mirrored copy, and another photo of the same product.

References
----------
Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dct
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from modiste.data.images import decode
from modiste.errors import InvalidImageError
from modiste.progress import Progress, track

#: Bits of 256 in which the hashes of one picture may differ.
MAX_DISTANCE = 20
#: Levels of 256 by which 95 % of the thumbnail's cells may differ, once the brightness and
#: the contrast of one are fitted to the other.
MAX_DIFFERENCE = 12.0
THUMBNAIL_SIDE = 16

_CELLS_OFF = THUMBNAIL_SIDE**2 // 20
_DECODE_SIDE = 128
_GREY_SIDE = 64
_LOW = 16  # lowest frequencies a side that are kept
_HASH_BYTES = _LOW * _LOW // 8
_COSINES = dct(np.eye(_GREY_SIDE), norm="ortho", axis=0)[:_LOW]
#: A fit beyond these would make one of every two flat photos.
_GAINS = (0.8, 1.25)
_SHIFT = 20.0
_BATCH = 4096  # photos decoded between two stops for results
_BLOCK = 128  # photos looked up at a time
_AT_ONCE = 8  # pairs of one photo compared at a time


@dataclass(frozen=True)
class PhotoHashes:
    """What says whether two of n photos are the same, 900 bytes a photo.

    Parameters
    ----------
    sha256 : tuple of bytes or None
        SHA-256 of each file; None where it is missing or may not be read.
    bits : ndarray
        Shape ``(n, 32)`` uint8: 256 bits a photo, which coefficients of the cosine
        transform of its grey 64 x 64 version are above their median.
    thumbnails : ndarray
        Shape ``(n, 16, 16, 3)`` uint8 RGB.
    problems : mapping of int to str
        Why a photo, by its index, could not be decoded; its `bits` and `thumbnails` are
        zeros that mean nothing.
    """

    sha256: tuple[bytes | None, ...]
    bits: NDArray[np.uint8]
    thumbnails: NDArray[np.uint8]
    problems: Mapping[int, str]

    @classmethod
    def of(cls, paths: Sequence[str | Path], *, progress: Progress | None = None) -> PhotoHashes:
        """Hash photos, in threads; a file that is no photo is noted in `problems`.

        Parameters
        ----------
        paths : sequence of path
            The n files.
        progress : callable, optional
            Told after each photo.
        """
        n_photos = len(paths)
        digests: list[bytes | None] = []
        bits = np.zeros((n_photos, _HASH_BYTES), dtype=np.uint8)
        thumbnails = np.zeros((n_photos, THUMBNAIL_SIDE, THUMBNAIL_SIDE, 3), dtype=np.uint8)
        problems: dict[int, str] = {}
        found = track(_in_threads(paths), n_photos, "hashing photos", progress)
        for i, (digest, picture) in enumerate(found):
            digests.append(digest)
            if isinstance(picture, str):
                problems[i] = picture
            else:
                bits[i], thumbnails[i] = picture
        return cls(tuple(digests), bits, thumbnails, problems)

    def __len__(self) -> int:
        return len(self.sha256)

    def take(self, indices: Sequence[int]) -> PhotoHashes:
        """Return the hashes of some photos, in that order."""
        rows = list(indices)
        return PhotoHashes(
            tuple(self.sha256[i] for i in rows),
            self.bits[rows],
            self.thumbnails[rows],
            {new: self.problems[i] for new, i in enumerate(rows) if i in self.problems},
        )


def byte_groups(hashes: PhotoHashes) -> NDArray[np.int32]:
    """Return a group number for each photo, shape ``(n,)`` int32; one a distinct file.

    Numbers count up from 0 in the order in which the groups first appear. A missing file
    is a group of its own.
    """
    first: dict[bytes | int, int] = {}
    keys = (i if digest is None else digest for i, digest in enumerate(hashes.sha256))
    return np.array([first.setdefault(key, len(first)) for key in keys], dtype=np.int32)


def duplicate_groups(hashes: PhotoHashes, *, progress: Progress | None = None) -> NDArray[np.int32]:
    """Group the photos that have the same bytes or show the same picture.

    Two photos are one picture if their hashes differ in at most `MAX_DISTANCE` bits and
    their thumbnails by at most `MAX_DIFFERENCE`; a group holds whatever is linked so, over
    however many steps. Photos that could not be decoded are only grouped by their bytes.
    The groups do not depend on the order of the photos, their numbers do.

    Parameters
    ----------
    hashes : PhotoHashes
        Of n photos. All distinct hashes are compared with one another: some 45 billion
        comparisons for 300,000 photos.
    progress : callable, optional
        Told after each block of photos.

    Returns
    -------
    ndarray
        Shape ``(n,)`` int32: group numbers as `byte_groups` gives them.
    """
    groups = byte_groups(hashes)
    _, firsts = np.unique(groups, return_index=True)  # one photo a distinct file
    decoded = np.array([i for i in firsts if i not in hashes.problems], dtype=np.int64)
    linked = np.arange(len(firsts))  # the component of each distinct file
    index = faiss.IndexBinaryFlat(_HASH_BYTES * 8)
    starts = range(0, len(decoded), _BLOCK)
    for start in track(starts, len(starts), "comparing photos", progress):
        block = np.ascontiguousarray(hashes.bits[decoded[start : start + _BLOCK]])
        index.add(block)
        # faiss counts distances below the radius.
        limits, _, neighbours = index.range_search(block, MAX_DISTANCE + 1)
        queries = np.repeat(np.arange(len(block)) + start, np.diff(limits.astype(np.int64)))
        one, other = decoded[queries], decoded[neighbours]
        # What is linked already need not be compared: many blank photos would make
        # billions of pairs.
        new = (neighbours < queries) & (linked[groups[one]] != linked[groups[other]])
        linked = _link(linked, groups, one[new], other[new], hashes.thumbnails)
    numbers: dict[int, int] = {}
    members = linked[groups] if len(groups) else groups
    return np.array([numbers.setdefault(int(m), len(numbers)) for m in members], dtype=np.int32)


def _link(
    linked: NDArray[np.int64],
    groups: NDArray[np.int32],
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    thumbnails: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Join the components of the pairs that show one picture; `one` ascends."""
    while len(one):
        # A few pairs a photo at a time: most often they link it, and the others need not be
        # compared.
        rank = np.arange(len(one)) - np.searchsorted(one, one)
        now = rank < _AT_ONCE
        same = _same_picture(thumbnails[one[now]], thumbnails[other[now]])
        ends = linked[groups[one[now][same]]], linked[groups[other[now][same]]]
        edges = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(len(linked),) * 2)
        linked = connected_components(edges, directed=False)[1].astype(np.int64)[linked]
        one, other = one[~now], other[~now]
        apart = linked[groups[one]] != linked[groups[other]]
        one, other = one[apart], other[apart]
    return linked


def _same_picture(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    a = one.reshape(len(one), -1).astype(np.float32)
    b = other.reshape(len(other), -1).astype(np.float32)
    # Both ways, so that the order of the photos cannot matter.
    return _fits(a, b) & _fits(b, a)


def _fits(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where a, its brightness and contrast fitted to b, differs little enough."""
    mean_a, mean_b = a.mean(1, keepdims=True), b.mean(1, keepdims=True)
    flat_a, flat_b = a - mean_a, b - mean_b
    power = np.maximum((flat_a**2).sum(1, keepdims=True), 1.0)
    gain = np.clip((flat_a * flat_b).sum(1, keepdims=True) / power, *_GAINS)
    shift = np.clip(mean_b - mean_a, -_SHIFT, _SHIFT)
    off = np.abs(flat_a * gain + mean_a + shift - b) > MAX_DIFFERENCE
    n_off = off.reshape(len(off), -1, 3).any(axis=2).sum(1)  # cells
    return np.asarray(n_off <= _CELLS_OFF, dtype=np.bool_)


_Picture = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def _in_threads(paths: Sequence[str | Path]) -> Iterator[tuple[bytes | None, _Picture | str]]:
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        for start in range(0, len(paths), _BATCH):
            yield from threads.map(_hashed, paths[start : start + _BATCH])


def _hashed(path: str | Path) -> tuple[bytes | None, _Picture | str]:
    digest = None
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        pixels = decode(Path(path), max_side=_DECODE_SIDE)
    except OSError as error:
        return digest, f"{path}: A photo must be a readable file. Received: {error.strerror}"
    except InvalidImageError as error:
        return digest, str(error)
    photo = Image.fromarray(pixels)
    grey = photo.convert("L").resize((_GREY_SIDE, _GREY_SIDE), Image.Resampling.BOX)
    # Whole numbers, so that a flat photo's coefficients are zeros and not noise.
    low = np.rint(_COSINES @ np.asarray(grey, dtype=np.float64) @ _COSINES.T).ravel()
    bits = np.packbits(low > np.median(low[1:]))
    small = photo.resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX)
    return digest, (bits, np.asarray(small))
