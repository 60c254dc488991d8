"""How many items there are of each kind, for a shop's filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.facet_columns import NEW, PATTERN, TYPE, item_types
from modiste.recommender.filters import filter_masks, wanted_names

N_PRICE_BANDS: Final = 5


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet, and the items that have it and pass the filters of other facets.

    Of a value that is filtered by, `is_chosen` is true.
    """

    value: str
    n_items: int
    is_chosen: bool = False


@dataclass(frozen=True)
class PriceBand:
    """The items of prices from `min` to `max`, both included; bands do not overlap."""

    min: float
    max: float
    n_items: int


@dataclass(frozen=True)
class Facets:
    """Counts by facet; an item is counted in a facet if it passes the filters of all others.

    Parameters
    ----------
    n_items : int
        Items that pass every filter.
    values : mapping of str to tuple of FacetValue
        By facet (``type``, ``category``, ``color``, ``pattern``, ``brand``): those that have items
        or are filtered by, most items first.
    prices : tuple of PriceBand
        Cheapest first. They part the items on sale, whatever the filters.
    n_new : int
        Items that have just arrived.
    """

    n_items: int
    values: Mapping[str, tuple[FacetValue, ...]]
    prices: tuple[PriceBand, ...]
    n_new: int


def facets(
    catalogue: Catalogue,
    filters: Mapping[str, object],
    *,
    base: NDArray[np.bool_],
    new: NDArray[np.bool_],
) -> Facets:
    """Count the items of each value of each facet.

    Parameters
    ----------
    catalogue : Catalogue
    filters : mapping of str to object
        As ``modiste.recommender.filters.filter_masks`` takes them.
    base : ndarray
        Items that may be shown at all, shape ``(n_items,)`` bool.
    new : ndarray
        Items that have just arrived, shape ``(n_items,)`` bool; see `eligibility.just_arrived`.

    Raises
    ------
    ValueError
        If a filter names no column or a value that does not exist.
    """
    masks = filter_masks(filters, catalogue, new)
    coded = {
        TYPE: item_types(catalogue),
        columns.CATEGORY: (catalogue.categories, catalogue.vocabulary.categories),
        columns.COLOR: (catalogue.colors, catalogue.color_names),
        columns.BRAND: (catalogue.brands, catalogue.brand_names),
    }
    values = {
        facet: _counted(
            _code_counts(codes, len(names), _others(facet, masks, base)), names, filters.get(facet)
        )
        for facet, (codes, names) in coded.items()
    }
    patterns = catalogue.patterns
    values[PATTERN] = _counted(
        patterns.counts(_others(PATTERN, masks, base)), patterns.names, filters.get(PATTERN)
    )
    return Facets(
        n_items=int(_others(None, masks, base).sum()),
        values=values,
        prices=_bands(catalogue, base, _others(columns.PRICE, masks, base)),
        n_new=int((_others(NEW, masks, base) & new).sum()),
    )


def _others(
    facet: str | None, masks: Mapping[str, NDArray[np.bool_]], base: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the items that pass the filters of every other facet."""
    passing = base.copy()
    for name, mask in masks.items():
        if name != facet:
            passing &= mask
    return passing


def _code_counts(
    codes: NDArray[np.int32], n_names: int, passing: NDArray[np.bool_]
) -> NDArray[np.int64]:
    return np.bincount(codes[passing & (codes >= 0)], minlength=n_names)


def _counted(
    counts: NDArray[np.int64], names: Sequence[str], chosen: object
) -> tuple[FacetValue, ...]:
    kept = set(wanted_names(chosen))
    # Stable: of equal counts, the names' own order.
    order = np.argsort(-counts, kind="stable")
    return tuple(
        FacetValue(names[place], int(counts[place]), is_chosen=names[place] in kept)
        for place in order.tolist()
        if counts[place] or names[place] in kept
    )


def _bands(
    catalogue: Catalogue, base: NDArray[np.bool_], passing: NDArray[np.bool_]
) -> tuple[PriceBand, ...]:
    # As the price filter reads them, so that a band's ends filter exactly its items.
    prices = pd.to_numeric(catalogue.items[columns.PRICE]).to_numpy(np.float64, na_value=np.nan)
    priced = base & np.isfinite(prices)
    if not priced.any():
        return ()
    on_sale = np.sort(prices[priced])
    quantiles = np.arange(1, N_PRICE_BANDS) / N_PRICE_BANDS
    # Each band starts at a price that exists, and ends at the last before the next one starts.
    starts = np.unique([on_sale[0], *np.quantile(on_sale, quantiles, method="lower")])
    ends = on_sale[np.append(np.searchsorted(on_sale, starts[1:]), len(on_sale)) - 1]
    band = np.searchsorted(starts, prices[priced & passing], side="right") - 1
    counts = np.bincount(band, minlength=len(starts))
    return tuple(
        PriceBand(float(low), float(high), int(n))
        for low, high, n in zip(starts, ends, counts, strict=True)
    )
