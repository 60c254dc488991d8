"""The last new item of every shopper held out: how well factors find it.

Each (shopper, item) pair counts once, at its first purchase; the pair that came last is
held out, and what was bought before it may not be answered. Ties in time go by row order.
With `steps_back` of 1 the pair before it is held out and the last one unseen, which is
the split to choose settings by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from modiste.data import columns
from modiste.data.identifiers import IdMap
from modiste.recommender.candidates import Candidates
from modiste.recommender.collaborative import Collaborative
from modiste.recommender.encoded_query import EncodedQuery
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.metrics import hit_rate_at_k

_CHUNK_USERS = 256


@dataclass(frozen=True)
class HoldOut:
    """Purchases with one pair a shopper held out.

    Parameters
    ----------
    weights : csr_matrix
        Known purchases, shape ``(n_users, n_items)`` float32: 1, or less with age.
    held_out : ndarray
        Item held out of each shopper, shape ``(n_users,)`` int32; every shopper has at
        least one known purchase.
    """

    weights: sparse.csr_matrix
    held_out: NDArray[np.int32]


def hold_out_last(
    events: pd.DataFrame,
    item_ids: IdMap,
    *,
    steps_back: int = 0,
    half_life_days: float | None = None,
) -> HoldOut:
    """Hold out the last new item of every shopper who has bought at least two.

    Parameters
    ----------
    events : DataFrame
        Columns of ``modiste.data.dataset.EVENTS_SCHEMA``; only purchases are read.
    item_ids : IdMap
    steps_back : int
        Pairs left out at the end before one is held out: 0 for the test, 1 for the
        validation split.
    half_life_days : float, optional
        After this many days before the shopper's last known purchase, one counts half.
    """
    bought = events[events[columns.EVENT_NAME] == columns.PURCHASE]
    bought = bought.sort_values(columns.EVENT_TIME, kind="stable")
    pairs = bought.drop_duplicates([columns.USER_ID, columns.ITEM_ID])
    from_end = pairs.groupby(columns.USER_ID).cumcount(ascending=False)
    is_held_out, is_known = from_end == steps_back, from_end > steps_back
    known, held_out = pairs[is_known], pairs[is_held_out]
    held_out = held_out[held_out[columns.USER_ID].isin(known[columns.USER_ID])]
    users = IdMap(sorted(known[columns.USER_ID].unique()))
    rows = users.indices(known[columns.USER_ID].tolist())
    items = item_ids.indices(known[columns.ITEM_ID].tolist())
    values = np.ones(len(known), dtype=np.float32)
    if half_life_days is not None:
        times = known[columns.EVENT_TIME]
        latest = known.groupby(columns.USER_ID)[columns.EVENT_TIME].transform("max")
        age = ((latest - times) / pd.Timedelta(days=1)).to_numpy(dtype=np.float64)
        values = np.exp2(-age / half_life_days).astype(np.float32)
    answers = np.empty(len(users), dtype=np.int32)
    answers[users.indices(held_out[columns.USER_ID].tolist())] = item_ids.indices(
        held_out[columns.ITEM_ID].tolist()
    )
    return HoldOut(
        weights=sparse.csr_matrix((values, (rows, items)), shape=(len(users), len(item_ids))),
        held_out=answers,
    )


def collaborative_hits(split: HoldOut, config: AlsConfig, *, k: int = 10) -> NDArray[np.float64]:
    """Return for each shopper 1 if the held out item is among the `k` best, else 0.

    The factors are fitted on the known purchases and asked through the source that serves.

    Parameters
    ----------
    split : HoldOut
    config : AlsConfig
    k : int

    Returns
    -------
    ndarray
        Shape ``(n_users,)`` float64.
    """
    source = Collaborative(fit_collaborative(split.weights, config))

    def best(chunk: slice) -> NDArray[np.int32]:
        rows = split.weights[chunk]
        queries = [
            EncodedQuery(
                history=row.indices.astype(np.int32), history_weights=row.data.astype(np.float32)
            )
            for row in (rows[[nth]] for nth in range(rows.shape[0]))
        ]
        return source.candidates(queries, k, _not_bought(rows)).item_index

    return _hits(split, best, k)


def popular_hits(split: HoldOut, *, k: int = 10) -> NDArray[np.float64]:
    """Return the same for the items that most shoppers bought, whoever asks."""
    n_buyers = np.bincount(split.weights.indices, minlength=split.weights.shape[1])

    def best(chunk: slice) -> NDArray[np.int32]:
        allowed = _not_bought(split.weights[chunk])
        scores = np.tile(n_buyers.astype(np.float32), (len(allowed), 1))
        return Candidates.from_scores(scores, k, allowed).item_index

    return _hits(split, best, k)


def _hits(
    split: HoldOut, best: Callable[[slice], NDArray[np.int32]], k: int
) -> NDArray[np.float64]:
    n_users, n_items = split.weights.shape
    ranked = np.concatenate(
        [best(slice(at, at + _CHUNK_USERS)) for at in range(0, n_users, _CHUNK_USERS)]
    )
    relevant = sparse.csr_matrix(
        (np.ones(n_users, dtype=np.float32), (np.arange(n_users), split.held_out)),
        shape=(n_users, n_items),
    )
    return hit_rate_at_k(ranked, relevant, k)


def _not_bought(rows: sparse.csr_matrix) -> NDArray[np.bool_]:
    allowed = np.ones(rows.shape, dtype=np.bool_)
    allowed[rows.nonzero()] = False
    return allowed
