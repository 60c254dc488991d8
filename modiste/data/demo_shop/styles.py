"""How the garments of one category vary.

Every option is written as its values with weights, `"crew:5 v-neck:2"`; a value without a weight
counts once, and `_` stands for a space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How the garments of one category vary.

    Parameters
    ----------
    cut : str
        Which assembly draws them.
    frequency : float
        How common the category is in a shop, relative to the others.
    fabrics : str
        Weighted names of fabrics.
    prints : str
        A key of `PRINT_GROUPS`.
    options : mapping of str to str
        Weighted values of every option.
    colours : str
        Colours to choose from evenly, empty for any.
    """

    cut: str
    frequency: float
    fabrics: str
    prints: str
    options: Mapping[str, str]
    colours: str = ""


def style(
    cut: str, frequency: float, fabrics: str, prints: str, colours: str = "", **options: str
) -> Style:
    """Build a `Style` with its options as keywords."""
    named = {name.replace("_", " "): values for name, values in options.items()}
    return Style(cut, frequency, fabrics, prints, named, colours)
