"""A changed recommender answers as one made of the changed items; the old one as before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from checkerboard import (
    EMBEDDING_SIZE,
    LAST_DAY,
    N_ITEMS,
    VOCABULARY,
    RedMeansEven,
    WordByWord,
    photo,
    shop_embeddings,
    shop_events,
    shop_items,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modiste.errors import UnknownItemError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.item_changes import ItemChange, Looks, with_changes
from modiste.recommender.item_columns import listed_attributes
from modiste.recommender.item_description import merged_attributes
from modiste.recommender.item_to_item import ItemWeights
from modiste.recommender.patched_index import PatchedIndex
from modiste.recommender.patched_rows import PatchedRows
from modiste.recommender.query import Query
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.visual_index import VisualIndex

IDS = [f"i{n}" for n in range(N_ITEMS)] + [f"new{n}" for n in range(6)]
QUERIES = [
    Query(text="striped dress"),
    Query(text="floral no cotton", user_id="b3"),
    Query(image=photo(1)),
    Query(image=photo(0), text="red", user_id="a2"),
    Query(item_id="i7"),
    Query(user_id="a1", recent=("i4",)),
    Query(),
]


def row_of(item_id: str, **changed: object) -> dict[str, object]:
    """Return an item of the shop, or one like it, as the store gives it."""
    cells = shop_items().iloc[int(item_id.lstrip("inew")) % N_ITEMS].to_dict()
    del cells["season"]
    plain = {
        name: None if isinstance(cell, float) and np.isnan(cell) else cell
        for name, cell in cells.items()
    }
    return {**plain, "item_id": item_id, **changed}


@st.composite
def changes(draw: st.DrawFn) -> ItemChange:
    item_id = draw(st.sampled_from(IDS))
    kind = draw(st.sampled_from(["stock", "stock", "rewritten", "removed"]))
    if kind == "removed":
        return ItemChange(item_id, None)
    price = draw(st.none() | st.floats(1, 90).map(lambda p: round(p, 2)))
    availability = draw(st.sampled_from(["in_stock", "in_stock", "out_of_stock"]))
    row = row_of(item_id, price=price, availability=availability)
    if kind == "stock":
        return ItemChange(item_id, row)
    row |= {
        "brand": draw(st.sampled_from([None, "Norrland", "Norden"])),
        "color": draw(st.sampled_from(["navy", "teal"])),
        "category": draw(st.sampled_from([None, *VOCABULARY.categories])),
        "item_group_id": draw(st.sampled_from([None, "g1", "g99"])),
        "attributes": draw(
            st.none() | st.lists(st.sampled_from(VOCABULARY.attributes), unique=True)
        ),
        "available_from": draw(
            st.sampled_from([None, pd.Timestamp("2026-06-20", tz="UTC"), row["available_from"]])
        ),
    }
    vector = np.random.default_rng(draw(st.integers(0, 99))).normal(size=EMBEDDING_SIZE)
    embedding = (vector / np.linalg.norm(vector)).astype(np.float32)
    looks = st.builds(
        Looks,
        st.dictionaries(st.sampled_from(VOCABULARY.attributes), st.floats(0.25, 0.75)),
        st.sampled_from([None, embedding]),
    )
    return ItemChange(item_id, row, draw(looks))


def unlisted(seen: Mapping[str, float], listed: object) -> dict[str, float]:
    """Return what the network saw and the shop does not list; no name here is a colour's."""
    said = set(listed) if isinstance(listed, list) else set()
    return {name: score for name, score in seen.items() if name not in said}


def from_scratch(applied: list[ItemChange], parts: tuple[object, ...]) -> Recommender:
    """Return a recommender built anew of the items as they are after some changes."""
    rows = {str(row["item_id"]): row for row in shop_items().to_dict("records")}
    looks = {f"i{n}": Looks({}, vector) for n, vector in enumerate(shop_embeddings())}
    looks["i59"] = Looks()
    gone: set[str] = set()
    for change in applied:
        if change.row is None:
            gone |= {change.item_id} & set(rows)
            continue
        gone.discard(change.item_id)
        rows[change.item_id] = {**rows.get(change.item_id, {"season": None}), **change.row}
        kept = change.looks or looks.get(change.item_id, Looks())
        looks[change.item_id] = replace(kept, seen=unlisted(kept.seen, change.row["attributes"]))
    items = pd.DataFrame(list(rows.values()), columns=shop_items().columns)
    seen = [
        (place, VOCABULARY.attribute_index[name], score)
        for place, item_id in enumerate(rows)
        for name, score in looks[item_id].seen.items()
    ]
    nothing = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    vectors = [looks[i].embedding for i in rows]
    catalogue = Catalogue.from_items(
        items,
        VOCABULARY,
        embeddings=np.stack([nothing if v is None else v for v in vectors]),
        attributes=merged_attributes(listed_attributes(items, VOCABULARY), seen, VOCABULARY),
        removed=np.array([item_id in gone for item_id in rows]),
    )
    return recommender_of(catalogue, *parts)


def recommender_of(
    catalogue: Catalogue, factors: Factors, item_weights: ItemWeights
) -> Recommender:
    return Recommender(
        catalogue,
        History.from_events(shop_events(), catalogue.item_ids, LAST_DAY),
        factors.widened(catalogue.n_items),
        Ranker.blend_only("a test"),
        item_weights=item_weights.widened(catalogue.n_items),
        photo_reader=RedMeansEven(),
        text_reader=WordByWord(),
    )


def answers(recommender: Recommender) -> list[list[tuple[object, ...]]]:
    found = []
    for query in QUERIES:
        try:
            shown = recommender.recommend(query, 12)
        except UnknownItemError:
            found.append([("unknown",)])
            continue
        found.append([(p.item_id, round(p.score, 4), p.reasons[0].text) for p in shown])
    return found


LISTED_AND_TAKEN_BACK = [
    [ItemChange("i0", row_of("i0", attributes=["floral"]), Looks({"floral": 0.5}))],
    [ItemChange("i0", row_of("i0", attributes=["striped", "cotton"]))],
]


@settings(max_examples=15)
@example(LISTED_AND_TAKEN_BACK)
@given(st.lists(st.lists(changes(), min_size=1, max_size=6), min_size=1, max_size=3))
def test_it_answers_like_one_made_of_the_changed_items(
    recommender: Recommender,
    factors: Factors,
    item_weights: ItemWeights,
    batches: list[list[ItemChange]],
) -> None:
    changed = recommender
    for batch in batches:
        changed = with_changes(changed, batch)
    # Of several changes of one item in one batch the last counts.
    applied = [c for batch in batches for c in {one.item_id: one for one in batch}.values()]
    expected = from_scratch(applied, (factors, item_weights))
    assert answers(changed) == answers(expected)
    gone = changed.catalogue.removed
    assert gone is None or not {product[0] for answer in answers(changed) for product in answer} & {
        changed.catalogue.item_ids.ids[n] for n in np.flatnonzero(gone)
    }


def test_who_answers_already_is_not_touched(recommender: Recommender) -> None:
    before = answers(recommender)
    batch = [ItemChange(f"i{n}", row_of(f"i{n}", price=1.0, title="X"), Looks()) for n in range(40)]
    changed = with_changes(with_changes(recommender, batch), [ItemChange("i41", None)])
    assert answers(changed) != before == answers(recommender)
    assert with_changes(recommender, [ItemChange("nobody", None)]) is recommender


def test_stock_and_price_work_out_nothing_else_again(recommender: Recommender) -> None:
    changed = with_changes(recommender, [ItemChange("i4", row_of("i4", price=3.5))])
    assert changed.sources is recommender.sources
    assert changed.catalogue.items["price"].iloc[4] == np.float32(3.5)
    cheap = changed.recommend(Query(text="striped"), 5, filters={"price": {"max": 5}})
    assert [one.item_id for one in cheap] == ["i4"]
    # A sold-out item is not even pinned, and is there again once it is back.
    out = with_changes(changed, [ItemChange("i4", row_of("i4", availability="out_of_stock"))])
    pinned = replace(recommender.rules, pinned=("i4",))
    assert "i4" not in {one.item_id for one in out.recommend(Query(), 20, rules=pinned)}
    back = with_changes(out, [ItemChange("i4", row_of("i4"))])
    assert back.recommend(Query(), 20, rules=pinned)[0].item_id == "i4"


def test_what_was_taken_out_is_neither_shown_nor_named(recommender: Recommender) -> None:
    bought = [f"i{n}" for n in range(0, 50, 2)]
    changed = with_changes(recommender, [ItemChange(one, None) for one in bought[:20]])
    answer = changed.recommend(Query(user_id="a0"), 20)
    told = {name for one in answer for reason in one.reasons for name in reason.names}
    assert not (told | {one.item_id for one in answer}) & set(bought[:20])
    with pytest.raises(UnknownItemError):
        changed.similar("i0")


def test_an_added_item_is_found_by_phrase_photo_and_filter(recommender: Recommender) -> None:
    looks = Looks({"striped": 0.9}, np.eye(1, EMBEDDING_SIZE, dtype=np.float16)[0])
    row = row_of("new1", attributes=None, category="Socks", brand="Unheard of", color="teal")
    changed = with_changes(recommender, [ItemChange("new1", row, looks)])
    for query in (Query(image=photo(0)), Query(text="striped socks"), Query(item_id="i4")):
        assert "new1" in {one.item_id for one in changed.recommend(query, 12)}
    only = changed.recommend(Query(), 3, filters={"brand": "Unheard of", "color": "teal"})
    assert [one.item_id for one in only] == ["new1"]
    assert changed.similar("new1", 3)


def test_an_embedding_of_another_network_is_refused(recommender: Recommender) -> None:
    looks = Looks({}, np.ones(3, dtype=np.float16))
    with pytest.raises(ValueError, match="describe the item with"):
        with_changes(recommender, [ItemChange("new1", row_of("new1"), looks)])


def test_patched_rows_read_like_the_array_they_stand_for() -> None:
    generator = np.random.default_rng(0)
    base = generator.normal(size=(20, 4)).astype(np.float16)
    expected, rows = base.copy(), base
    for size in (20, 23, 30, 30):
        changed = np.unique(np.r_[generator.integers(len(rows), size=5), len(rows) : size])
        values = generator.normal(size=(len(changed), 4)).astype(np.float16)
        expected = np.concatenate([expected, np.zeros((size - len(rows), 4), np.float16)])
        expected[changed] = values
        rows = PatchedRows.of(rows, changed, values, size)
        np.testing.assert_array_equal(np.asarray(rows), expected)
        np.testing.assert_array_equal(rows[3:25], expected[3:25])
        np.testing.assert_array_equal(rows[4], expected[4])
    with pytest.raises(ValueError, match="copy=False"):
        np.asarray(rows, copy=False)


@pytest.mark.parametrize("approximate_from", [1, 1000])
def test_a_patched_index_finds_what_a_new_one_finds(approximate_from: int) -> None:
    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(400, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = VisualIndex(vectors[:360], approximate_from=approximate_from)
    changed = np.r_[np.arange(0, 40, 3), np.arange(360, 400)]
    before = np.concatenate([vectors[:360][::-1][:30], vectors[30:360]])
    rows = PatchedRows.of(before, changed, vectors[changed], 400)
    patched = PatchedIndex.of(VisualIndex(before), 360, rows)
    again = PatchedIndex.of(patched, 400, PatchedRows.of(rows, changed[:5], vectors[:5], 400))
    allowed = generator.random(400) < 0.5
    now = np.asarray(rows)
    found = patched.nearest(vectors[:6], 10, allowed)
    best = [np.argsort(-np.where(allowed, now @ one, -9))[:10] for one in vectors[:6]]
    assert [set(one) for one in found] == [set(one) for one in best]
    assert all(allowed[one].all() for one in again.nearest(vectors[:6], 10, allowed))
    assert index.nearest(vectors[:1], 1, np.ones(360, bool))[0][0] == 0


def test_a_look_names_no_purchase_that_was_taken_out(recommender: Recommender) -> None:
    recommender.warm()

    def named(shop: Recommender) -> set[str]:
        looks = [shop.complete(one, 20, user_id="a0") for one in ("i21", "i23", "i25")]
        reasons = [reason for look in looks for one in look for reason in one.reasons]
        return {name for one in reasons if one.kind == "because_you_bought" for name in one.names}

    bought = sorted(named(recommender))
    assert len(bought) > 1
    changed = with_changes(recommender, [ItemChange(bought[0], None)])
    assert bought[0] not in named(changed)
    assert named(changed)
