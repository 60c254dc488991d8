"""What lists are besides right: novel, varied, and as mixed as the shopper's own purchases.

Plain functions that give one figure a query, as those of `modiste.training.metrics`.

References
----------
Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS
2010 (novelty as self-information).
Ziegler et al., "Improving recommendation lists through topic diversification", WWW 2005
(intra-list similarity).
Steck, "Calibrated recommendations", RecSys 2018.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue

#: Share of the shopper's own mix in the list's, so that what is missing is not infinitely wrong.
_SMOOTHING: Final = 0.01
#: Lists whose attribute profiles are held densely at a time.
_CHUNK: Final = 256


def novelty_at_k(
    ranked: NDArray[np.int32], item_purchases: NDArray[np.int32], k: int
) -> NDArray[np.float64]:
    """Return the mean self-information of each row's first `k` items, in bits.

    ``-log2`` of the share of all purchases that were of the item, one added to each, so that
    what nobody bought is finite.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, n_ranked)`` int32, -1 where there is none.
    item_purchases : ndarray
        Shape ``(n_items,)`` int.
    k : int

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64; NaN for an empty list.
    """
    counts = item_purchases.astype(np.float64) + 1.0
    bits = -np.log2(counts / counts.sum())
    top = ranked[:, :k]
    shown = top >= 0
    total = np.where(shown, bits[np.maximum(top, 0)], 0.0).sum(axis=1)
    return _divided(total, shown.sum(axis=1))


def diversity_at_k(ranked: NDArray[np.int32], catalogue: Catalogue, k: int) -> NDArray[np.float64]:
    """Return how unlike each other the first `k` items of each row are: intra-list diversity.

    One less the mean cosine over pairs: of the embeddings or, where one of the two has no
    photo, of the attributes weighed by how telling they are.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, n_ranked)`` int32, -1 where there is none.
    catalogue : Catalogue
    k : int

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64, in [0, 2]; NaN where no pair can be compared.
    """
    result = np.full(len(ranked), np.nan)
    profiles = catalogue.attribute_profiles
    described = np.diff(profiles.indptr) > 0
    for start in range(0, len(ranked), _CHUNK):
        top = ranked[start : start + _CHUNK, :k]
        items, shown = np.maximum(top, 0), top >= 0
        photographed = shown & catalogue.has_embedding[items]
        by_words = shown & described[items]
        alike, known = _cosines(
            np.asarray(catalogue.embeddings[items.ravel()], np.float32).reshape(*top.shape, -1),
            photographed,
        )
        if not (photographed | ~shown).all():
            dense = profiles[items.ravel()].toarray().reshape(*top.shape, -1)
            other, comparable = _cosines(dense, by_words)
            alike = np.where(known, alike, other)
            known |= comparable
        pairs = np.triu(np.ones((top.shape[1], top.shape[1]), dtype=bool), 1)
        known &= pairs
        total = np.where(known, 1.0 - alike, 0.0).sum(axis=(1, 2))
        result[start : start + len(top)] = _divided(total, known.sum(axis=(1, 2)))
    return result


def calibration_at_k(
    ranked: NDArray[np.int32],
    kinds: NDArray[np.int32],
    tastes: NDArray[np.float64],
    k: int,
) -> NDArray[np.float64]:
    """Return how far each list's mix of kinds is from what its shopper bought and looked at.

    The Kullback-Leibler divergence of the list's shares from the shopper's, in bits, a
    hundredth of the shopper's own mixed into the list's: 0 for the same mix.

    Parameters
    ----------
    ranked : ndarray
        Shape ``(n_queries, n_ranked)`` int32, -1 where there is none.
    kinds : ndarray
        Kind of each item, such as its category, shape ``(n_items,)`` int32; -1 unknown.
    tastes : ndarray
        Weight of each kind in the shopper's history, shape ``(n_queries, n_kinds)``, not
        negative.
    k : int

    Returns
    -------
    ndarray
        Shape ``(n_queries,)`` float64; NaN for a shopper without history or an empty list.
    """
    n_kinds = tastes.shape[1]
    top = ranked[:, :k]
    kind = np.where(top >= 0, kinds[np.maximum(top, 0)], -1)
    counts = np.zeros((len(top), n_kinds + 1))
    np.add.at(counts, (np.arange(len(top))[:, None], kind), 1.0)  # -1 is the last column
    shares = _divided(counts[:, :n_kinds], counts[:, :n_kinds].sum(axis=1, keepdims=True))
    wanted = _divided(tastes, tastes.sum(axis=1, keepdims=True))
    mixed = (1 - _SMOOTHING) * shares + _SMOOTHING * wanted
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(wanted > 0, wanted * np.log2(wanted / mixed), 0.0)
    unknown = np.isnan(shares).any(axis=1) | np.isnan(wanted).any(axis=1)
    return np.where(unknown, np.nan, terms.sum(axis=1))


def _cosines(
    vectors: NDArray[np.float32], usable: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the cosine of every two items of each list and whether both are known."""
    return (
        np.einsum("qid,qjd->qij", vectors, vectors, optimize=True),
        usable[:, :, None] & usable[:, None, :],
    )


def _divided(total: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the quotient, NaN where the count is 0."""
    result = np.full(np.broadcast_shapes(total.shape, count.shape), np.nan)
    np.divide(total, count, out=result, where=np.broadcast_to(count > 0, result.shape))
    return result
