"""Counts of the checkerboard shop against a count by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from modiste.data import columns
from modiste.recommender.eligibility import just_arrived, on_sale
from modiste.recommender.facets import facets
from modiste.recommender.filters import filter_masks

FILTERS = [
    {},
    {"color": ["red"]},
    {"category": ["Dress", "Tee"], "color": "red"},
    {"type": ["upper"], "price": {"max": 30}},
    {"new": True, "color": ["red", "navy"]},
    {"new": False},
    {"pattern": ["striped"], "color": ["red", "white"]},
    {"category": {"any": ["Dress", "Tee"], "not": ["Tee"]}, "pattern": {"not": ["floral"]}},
    {"price": {"min": 15, "max": 40}, "category": ["Dress"], "attributes": ["striped"]},
]


@pytest.fixture(scope="module")
def new(catalogue):
    return np.arange(catalogue.n_items) % 7 == 0


def _by_hand(catalogue, filters, base, new, skipped):
    """One item at a time: those that pass the filters but `skipped`."""
    kept = []
    for item in np.flatnonzero(base).tolist():
        category = catalogue.items[columns.CATEGORY].iloc[item]
        passes = True
        for name, wanted in filters.items():
            if name == skipped:
                continue
            if name == "type":
                place = catalogue.vocabulary.category_index.get(category)
                types = catalogue.vocabulary.category_types
                passes &= place is not None and types[place] in wanted
            elif name == "new":
                passes &= bool(new[item]) == wanted
            elif name == "pattern":
                has = set(catalogue.items[columns.ATTRIBUTES].iloc[item] or ())
                refused = wanted.get("not", ()) if isinstance(wanted, dict) else ()
                chosen = wanted if isinstance(wanted, list) else ()
                passes &= not has & set(refused) and (not chosen or bool(has & set(chosen)))
            else:
                passes &= bool(filter_masks({name: wanted}, catalogue)[name][item])
        if passes:
            kept.append(item)
    return kept


@pytest.mark.parametrize("filters", FILTERS)
def test_each_facet_counts_what_passes_the_others(catalogue, new, filters):
    base = on_sale(catalogue)
    found = facets(catalogue, filters, base=base, new=new)
    assert found.n_items == len(_by_hand(catalogue, filters, base, new, None))
    assert found.n_new == int(new[_by_hand(catalogue, filters, base, new, "new")].sum())
    for facet in (columns.CATEGORY, columns.COLOR, columns.BRAND):
        values = catalogue.items[facet].iloc[_by_hand(catalogue, filters, base, new, facet)]
        expected = values.dropna().value_counts().to_dict()
        counted = {one.value: one.n_items for one in found.values[facet] if one.n_items}
        assert counted == expected
        numbers = [one.n_items for one in found.values[facet]]
        assert numbers == sorted(numbers, reverse=True)
    listed = [
        name
        for item in _by_hand(catalogue, filters, base, new, "pattern")
        for name in catalogue.items[columns.ATTRIBUTES].iloc[item] or ()
        if name in ("striped", "floral")
    ]
    counted = {one.value: one.n_items for one in found.values["pattern"] if one.n_items}
    assert counted == {name: listed.count(name) for name in set(listed)}
    of_type = {one.value: one.n_items for one in found.values["type"]}
    assert sum(of_type.values()) == sum(
        isinstance(catalogue.items[columns.CATEGORY].iloc[item], str)
        for item in _by_hand(catalogue, filters, base, new, "type")
    )


@pytest.mark.parametrize("filters", FILTERS)
def test_price_bands_part_the_items_as_the_price_filter_does(catalogue, new, filters):
    base = on_sale(catalogue)
    bands = facets(catalogue, filters, base=base, new=new).prices
    others = np.zeros(catalogue.n_items, dtype=bool)
    others[_by_hand(catalogue, filters, base, new, "price")] = True
    assert 1 < len(bands) <= 5
    for before, after in itertools.pairwise(bands):
        assert before.min <= before.max < after.min
    for band in bands:
        inside = filter_masks({"price": {"min": band.min, "max": band.max}}, catalogue)["price"]
        assert band.n_items == int((inside & others).sum())
    priced = others & np.isfinite(catalogue.prices)
    assert sum(band.n_items for band in bands) == int(priced.sum())


def test_a_value_that_is_filtered_by_is_listed_without_items(catalogue, new):
    base = on_sale(catalogue)
    nothing = {"color": ["red"], "price": {"min": 1e6}}
    found = facets(catalogue, nothing, base=base, new=new)
    assert found.n_items == 0
    assert [(one.value, one.n_items) for one in found.values["color"]] == [("red", 0)]
    assert found.values["brand"] == ()


def test_a_shop_without_prices_has_no_bands(catalogue, new):
    nothing = np.zeros(catalogue.n_items, dtype=bool)
    assert facets(catalogue, {}, base=nothing, new=new).prices == ()


@pytest.mark.parametrize(
    "filters",
    [
        {"color": ["mauve"]},
        {"type": ["shoe"]},
        {"type": 3},
        {"category": "Hat"},
        {"pattern": ["red"]},
    ],
)
def test_what_does_not_exist_is_refused(catalogue, new, filters):
    with pytest.raises(ValueError, match="Received: "):
        facets(catalogue, filters, base=on_sale(catalogue), new=new)


def test_what_arrived_since_is_new_and_an_unknown_day_is_not(catalogue):
    days = np.full(catalogue.n_items, 100.0)
    days[:4] = [90.0, 89.9, 100.5, np.nan]
    found = just_arrived(replace(catalogue, available_from_days=days), 100.0 * 86_400, 10.0)
    assert found[:5].tolist() == [True, False, True, False, True]
