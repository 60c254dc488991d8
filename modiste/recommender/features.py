"""What the ranker knows of each (query, shopper, item) row, as one table.

Unknown is NaN, which LightGBM treats as a value of its own. Everything works on whole
columns; nothing loops over items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.pairs import entries, joined, lookup, row_dots
from modiste.recommender.pool import SOURCES, Pool
from modiste.recommender.taste import TASTE_FEATURES, taste_columns

#: Columns of each source: its score, the score between the worst (0) and best (1) of the
#: query's pool, and the rank it proposed the item at.
SOURCE_FEATURES: Final = tuple(
    f"{source}_{kind}" for source in SOURCES for kind in ("score", "relative", "rank")
)
MATCH_FEATURES: Final = ("attribute_agreement", "attribute_conflict", "category_agreement")
OWN_FEATURES: Final = (
    "touched_weight",
    "touched_position",
    "times_bought",
    "days_since_bought",
    "group_bought",
)
ITEM_FEATURES: Final = (
    "popularity",
    "category_popularity",
    "trend",
    "week_trend",
    "item_purchases",
    "repeat_rate",
    "price",
    "item_age_days",
)
QUERY_FEATURES: Final = (
    "has_embedding",
    "has_attributes",
    "n_history",
    "n_purchased",
    "days_since_purchase",
)
FEATURE_NAMES: Final = (
    *SOURCE_FEATURES,
    *MATCH_FEATURES,
    *TASTE_FEATURES,
    *OWN_FEATURES,
    *ITEM_FEATURES,
    *QUERY_FEATURES,
)
COLUMN: Final = {name: column for column, name in enumerate(FEATURE_NAMES)}

_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class ItemFeatures:
    """The columns that depend on the item alone; build once a release and pass them on.

    Parameters
    ----------
    values : ndarray
        Shape ``(n_items, len(ITEM_FEATURES))`` float32.
    """

    values: NDArray[np.float32]

    @classmethod
    def of(cls, catalogue: Catalogue, history: History) -> ItemFeatures:
        """Compute them for every item, as of the end of the history."""
        popularity = history.popularity.astype(np.float64)
        category = np.where(catalogue.categories < 0, catalogue.n_categories, catalogue.categories)
        best = np.zeros(catalogue.n_categories + 1)
        np.maximum.at(best, category, popularity)
        in_category = np.divide(
            popularity, best[category], out=np.zeros_like(popularity), where=best[category] > 0
        )
        trend = np.log((popularity + 1.0) / (history.item_purchases + 1.0))
        # What arrived after the history ends is new, and not younger than that.
        age = np.maximum(_days(history.as_of) - catalogue.available_from_days, 0.0)
        week_trend = np.log(
            (history.recent_popularity.astype(np.float64) + 1.0) / (popularity + 1.0)
        )
        repeat_rate = history.item_repeat_rates(catalogue.categories, catalogue.n_categories)
        columns = (
            np.log1p(popularity),
            in_category,
            trend,
            week_trend,
            np.log1p(history.item_purchases),
            repeat_rate,
            catalogue.log_prices,
            age,
        )
        return cls(np.stack(columns, axis=1).astype(np.float32))

    def with_prices(self, catalogue: Catalogue) -> ItemFeatures:
        """Return the columns of the same items at the prices of another catalogue."""
        values = self.values.copy()
        values[:, ITEM_FEATURES.index("price")] = catalogue.log_prices
        return ItemFeatures(values)


def feature_table(
    pool: Pool,
    queries: Sequence[EncodedQuery],
    catalogue: Catalogue,
    history: History,
    *,
    items: ItemFeatures | None = None,
) -> NDArray[np.float32]:
    """Return the features of every row of a pool.

    Parameters
    ----------
    pool : Pool
    queries : sequence of EncodedQuery
        The ``pool.n_queries`` queries of the batch.
    catalogue : Catalogue
    history : History
        What was known when the query was asked; in training, nothing after the cut.
    items : ItemFeatures, optional
        Those of this catalogue and history; computed here if not given.

    Returns
    -------
    ndarray
        Shape ``(n_rows, len(FEATURE_NAMES))`` float32, columns in the order of
        `FEATURE_NAMES`; NaN where a value is unknown. A row does not depend on the other
        queries of the batch.

    Raises
    ------
    ValueError
        If the number of queries is not the pool's.
    """
    if len(queries) != pool.n_queries:
        raise ValueError(
            f"queries must be the {pool.n_queries} of the pool. Received: {len(queries)}"
        )
    item_values = (items or ItemFeatures.of(catalogue, history)).values
    table = np.full((len(pool), len(FEATURE_NAMES)), np.nan, dtype=np.float32)
    if not len(pool):
        return table
    for column, source in enumerate(SOURCES):
        scores = pool.scores[:, column]
        table[:, COLUMN[f"{source}_score"]] = scores
        table[:, COLUMN[f"{source}_relative"]] = _relative(scores, pool)
        table[:, COLUMN[f"{source}_rank"]] = pool.ranks[:, column]
    first = COLUMN[ITEM_FEATURES[0]]
    table[:, first : first + len(ITEM_FEATURES)] = item_values[pool.item_index]
    _add_match(table, pool, queries, catalogue)
    for name, values in taste_columns(pool, queries, catalogue).items():
        table[:, COLUMN[name]] = values
    _add_own(table, pool, queries, catalogue)
    _add_query(table, pool, queries)
    return table


def _relative(scores: NDArray[np.float32], pool: Pool) -> NDArray[np.float32]:
    """Scale each query's scores so that its worst is 0 and its best 1."""
    starts = pool.indptr[:-1][pool.group_sizes > 0]
    sizes = pool.group_sizes[pool.group_sizes > 0]
    low = np.repeat(np.fmin.reduceat(scores, starts), sizes)
    high = np.repeat(np.fmax.reduceat(scores, starts), sizes)
    spread = np.where(high > low, high - low, 1.0)
    relative: NDArray[np.float32] = (scores - low) / spread
    return relative


def _add_match(
    table: NDArray[np.float32],
    pool: Pool,
    queries: Sequence[EncodedQuery],
    catalogue: Catalogue,
) -> None:
    wanted = _stacked([query.attributes for query in queries], catalogue.n_attributes)
    asked = np.array([query.attributes is not None for query in queries])[pool.query_index]
    total = np.maximum(wanted, 0.0).sum(axis=1)[pool.query_index]
    agreement = row_dots(np.maximum(wanted, 0.0), catalogue.attributes, pool)
    conflict = row_dots(np.maximum(-wanted, 0.0), catalogue.attributes, pool)
    known = asked & (total > 0)
    table[known, COLUMN["attribute_agreement"]] = agreement[known] / total[known]
    table[asked, COLUMN["attribute_conflict"]] = conflict[asked]

    categories = _stacked([query.categories for query in queries], catalogue.n_categories)
    category = catalogue.categories[pool.item_index]
    known = np.array([query.categories is not None for query in queries])[pool.query_index]
    known &= category >= 0
    table[known, COLUMN["category_agreement"]] = categories[
        pool.query_index[known], category[known]
    ]


def _add_own(
    table: NDArray[np.float32],
    pool: Pool,
    queries: Sequence[EncodedQuery],
    catalogue: Catalogue,
) -> None:
    rows = (pool.query_index, pool.item_index)
    query, item = entries([q.history for q in queries])
    weight = joined([q.history_weights for q in queries])
    table[:, COLUMN["touched_weight"]] = lookup(query, item, weight, *rows)
    # 0 for the item touched last.
    position = joined([np.arange(len(q.history) - 1, -1, -1) for q in queries])
    table[:, COLUMN["touched_position"]] = lookup(query, item, position, *rows, missing=np.nan)

    query, item = entries([q.purchased for q in queries])
    times = joined([q.purchased_counts for q in queries])
    days = joined([q.purchased_days for q in queries])
    table[:, COLUMN["times_bought"]] = lookup(query, item, times, *rows)
    table[:, COLUMN["days_since_bought"]] = lookup(query, item, days, *rows, missing=np.nan)
    group = catalogue.groups
    table[:, COLUMN["group_bought"]] = lookup(
        query, group[item], times, pool.query_index, group[pool.item_index]
    )


def _add_query(table: NDArray[np.float32], pool: Pool, queries: Sequence[EncodedQuery]) -> None:
    values = np.array(
        [
            (
                query.embedding is not None,
                _says_something(query),
                len(query.history),
                len(query.purchased),
                query.purchased_days.min() if query.purchased.size else np.nan,
            )
            for query in queries
        ],
        dtype=np.float32,
    )
    first = COLUMN[QUERY_FEATURES[0]]
    table[:, first : first + len(QUERY_FEATURES)] = values[pool.query_index]


def _says_something(query: EncodedQuery) -> bool:
    return any(
        part is not None and bool(part.any())
        for part in (query.attributes, query.categories, query.colors)
    )


def _stacked(rows: Sequence[NDArray[np.float32] | None], width: int) -> NDArray[np.float32]:
    stacked = np.zeros((len(rows), width), dtype=np.float32)
    for place, row in enumerate(rows):
        if row is not None:
            stacked[place] = row
    return stacked


def _days(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / _SECONDS_A_DAY
