"""The shop as it was at one moment: what a release made then would have known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.eligibility import allowed_items
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.history import History
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.pool import PoolSource
from modiste.recommender.repeat import Repeat
from modiste.recommender.sources import candidate_sources
from modiste.recommender.visual import Visual
from modiste.training.collaborative import AlsConfig, fit_collaborative
from modiste.training.item_to_item import ItemToItemConfig, fit_item_to_item

#: Whether what a shopper bought may be shown to them again: where its category is one that
#: shoppers buy again, always, or never.
REPEATS: Final = ("learnt", "always", "never")

_SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class Snapshot:
    """The parts of a release made from the events before `as_of` only.

    Parameters
    ----------
    catalogue : Catalogue
    history : History
    factors : Factors
    item_weights : ItemWeights
    sources : mapping of str to PoolSource
    rebought : ndarray
        Items that may be shown to who bought them, shape ``(n_items,)`` bool.
    on_sale : ndarray
        Items that had arrived, shape ``(n_items,)`` bool. Whether one was in stock then is
        not known, so it is taken to be.
    """

    catalogue: Catalogue
    history: History
    factors: Factors
    item_weights: ItemWeights
    sources: Mapping[str, PoolSource]
    rebought: NDArray[np.bool_]
    on_sale: NDArray[np.bool_]

    @classmethod
    def take(
        cls,
        catalogue: Catalogue,
        events: pd.DataFrame,
        as_of: datetime,
        als: AlsConfig | None = None,
        *,
        item_to_item: ItemToItemConfig | None = None,
        visual: Visual | None = None,
        repeats: str = "learnt",
        arrived_by: datetime | None = None,
    ) -> Snapshot:
        """Build every part from the events before a moment.

        Parameters
        ----------
        catalogue : Catalogue
        events : DataFrame
            Columns of ``modiste.data.dataset.EVENTS_SCHEMA``; later events are left out.
        as_of : datetime
            UTC.
        als : AlsConfig, optional
        item_to_item : ItemToItemConfig, optional
        visual : Visual, optional
            Of this catalogue; it does not change with time, so several cuts can share it.
        repeats : str
            One of `REPEATS`.
        arrived_by : datetime, optional
            Items that arrived until then are on sale, though nothing is known of what was done
            with them after `as_of`; by default `as_of`.

        Raises
        ------
        ValueError
            If `repeats` is none of `REPEATS`.
        """
        if repeats not in REPEATS:
            raise ValueError(f"repeats must be one of {', '.join(REPEATS)}. Received: {repeats!r}")
        history = History.from_events(events, catalogue.item_ids, as_of)
        factors = fit_collaborative(history, als)
        item_weights = fit_item_to_item(history, item_to_item)
        repeat = Repeat(catalogue, history)
        rebought = {
            "learnt": repeat.rebought,
            "always": np.ones(catalogue.n_items, dtype=np.bool_),
            "never": np.zeros(catalogue.n_items, dtype=np.bool_),
        }
        days = (
            (arrived_by or as_of) - datetime(1970, 1, 1, tzinfo=UTC)
        ).total_seconds() / _SECONDS_A_DAY
        arrived = catalogue.available_from_days
        return cls(
            catalogue=catalogue,
            history=history,
            factors=factors,
            item_weights=item_weights,
            sources=candidate_sources(
                catalogue,
                history,
                factors,
                item_weights,
                visual=visual,
                repeat=repeat,
            ),
            rebought=rebought[repeats],
            on_sale=np.isnan(arrived) | (arrived <= days),
        )

    def allowed(self, queries: Sequence[EncodedQuery]) -> NDArray[np.bool_]:
        """Return what each query may be answered with, ``(n_queries, n_items)`` bool.

        Items on sale, less what was bought and is not of a kind that is bought again.
        """
        return allowed_items(self.on_sale, queries, rebought=self.rebought)
