"""Ranked rows written out as products with their scores, reasons and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.agreement import match_scores, personal_scores
from modiste.recommender.arrangement import Arranger, Shown
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.eligibility import Limits
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.pool import Pool
from modiste.recommender.ranker import Ranker
from modiste.recommender.reasons import MAX_REASONS, Explainer
from modiste.recommender.recommendation import Reason, Recommendation, Recommendations
from modiste.recommender.selection import falling

BACKFILL: Final = (Reason("backfill", "completes the list", 1.0),)
_PINNED: Final = Reason("pinned", "chosen by the shop", 1.0)
_LIFTED: Final = Reason("new", "new in the shop", 1.0)


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
    shown : tuple of Shown
        What to show of each query.
    """

    queries: tuple[EncodedQuery, ...]
    pool: Pool
    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    shown: tuple[Shown, ...]


def write_answers(
    ranked: Ranked,
    limits: Limits,
    arranger: Arranger,
    catalogue: Catalogue,
    ranker: Ranker,
    explainer: Explainer,
) -> list[Recommendations]:
    """Return the answer to each query of a batch."""
    pool = ranked.pool
    rows = np.concatenate([shown.rows for shown in ranked.shown])
    features = ranked.features[rows]
    contributions = ranker.contributions(features)
    reasons = explainer.reasons(rows, pool, ranked.queries, features, contributions)
    matches, personals = match_scores(features), personal_scores(features)
    proposed = pool.proposed[rows]
    answers, start = [], 0
    for query, shown in zip(ranked.queries, ranked.shown, strict=True):
        own = shown.rows
        scores = ranked.scores[own] if arranger.rules.reorders else falling(ranked.scores[own])
        filled = ~proposed[start : start + len(own)] & ~shown.pinned
        products = [
            Recommendation(
                item_id=catalogue.item_ids.ids[pool.item_index[row]],
                rank=nth + 1,
                score=float(scores[nth]),
                match_score=float(matches[start + nth]),
                personal_score=float(personals[start + nth]),
                reasons=BACKFILL if filled[nth] else with_rule(reasons[start + nth], shown, nth),
            )
            for nth, row in enumerate(own.tolist())
        ]
        start += len(own)
        # What a source proposed, but nothing speaks for, completes the list as well.
        n_filled = sum(product.reasons[0].kind == "backfill" for product in products)
        notes = (
            *query.notes,
            *limits.notes,
            *arranger.notes,
            *shortage(len(own), n_filled, limits),
            *many_of_a_brand(shown, arranger.rules.max_per_brand),
        )
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


def with_rule(reasons: tuple[Reason, ...], shown: Shown, nth: int) -> tuple[Reason, ...]:
    """Name the shop's rule first, where a rule put the product there."""
    if shown.pinned[nth]:
        return (_PINNED, *reasons)[:MAX_REASONS]
    if shown.lifted[nth]:
        return (_LIFTED, *(one for one in reasons if one.kind != "new"))[:MAX_REASONS]
    return reasons


def many_of_a_brand(shown: Shown, limit: int | None) -> tuple[str, ...]:
    """Say how many products are past the shop's limit of one brand, if any."""
    if not shown.n_over_brand:
        return ()
    return (f"{shown.n_over_brand} items are past the limit of {limit} of one brand.",)


def shortage(n_shown: int, n_filled: int, limits: Limits) -> tuple[str, ...]:
    """Say how many products only fill the list, and how many are missing, if any."""
    notes = []
    if n_filled:
        notes.append(f"{n_filled} of {n_shown} items only complete the list, by popularity.")
    if n_shown < limits.k and limits.base.any():
        notes.append(f"Only {n_shown} items may be shown; {limits.k} were asked for.")
    return tuple(notes)
