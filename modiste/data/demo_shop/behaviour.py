"""Eighteen months of events in the demo shop.

Nothing here knows how modiste recommends. A shopper's utility for an item is

    taste . traits - thrift x dearness + quality + season + fashion + Gumbel noise

with tastes that are part shared styles and part the shopper's own (`shoppers`). Visits
(`visits`) show pages by popularity, not by taste, so that events carry position bias, a
long tail of popularity and new items that nobody has seen. What follows a visit is here:
things on the wish list that are bought later, basics that are bought again, in the same
or another colour, and refunds, more often of what suits the shopper less.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modiste.data import columns
from modiste.data.demo_shop.catalogue import Catalogue
from modiste.data.demo_shop.seasons import N_DAYS, START, Fashions
from modiste.data.demo_shop.shoppers import Traits, make_shoppers
from modiste.data.demo_shop.texts import search_phrase
from modiste.data.demo_shop.visits import Floats, Ints, Visits, World, visit, visit_days
from modiste.progress import Progress

N_FASHIONS = 16
REFUND_SHARE = 0.08

_VISITS_AT_ONCE = 128
_LATER_SHARE = 0.22
_SAME_ITEM_SHARE = 0.7
_USUAL_DAYS_TO_WEAR_OUT = 80.0
_MAX_GENERATIONS = 6
_MINUTE = 1 / (24 * 60)
_SECONDS_A_DAY = 86_400


def make_world(catalogue: Catalogue, n_users: int, rng: np.random.Generator) -> World:
    """Draw the shoppers, the fashions and the fame of a catalogue's items.

    Parameters
    ----------
    catalogue : Catalogue
    n_users : int
        At least 1.
    rng : numpy.random.Generator
        Source of every choice.
    """
    traits = Traits.of(catalogue)
    n_items = len(catalogue.designs)
    wearable = [name for name in traits.names if name.startswith(("attribute:", "colour:"))]
    fame = rng.normal(0, 0.55, n_items) + rng.exponential(0.45, n_items)
    return World(
        catalogue=catalogue,
        traits=traits,
        shoppers=make_shoppers(n_users, catalogue, traits, rng),
        fashions=Fashions.draw(wearable, N_FASHIONS, rng),
        popularity=fame,
        quality=0.2 * fame + rng.normal(0, 0.25, n_items),
    )


def simulate(
    world: World,
    rng: np.random.Generator,
    *,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Play the shop's months.

    Parameters
    ----------
    world : World
        As `make_world` returns it.
    rng : numpy.random.Generator
        Source of every choice.
    progress : callable, optional

    Returns
    -------
    DataFrame
        The dataset's events in order of time.
    """
    user, day = visit_days(world.shoppers, rng)
    owned = np.zeros((len(world.shoppers.n_visits), len(world.category)), dtype=bool)
    log = _Log()
    for start in range(0, len(user), _VISITS_AT_ONCE):
        part = slice(start, start + _VISITS_AT_ONCE)
        visits = visit(world, user[part], day[part], owned, rng)
        bought = visits.bought >= 0
        owned[visits.user[bought], visits.bought[bought]] = True
        _write_visits(world, log, visits, owned, rng)
        if progress is not None:
            progress(min(start + _VISITS_AT_ONCE, len(user)), len(user), "simulating shoppers")
    _follow_purchases(world, log, rng)
    return _to_frame(world, log, rng)


@dataclass
class _Log:
    """Columns of the events, in the order in which they were written down."""

    user: list[Ints] = field(default_factory=list)
    item: list[Ints] = field(default_factory=list)
    name: list[NDArray[np.object_]] = field(default_factory=list)
    day: list[Floats] = field(default_factory=list)
    quantity: list[Ints] = field(default_factory=list)
    typed: list[tuple[str, ...]] = field(default_factory=list)

    def write(
        self, name: str, user: Ints, item: Ints, day: Floats, quantity: Ints | int = 0
    ) -> None:
        self.user.append(user)
        self.item.append(item)
        self.name.append(np.full(len(user), name, dtype=object))
        self.day.append(day)
        self.quantity.append(np.broadcast_to(quantity, user.shape).astype(np.int64))

    def write_purchases(
        self, world: World, user: Ints, item: Ints, day: Floats, rng: np.random.Generator
    ) -> None:
        """Write cart and purchase; basics are bought by the handful."""
        quantity = 1 + rng.binomial(2, 0.15 * world.is_basic[item])
        self.write(columns.ADD_TO_CART, user, item, day, quantity)
        self.write(columns.PURCHASE, user, item, day + 3 * _MINUTE, quantity)


def _write_visits(
    world: World, log: _Log, visits: Visits, owned: NDArray[np.bool_], rng: np.random.Generator
) -> None:
    typed = np.flatnonzero([len(names) > 0 for names in visits.typed])
    nothing = np.full(len(typed), -1)
    log.write(columns.SEARCH, visits.user[typed], nothing, visits.day[typed])
    log.typed += [visits.typed[i] for i in typed]
    rows, looks = np.nonzero(visits.looked >= 0)
    pause = 1 + 2 * looks + rng.random(len(rows))
    log.write(
        columns.VIEW_ITEM,
        visits.user[rows],
        visits.looked[rows, looks],
        visits.day[rows] + pause * _MINUTE,
    )
    after = visits.day + 22 * _MINUTE
    for name, item in (
        (columns.ADD_TO_WISHLIST, visits.wished),
        (columns.ADD_TO_CART, visits.carted),
    ):
        rows = np.flatnonzero(item >= 0)
        n_put = 0 if name == columns.ADD_TO_WISHLIST else 1
        log.write(name, visits.user[rows], item[rows], after[rows], n_put)
    rows = np.flatnonzero(visits.bought >= 0)
    log.write_purchases(world, visits.user[rows], visits.bought[rows], after[rows], rng)

    rows = np.flatnonzero((visits.wished >= 0) & (rng.random(len(after)) < _LATER_SHARE))
    user, item = visits.user[rows], visits.wished[rows]
    later = visits.day[rows] + 0.5 + rng.exponential(12, len(rows))
    kept = (later < N_DAYS - 0.1) & ~owned[user, item]
    user, item, later = user[kept], item[kept], later[kept]
    owned[user, item] = True
    log.write(columns.VIEW_ITEM, user, item, later)
    log.write_purchases(world, user, item, later + 2 * _MINUTE, rng)


def _follow_purchases(world: World, log: _Log, rng: np.random.Generator) -> None:
    """Write refunds, and the basics that are bought again, generation after generation."""
    names = np.concatenate(log.name)
    bought = names == columns.PURCHASE
    user, item = np.concatenate(log.user)[bought], np.concatenate(log.item)[bought]
    day, quantity = np.concatenate(log.day)[bought], np.concatenate(log.quantity)[bought]
    for _ in range(_MAX_GENERATIONS):
        returned = rng.random(len(user)) < _refund_chance(world, user, item)
        back = day + rng.uniform(2, 24, len(user))
        written = returned & (back < N_DAYS)
        log.write(columns.REFUND, user[written], item[written], back[written], quantity[written])
        again = day + _USUAL_DAYS_TO_WEAR_OUT * rng.gamma(5, 1 / 5, len(user))
        kept = world.is_basic[item] & ~returned & (again < N_DAYS - 0.1)
        kept &= rng.random(len(user)) < world.shoppers.loyalty[user]
        user, day = user[kept], again[kept]
        item = _same_or_sibling(world, item[kept], day, rng)
        seen = rng.random(len(user)) < 0.7
        log.write(columns.VIEW_ITEM, user[seen], item[seen], day[seen] - 4 * _MINUTE)
        log.write_purchases(world, user, item, day, rng)
        quantity, day = log.quantity[-1], log.day[-1]


def _refund_chance(world: World, user: Ints, item: Ints) -> Floats:
    """Return the chance of a refund: higher for cuts and colours that suit less."""
    if not len(user):
        return np.empty(0)
    suits = world.traits.of_kind("attribute") | world.traits.of_kind("colour")
    rows = world.traits.matrix[item]
    fit = np.asarray(rows.multiply(world.shoppers.taste[user] * suits).sum(axis=1)).ravel()
    misfit = np.exp(-0.7 * (fit - fit.mean()) / (fit.std() + 1e-9))
    chance: Floats = np.minimum(REFUND_SHARE * misfit / misfit.mean(), 0.6)
    return chance


def _same_or_sibling(world: World, item: Ints, day: Floats, rng: np.random.Generator) -> Ints:
    """Return the item bought again: mostly the same, else one of its group in another colour."""
    catalogue = world.catalogue
    chosen = item.copy()
    for row in np.flatnonzero(rng.random(len(item)) >= _SAME_ITEM_SHARE):
        siblings = np.flatnonzero(
            (catalogue.group == catalogue.group[item[row]]) & (catalogue.first_day < day[row])
        )
        chosen[row] = siblings[int(rng.integers(len(siblings)))]
    return chosen


def _to_frame(world: World, log: _Log, rng: np.random.Generator) -> pd.DataFrame:
    user, item = np.concatenate(log.user), np.concatenate(log.item)
    name, quantity = np.concatenate(log.name), np.concatenate(log.quantity)
    day = np.concatenate(log.day)
    term = np.full(len(user), None, dtype=object)
    term[name == columns.SEARCH] = [_phrase(traits, rng) for traits in log.typed]

    order = np.argsort(day, kind="stable")
    n_left = np.where(world.shoppers.is_cold, rng.integers(1, 3, len(world.shoppers.is_cold)), -1)
    position = pd.Series(user[order]).groupby(user[order]).cumcount().to_numpy()
    left = n_left[user[order]]
    order = order[(left < 0) | (position < left)]

    item_ids = world.catalogue.items[columns.ITEM_ID].to_numpy(dtype=object)
    seconds = np.floor(day[order] * _SECONDS_A_DAY).astype("timedelta64[s]")
    times = np.datetime64(START.replace(tzinfo=None), "s") + seconds
    return pd.DataFrame(
        {
            columns.EVENT_ID: [f"E{i:07d}" for i in range(1, len(order) + 1)],
            columns.USER_ID: [f"U{i + 1:05d}" for i in user[order]],
            columns.ITEM_ID: np.where(item[order] >= 0, item_ids[item[order]], None),
            columns.EVENT_NAME: name[order],
            columns.EVENT_TIME: pd.to_datetime(times, utc=True),
            columns.QUANTITY: pd.array([int(n) or None for n in quantity[order]], dtype="Int64"),
            columns.SEARCH_TERM: term[order],
        }
    )


def _phrase(traits: tuple[str, ...], rng: np.random.Generator) -> str:
    pairs = [trait.split(":", 1) for trait in traits]
    category = next((name for kind, name in pairs if kind == "category"), None)
    return search_phrase([name for kind, name in pairs if kind != "category"], category, rng)
