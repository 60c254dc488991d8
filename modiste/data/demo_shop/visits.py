"""What happens in the demo shop's visits: search, look, put by, buy.

A visit is for one category. The shop shows a page of items that is the same for everyone
who comes at that time with the same wish: ordered by popularity, season and newness, and
by what was typed. The shopper looks at some items of the page, the top ones rather, and
buys the best of those if it beats going home.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from modiste.data.demo_shop.catalogue import Catalogue
from modiste.data.demo_shop.design import CATEGORIES
from modiste.data.demo_shop.seasons import N_DAYS, Fashions, coldness
from modiste.data.demo_shop.shoppers import Shoppers, Traits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEARCH_SHARE = 0.45
PAGE_SIZE = 40
MAX_LOOKS = 9

#: Garments that wear out and are bought again.
BASICS = ("Tee", "Leggings", "Jeans", "Tank", "Joggers")

_WEIGHT_OF_SEASON = 0.6
_WEIGHT_OF_PRICE = 1.3
_WEIGHT_OF_POSITION = 0.4
_WEIGHT_OF_MATCH = 2.0
_OFF_SEASON_NEEDS = 0.6
_WEIGHT_OF_NEWNESS = 1.2
_DAYS_NEW = 21.0
_BARELY_POSSIBLE = -1e9


@dataclass
class World:
    """The shop and its shoppers, ready for visits.

    Parameters
    ----------
    catalogue : Catalogue
    traits : Traits
    shoppers : Shoppers
    fashions : Fashions
    popularity : ndarray
        Shape ``(n_items,)`` float64: how prominently the shop shows each item.
    quality : ndarray
        Shape ``(n_items,)`` float64: what every shopper sees in it.
    """

    catalogue: Catalogue
    traits: Traits
    shoppers: Shoppers
    fashions: Fashions
    popularity: Floats
    quality: Floats

    def __post_init__(self) -> None:
        index = {name: i for i, name in enumerate(CATEGORIES)}
        designs = self.catalogue.designs
        self.category: Ints = np.array([index[design.category] for design in designs])
        self.is_basic = np.array([design.category in BASICS for design in designs])
        self.category_warmth: Floats = np.bincount(
            self.category, self.catalogue.warmth, len(CATEGORIES)
        ) / np.maximum(np.bincount(self.category, minlength=len(CATEGORIES)), 1)
        in_fashion = [self.traits.names.index(name) for name in self.fashions.names]
        self.fashionable: Floats = (self.traits.matrix[:, in_fashion].toarray() > 0).astype(float)

    def liking(self, users: Ints) -> Floats:
        """Return the lasting utility of every item, ``(n, n_items)``."""
        shoppers = self.shoppers
        # Sparse products add up in a fixed order, whatever the number of threads.
        liked = (self.traits.matrix @ shoppers.taste[users].T).T
        dearer = self.catalogue.price_ratio - shoppers.price_point[users, None]
        cost = np.where(dearer > 0, dearer, -0.35 * dearer) * shoppers.thrift[users, None]
        total: Floats = liked - _WEIGHT_OF_PRICE * cost + self.quality
        return total

    def moment(self, days: Floats) -> tuple[Floats, Floats]:
        """Return season and fashion of every item on each day, both ``(n, n_items)``."""
        season = _WEIGHT_OF_SEASON * coldness(days)[:, None] * self.catalogue.warmth
        fashion = np.einsum("df,if->di", self.fashions.strength(days), self.fashionable)
        return season, fashion


@dataclass(frozen=True)
class Visits:
    """What happened in some visits; -1 where there is no item.

    Parameters
    ----------
    user : ndarray
        Shape ``(n_visits,)`` int64.
    day : ndarray
        Shape ``(n_visits,)`` float64, from the shop's first day.
    typed : tuple of tuple of str
        The traits that each visit's shopper searched for; empty without a search.
    looked : ndarray
        Shape ``(n_visits, MAX_LOOKS)`` int64, in the order of looking.
    bought, carted, wished : ndarray
        Shape ``(n_visits,)`` int64: bought, left in the cart, put on the wish list.
    """

    user: Ints
    day: Floats
    typed: tuple[tuple[str, ...], ...]
    looked: Ints
    bought: Ints
    carted: Ints
    wished: Ints


def visit_days(shoppers: Shoppers, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Draw who comes when: user and day of each visit, in order of time."""
    days = np.arange(N_DAYS)
    rhythm = 1 + 0.3 * np.isin((days + 2) % 7, (5, 6))  # the first day is a Wednesday
    of_year = days % 365.25
    rhythm = rhythm * (1 + 0.4 * (of_year > 315) * (of_year < 355) + 0.15 * (of_year < 25))
    cumulated = np.concatenate(([0.0], np.cumsum(rhythm)))
    user = np.repeat(np.arange(len(shoppers.n_visits)), shoppers.n_visits)
    start = np.interp(shoppers.first_day[user], np.arange(N_DAYS + 1), cumulated)
    at = start + rng.random(len(user)) * (cumulated[-1] - start)
    day = np.floor(np.interp(at, cumulated, np.arange(N_DAYS + 1))).clip(0, N_DAYS - 1)
    hour = np.clip(rng.normal(17, 4.2, len(user)), 6, 22.5)
    order = np.lexsort((user, day + hour / 24))
    return user[order], (day + hour / 24)[order]


def visit(
    world: World, user: Ints, day: Floats, owned: NDArray[np.bool_], rng: np.random.Generator
) -> Visits:
    """Play visits that all take place before any of their purchases is known.

    Parameters
    ----------
    world : World
    user, day : ndarray
        Shape ``(n_visits,)``: who comes when.
    owned : ndarray
        Shape ``(n_users, n_items)`` bool: what was bought before.
    rng : numpy.random.Generator
        Source of every choice.
    """
    shape = (len(user), len(world.category))
    season, fashion = world.moment(day)
    lasting = world.liking(user)
    utility = lasting + season + world.shoppers.fashion[user, None] * fashion
    utility -= np.where(world.is_basic, 1.5, 6.0) * owned[user]
    on_sale = world.catalogue.first_day <= day[:, None]
    age = day[:, None] - world.catalogue.first_day
    newness = np.exp(-age.clip(0) / _DAYS_NEW)
    utility += world.shoppers.curiosity[user, None] * newness

    wish = _wish(world, user, day, rng)
    in_category = world.category == wish[:, None]
    searches = rng.random(len(user)) < SEARCH_SHARE
    dream = np.full(len(user), -1)
    wanted = utility[searches] + np.where((in_category & on_sale)[searches], 0, -50)
    dream[searches] = (wanted + 1.2 * _gumbel(wanted.shape, rng)).argmax(axis=1)
    typed = _typed(world, user, dream, rng)

    shown = world.popularity + season + 0.4 * fashion + _WEIGHT_OF_NEWNESS * newness
    shown = shown - np.where(world.is_basic, 0, 0.0025) * age.clip(0)
    shown += 0.7 * _gumbel(shape, rng) + 4.0 * in_category
    shown += _WEIGHT_OF_MATCH * _match(world.traits, typed)
    shown[~on_sale] = _BARELY_POSSIBLE
    rows = np.arange(len(user))[:, None]
    n_shown = min(PAGE_SIZE, shape[1])
    page = np.argpartition(-shown, n_shown - 1, axis=1)[:, :n_shown]
    page = page[rows, np.argsort(-shown[rows, page], axis=1, kind="stable")]

    seen = utility[rows, page]
    position = np.log2(1 + np.arange(page.shape[1]))
    impossible = np.where(on_sale[rows, page], 0.0, _BARELY_POSSIBLE)
    pull = 1.0 * seen - _WEIGHT_OF_POSITION * position + rng.gumbel(0, 1, seen.shape) + impossible
    looks = np.argsort(-pull, axis=1, kind="stable")[:, :MAX_LOOKS]
    n_looks = 1 + rng.poisson(1.9, len(user)).clip(0, looks.shape[1] - 1)
    looked = np.where(np.arange(looks.shape[1]) < n_looks[:, None], page[rows, looks], -1)
    looked[~on_sale[rows, looked.clip(0)]] = -1
    looked = np.pad(looked, ((0, 0), (0, MAX_LOOKS - looked.shape[1])), constant_values=-1)

    # Going home is as good as one of the best things this shopper knows of.
    home = np.quantile(lasting, 0.93, axis=1) + 1.5
    worth = np.where(looked >= 0, utility[rows, looked.clip(0)], _BARELY_POSSIBLE)
    worth = worth + rng.gumbel(0, 0.8, looked.shape)
    best = np.argsort(-worth, axis=1, kind="stable")[:, :2]
    first, second = np.take_along_axis(worth, best, axis=1).T
    items = np.take_along_axis(looked, best, axis=1)
    buys = first > home + rng.gumbel(0, 0.8, len(user))
    nearly = ~buys & (first > home - 1.2)
    puts_by = rng.random(len(user))
    return Visits(
        user=user,
        day=day,
        typed=typed,
        looked=looked,
        bought=np.where(buys, items[:, 0], -1),
        carted=np.where(nearly & (puts_by < 0.4), items[:, 0], -1),
        wished=np.where(
            nearly & (puts_by > 0.6), items[:, 0], np.where(second > home - 0.4, items[:, 1], -1)
        ),
    )


def _gumbel(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    noise: NDArray[np.float32] = -np.log(rng.standard_exponential(shape, dtype=np.float32) + 1e-30)
    return noise


def _wish(world: World, user: Ints, day: Floats, rng: np.random.Generator) -> Ints:
    """Draw the category of each visit, by need and season."""
    season = _OFF_SEASON_NEEDS * coldness(day)[:, None] * world.category_warmth
    chances = np.log(world.shoppers.needs[user] + 1e-12) + season
    wish: Ints = (chances + rng.gumbel(0, 1, chances.shape)).argmax(axis=1)
    return wish


def _typed(
    world: World, user: Ints, dream: Ints, rng: np.random.Generator
) -> tuple[tuple[str, ...], ...]:
    """Return what is typed to find a dream, the traits that matter most to the shopper."""
    matrix, names = world.traits.matrix, world.traits.names
    typed = []
    for shopper, item in zip(user, dream, strict=True):
        if item < 0:
            typed.append(())
            continue
        columns = matrix.indices[matrix.indptr[item] : matrix.indptr[item + 1]]
        kinds = [names[column].split(":", 1)[0] for column in columns]
        weight = world.shoppers.taste[shopper, columns] + rng.gumbel(0, 1, len(columns))
        order = np.argsort(-weight, kind="stable")
        attributes = [names[columns[i]] for i in order if kinds[i] == "attribute"]
        chosen = attributes[: int(rng.integers(3))]
        if rng.random() < (0.35 if chosen else 0.7):
            chosen += [names[columns[i]] for i in order if kinds[i] == "colour"]
        if not chosen or rng.random() < 0.9:
            chosen += [names[columns[i]] for i in order if kinds[i] == "category"]
        typed.append(tuple(chosen))
    return tuple(typed)


def _match(traits: Traits, typed: tuple[tuple[str, ...], ...]) -> Floats:
    """Return how many of the typed traits every item has, ``(n_visits, n_items)``."""
    index = {name: i for i, name in enumerate(traits.names)}
    pointers = np.cumsum([0, *(len(names) for names in typed)])
    columns = np.array([index[name] for names in typed for name in names], dtype=np.int64)
    wanted = sparse.csr_array(
        (np.ones(len(columns)), columns, pointers), shape=(len(typed), len(index))
    )
    match: Floats = (wanted @ (traits.matrix > 0).astype(np.float64).T).toarray()
    return match
