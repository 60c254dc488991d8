"""Orders a pool: LambdaMART where it proved better, the best simpler scorer elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from modiste.errors import ReleaseError
from modiste.recommender.agreement import WEAK_MATCH, agreed, is_weak_match
from modiste.recommender.causes import CAUSES, blend_terms, cause_of_source, is_asked, sum_by_cause
from modiste.recommender.features import COLUMN, FEATURE_NAMES
from modiste.recommender.guard import (
    BLEND,
    GUARD_FILE,
    HYBRID,
    SCORERS,
    SEGMENTS,
    Guard,
    guard_error,
)
from modiste.recommender.pool import SOURCES

if TYPE_CHECKING:
    import lightgbm

RANKER_FILE = "ranker.txt"
HOME_RANKER_FILE = "ranker_home.txt"
#: A shopper with at least this many items bought is hot; with any history, warm; else cold.
HOT_PURCHASES: Final = 5

_FIRST_HOME: Final = SEGMENTS.index("home_hot")
# More than any two scores of one query differ by.
_BEHIND_MATCHES: Final = np.float32(64.0)
# No source's scores spread as wide as this; small enough for float32 to keep their order.
_STEP: Final = 8.0


def segments(features: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the position in `SEGMENTS` of each row of a feature table, ``(n_rows,)`` int64."""
    hot = features[:, COLUMN["n_purchased"]] >= HOT_PURCHASES
    cold = features[:, COLUMN["n_history"]] == 0
    shopper = np.where(cold, 2, np.where(hot, 0, 1))
    return np.where(is_asked(features), 0, 3) + shopper


class Ranker:
    """Scores the rows of a feature table and says what each score is made of.

    Parameters
    ----------
    booster : lightgbm.Booster or None
        Fitted on tables of `FEATURE_NAMES`; None if no data allowed a fit.
    guard : Guard
        Must not name the hybrid where there is no booster.
    home_booster : lightgbm.Booster, optional
        Fitted on home pages alone, and asked for them instead of `booster`: where nothing
        is asked for, the shopper's taste decides, which trees that also see photos and
        phrases learn too little of.
    """

    def __init__(
        self,
        booster: lightgbm.Booster | None,
        guard: Guard,
        home_booster: lightgbm.Booster | None = None,
    ) -> None:
        if booster is None and HYBRID in guard.served.values():
            raise ValueError("A guard that serves the hybrid needs a booster. Received: None")
        self.booster = booster
        self.home_booster = home_booster
        self.guard = guard
        self._served = np.array([SCORERS.index(guard.served[name]) for name in SEGMENTS])

    @classmethod
    def blend_only(cls, note: str) -> Ranker:
        """Return a ranker that serves the fixed blend everywhere; `note` says why."""
        return cls(None, Guard(dict.fromkeys(SEGMENTS, BLEND), note=note))

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score each row by the scorer that serves its segment.

        Parameters
        ----------
        features : ndarray
            Shape ``(n_rows, len(FEATURE_NAMES))`` float32, from `feature_table`.

        Returns
        -------
        ndarray
            Shape ``(n_rows,)`` float32, finite, higher is better; comparable within one
            query only.
        """
        scores = np.zeros(len(features), dtype=np.float32)
        for scorer, rows in self._rows_by_scorer(features):
            scores[rows] = self.scores_by(scorer, features[rows])
        # The worse they match, the further behind: liking does not order what was not asked for.
        behind = _BEHIND_MATCHES * (2.0 - agreed(features) / WEAK_MATCH)
        return np.where(is_weak_match(features), scores - behind, scores).astype(np.float32)

    def scores_by(self, scorer: str, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score each row by one of `SCORERS`, whatever the guard says.

        A single source's proposals come first, in its order; the rest follows by what sells,
        as in a shop that has only this source.
        """
        if scorer == HYBRID:
            if self.booster is None:
                raise ValueError("This ranker has no booster, so no hybrid. Received: 'hybrid'")
            return self._predicted(features, 1)[:, 0].astype(np.float32)
        if scorer == BLEND:
            return np.asarray(blend_terms(features).sum(axis=1), dtype=np.float32)
        if scorer not in SOURCES:
            raise ValueError(f"scorer must be one of {', '.join(SCORERS)}. Received: {scorer!r}")
        own = features[:, COLUMN[f"{scorer}_score"]]
        proposed = ~np.isnan(features[:, COLUMN[f"{scorer}_rank"]])
        sells = features[:, COLUMN["popular_score"]] - _STEP
        return np.where(proposed, own, np.nan_to_num(sells, nan=-2 * _STEP)).astype(np.float32)

    def contributions(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how much each of `CAUSES` adds to or takes from each row's score.

        SHAP values of the trees where the hybrid serves, the terms of the blend where that
        does, and where a single source does its score, or, of what it did not propose, how it
        sells.

        Parameters
        ----------
        features : ndarray
            Shape ``(n_rows, len(FEATURE_NAMES))`` float32.

        Returns
        -------
        ndarray
            Shape ``(n_rows, len(CAUSES))`` float32.

        References
        ----------
        Lundberg et al., "From local explanations to global understanding with explainable
        AI for trees", Nature Machine Intelligence 2020.
        """
        result = np.zeros((len(features), len(CAUSES)), dtype=np.float32)
        for scorer, rows in self._rows_by_scorer(features):
            if scorer == HYBRID and self.booster is not None:
                values = self._predicted(features[rows], len(FEATURE_NAMES) + 1)
                # The last column is the mean prediction, the same for every row.
                result[rows] = sum_by_cause(values[:, :-1])
                continue
            terms = blend_terms(features[rows])
            if scorer in SOURCES:
                proposed = ~np.isnan(features[rows, COLUMN[f"{scorer}_rank"]])
                own, sells = (features[rows, COLUMN[f"{s}_score"]] for s in (scorer, "popular"))
                terms[:] = 0.0
                terms[proposed, SOURCES.index(scorer)] = own[proposed]
                terms[~proposed, SOURCES.index("popular")] = np.nan_to_num(sells[~proposed])
            for column, source in enumerate(SOURCES):
                result[rows, CAUSES.index(cause_of_source(source))] += terms[:, column]
        return result

    def _predicted(self, features: NDArray[np.float32], n_columns: int) -> NDArray[np.float64]:
        """Return scores (one column) or SHAP values (a column a feature, and the mean)."""
        values = np.zeros((len(features), n_columns), dtype=np.float64)
        is_home = np.zeros(len(features), dtype=np.bool_)
        if self.home_booster is not None:
            is_home = segments(features) >= _FIRST_HOME
        for booster, rows in ((self.booster, ~is_home), (self.home_booster, is_home)):
            if booster is not None and rows.any():
                found = booster.predict(features[rows], pred_contrib=n_columns > 1, num_threads=1)
                values[rows] = np.asarray(found).reshape(-1, n_columns)
        return values

    def _rows_by_scorer(
        self, features: NDArray[np.float32]
    ) -> Sequence[tuple[str, NDArray[np.int64]]]:
        served = self._served[segments(features)]
        return [(SCORERS[one], np.flatnonzero(served == one)) for one in np.unique(served)]

    def save(self, folder: Path) -> None:
        """Write ``ranker.json`` and, of each booster there is, its trees as text."""
        for booster, name in (
            (self.booster, RANKER_FILE),
            (self.home_booster, HOME_RANKER_FILE),
        ):
            if booster is not None:
                (folder / name).write_text(booster.model_to_string(), encoding="utf-8")
        guard = {
            "feature_names": list(FEATURE_NAMES),
            "fitted": self.booster is not None,
            "fitted_home": self.home_booster is not None,
            **self.guard.parts(),
        }
        (folder / GUARD_FILE).write_text(json.dumps(guard, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Read what `save` wrote.

        Raises
        ------
        ReleaseError
            If a file is missing or broken, or was fitted on other features.
        """
        path = folder / GUARD_FILE
        guard, parts = Guard.with_parts(folder)
        try:
            names = tuple(parts["feature_names"])
            fitted, fitted_home = bool(parts["fitted"]), bool(parts["fitted_home"])
        except (KeyError, TypeError) as error:
            raise guard_error(path, error) from error
        if names != FEATURE_NAMES:
            differing = sorted(set(names) ^ set(FEATURE_NAMES)) or "the same in another order"
            raise ReleaseError(
                f"{path} must be of this version's {len(FEATURE_NAMES)} features; train the "
                f"ranker again. Received: {len(names)} features, differing in {differing}"
            )
        return cls(
            _read_booster(folder / RANKER_FILE) if fitted else None,
            guard,
            _read_booster(folder / HOME_RANKER_FILE) if fitted_home else None,
        )


def _read_booster(path: Path) -> lightgbm.Booster:
    import lightgbm

    try:
        booster = lightgbm.Booster(model_str=path.read_text(encoding="utf-8"))
    except (OSError, lightgbm.basic.LightGBMError) as error:
        raise ReleaseError(
            f"{path} must be a LightGBM model as text; publish the release again. Received: {error}"
        ) from error
    if tuple(booster.feature_name()) != FEATURE_NAMES:
        raise ReleaseError(
            f"{path} must be of this version's features; train the ranker again. "
            f"Received: {booster.num_feature()} others"
        )
    return booster
