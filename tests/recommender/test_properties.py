"""What holds for every query, whatever it asks: rules, order, shoppers, numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from checkerboard import N_ITEMS, OUT_OF_STOCK, RedMeansEven, photo, shop_embeddings, shop_items
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse

from modiste.errors import ReleaseError
from modiste.recommender.attribute import Attribute
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.causes import is_asked
from modiste.recommender.collaborative import Factors
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.features import feature_table
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.pool import propose
from modiste.recommender.query import Query
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.rules import Rules
from modiste.recommender.visual import Visual

USERS = [None, "nobody", *(f"{kind}{n}" for kind in "ab" for n in range(10))]
WORDS = ["striped", "floral", "cotton", "red", "dress", "tee", "socks", "no striped"]
ITEM_IDS = [f"i{n}" for n in range(N_ITEMS)]

QUERIES = st.builds(
    Query,
    text=st.none() | st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    image=st.none() | st.sampled_from([photo(0), photo(1)]),
    item_id=st.none() | st.sampled_from(ITEM_IDS),
    user_id=st.sampled_from(USERS),
    recent=st.lists(st.sampled_from(ITEM_IDS), max_size=4).map(tuple),
    bought=st.lists(st.sampled_from(ITEM_IDS), max_size=3).map(tuple),
)
FILTERS = st.none() | st.one_of(
    st.fixed_dictionaries({"category": st.sampled_from(["Dress", "Tee", "Socks"])}),
    st.fixed_dictionaries({"brand": st.sampled_from(["Norrland", "Costa"])}),
    st.fixed_dictionaries({"price": st.tuples(st.integers(0, 40), st.integers(41, 90))}).map(
        lambda one: {"price": {"min": one["price"][0], "max": one["price"][1]}}
    ),
)
RULES = st.builds(
    Rules,
    diversity=st.sampled_from([0.0, 0.3, 0.8]),
    max_per_brand=st.sampled_from([None, 1, 4]),
    fresh_share=st.sampled_from([0.0, 0.5]),
    fresh_days=st.sampled_from([1.0, 365.0]),
    pinned=st.lists(st.sampled_from(ITEM_IDS[:30]), max_size=3, unique=True),
    buried=st.lists(st.sampled_from(ITEM_IDS[30:50]), max_size=10),
    excluded=st.lists(st.sampled_from(ITEM_IDS[50:]), max_size=5),
    excluded_for=st.dictionaries(
        st.sampled_from(["a0", "nobody"]), st.lists(st.sampled_from(ITEM_IDS), max_size=8)
    ),
)
EXAMPLES = settings(max_examples=60, deadline=None)


def passes(item, filters):
    row = shop_items().iloc[item]
    for name, wanted in (filters or {}).items():
        if isinstance(wanted, dict):
            if not wanted["min"] <= row[name] <= wanted["max"]:
                return False
        elif row[name] != wanted:
            return False
    return True


@EXAMPLES
@example(Query(), {"category": "Dress"}, set(), 1)
@given(QUERIES, FILTERS, st.sets(st.sampled_from(ITEM_IDS), max_size=20), st.integers(1, 15))
def test_rules_hold(recommender, query, filters, exclude, k):
    answer = recommender.recommend(query, k, filters=filters, exclude=sorted(exclude))
    shown = [int(product.item_id[1:]) for product in answer]
    assert len(set(shown)) == len(shown) <= k
    assert not {f"i{item}" for item in shown} & exclude
    assert OUT_OF_STOCK not in shown
    assert all(passes(item, filters) for item in shown)
    assert [product.rank for product in answer] == list(range(1, len(shown) + 1))
    assert all(np.diff([product.score for product in answer]) <= 0)
    assert all(product.reasons for product in answer)
    if len(shown) < k:
        assert answer.notes
    filled = [product for product in answer if product.reasons[0].kind == "backfill"]
    told = [note for note in answer.notes if "complete the list" in note]
    assert bool(told) == bool(filled)
    assert not told or told[0].startswith(f"{len(filled)} of {len(answer)}")


@EXAMPLES
@example(
    Query(user_id="b0"),
    {"price": {"min": 28, "max": 45}},
    Rules(max_per_brand=4, fresh_days=1.0, buried=("i35",)),
    13,
)
@given(QUERIES, FILTERS, RULES, st.integers(1, 15))
def test_a_shops_rules_break_no_limit(recommender, query, filters, rules, k):
    answer = recommender.recommend(query, k, filters=filters, rules=rules)
    plain = recommender.recommend(query, k, filters=filters)
    shown = [product.item_id for product in answer]
    never = {*rules.excluded, *rules.excluded_for.get(query.user_id, ())}
    assert len(set(shown)) == len(shown) <= k
    assert not never & set(shown)
    assert f"i{OUT_OF_STOCK}" not in shown
    assert all(passes(int(item_id[1:]), filters) for item_id in shown)
    assert len(plain) - len(never) <= len(shown) <= len(plain)
    pinned = [one.item_id for one in answer if one.reasons[0].kind == "pinned"]
    assert pinned == shown[: len(pinned)] == [one for one in rules.pinned if one in pinned]
    # A buried one stands behind every other.
    buried = [item_id in rules.buried for item_id in shown]
    groups = [recommender.catalogue.groups[int(item_id[1:])] for item_id in shown]
    if len(set(groups)) == len(groups):
        assert buried == sorted(buried)
    assert all(product.reasons for product in answer)


@EXAMPLES
@given(st.lists(QUERIES, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_an_answer_does_not_depend_on_its_batch(recommender, queries, random):
    together = recommender.recommend_batch(queries, 8)
    order = list(range(len(queries)))
    random.shuffle(order)
    shuffled = recommender.recommend_batch([queries[n] for n in order], 8)
    for place, n in enumerate(order):
        alone = recommender.recommend(queries[n], 8)
        for other in (together[n], shuffled[place]):
            assert [one.item_id for one in other] == [one.item_id for one in alone]
            np.testing.assert_allclose(
                [one.score for one in other], [one.score for one in alone], rtol=1e-4, atol=1e-5
            )


@EXAMPLES
@given(QUERIES)
def test_an_unknown_shopper_gets_what_nobody_gets(recommender, query):
    nobody = recommender.recommend(replace(query, user_id=None), 10)
    unknown = recommender.recommend(replace(query, user_id="never seen"), 10)
    assert list(unknown) == list(nobody)
    assert any("new to this release" in note for note in unknown.notes)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused_at_their_source(bad, catalogue, history, factors):
    vectors = shop_embeddings()
    vectors[3, 2] = bad
    with pytest.raises(ValueError, match="finite"):
        Catalogue.from_items(shop_items(), catalogue.vocabulary, embeddings=vectors)
    with pytest.raises(ValueError, match="item_factors must be finite"):
        Factors(np.full((N_ITEMS, 2), bad, dtype=np.float32))
    with pytest.raises(ValueError, match="weights must be finite"):
        ItemWeights(sparse.csr_matrix(np.array([[0.0, bad], [1.0, 0.0]])), "ease")


@pytest.mark.parametrize("part", ["embedding", "attribute_scores"])
def test_a_network_that_gives_nan_is_named(recommender, catalogue, history, factors, part):
    class Broken(RedMeansEven):
        def detect(self, images, boxes=None):
            garment = super().detect(images, boxes)[0]
            numbers = getattr(garment, part).copy()
            numbers[0] = np.nan
            return [replace(garment, **{part: numbers})]

    shop = Recommender(catalogue, history, factors, recommender.ranker, photo_reader=Broken())
    with pytest.raises(ReleaseError, match="finite numbers"):
        shop.recommend(Query(image=photo(0)))


def test_a_colour_alone_is_something_asked_for(catalogue, history, sources):
    """Such a wish is no attribute, but no home page either."""
    colors = np.zeros(len(catalogue.color_names), dtype=np.float32)
    colors[catalogue.color_names.index("navy")] = 1.0
    query = EncodedQuery(colors=colors)
    allowed = np.ones((1, N_ITEMS), dtype=bool)
    pool = propose(sources, [query], 20, allowed)
    features = feature_table(pool, [query], catalogue, history)
    assert query.has_content
    assert is_asked(features).all()
    ranked = np.argsort(-Ranker.blend_only("a test").scores(features), kind="stable")
    first = catalogue.colors[pool.item_index[ranked[:10]]]
    assert (first == catalogue.color_names.index("navy")).all()


def test_what_only_refuses_still_gets_what_the_shopper_likes(sources, history):
    shopper = EncodedQuery.of_user(history, 0)
    refusing = replace(shopper, attributes=np.array([0, 0, 0, -1], dtype=np.float32))
    asking = replace(shopper, attributes=np.array([0, 0, 1, -1], dtype=np.float32))
    allowed = np.ones((1, N_ITEMS), dtype=bool)
    for name in ("collaborative", "item_to_item", "taste"):
        assert (sources[name].candidates([refusing], 5, allowed).item_index >= 0).any()
        assert (sources[name].candidates([asking], 5, allowed).item_index < 0).all()


def test_a_photo_finds_nothing_alike_where_no_item_has_one(catalogue):
    bare = Catalogue.from_items(shop_items(), catalogue.vocabulary)
    query = EncodedQuery(embedding=np.ones(16, dtype=np.float32) / 4)
    found = Visual(bare).candidates([query], 3, np.ones((1, N_ITEMS), dtype=bool))
    assert (found.item_index == -1).all()


def test_parts_of_other_catalogues_are_refused(catalogue, history, factors):
    with pytest.raises(ReleaseError, match="item weights 4"):
        Recommender(
            catalogue,
            history,
            factors,
            Ranker.blend_only("a test"),
            item_weights=ItemWeights.nothing(4),
        )


def test_what_is_wanted_and_refused_alike_is_not_proposed_by_rounding(catalogue):
    """An item with both has a score of zero, whatever the last digits of its weights say."""
    idf = catalogue.attribute_idf
    profile = catalogue.attribute_profiles[[0]].toarray()[0]
    first, second = np.flatnonzero(profile)[:2]
    asked = np.zeros(len(idf), dtype=np.float32)
    # Weights whose parts cancel but for one part in ten million.
    asked[first] = 1.0 / (idf[first] * profile[first]) * np.float32(1 + 2e-7)
    asked[second] = -1.0 / (idf[second] * profile[second])
    source = Attribute(catalogue)
    queries = [EncodedQuery(attributes=asked)]
    found = source.candidates(queries, 60, np.ones((1, len(catalogue)), dtype=bool))
    assert 0 not in found.item_index[0]
    zero = np.zeros(1, dtype=np.int32)
    assert source.pair_scores(queries, zero, zero)[0] == 0.0
