"""The demo shop's catalogue: designs with brand, price, stock, texts and a first day."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.demo_shop.attributes import visible_attributes
from modiste.data.demo_shop.brands import BRANDS, STYLES
from modiste.data.demo_shop.design import COLOURS, GarmentDesign, sample_design
from modiste.data.demo_shop.palette import partner_of
from modiste.data.demo_shop.seasons import N_DAYS, START, warmth
from modiste.data.demo_shop.texts import description, title
from modiste.data.demo_shop.vocabulary import demo_vocabulary
from modiste.data.demo_shop.wardrobe import WARDROBE

STOCK = "stock"

#: Share of the item groups that come in more than one colour.
VARIANTS_SHARE = 0.25
OUT_OF_STOCK_SHARE = 0.06
#: Share of the items whose attributes the shop knows, and share of theirs that it knows.
DESCRIBED_SHARE = 0.7
NAMED_SHARE = 0.6
#: Days of trade before the window of the events opens, and share of items from then.
_OLDEST_DAY = -500
_OLD_SHARE = 0.42

_PRICES = {
    "Anorak": 70, "Blazer": 85, "Blouse": 38, "Bomber": 70, "Button-Down": 40, "Cardigan": 45,
    "Flannel": 38, "Halter": 25, "Henley": 26, "Hoodie": 42, "Jacket": 80, "Jersey": 35,
    "Parka": 130, "Peacoat": 140, "Poncho": 55, "Sweater": 48, "Tank": 16, "Tee": 18, "Top": 25,
    "Turtleneck": 42, "Capris": 36, "Chinos": 45, "Culottes": 45, "Cutoffs": 34, "Gauchos": 40,
    "Jeans": 60, "Jeggings": 38, "Jodhpurs": 55, "Joggers": 38, "Leggings": 24, "Sarong": 20,
    "Shorts": 32, "Skirt": 38, "Sweatpants": 36, "Sweatshorts": 28, "Trunks": 28, "Caftan": 50,
    "Cape": 95, "Coat": 140, "Coverup": 34, "Dress": 58, "Jumpsuit": 65, "Kaftan": 55,
    "Kimono": 45, "Nightdress": 32, "Onesie": 45, "Robe": 45, "Romper": 45, "Shirtdress": 55,
    "Sundress": 45,
}  # fmt: skip
_FABRIC_FACTOR = {
    "leather": 1.9, "fur": 1.6, "shearling": 1.7, "sequin": 1.35, "velvet": 1.2, "tweed": 1.3,
    "cable knit": 1.2, "chunky knit": 1.2, "jacquard": 1.25, "lace": 1.15, "crochet": 1.15,
    "puffer": 1.3, "satin": 1.1, "linen": 1.1, "mesh": 0.9,
}  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """The items and what only the simulation knows of them.

    Parameters
    ----------
    items : DataFrame
        The dataset's items, shape ``(n_items, n_columns)``.
    designs : tuple of GarmentDesign
        The design of each item.
    group, brand : ndarray
        Shape ``(n_items,)`` int64: the number of its group; its brand in `BRANDS`.
    price_ratio : ndarray
        Shape ``(n_items,)`` float64: logarithm of the price over its category's usual one.
    warmth : ndarray
        Shape ``(n_items,)`` float64, from -1 (midsummer) to 1 (midwinter).
    first_day : ndarray
        Shape ``(n_items,)`` float64: days from `START` to the item's first.
    """

    items: pd.DataFrame
    designs: tuple[GarmentDesign, ...]
    group: NDArray[np.int64]
    brand: NDArray[np.int64]
    price_ratio: NDArray[np.float64]
    warmth: NDArray[np.float64]
    first_day: NDArray[np.float64]


def make_catalogue(n_items: int, rng: np.random.Generator) -> Catalogue:
    """Design, price and describe a catalogue.

    Parameters
    ----------
    n_items : int
        At least 1.
    rng : numpy.random.Generator
        Source of every choice.
    """
    designs, group = _designs(n_items, rng)
    warm = np.array([warmth(design) for design in designs])
    brands = {g: _brand(design, rng) for g, design in zip(group, designs, strict=True)}
    first_days = {g: _first_day(w, rng) for g, w in zip(group, warm, strict=True)}
    prices = {
        g: _price(design, BRANDS[brands[g]].price_level, rng)
        for g, design in zip(group, designs, strict=True)
    }
    usual = np.array([_PRICES[design.category] for design in designs], dtype=np.float64)
    price = np.array([prices[g] for g in group])
    first_day = np.array([first_days[g] for g in group])
    in_stock = rng.random(n_items) >= OUT_OF_STOCK_SHARE
    stock = np.where(in_stock, 1 + rng.geometric(0.04, n_items), 0)
    names = [BRANDS[brands[g]].name for g in group]
    items = pd.DataFrame(
        {
            columns.ITEM_ID: [f"I{i:05d}" for i in range(1, n_items + 1)],
            columns.ITEM_GROUP_ID: [f"G{g + 1:05d}" for g in group],
            columns.TITLE: [title(d, b, rng) for d, b in zip(designs, names, strict=True)],
            columns.DESCRIPTION: [
                description(d, b, rng) for d, b in zip(designs, names, strict=True)
            ],
            columns.BRAND: names,
            columns.CATEGORY: [design.category for design in designs],
            columns.ATTRIBUTES: [_known_attributes(design, rng) for design in designs],
            columns.COLOR: [design.colour for design in designs],
            columns.PRICE: price,
            columns.AVAILABILITY: np.where(in_stock, columns.IN_STOCK, columns.OUT_OF_STOCK),
            columns.AVAILABLE_FROM: pd.to_datetime(
                [START + timedelta(days=float(day)) for day in first_day], utc=True
            ),
            STOCK: stock.astype(np.int64),
        }
    )
    return Catalogue(
        items=items,
        designs=designs,
        group=group,
        brand=np.array([brands[g] for g in group], dtype=np.int64),
        price_ratio=np.log(price / usual),
        warmth=warm,
        first_day=first_day,
    )


def all_attributes(design: GarmentDesign) -> list[str]:
    """Return the attributes that a design's pictures show and its main colour, in order."""
    order = demo_vocabulary().attribute_index
    return sorted({*design.attributes, design.colour}, key=order.__getitem__)


def recoloured(design: GarmentDesign, colour: str, rng: np.random.Generator) -> GarmentDesign:
    """Return the same design in another colour."""
    second = None if design.second_colour is None else partner_of(colour, rng)
    shown = visible_attributes(colour, design.pattern, design.fabric, dict(design.options))
    return dataclasses.replace(design, colour=colour, second_colour=second, attributes=shown)


def _designs(
    n_items: int, rng: np.random.Generator
) -> tuple[tuple[GarmentDesign, ...], NDArray[np.int64]]:
    designs: list[GarmentDesign] = []
    group: list[int] = []
    number = 0
    while len(designs) < n_items:
        design = sample_design(rng)
        variants = [design]
        if rng.random() < VARIANTS_SHARE:
            limited = WARDROBE[design.category].colours.split()
            colours = [name.replace("-", " ") for name in limited] or list(COLOURS)
            others = [name for name in dict.fromkeys(colours) if name != design.colour]
            n_others = min(int(rng.integers(1, 4)), len(others))
            chosen = rng.choice(len(others), size=n_others, replace=False)
            variants += [recoloured(design, others[i], rng) for i in chosen]
        designs += variants
        group += [number] * len(variants)
        number += 1
    return tuple(designs[:n_items]), np.array(group[:n_items], dtype=np.int64)


def _brand(design: GarmentDesign, rng: np.random.Generator) -> int:
    names = {design.category, design.colour, *design.attributes}
    overlap = {style: len(names & likes) for style, likes in STYLES.items()}
    fit = np.array([overlap[brand.style] for brand in BRANDS], dtype=np.float64)
    shares = np.exp(0.7 * np.minimum(fit, 5))
    return int(rng.choice(len(BRANDS), p=shares / shares.sum()))


def _price(design: GarmentDesign, level: float, rng: np.random.Generator) -> float:
    factor = level * _FABRIC_FACTOR.get(design.fabric, 1.0) * rng.lognormal(0, 0.14)
    whole = max(5, round(_PRICES[design.category] * factor))
    return float(whole - 0.01 if whole < 60 else 5 * round(whole / 5))


def _first_day(warm: float, rng: np.random.Generator) -> float:
    """Draw when an item arrives: at the start of its season, at eight in the morning."""
    if rng.random() < _OLD_SHARE:
        day = int(rng.integers(_OLDEST_DAY, 0))
    else:
        days = np.arange(N_DAYS)
        height = 60 + 200 * (warm > -0.1)  # of the year: drops of March and of September
        peak = np.array([height - 365, height, height + 365])
        near = np.exp(-0.5 * ((days[:, None] - peak) / 32.0) ** 2).sum(axis=1)
        weights = 0.45 + 2.5 * abs(warm) * near
        day = int(rng.choice(N_DAYS, p=weights / weights.sum()))
    return day + 8 / 24


def _known_attributes(design: GarmentDesign, rng: np.random.Generator) -> list[str] | None:
    names = all_attributes(design)
    if rng.random() >= DESCRIBED_SHARE:
        return None
    known = rng.random(len(names)) < NAMED_SHARE
    known[int(rng.integers(len(names)))] = True
    return [name for name, is_known in zip(names, known, strict=True) if is_known]
