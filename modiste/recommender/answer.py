"""Ranked rows written out as products with their scores, reasons and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.agreement import match_scores, personal_scores
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.eligibility import Limits
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pool import Pool
from modiste.recommender.ranker import Ranker
from modiste.recommender.reasons import Explainer
from modiste.recommender.recommendation import Reason, Recommendation, Recommendations
from modiste.recommender.selection import falling

_BACKFILL: Final = (Reason("backfill", "completes the list", 1.0),)


@dataclass(frozen=True)
class Ranked:
    """A batch of queries with their pool, scored and cut to what is shown.

    Parameters
    ----------
    queries : tuple of EncodedQuery
    pool : Pool
    features : ndarray
        Shape ``(n_rows, n_features)`` float32.
    scores : ndarray
        Shape ``(n_rows,)`` float32.
    shown : tuple of ndarray
        Rows to show of each query, best first, shape ``(n_shown,)`` int64 each.
    """

    queries: tuple[EncodedQuery, ...]
    pool: Pool
    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    shown: tuple[NDArray[np.int64], ...]


def write_answers(
    ranked: Ranked, limits: Limits, catalogue: Catalogue, ranker: Ranker, explainer: Explainer
) -> list[Recommendations]:
    """Return the answer to each query of a batch."""
    pool = ranked.pool
    rows = np.concatenate(ranked.shown)
    features = ranked.features[rows]
    contributions = ranker.contributions(features)
    reasons = explainer.reasons(rows, pool, ranked.queries, features, contributions)
    matches, personals = match_scores(features), personal_scores(features)
    proposed = pool.proposed[rows]
    answers, start = [], 0
    for query, own in zip(ranked.queries, ranked.shown, strict=True):
        scores = falling(ranked.scores[own])
        products = [
            Recommendation(
                item_id=catalogue.item_ids.ids[pool.item_index[row]],
                rank=nth + 1,
                score=float(scores[nth]),
                match_score=float(matches[start + nth]),
                personal_score=float(personals[start + nth]),
                reasons=reasons[start + nth] if proposed[start + nth] else _BACKFILL,
            )
            for nth, row in enumerate(own.tolist())
        ]
        n_filled = int((~proposed[start : start + len(own)]).sum())
        start += len(own)
        notes = (*query.notes, *limits.notes, *_shortage(len(own), n_filled, limits))
        answers.append(
            Recommendations(
                products,
                garment=query.garment,
                phrase=query.phrase,
                refinement=query.refinement,
                notes=notes,
            )
        )
    return answers


def _shortage(n_shown: int, n_filled: int, limits: Limits) -> tuple[str, ...]:
    notes = []
    if n_filled:
        notes.append(f"{n_filled} of {n_shown} items only complete the list, by popularity.")
    if n_shown < limits.k and limits.base.any():
        notes.append(f"Only {n_shown} items may be shown; {limits.k} were asked for.")
    return tuple(notes)
