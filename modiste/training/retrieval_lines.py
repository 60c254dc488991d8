"""Lines of a network's report: whether its embeddings find what belongs together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from modiste.training.network_lines import NetworkLine
from modiste.training.retrieval_metrics import item_ranks, retrieve_leaving_one_out

RETRIEVAL_KS = (1, 5, 20)
#: Of the search for another photo of the same item.
PRECISION_K = 10


def street_lines(
    queries: NDArray[np.float32],
    own_item: NDArray[np.int64],
    gallery: NDArray[np.float32],
    item_of_photo: NDArray[np.int64],
) -> list[NetworkLine]:
    """Return how street photos find their item among those of the shop photos.

    Parameters
    ----------
    queries, own_item, gallery, item_of_photo
        As in `modiste.training.retrieval_metrics.item_ranks`. Chance is the blind answer.
    """
    n_items = int(item_of_photo.max()) + 1
    ranks = item_ranks(queries, own_item, gallery, item_of_photo)
    found = ranks >= 1
    name = "street photo finds its item,"
    lines = [
        NetworkLine(
            f"{name} recall@{k} of {n_items:,} items",
            float((found & (ranks <= k)).mean()),
            min(k / n_items, 1.0),
            len(ranks),
        )
        for k in RETRIEVAL_KS
    ]
    last = RETRIEVAL_KS[-1]
    # One item is right, so a query's average precision is one over its place.
    precision = np.where(found & (ranks <= last), 1.0 / np.maximum(ranks, 1), 0.0)
    chance = float((1.0 / np.arange(1, min(last, n_items) + 1)).sum() / n_items)
    title = f"{name} mAP@{last} of {n_items:,} items"
    return [*lines, NetworkLine(title, float(precision.mean()), chance, len(ranks))]


def same_item_lines(embeddings: NDArray[np.float32], item: NDArray[np.int32]) -> list[NetworkLine]:
    """Return how photos find others of their item among the split's, each left out itself.

    Parameters
    ----------
    embeddings : ndarray
        Shape ``(n_photos, size)``, L2-normalised.
    item : ndarray
        Shape ``(n_photos,)`` int32, -1 where unknown. Chance is the blind answer.
    """
    found = retrieve_leaving_one_out(embeddings, item, k=PRECISION_K)
    n = len(found.query)
    if not n:
        return []
    of = f"of {found.n_gallery:,} photos"
    name = "photo finds another of its item,"
    return [
        NetworkLine(
            f"{name} recall@1 {of}",
            float(found.recall(1).mean()),
            float(found.chance_recall(1).mean()),
            n,
        ),
        NetworkLine(
            f"{name} mAP@{PRECISION_K} {of}",
            float(found.average_precision(PRECISION_K).mean()),
            float(found.chance_average_precision(PRECISION_K).mean()),
            n,
        ),
    ]
