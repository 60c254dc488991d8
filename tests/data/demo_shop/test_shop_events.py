"""The simulated months: consistent, seasonal, long-tailed and repeatable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modiste.data.columns import EVENT_NAMES
from modiste.data.demo_shop.behaviour import make_world, simulate
from modiste.data.demo_shop.catalogue import Catalogue, make_catalogue
from modiste.data.demo_shop.design import GarmentDesign
from modiste.data.demo_shop.seasons import END, N_DAYS, START, Fashions, coldness, warmth
from modiste.data.demo_shop.shoppers import Traits
from modiste.data.demo_shop.visits import BASICS, World

N_ITEMS, N_USERS = 250, 220


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(N_ITEMS, np.random.default_rng(5))


@pytest.fixture(scope="module")
def world(catalogue: Catalogue) -> World:
    return make_world(catalogue, N_USERS, np.random.default_rng(6))


@pytest.fixture(scope="module")
def events(world: World) -> pd.DataFrame:
    return simulate(world, np.random.default_rng(7))


@pytest.fixture(scope="module")
def with_items(events: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    columns = ["item_id", "item_group_id", "category", "available_from"]
    return events.dropna(subset="item_id").merge(catalogue.items[columns], on="item_id")


def test_events_lie_inside_the_months_and_in_order(events: pd.DataFrame) -> None:
    assert set(events["event_name"]) == set(EVENT_NAMES)
    assert events["event_id"].is_unique
    assert events["event_time"].is_monotonic_increasing
    assert events["event_time"].min() >= pd.Timestamp(START)
    assert events["event_time"].max() < pd.Timestamp(END)


def test_every_item_is_available_by_then(events: pd.DataFrame, with_items: pd.DataFrame) -> None:
    assert len(with_items) == events["item_id"].notna().sum()
    assert (with_items["event_time"] >= with_items["available_from"]).all()


def test_only_searches_have_terms_and_no_item(events: pd.DataFrame) -> None:
    searches = events["event_name"] == "search"
    assert events["item_id"].isna().equals(searches)
    assert events["search_term"].notna().equals(searches)
    bought = events["event_name"].isin(["add_to_cart", "purchase", "refund"])
    assert events["quantity"].notna().equals(bought)
    assert (events.loc[bought, "quantity"] >= 1).all()


def test_refunds_follow_purchases(events: pd.DataFrame) -> None:
    pair = ["user_id", "item_id"]
    purchases = events[events["event_name"] == "purchase"]
    refunds = events[events["event_name"] == "refund"]
    assert 0.05 < len(refunds) / len(purchases) < 0.11
    both = refunds.merge(purchases, on=pair, suffixes=("", "_bought"))
    earlier = both[both["event_time_bought"] < both["event_time"]]
    assert set(earlier["event_id"]) == set(refunds["event_id"])
    assert (
        refunds.groupby(pair).size()
        <= purchases.groupby(pair).size()[refunds.groupby(pair).size().index]
    ).all()


def test_basics_are_bought_again(with_items: pd.DataFrame) -> None:
    purchases = with_items[with_items["event_name"] == "purchase"]
    again = purchases.duplicated(["user_id", "item_id"])
    is_basic = purchases["category"].isin(BASICS)
    assert again[is_basic].mean() > 0.15
    assert again[~is_basic].mean() < again[is_basic].mean() / 3


def test_activity_is_long_tailed_with_cold_shoppers(events: pd.DataFrame) -> None:
    n_events = events.groupby("user_id").size()
    assert (n_events <= 2).mean() > 0.05
    assert n_events.max() > 5 * n_events.median()
    assert len(n_events) <= N_USERS


def test_winter_clothes_sell_in_winter(world: World, events: pd.DataFrame) -> None:
    warm = dict(zip(world.catalogue.items["item_id"], world.catalogue.warmth, strict=True))
    purchases = events[events["event_name"] == "purchase"]
    month = purchases["event_time"].dt.month
    warmest = purchases["item_id"].map(warm)
    assert warmest[month.isin([12, 1])].mean() > warmest[month.isin([6, 7])].mean() + 0.3


def test_events_repeat_with_the_seed(world: World, events: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(simulate(world, np.random.default_rng(7)), events)
    other = simulate(world, np.random.default_rng(8))
    assert len(other) != len(events) or not other.equals(events)


def test_tastes_show_in_purchases(world: World, events: pd.DataFrame) -> None:
    """Shoppers buy what they like better than what others buy."""
    purchases = events[events["event_name"] == "purchase"]
    user = purchases["user_id"].str[1:].astype(int).to_numpy() - 1
    item = purchases["item_id"].str[1:].astype(int).to_numpy() - 1
    liking = world.liking(np.arange(N_USERS))
    bought = liking[user, item].mean()
    by_others = liking[np.random.default_rng(0).permutation(user), item].mean()
    assert bought > by_others + 0.5 * liking.std()


def test_progress_ends_complete(catalogue: Catalogue) -> None:
    world = make_world(catalogue, 5, np.random.default_rng(1))
    calls: list[tuple[int, int]] = []
    simulate(
        world,
        np.random.default_rng(1),
        progress=lambda done, total, what: calls.append((done, total)),
    )
    assert calls[-1][0] == calls[-1][1] == world.shoppers.n_visits.sum()


def test_catalogue_is_what_a_shop_has(catalogue: Catalogue) -> None:
    items = catalogue.items
    assert items["item_id"].is_unique
    assert 0.6 < items["item_group_id"].nunique() / len(items) < 0.9
    assert 0.5 < items["attributes"].notna().mean() < 0.9
    assert (items["price"] > 0).all()
    assert ((items["stock"] == 0) == (items["availability"] == "out_of_stock")).all()
    assert 0.01 < (items["stock"] == 0).mean() < 0.15
    assert catalogue.first_day.min() < 0 < catalogue.first_day.max() < N_DAYS


def test_variants_share_all_but_colour(catalogue: Catalogue) -> None:
    for _, group in catalogue.items.groupby("item_group_id"):
        assert group["color"].is_unique
        for column in ("brand", "category", "price", "available_from"):
            assert group[column].nunique() == 1


def test_traits_are_found_in_the_designs(catalogue: Catalogue) -> None:
    traits = Traits.of(catalogue)
    for item in (0, 17, N_ITEMS - 1):
        names = {traits.names[i] for i in traits.matrix[[item]].indices}
        design = catalogue.designs[item]
        assert {f"category:{design.category}", f"colour:{design.colour}"} <= names


def test_seasons_have_the_right_sign() -> None:
    january, july = coldness(np.array([20.0, 200.0]))
    assert january > 0.9
    assert july < -0.9
    coat = GarmentDesign("Coat", (), "navy", None, "solid", "tweed", 1, ())
    shorts = GarmentDesign("Shorts", (), "navy", None, "solid", "linen", 1, ())
    assert warmth(coat) == 1.0
    assert warmth(shorts) == -1.0


def test_fashions_pass() -> None:
    fashions = Fashions.draw(["a", "b"], 3, np.random.default_rng(0))
    strength = fashions.strength(fashions.peak)
    assert strength.shape == (3, 3)
    np.testing.assert_allclose(np.diag(strength), fashions.height)
    assert (fashions.strength(fashions.peak + 6 * fashions.width).diagonal() < 0.01).all()


def test_what_has_just_arrived_sells_best(with_items: pd.DataFrame) -> None:
    bought = with_items[with_items["event_name"] == "purchase"]
    age = (bought["event_time"] - bought["available_from"]).dt.days
    first, later = (age < 28).mean(), ((age >= 56) & (age < 84)).mean()
    assert 0.1 < first < 0.4
    assert first > 1.5 * later
    last = bought["event_time"].max() - pd.Timedelta(days=28)
    late = bought[bought["available_from"] > last]
    assert late["user_id"].nunique() >= 3
