"""The demo shop's shoppers: hidden tastes, budgets, wardrobes and habits.

A taste is a weight on each trait of a garment: its category, its families of attributes,
its main colour and its brand. It is a mixture of the eight styles (what shoppers share,
which collaborative filtering can find), plus likes and dislikes of the shopper's own
(which only content and history can).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.data.demo_shop.attribute_words import words_of
from modiste.data.demo_shop.brands import BRANDS, STYLES
from modiste.data.demo_shop.catalogue import Catalogue
from modiste.data.demo_shop.design import CATEGORIES, COLOURS
from modiste.data.demo_shop.seasons import N_DAYS

#: Share of the shoppers who come once or twice and never again.
COLD_SHARE = 0.1
#: Share of the shoppers who were customers before the first day.
_EARLY_SHARE = 0.45


@dataclass(frozen=True)
class Traits:
    """What tastes weigh: the columns of `matrix`.

    Parameters
    ----------
    names : tuple of str
        Categories, families of attributes, colours, brands, each under its kind, such as
        ``"colour:navy"``.
    matrix : csr_array
        Shape ``(n_items, n_traits)`` float64: 1 where the item has the trait; attributes
        are divided by the square root of their number.
    """

    names: tuple[str, ...]
    matrix: sparse.csr_array

    @classmethod
    def of(cls, catalogue: Catalogue) -> Traits:
        """Return the traits of a catalogue's items."""
        rows = []
        for design, brand in zip(catalogue.designs, catalogue.brand, strict=True):
            families = {f"attribute:{family}" for family in families_of(design.attributes)}
            rows.append(
                {
                    f"category:{design.category}": 1.0,
                    f"colour:{design.colour}": 1.0,
                    f"brand:{BRANDS[brand].name}": 1.0,
                    **dict.fromkeys(sorted(families), len(families) ** -0.5),
                }
            )
        names = sorted({name for row in rows for name in row})
        index = {name: i for i, name in enumerate(names)}
        pointers = np.cumsum([0, *(len(row) for row in rows)])
        positions = np.array([index[name] for row in rows for name in row])
        values = np.array([value for row in rows for value in row.values()])
        matrix = sparse.csr_array((values, positions, pointers), shape=(len(rows), len(names)))
        # SciPy would sort them in passing later, and what is drawn depends on the order.
        matrix.sort_indices()
        return cls(tuple(names), matrix)

    def of_kind(self, kind: str) -> NDArray[np.bool_]:
        """Say which traits are of a kind: category, attribute, colour or brand."""
        return np.array([name.startswith(kind + ":") for name in self.names])


def families_of(attributes: tuple[str, ...]) -> list[str]:
    """Return the families of attributes, each once, without the colours among them."""
    return sorted({words_of(name).family for name in attributes if name not in COLOURS})


@dataclass(frozen=True)
class Shoppers:
    """What drives each shopper; the first axis of every array is the shopper.

    Parameters
    ----------
    taste : ndarray
        Shape ``(n_users, n_traits)`` float64.
    needs : ndarray
        Shape ``(n_users, n_categories)`` float64: share of the visits that are for each
        category of `CATEGORIES`; rows sum to 1.
    price_point, thrift : ndarray
        Shape ``(n_users,)`` float64: the usual logarithm of price over the category's
        usual one, and how much a dearer item hurts.
    fashion : ndarray
        Shape ``(n_users,)`` float64: how much passing fashions matter.
    loyalty : ndarray
        Shape ``(n_users,)`` float64: chance that a basic is bought again.
    curiosity : ndarray
        Shape ``(n_users,)`` float64: how much it matters that an item has just arrived.
    n_visits : ndarray
        Shape ``(n_users,)`` int64.
    first_day : ndarray
        Shape ``(n_users,)`` float64: days from the shop's first to the shopper's.
    is_cold : ndarray
        Shape ``(n_users,)`` bool: leaves one or two events behind, not more.
    """

    taste: NDArray[np.float64]
    needs: NDArray[np.float64]
    price_point: NDArray[np.float64]
    thrift: NDArray[np.float64]
    fashion: NDArray[np.float64]
    loyalty: NDArray[np.float64]
    curiosity: NDArray[np.float64]
    n_visits: NDArray[np.int64]
    first_day: NDArray[np.float64]
    is_cold: NDArray[np.bool_]


def make_shoppers(
    n_users: int, catalogue: Catalogue, traits: Traits, rng: np.random.Generator
) -> Shoppers:
    """Draw shoppers for a catalogue.

    Parameters
    ----------
    n_users : int
        At least 1.
    catalogue : Catalogue
    traits : Traits
        Of the same catalogue.
    rng : numpy.random.Generator
        Source of every choice.
    """
    styles = _style_traits(traits)
    mixture = rng.dirichlet(np.full(len(STYLES), 0.28), n_users)
    taste = 3.8 * np.einsum("us,st->ut", mixture, styles)
    for kind, share, spread in (
        ("category", 0.3, 0.7),
        ("attribute", 0.12, 1.6),
        ("colour", 0.3, 1.0),
        ("brand", 0.12, 1.1),
    ):
        members = np.flatnonzero(traits.of_kind(kind))
        shape = (n_users, len(members))
        own = rng.normal(0, spread, shape) * (rng.random(shape) < share)
        taste[:, members] += own
    level = np.array([np.log(brand.price_level) for brand in BRANDS])
    price_point = rng.normal(0, 0.35, n_users) + 0.3 * np.median(level)
    activity = rng.lognormal(np.log(20), 0.9, n_users).clip(1, 260)
    is_early = rng.random(n_users) < _EARLY_SHARE
    first_day = np.where(is_early, 0.0, rng.uniform(0, N_DAYS - 5, n_users))
    n_visits = np.ceil(activity * (1 - 0.8 * first_day / N_DAYS)).astype(np.int64)
    is_cold = rng.random(n_users) < COLD_SHARE
    return Shoppers(
        taste=taste,
        needs=_needs(taste, catalogue, traits, rng),
        price_point=price_point,
        thrift=rng.lognormal(0, 0.4, n_users),
        fashion=rng.gamma(1.2, 0.6, n_users),
        loyalty=rng.beta(2, 2, n_users),
        curiosity=rng.gamma(1.2, 0.8, n_users),
        n_visits=np.where(is_cold, 1, n_visits),
        first_day=first_day,
        is_cold=is_cold,
    )


def _style_traits(traits: Traits) -> NDArray[np.float64]:
    """Return what each style weighs, ``(n_styles, n_traits)``."""
    weights = np.zeros((len(STYLES), len(traits.names)))
    brand_styles = {brand.name: brand.style for brand in BRANDS}
    for row, (style, likes) in enumerate(STYLES.items()):
        families = {words_of(name).family for name in likes}
        for column, trait in enumerate(traits.names):
            kind, name = trait.split(":", 1)
            if kind == "brand":
                weights[row, column] = 0.5 * (brand_styles[name] == style)
            elif name in likes or (kind == "attribute" and name in families):
                weights[row, column] = {"category": 0.6, "colour": 0.5}.get(kind, 1.0)
            elif kind == "attribute":
                weights[row, column] = -0.15
    return weights


def _needs(
    taste: NDArray[np.float64], catalogue: Catalogue, traits: Traits, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return shares of the visits by category: the catalogue's, bent by the taste."""
    counts = np.array([sum(d.category == name for d in catalogue.designs) for name in CATEGORIES])
    index = {name: i for i, name in enumerate(traits.names)}
    columns = [index.get(f"category:{name}", -1) for name in CATEGORIES]
    liking = np.where(np.array(columns) >= 0, taste[:, columns], 0.0)
    weights = np.sqrt(counts) * np.exp(1.1 * liking + rng.normal(0, 0.9, liking.shape))
    needs: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return needs
