"""Completing a look: what was bought together, what goes with what, and the rules of a list."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from checkerboard import N_ITEMS, OUT_OF_STOCK, category_of, events_frame, shop_items
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.data.dataset import empty_events
from modiste.data.vocabulary import Vocabulary
from modiste.errors import UnknownItemError
from modiste.recommender import bought_together
from modiste.recommender.bought_together import TOGETHER_DAYS, BoughtTogether
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.completion import Completer
from modiste.recommender.history import History
from modiste.recommender.item_changes import ItemChange, with_changes
from modiste.recommender.kinds import category_kinds, item_kinds
from modiste.recommender.looks import Looks
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.rules import Rules

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WARDROBE = Vocabulary.from_pairs(
    [("Tee", "upper"), ("Trousers", "lower"), ("Ankle Boots", "product"), ("Coat", "full")],
    [("striped", "texture"), ("denim", "fabric"), ("floral", "texture")],
)
#: Ten of each: t0 to t4 are white, t5 to t9 red; p0 to p4 navy, p5 to p9 black; and so on.
HUES = {"t": ("white", "red"), "p": ("navy", "black"), "b": ("tan", "grey"), "c": ("camel", "pink")}
CATEGORY = {"t": "Tee", "p": "Trousers", "b": "Ankle Boots", "c": "Coat"}
#: Nobody bought these.
COLD = {"p9", "t4", "p4", "b9"}
IDS = [f"{kind}{n}" for kind in HUES for n in range(10)]


def wardrobe_items():
    items = shop_items().iloc[[0] * len(IDS)].reset_index(drop=True)
    items["item_id"] = IDS
    items["item_group_id"] = [f"g{n // 2}" if one[0] == "c" else None for n, one in enumerate(IDS)]
    items["title"] = [f"{CATEGORY[one[0]]} {one}" for one in IDS]
    items["category"] = [CATEGORY[one[0]] for one in IDS]
    items["color"] = [HUES[one[0]][int(one[1]) // 5] for one in IDS]
    items["attributes"] = [["denim"] if one[0] == "p" else ["striped"] for one in IDS]
    items["brand"] = "Norrland"
    return items


def wardrobe_events():
    """White tees are bought with navy trousers, red ones with black ones; boots with a few."""
    generator = np.random.default_rng(5)
    rows = []
    for shopper in range(60):
        side = shopper % 2
        owned: set[str] = set()
        for _ in range(2):
            day = NOW - timedelta(days=float(generator.uniform(1, 100)))
            outfit = [f"{kind}{5 * side + generator.integers(5)}" for kind in "tp"]
            if shopper % 3 == 0:
                outfit.append(f"b{generator.integers(10)}")
            if shopper % 5 == 0:
                outfit.append(f"c{generator.integers(4)}")
            outfit = [one for one in outfit if one not in COLD | owned]
            owned |= set(outfit)
            rows += [(f"s{shopper}", one, "purchase", day) for one in outfit]
    rows += [("s0", "c9", "purchase", NOW - timedelta(days=20))]
    rows += [("s0", "c9", "refund", NOW - timedelta(days=19))]
    return events_frame(rows)


def shop_of(events, items=None, vocabulary=WARDROBE, embeddings=None):
    catalogue = Catalogue.from_items(
        wardrobe_items() if items is None else items, vocabulary, embeddings=embeddings
    )
    history = History.from_events(events, catalogue.item_ids, NOW)
    factors = Factors(np.zeros((catalogue.n_items, 2), dtype=np.float32))
    return Recommender(catalogue, history, factors, Ranker.blend_only("a test"))


@pytest.fixture(scope="module")
def shop():
    return shop_of(wardrobe_events())


@pytest.fixture(scope="module")
def together():
    """How many shoppers last bought both within the window, counted pair by pair."""
    events = wardrobe_events()
    bought = events[events["event_name"] == "purchase"]
    bought = bought[bought["item_id"] != "c9"]  # refunded
    last = bought.groupby(["user_id", "item_id"])["event_time"].max()
    counts = Counter()
    for _, own in last.groupby(level=0):
        times = own.droplevel(0).to_dict()
        for one, other in itertools.permutations(times, 2):
            if abs(times[one] - times[other]) <= timedelta(days=TOGETHER_DAYS):
                counts[one, other] += 1
    return counts


class TestBoughtTogether:
    def test_counts_what_a_slow_count_finds(self, shop, together):
        found = BoughtTogether.of(shop.history)
        expected = [[together[one, other] for other in IDS] for one in IDS]
        np.testing.assert_array_equal(found.shoppers.toarray(), expected)
        assert found.shoppers.diagonal().sum() == 0
        assert (found.weights > 0).nnz == (found.shoppers > 0).nnz

    def test_refunds_and_views_do_not_count(self, shop):
        refunded = shop.catalogue.item_ids.index("c9")
        assert BoughtTogether.of(shop.history).shoppers[refunded].nnz == 0

    def test_a_pair_counts_less_in_a_large_basket_and_later(self):
        rows = [("few", "t0", 1), ("few", "p0", 1), ("late", "t1", 95), ("late", "p1", 95)]
        rows += [("many", one, 1) for one in ("t2", "p2", "b0", "b1", "b2", "c0", "c2", "c4")]
        rows = [(user, one, "purchase", NOW - timedelta(days=days)) for user, one, days in rows]
        own = shop_of(events_frame(rows))
        weights = BoughtTogether.of(own.history).weights
        index = own.catalogue.item_ids.index
        alone, old, crowded = (weights[index(f"t{n}"), index(f"p{n}")] for n in range(3))
        assert alone == pytest.approx(2 ** (-1 / 90), rel=1e-4)
        assert old == pytest.approx(2 ** (-95 / 90), rel=1e-4)
        assert crowded == pytest.approx(alone / np.sqrt(7), rel=1e-4)

    def test_parts_of_the_count_make_the_whole(self, shop, monkeypatch):
        whole = BoughtTogether.of(shop.history)
        monkeypatch.setattr(bought_together, "_MAX_PAIRS", 3)
        part = BoughtTogether.of(shop.history)
        assert (whole.shoppers != part.shoppers).nnz == 0
        np.testing.assert_allclose(whole.weights.toarray(), part.weights.toarray(), rtol=1e-5)


class TestKinds:
    def test_names_tell_before_types(self):
        assert len(set(category_kinds(WARDROBE).tolist())) == 4

    @pytest.mark.parametrize(
        ("names", "own_type"),
        [
            (("Shirt", "T-shirts", "Blouse"), "product"),
            (("Sneakers", "Ankle boots", "Dress shoes"), "product"),
            (("Handbags", "Clutches"), "product"),
            (("Scarf", "Sunglasses", "Boot socks"), "product"),
            (("Hemd", "Bluse"), "upper"),
        ],
    )
    def test_a_kind(self, names, own_type):
        pairs = [*((name, own_type) for name in names), ("Jeans", "lower"), ("Hose", "lower")]
        kinds = category_kinds(Vocabulary.from_pairs(pairs, []))
        assert len(set(kinds[: len(names)].tolist())) == 1
        assert kinds[0] != kinds[-1]
        assert kinds[-1] == kinds[-2]

    def test_what_nothing_tells_is_a_kind_of_its_own(self):
        kinds = category_kinds(Vocabulary.from_pairs([("Krug", "full"), ("Vase", "full")], []))
        assert kinds[0] != kinds[1]

    def test_one_kind_alone_tells_nothing(self):
        items = wardrobe_items().assign(category="Tee")
        assert (item_kinds(Catalogue.from_items(items, WARDROBE)) == -1).all()


class TestWhatGoesWithWhat:
    def test_pairs_are_those_of_a_slow_count(self, shop, together):
        looks = shop.completer.looks
        names = (*shop.catalogue.color_names, *WARDROBE.attributes)
        items = wardrobe_items().set_index("item_id")
        counted = Counter()
        for (first, second), count in together.items():
            if first[0] != second[0]:
                counted[items.at[first, "color"], items.at[second, "color"]] += count
        pairs = looks.compatibility.pairs
        for (one, other), count in counted.items():
            assert pairs[names.index(one), names.index(other)] == count

    def test_planted_colours_go_together(self, shop):
        lifts = shop.completer.looks.compatibility.lifts
        color = shop.catalogue.color_names.index
        assert lifts[color("white"), color("navy")] > 0.3
        assert lifts[color("white"), color("black")] < -0.3

    def test_what_categories_explain_is_no_lift(self, shop):
        """Trousers are all of denim, so that tees are bought with it says nothing."""
        learnt = shop.completer.looks.compatibility
        of_denim = len(shop.catalogue.color_names) + WARDROBE.attribute_index["denim"]
        white = shop.catalogue.color_names.index("white")
        assert learnt.pairs[white, of_denim] > 20
        assert abs(learnt.lifts[white, of_denim]) < 0.1

    def test_chances_are_chances(self, shop):
        looks = shop.completer.looks
        rows = looks.compatibility.category_chances.sum(axis=1)
        np.testing.assert_allclose(rows, 1.0)
        for item in (0, IDS.index("p9")):
            scores = looks.scores(item)
            assert np.isfinite(scores.total).all()
            assert (scores.total > 0).all()


class TestComplete:
    @pytest.mark.parametrize("user_id", [None, "s0", "s1", "stranger"])
    @pytest.mark.parametrize("item_id", ["t0", "p7", "b3", "p9", "c1"])
    def test_is_of_other_kinds_and_whole(self, shop, item_id, user_id):
        answer = shop.complete(item_id, 8, user_id=user_id)
        shown = [found.item_id for found in answer]
        assert len(set(shown)) == 8
        assert item_id[0] not in {one[0] for one in shown}
        assert [found.rank for found in answer] == list(range(1, 9))
        assert all(np.diff([found.score for found in answer]) <= 0)
        assert all(found.reasons for found in answer)
        assert all(0 <= found.match_score < 1 for found in answer)
        groups = [shop.catalogue.groups[IDS.index(one)] for one in shown]
        assert len(set(groups)) == 8
        assert answer == shop.complete(item_id, 8, user_id=user_id)

    def test_no_category_has_more_than_its_share(self, shop):
        for k in (5, 8):
            shown = [found.item_id[0] for found in shop.complete("t0", k)]
            assert max(Counter(shown).values()) <= np.ceil(0.4 * k)

    def test_others_stand_before_more_of_a_category(self, shop):
        """Ten trousers, ten boots and five groups of coats: the share bends, the list is whole."""
        shown = [found.item_id[0] for found in shop.complete("t0", 25)]
        assert len(shown) == 25
        assert max(Counter(shown[:12]).values()) <= 10

    def test_together_is_told_and_true(self, shop, together):
        told = 0
        for item_id in ("t0", "t1", "p5"):
            for found in shop.complete(item_id, 10):
                for reason in found.reasons:
                    if reason.kind == "bought_together":
                        told += 1
                        count = together[item_id, found.item_id]
                        assert reason.text.endswith(f"by {count} shoppers")
                        assert reason.names == (item_id,)
        assert told

    def test_without_the_purchases_the_score_falls(self, shop):
        told = {
            found.item_id: found
            for found in shop.complete("t0", 10)
            if found.reasons[0].kind == "bought_together"
        }
        other, before = next(iter(told.items()))
        events = wardrobe_events()
        both = set(events.loc[events["item_id"] == "t0", "user_id"])
        gone = events["user_id"].isin(both) & (events["item_id"] == other)
        after = shop_of(events[~gone]).complete("t0", len(IDS))
        found = next(found for found in after if found.item_id == other)
        assert found.score < before.score
        assert all(reason.kind != "bought_together" for reason in found.reasons)

    @pytest.mark.parametrize(("item_id", "goes", "clashes"), [("p4", "t", 5), ("p9", "t", 0)])
    def test_what_nobody_bought_goes_by_its_colour(self, shop, item_id, goes, clashes):
        answer = shop.complete(item_id, len(IDS))
        tees = [found.item_id for found in answer if found.item_id[0] == goes]
        wrong = {f"t{clashes + n}" for n in range(5)}
        assert tees[0] not in wrong
        places = [nth for nth, one in enumerate(tees) if one in wrong]
        assert np.mean(places) > len(tees) / 2
        reasons = [r for found in answer if found.item_id == tees[0] for r in found.reasons]
        told = next(reason for reason in reasons if reason.kind == "goes_with")
        assert "goes with" in told.text
        assert told.names[1] in {"navy", "black"}

    def test_new_items_are_found_too(self, shop):
        """Both were never bought; navy goes with the white tee, black does not."""
        shown = [found.item_id for found in shop.complete("t0", len(IDS))]
        assert shown.index("p4") < shown.index("p9")

    def test_a_shopper_is_shown_what_they_like_and_not_what_they_have(self, shop):
        events = wardrobe_events()
        owned = set(events.loc[events["user_id"] == "s0", "item_id"]) - {"c9"}
        answer = shop.complete("t9", 20, user_id="s0")
        assert not owned & {found.item_id for found in answer}
        assert any(found.personal_score > 0 for found in answer)
        stranger = shop.complete("t9", 20, user_id="stranger")
        assert list(stranger) == list(shop.complete("t9", 20))
        assert any("new to this release" in note for note in stranger.notes)

    def test_what_only_fills_the_list_is_named(self, shop):
        answer = shop.complete("t0", 30)
        # Ten trousers, ten boots, five groups of coats; of the item's own kind at last.
        assert "t" not in {found.item_id[0] for found in answer[:25]}
        assert [found.item_id[0] for found in answer[25:]] == ["t"] * 5
        assert {found.reasons[0].kind for found in answer[25:]} == {"backfill"}
        assert {found.match_score for found in answer[25:]} == {0.0}
        assert any("only complete the list" in note for note in answer.notes)
        only = shop.complete("t0", 4, filters={"category": "Tee"})
        assert [found.reasons[0].kind for found in only] == ["backfill"] * 4

    def test_rules_filters_and_exclusions_hold(self, shop):
        rules = Rules(pinned=["b7", "t3"], buried=["p0"], excluded=["p1"])
        answer = shop.complete("t0", 12, exclude=["p2"], rules=rules)
        shown = [found.item_id for found in answer]
        assert shown[0] == "b7"
        assert answer[0].reasons[0].kind == "pinned"
        # A tee does not go with a tee, whoever pins it.
        assert not {"p0", "p1", "p2", "t3"} & set(shown)
        cheap = shop.complete("t0", 10, filters={"color": ["navy", "tan"]})
        assert {found.item_id[0] for found in cheap} == {"p", "b"}

    def test_unknown_items_and_numbers_are_refused(self, shop):
        with pytest.raises(UnknownItemError, match="Received: 'none'"):
            shop.complete("none")
        with pytest.raises(ValueError, match="k must be"):
            shop.complete("t0", 0)

    def test_without_purchases_common_attributes_speak(self):
        bare = shop_of(empty_events())
        answer = bare.complete("t0", 6)
        assert len(answer) == 6
        assert "attributes" in {reason.kind for found in answer for reason in found.reasons}
        assert {found.item_id[0] for found in answer} <= {"b", "c", "p"}


def test_where_categories_tell_nothing_the_most_alike_are_left_out():
    items = wardrobe_items().assign(category=None, attributes=None)
    looks = np.zeros((len(IDS), 4), dtype=np.float32)
    looks[np.arange(len(IDS)), [list(HUES).index(one[0]) for one in IDS]] = 1.0
    looks += 0.1 * np.random.default_rng(0).normal(size=looks.shape).astype(np.float32)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    shop = shop_of(wardrobe_events(), items, embeddings=looks)
    goes = Looks(shop.catalogue, shop.history).goes_with(IDS.index("t0"))
    left_out = {one for one, fits in zip(IDS, goes, strict=True) if not fits}
    assert len(left_out) == 8
    assert {one[0] for one in left_out} == {"t"}
    assert len(shop.complete("t0", 10)) == 10


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, N_ITEMS - 1),
    st.sampled_from([None, "nobody", "a0", "b3"]),
    st.sets(st.integers(0, N_ITEMS - 1), max_size=30),
    st.integers(1, 15),
    st.builds(
        Rules,
        diversity=st.sampled_from([0.0, 0.5]),
        max_per_brand=st.sampled_from([None, 2]),
        fresh_share=st.sampled_from([0.0, 0.5]),
        pinned=st.lists(st.sampled_from([f"i{n}" for n in range(20)]), max_size=3),
    ),
)
def test_limits_hold_whatever_the_rules(recommender, item, user_id, exclude, k, rules):
    ids = [f"i{one}" for one in sorted(exclude)]
    answer = recommender.complete(f"i{item}", k, user_id=user_id, exclude=ids, rules=rules)
    shown = [int(found.item_id[1:]) for found in answer]
    assert len(set(shown)) == len(shown) <= k
    assert not {item, OUT_OF_STOCK, *exclude} & set(shown)
    filled = [found for found in answer if found.reasons[0].kind == "backfill"]
    own = [n for n, one in enumerate(shown) if item != 59 and category_of(one) == category_of(item)]
    assert all(answer[n].reasons[0].kind == "backfill" for n in own if shown[n] != 59)
    if len(shown) < k or len(filled) == len(answer):
        assert answer.notes


class TestChangedItems:
    """A look of changed items is that of a shop counted anew, and nothing is counted for it."""

    def changes(self, shop):
        rows = {row["item_id"]: row for row in shop.catalogue.items.to_dict("records")}
        return {
            "added": [ItemChange("p10", {**rows["p1"], "item_id": "p10", "item_group_id": "g1"})],
            "other traits": [
                ItemChange("t1", {**rows["t1"], "color": "navy", "attributes": ["denim"]}),
                ItemChange("p2", {**rows["p2"], "category": "Coat"}),
                ItemChange("c2", {**rows["c2"], "item_group_id": "of tees"}),
                ItemChange("t2", {**rows["t2"], "item_group_id": "of tees"}),
            ],
            "another colour": [ItemChange("t1", {**rows["t1"], "color": "amber"})],
            "taken out": [ItemChange("t0", None)],
        }

    @pytest.mark.parametrize("kind", ["added", "other traits", "another colour", "taken out"])
    def test_it_is_as_counted_anew(self, shop, kind, monkeypatch):
        shop.warm()

        def counted(_):
            raise AssertionError("the history was counted again")

        with monkeypatch.context() as patched:
            patched.setattr(BoughtTogether, "of", counted)
            changed = with_changes(shop, self.changes(shop)[kind])
            looks = [changed.complete(one, 20, user_id="s0") for one in ("t1", "p1", "c3")]
        anew = Completer(
            changed.catalogue, changed.history, changed.sources, changed.explainer.purchases
        )
        for name in ("lifts", "pairs", "category_chances", "category_shares", "category_pairs"):
            found, expected = (
                getattr(one.looks.compatibility, name) for one in (changed.completer, anew)
            )
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6, err_msg=name)
        changed._completer = anew
        again = [changed.complete(one, 20, user_id="s0") for one in ("t1", "p1", "c3")]
        assert [[(p.item_id, p.reasons) for p in look] for look in looks] == [
            [(p.item_id, p.reasons) for p in look] for look in again
        ]

    def test_one_shop_does_not_wait_for_another(self, shop):
        with shop._completing:
            assert with_changes(shop, self.changes(shop)["added"]).complete("t1", 5)
            assert with_changes(shop, self.changes(shop)["taken out"]).complete("t1", 5)
