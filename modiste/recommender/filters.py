"""What the shopper limits the answer to: columns of the items table, attributes, facets."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.attribute_names import display_groups, same_names
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.facet_columns import ATTRIBUTE_PRESENT, NEW, PATTERN, TYPE, item_types

#: Values of a column that an error message lists.
_N_SHOWN = 10


def filter_masks(
    filters: Mapping[str, object] | None,
    catalogue: Catalogue,
    new: NDArray[np.bool_] | None = None,
) -> dict[str, NDArray[np.bool_]]:
    """Return which items pass each filter.

    An item whose value is unknown passes none, but that which only refuses values.

    Parameters
    ----------
    filters : mapping of str to object, optional
        By column of the items table. A string must be equal; of a list of strings, one
        must be. A number must be equal, and may come as a list of one number or of its
        text; ``{"min": a, "max": b}``, either of them, is a range with its ends. For
        ``"attributes"``, an item must have every one named, in any spelling.
        ``{"any": [...], "not": [...]}``, either of them, refuses values;
        for ``"attributes"``, ``{"all": [...], "not": [...]}``. Besides columns, ``"type"`` is
        that of the category, ``"pattern"`` one of the attributes that are patterns, and
        ``"new"`` (True or False) whether the item has just arrived.
    catalogue : Catalogue
    new : ndarray, optional
        Items that have just arrived, shape ``(n_items,)`` bool.

    Returns
    -------
    dict of str to ndarray
        Shape ``(n_items,)`` bool, by filter name.

    Raises
    ------
    ValueError
        If a column or value does not exist, or a range is not one; the message names what
        exists.

    Examples
    --------
    >>> filters = {"category": "Dress", "color": ["red", "navy"], "price": {"max": 60}}
    >>> filter_masks(filters, catalogue)  # doctest: +SKIP
    """
    if filters is None:
        return {}
    if not isinstance(filters, Mapping):
        raise ValueError(f"filters must be a mapping of column to value. Received: {filters!r}")
    return {name: _mask(name, value, catalogue, new) for name, value in filters.items()}


def empty_note(
    filters: Mapping[str, object], masks: Mapping[str, NDArray[np.bool_]], base: NDArray[np.bool_]
) -> str:
    """Say which filters leave none of the items of `base`, shape ``(n_items,)`` bool."""
    alone = [name for name, mask in masks.items() if not (mask & base).any()]
    named = " and ".join(f"{name!r} ({filters[name]!r})" for name in alone or masks)
    if len(alone) == 1 or len(masks) == 1:
        return f"No item passes the filter {named}."
    return f"No item passes the filters {named}" + ("." if alone else " together.")


def _mask(
    name: str, value: object, catalogue: Catalogue, new: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    if name == NEW:
        return _as_new(value, new)
    if name == columns.ATTRIBUTES:
        return _with_attributes(value, catalogue)
    if name == PATTERN:
        return _with_patterns(value, catalogue)
    coded = {
        TYPE: lambda: item_types(catalogue),
        columns.CATEGORY: lambda: (catalogue.categories, catalogue.vocabulary.categories),
        columns.BRAND: lambda: (catalogue.brands, catalogue.brand_names),
        columns.COLOR: lambda: (catalogue.colors, catalogue.color_names),
    }
    if name in coded:
        return _among(name, value, *coded[name]())
    if name not in catalogue.items.columns:
        raise ValueError(
            f"A filter must name a column of the items: {', '.join(catalogue.items.columns)}. "
            f"Received: {name!r}"
        )
    column = catalogue.items[name]
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return _in_range(name, value, column.to_numpy(dtype=np.float64, na_value=np.nan))
    if pd.api.types.is_datetime64_any_dtype(column):
        raise ValueError(
            f"A filter must be on text, numbers or attributes. Received: the time {name!r}"
        )
    codes, names = pd.factorize(column.astype(object), sort=False)
    return _among(name, value, codes, tuple(names))


def _as_new(value: object, new: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    if not isinstance(value, bool):
        raise ValueError(f"{NEW} must be true or false. Received: {value!r}")
    if new is None:
        raise ValueError(f"What is {NEW} is not known here. Received: {NEW}={value!r}")
    return new if value else ~new


def _among(
    name: str, value: object, codes: NDArray[np.int32], known: Sequence[str]
) -> NDArray[np.bool_]:
    place = {known_name: code for code, known_name in enumerate(known)}
    wanted, refused = _wanted_and_refused(name, value, "any")
    for one in (*wanted, *refused):
        if one not in place:
            raise ValueError(f"{name} must be {_offer(one, known)}. Received: {one!r}")
    passing: NDArray[np.bool_] = ~np.isin(codes, [place[one] for one in refused])
    if wanted:
        passing &= np.isin(codes, [place[one] for one in wanted])
    return passing


def _with_attributes(value: object, catalogue: Catalogue) -> NDArray[np.bool_]:
    vocabulary = catalogue.vocabulary
    wanted, refused = _wanted_and_refused(columns.ATTRIBUTES, value, "all")
    for one in (*wanted, *refused):
        if one not in vocabulary.attribute_index:
            offer = _offer(one, vocabulary.attributes)
            raise ValueError(f"attributes must be {offer}. Received: {one!r}")
    shown, members = display_groups(vocabulary), same_names(vocabulary)

    def having(name: str) -> NDArray[np.bool_]:
        spelled = [vocabulary.attribute_index[one] for one in members[shown[name]]]
        scores = catalogue.attributes[:, spelled].max(axis=1).toarray()[:, 0]
        found: NDArray[np.bool_] = scores >= ATTRIBUTE_PRESENT
        return found

    passing = np.ones(catalogue.n_items, dtype=bool)
    for one in wanted:
        passing &= having(one)
    for one in refused:
        passing &= ~having(one)
    return passing


def _with_patterns(value: object, catalogue: Catalogue) -> NDArray[np.bool_]:
    patterns = catalogue.patterns
    place = {name: column for column, name in enumerate(patterns.names)}
    wanted, refused = _wanted_and_refused(PATTERN, value, "any")
    for one in (*wanted, *refused):
        if one not in place:
            raise ValueError(f"{PATTERN} must be {_offer(one, patterns.names)}. Received: {one!r}")
    passing: NDArray[np.bool_] = ~patterns.any_of([place[one] for one in refused])
    if wanted:
        passing &= patterns.any_of([place[one] for one in wanted])
    return passing


def wanted_names(value: object) -> list[str]:
    """Return the names that a filter wants any of; none where it has none or only refuses some."""
    if value is None:
        return []
    return _wanted_and_refused("a filter", value, "any")[0]


def _wanted_and_refused(name: str, value: object, wanted: str) -> tuple[list[str], list[str]]:
    if not isinstance(value, Mapping):
        return _strings(name, value), []
    if not value or not set(value) <= {wanted, "not"}:
        raise ValueError(
            f"{name} must be a string, a list of strings or "
            f"{{{wanted!r}: strings, 'not': strings}}, either of them. Received: {value!r}"
        )
    return (
        _strings(name, value[wanted]) if wanted in value else [],
        _strings(name, value["not"]) if "not" in value else [],
    )


def _in_range(name: str, value: object, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    rule = f"{name} must be a number or {{'min': number, 'max': number}}, either of them"
    ends: Mapping[object, object] = (
        value if isinstance(value, Mapping) else dict.fromkeys(("min", "max"), _only(value))
    )
    if not ends or not set(ends) <= {"min", "max"}:
        raise ValueError(f"{rule}. Received: {value!r}")
    low, high = (_number(ends[end], rule) if end in ends else None for end in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise ValueError(f"{name} must have min <= max. Received: {value!r}")
    # NaN, an unknown number, is in no range.
    passing: NDArray[np.bool_] = ~np.isnan(numbers)
    if low is not None:
        passing &= numbers >= low
    if high is not None:
        passing &= numbers <= high
    return passing


def _only(value: object) -> object:
    """Unwrap a list of one number or of its text, as a command line sends them."""
    if not isinstance(value, list | tuple) or len(value) != 1:
        return value
    one: object = value[0]
    if not isinstance(one, str):
        return one
    try:
        number = float(one)
    except ValueError:
        return one
    return number if math.isfinite(number) else one


def _number(value: object, rule: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{rule}. Received: {value!r}")
    try:
        number = float(value)
    except OverflowError:
        # Python refuses to write out the digits of the largest integers.
        raise ValueError(
            f"{rule}, in the range of a float64. Received: {int(value).bit_length()} bits"
        ) from None
    if not math.isfinite(number):
        raise ValueError(f"{rule}. Received: {value!r}")
    return number


def _strings(name: str, value: object) -> list[str]:
    values: list[object] = []
    if isinstance(value, str):
        values = [value]
    elif isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        values = list(value)
    strings = [one for one in values if isinstance(one, str)]
    if not strings or len(strings) < len(values):
        raise ValueError(f"{name} must be a string or a list of strings. Received: {value!r}")
    return strings


def _offer(name: str, known: Sequence[str]) -> str:
    """List the known names, the most alike first where there are many."""
    if len(known) <= _N_SHOWN:
        return f"one of {', '.join(known)}" if known else "left out, as no item has one"
    lower = {one.lower(): one for one in known}
    alike = difflib.get_close_matches(name.lower(), lower, n=_N_SHOWN, cutoff=0.5)
    shown = [lower[one] for one in alike] or list(known[:_N_SHOWN])
    return f"one of {len(known)}, such as {', '.join(shown)}"
