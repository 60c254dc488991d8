"""Figures of embeddings: whether a search by nearness finds what belongs together.

Every query searches a gallery by dot product. A gallery photo is relevant if it is of the
query's group: the same item, or the same label. Photos of no group (-1) ask nothing and
stand in the gallery as what must not be found.

recall@k
    1 if one of the first `k` is relevant, 0 if none is; also called top-k accuracy or hit
    rate.
AP@k
    ``sum over i <= k of precision at i, where the i-th is relevant, over min(R, k)``, `R`
    being the relevant photos of the whole gallery. Dividing by ``min(R, k)`` makes 1 the
    score of a perfect answer of any length. mAP@k is its mean over the queries.

References
----------
Manning, Raghavan and Schuetze, "Introduction to Information Retrieval", 2008, chapter 8.
Weyand et al., "Google Landmarks Dataset v2", CVPR 2020: this normalisation of AP@k.
Liu et al., "DeepFashion", CVPR 2016: recall@k as the retrieval accuracy of items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 256


@dataclass(frozen=True)
class Retrieval:
    """What each query that has something to find was answered.

    Parameters
    ----------
    query : ndarray
        Shape ``(n_asked,)`` int64: the row of the query; those without a relevant photo in
        the gallery are left out.
    hits : ndarray
        Shape ``(n_asked, k)`` bool: whether the i-th nearest is relevant.
    n_relevant : ndarray
        Shape ``(n_asked,)`` int64, at least 1: relevant photos in the whole gallery.
    n_gallery : int
        Photos that each query searched.
    """

    query: NDArray[np.int64]
    hits: NDArray[np.bool_]
    n_relevant: NDArray[np.int64]
    n_gallery: int

    def recall(self, k: int) -> NDArray[np.float64]:
        """Return recall@k of each query, 0 or 1, shape ``(n_asked,)``."""
        return np.asarray(self._first(k).any(axis=1), dtype=np.float64)

    def average_precision(self, k: int) -> NDArray[np.float64]:
        """Return AP@k of each query in [0, 1], shape ``(n_asked,)``."""
        hits = self._first(k)
        precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
        total = (precision * hits).sum(axis=1)
        found: NDArray[np.float64] = np.divide(total, np.minimum(self.n_relevant, k))
        return found

    def chance_recall(self, k: int) -> NDArray[np.float64]:
        """Return what recall@k a random order is expected to give each query."""
        n_missed = np.arange(min(k, self.n_gallery))
        left = np.maximum(self.n_gallery - self.n_relevant[:, None] - n_missed, 0)
        chance: NDArray[np.float64] = 1.0 - np.prod(left / (self.n_gallery - n_missed), axis=1)
        return chance

    def chance_average_precision(self, k: int) -> NDArray[np.float64]:
        """Return what AP@k a random order is expected to give each query."""
        n, relevant = self.n_gallery, self.n_relevant[:, None]
        place = np.arange(1, min(k, n) + 1)
        before = (place - 1) * (relevant - 1) / max(n - 1, 1)
        total = ((1 + before) / place * relevant / n).sum(axis=1)
        chance: NDArray[np.float64] = np.divide(total, np.minimum(self.n_relevant, k))
        return chance

    def _first(self, k: int) -> NDArray[np.bool_]:
        # A gallery smaller than k was kept whole.
        if k < 1 or self.hits.shape[1] < min(k, self.n_gallery):
            raise ValueError(
                f"k must be 1 to {self.hits.shape[1]}, the answers kept. Received: {k}"
            )
        return self.hits[:, :k]


def retrieve(
    queries: NDArray[np.float32],
    query_groups: NDArray[np.int32],
    gallery: NDArray[np.float32],
    gallery_groups: NDArray[np.int32],
    *,
    k: int,
) -> Retrieval:
    """Search a gallery for each query.

    Parameters
    ----------
    queries : ndarray
        Shape ``(n_queries, size)``, L2-normalised.
    query_groups : ndarray
        Shape ``(n_queries,)`` int: what each shows, -1 for nothing known.
    gallery : ndarray
        Shape ``(n_gallery, size)``, L2-normalised.
    gallery_groups : ndarray
        Shape ``(n_gallery,)`` int.
    k : int
        Answers kept; equals, as a constant embedding gives, come with the wrong one first.

    Returns
    -------
    Retrieval

    Raises
    ------
    ValueError
        If `k` is below 1 or the shapes disagree.
    """
    _check(queries, query_groups, k)
    _check(gallery, gallery_groups, k)
    return _retrieve(queries, query_groups, gallery, gallery_groups, k, is_own=False)


def retrieve_leaving_one_out(
    embeddings: NDArray[np.float32], groups: NDArray[np.int32], *, k: int
) -> Retrieval:
    """Search all other photos for each photo.

    Parameters
    ----------
    embeddings : ndarray
        Shape ``(n_photos, size)``, L2-normalised.
    groups : ndarray
        Shape ``(n_photos,)`` int, -1 for nothing known.
    k : int

    Returns
    -------
    Retrieval
    """
    _check(embeddings, groups, k)
    return _retrieve(embeddings, groups, embeddings, groups, k, is_own=True)


def _check(embeddings: NDArray[np.float32], groups: NDArray[np.int32], k: int) -> None:
    if k < 1:
        raise ValueError(f"k must be at least 1. Received: {k}")
    if embeddings.ndim != 2 or groups.shape != embeddings.shape[:1]:
        raise ValueError(
            "Embeddings must be (n_photos, size) with one group a photo. "
            f"Received: {embeddings.shape} and groups {groups.shape}"
        )


def _retrieve(
    queries: NDArray[np.float32],
    query_groups: NDArray[np.int32],
    gallery: NDArray[np.float32],
    gallery_groups: NDArray[np.int32],
    k: int,
    *,
    is_own: bool,
) -> Retrieval:
    names, place = np.unique(gallery_groups, return_inverse=True)
    sizes = np.bincount(place, minlength=len(names))
    found = np.searchsorted(names, query_groups).clip(0, max(len(names) - 1, 0))
    n_relevant = np.where(names[found] == query_groups, sizes[found], 0) if len(names) else found
    asked = np.flatnonzero((query_groups >= 0) & (n_relevant - is_own > 0))
    n_gallery = len(gallery) - is_own
    hits = np.zeros((len(asked), min(k, max(n_gallery, 0))), dtype=np.bool_)
    for start in range(0, len(asked), _BLOCK):
        rows = asked[start : start + _BLOCK]
        likeness = np.nan_to_num(queries[rows] @ gallery.T, nan=-np.inf)  # (block, n_gallery)
        if is_own:
            likeness[np.arange(len(rows)), rows] = -np.inf
        for i, row in enumerate(rows):
            own = row if is_own else -1
            relevant = gallery_groups == query_groups[row]
            hits[start + i] = _best(likeness[i], relevant, hits.shape[1], own)
    return Retrieval(asked, hits, (n_relevant - is_own)[asked].astype(np.int64), n_gallery)


def _best(
    likeness: NDArray[np.float32], relevant: NDArray[np.bool_], k: int, own: int
) -> NDArray[np.bool_]:
    """Return whether each of the `k` nearest is relevant; of equals the wrong come first."""
    last = -np.partition(-likeness, k - 1)[k - 1]
    near = np.flatnonzero(likeness >= last)
    near = near[near != own]
    order = near[np.lexsort((relevant[near], -likeness[near]))][:k]
    hits: NDArray[np.bool_] = relevant[order] & (likeness[order] > -np.inf)
    return hits


def item_ranks(
    queries: NDArray[np.float32],
    own_item: NDArray[np.int64],
    gallery: NDArray[np.float32],
    item_of_photo: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the place of each query's own item; an item is as near as its nearest photo.

    Parameters
    ----------
    queries : ndarray
        Shape ``(n_queries, size)``, L2-normalised.
    own_item : ndarray
        Shape ``(n_queries,)`` int: an item of the gallery.
    gallery : ndarray
        Shape ``(n_gallery, size)``, L2-normalised.
    item_of_photo : ndarray
        Shape ``(n_gallery,)`` int: 0 to ``n_items - 1``, each at least once.

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` int64, from 1; equally near items stand before the own one,
        and 0 stands for none: the nearness was NaN.
    """
    order = np.argsort(item_of_photo, kind="stable")
    starts = np.searchsorted(item_of_photo[order], np.arange(item_of_photo.max(initial=-1) + 1))
    ranks = np.zeros(len(queries), dtype=np.int64)
    for start in range(0, len(queries), _BLOCK):
        likeness = queries[start : start + _BLOCK] @ gallery[order].T
        of_item = np.maximum.reduceat(likeness, starts, axis=1)  # (block, n_items)
        own = np.take_along_axis(of_item, own_item[start : start + _BLOCK, None], axis=1)
        ranks[start : start + _BLOCK] = (of_item >= own).sum(axis=1)
    return ranks
