from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checkerboard import BARE, N_ITEMS, attributes_of, category_of

from modiste.data.dataset import ITEMS_SCHEMA
from modiste.data.vocabulary import Vocabulary
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.filters import empty_note, filter_masks


def _passing(filters, catalogue):
    masks = filter_masks(filters, catalogue)
    return set(np.flatnonzero(np.logical_and.reduce(list(masks.values()))).tolist())


REAL = range(BARE)


@pytest.mark.parametrize(
    ("filters", "keeps"),
    [
        ({"category": "Tee"}, lambda i: category_of(i) == "Tee"),
        ({"category": ["Tee", "Socks"]}, lambda i: category_of(i) != "Dress"),
        ({"brand": "Costa"}, lambda i: i % 2 == 1),
        ({"color": ("red", "navy")}, lambda i: i % 3 < 2),
        ({"attributes": "red"}, lambda i: "red" in attributes_of(i)),
        ({"attributes": ["red", "cotton"]}, lambda i: {"red", "cotton"} <= set(attributes_of(i))),
        ({"price": {"max": 20}}, lambda i: 10 + i <= 20),
        ({"price": {"min": 20.0, "max": 30.0}}, lambda i: 20 <= 10 + i <= 30),
        ({"price": 15}, lambda i: i == 5),
        ({"price": [15]}, lambda i: i == 5),
        ({"price": ["15.00"]}, lambda i: i == 5),
        ({"season": "spring"}, lambda i: i % 2 == 0),
        ({"item_group_id": "g2"}, lambda i: i in {2, 8}),
        ({"category": "Tee", "brand": "Costa"}, lambda i: category_of(i) == "Tee" and i % 2),
        ({"category": {"any": ["Tee"]}}, lambda i: category_of(i) == "Tee"),
        ({"type": ["upper", "lower"]}, lambda i: category_of(i) != "Dress"),
        ({"pattern": "floral"}, lambda i: i % 2 == 1),
        ({"pattern": ["floral", "striped"]}, lambda _: True),
        (
            {"attributes": {"all": ["red"], "not": ["cotton"]}},
            lambda i: "red" in attributes_of(i) and "cotton" not in attributes_of(i),
        ),
    ],
)
def test_keeps_what_is_asked(catalogue, filters, keeps):
    passing = _passing(filters, catalogue)
    if "season" in filters:
        passing.discard(BARE)
    assert passing == {i for i in REAL if keeps(i)}


@pytest.mark.parametrize(
    ("filters", "refuses"),
    [
        ({"category": {"not": ["Tee"]}}, lambda i: category_of(i) == "Tee"),
        ({"brand": {"not": "Costa"}}, lambda i: i % 2 == 1),
        (
            {"attributes": {"not": ["red", "cotton"]}},
            lambda i: {"red", "cotton"} & {*attributes_of(i)},
        ),
        ({"pattern": {"not": ["floral"]}}, lambda i: i % 2 == 1),
    ],
)
def test_what_is_only_refused_leaves_the_unknown(catalogue, filters, refuses):
    assert _passing(filters, catalogue) == {*REAL, BARE} - {i for i in REAL if refuses(i)}


def test_what_has_just_arrived_is_a_filter_where_it_is_known(catalogue):
    new = np.arange(N_ITEMS) % 7 == 0
    assert filter_masks({"new": True}, catalogue, new)["new"].tolist() == new.tolist()
    assert filter_masks({"new": False}, catalogue, new)["new"].tolist() == (~new).tolist()
    with pytest.raises(ValueError, match="new is not known here"):
        filter_masks({"new": True}, catalogue)
    with pytest.raises(ValueError, match="new must be true or false"):
        filter_masks({"new": "yes"}, catalogue, new)


def test_an_attribute_is_meant_in_any_spelling():
    vocabulary = Vocabulary.from_pairs(
        [("Dress", "full")], [("long sleeve", "part"), ("long-sleeved", "part"), ("dot", "texture")]
    )
    rows = [["long sleeve"], ["long-sleeved"], ["dot"], None]
    items = pd.DataFrame({"item_id": list("abcd"), "title": "x", "attributes": rows})
    items["availability"] = "in_stock"
    catalogue = Catalogue.from_items(items.reindex(columns=ITEMS_SCHEMA.names), vocabulary)
    for name in ("long sleeve", "long-sleeved"):
        mask = filter_masks({"attributes": name}, catalogue)["attributes"]
        assert mask.tolist() == [True, True, False, False]
        mask = filter_masks({"attributes": {"not": [name]}}, catalogue)["attributes"]
        assert mask.tolist() == [False, False, True, True]


def test_no_filters(catalogue):
    assert filter_masks(None, catalogue) == {}
    assert filter_masks({}, catalogue) == {}


@pytest.mark.parametrize("name", ["price", "category", "brand", "color", "attributes"])
def test_unknown_value_of_an_item_never_passes(catalogue, name):
    value = {
        "price": {"min": 0},
        "category": ["Dress", "Tee", "Socks"],
        "brand": ["Norrland", "Costa"],
        "color": ["red", "navy", "white"],
        "attributes": "cotton",
    }[name]
    mask = filter_masks({name: value}, catalogue)[name]
    assert mask.shape == (N_ITEMS,)
    assert not mask[BARE]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"size": "XL"}, r"column of the items: item_id, .*season. Received: 'size'"),
        ({"category": "Tea"}, r"category must be one of Dress, Tee, Socks. Received: 'Tea'"),
        ({"category": ["Tee", "Hat"]}, r"Received: 'Hat'"),
        ({"attributes": "plaid"}, r"attributes must be one of striped, .*Received: 'plaid'"),
        ({"brand": 3}, r"brand must be a string or a list of strings. Received: 3"),
        ({"brand": []}, r"brand must be a string"),
        ({"brand": {"max": 3}}, r"brand must be a string"),
        ({"brand": ["Costa", 3]}, r"brand must be a string"),
        ({"item_id": "i777"}, r"one of 60, such as i7.*Received: 'i777'"),
        ({"price": "cheap"}, r"price must be a number or \{'min'"),
        ({"price": {"below": 3}}, r"price must be a number or \{'min'"),
        ({"price": {}}, r"price must be a number or \{'min'"),
        ({"price": {"max": float("nan")}}, r"price must be a number or \{'min'"),
        ({"price": {"max": float("inf")}}, r"price must be a number .*Received: inf"),
        ({"price": {"min": 10**400}}, r"range of a float64. Received: 1329 bits"),
        ({"price": 10**5000}, r"price must be a number .*Received: \d+ bits"),
        ({"price": ["19.99 EUR"]}, r"price must be a number .*Received: '19.99 EUR'"),
        ({"price": ["nan"]}, r"price must be a number .*Received: 'nan'"),
        ({"price": ["-1e999"]}, r"price must be a number .*Received: '-1e999'"),
        ({"price": ["5", "6"]}, r"price must be a number .*Received: \['5', '6'\]"),
        ({"price": [True]}, r"price must be a number .*Received: True"),
        ({"price": [{"min": 1}]}, r"price must be a number .*Received: \{'min': 1\}"),
        ({"price": True}, r"price must be a number or \{'min'"),
        ({"price": {"min": 5, "max": 3}}, r"min <= max"),
        ({"available_from": "2026"}, r"text, numbers or attributes. Received: the time"),
        ("category", r"filters must be a mapping"),
    ],
)
def test_what_does_not_exist_is_refused(catalogue, filters, message):
    with pytest.raises(ValueError, match=message):
        filter_masks(filters, catalogue)


def test_empty_note_names_the_filter_to_blame(catalogue):
    base = np.ones(N_ITEMS, dtype=bool)
    filters = {"price": {"max": 1}, "category": "Tee"}
    note = empty_note(filters, filter_masks(filters, catalogue), base)
    assert note == "No item passes the filter 'price' ({'max': 1})."
    filters = {"price": 15, "category": "Dress"}
    note = empty_note(filters, filter_masks(filters, catalogue), base)
    assert note == "No item passes the filters 'price' (15) and 'category' ('Dress') together."
