from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from checkerboard import (
    BARE,
    N_ITEMS,
    OUT_OF_STOCK,
    VOCABULARY,
    RedMeansEven,
    category_of,
    held_out,
    photo,
    shop_embeddings,
    shop_items,
)

from modiste.data.dataset import empty_events
from modiste.errors import ReleaseError, UnknownItemError
from modiste.nlp.word_vectors import WordVectors
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.collaborative import Factors
from modiste.recommender.history import History
from modiste.recommender.query import Query
from modiste.recommender.ranker import Ranker
from modiste.recommender.recommender import Recommender
from modiste.recommender.release import publish, rollback, write_release
from modiste.recommender.release_parts import WORD_VECTORS_FILE

EVERY_QUERY = {
    "home page of a shopper": Query(user_id="a3"),
    "home page of a new shopper": Query(user_id="stranger"),
    "home page of the shop": Query(),
    "photo": Query(image=photo(0)),
    "photo and box": Query(image=photo(1), box=(0.1, 0.1, 0.6, 0.6)),
    "phrase": Query(text="striped cotton dress"),
    "phrase nobody understands": Query(text="zxcvb"),
    "photo, phrase and shopper": Query(image=photo(0), text="no cotton", user_id="b4"),
    "item": Query(item_id="i5"),
    "embedding": Query(embedding=[1.0] + [0.0] * 15),
    "item without anything": Query(item_id=f"i{BARE}"),
    "recent items": Query(recent=("i3", "i7")),
}


def _indices(answer):
    return [int(product.item_id[1:]) for product in answer]


@pytest.mark.parametrize("query", EVERY_QUERY.values(), ids=EVERY_QUERY)
class TestEveryAnswer:
    @pytest.mark.parametrize("k", [1, 10, N_ITEMS])
    def test_has_what_was_asked(self, recommender, query, k):
        answer = recommender.recommend(query, k)
        shown = _indices(answer)
        assert len(set(shown)) == len(shown) == len(answer)
        # One item is out of stock; a shopper's dresses and tees and the item asked about
        # are not shown again.
        assert len(answer) == k or (k == N_ITEMS and len(answer) >= N_ITEMS - 30)
        assert OUT_OF_STOCK not in shown
        assert [product.rank for product in answer] == list(range(1, len(answer) + 1))
        scores = [product.score for product in answer]
        assert scores == sorted(scores, reverse=True)
        assert np.isfinite(scores).all()
        for product in answer:
            assert 0.0 <= product.match_score <= 1.0
            assert 0.0 <= product.personal_score <= 1.0
            assert product.reasons
            assert all(0.0 <= reason.strength <= 1.0 + 1e-6 for reason in product.reasons)

    def test_is_the_same_every_time(self, recommender, query):
        assert recommender.recommend(query) == recommender.recommend(query)

    def test_first_k_do_not_depend_on_k(self, recommender, query):
        few, many = recommender.recommend(query, 3), recommender.recommend(query, 8)
        assert _indices(few) == _indices(many)[:3]

    def test_shows_each_product_group_once(self, recommender, catalogue, query):
        groups = catalogue.groups[_indices(recommender.recommend(query, 10))]
        assert len(np.unique(groups)) == 10

    def test_in_a_batch_is_the_same(self, recommender, query):
        others = [Query(user_id="b1"), query, Query(item_id="i8")]
        batch = recommender.recommend_batch(others, 6)[1]
        alone = recommender.recommend(query, 6)
        assert _indices(batch) == _indices(alone)
        assert batch.notes == alone.notes
        for one, other in zip(batch, alone, strict=True):
            assert one.score == pytest.approx(other.score, rel=1e-4, abs=1e-6)

    def test_respects_filters_and_exclusions(self, recommender, query):
        filters = {"category": ["Tee", "Socks"], "price": {"max": 50}}
        answer = recommender.recommend(query, 5, filters=filters, exclude=("i2", "i3"))
        assert len(answer) == 5
        for item in _indices(answer):
            assert category_of(item) != "Dress"
            assert 10 + item <= 50
            assert item not in {2, 3}


class TestShopper:
    @pytest.mark.parametrize("number", range(10))
    @pytest.mark.parametrize(("kind", "parity"), [("a", 0), ("b", 1)])
    def test_gets_their_own_kind_and_what_they_miss(self, recommender, number, kind, parity):
        query = Query(user_id=f"{kind}{number}")
        filters = {"category": ["Dress", "Tee"]}  # socks bought before would come first
        missing = {i for i in held_out(number, parity) if category_of(i) != "Socks"}
        shown = _indices(recommender.recommend(query, len(missing) + 2, filters=filters))
        assert missing <= set(shown)

    def test_bought_items_return_only_if_bought_again(self, recommender, history):
        query = Query(user_id="a0")
        shown = set(_indices(recommender.recommend(query, 30)))
        row = history.row(history.user_ids.index("a0"))
        bought = set(history.item_index[row][history.n_purchases[row] > 0].tolist())
        assert {category_of(item) for item in shown & bought} == {"Socks"}

    def test_filter_viewed_off_shows_everything(self, recommender):
        answer = recommender.recommend(Query(user_id="a0"), N_ITEMS, filter_viewed=False)
        assert len(answer) == N_ITEMS - 1

    def test_live_events_turn_the_answer(self, recommender):
        even = recommender.recommend(Query(user_id="new", recent=("i10", "i14", "i22")), 6)
        odd = recommender.recommend(Query(user_id="new", recent=("i11", "i15", "i23")), 6)
        assert sum(item % 2 == 0 for item in _indices(even)) >= 5
        assert sum(item % 2 == 1 for item in _indices(odd)) >= 5

    def test_new_one_has_no_personal_score(self, recommender):
        answer = recommender.recommend(Query(user_id="stranger"))
        assert answer.notes == ("Shopper 'stranger' is new to this release.",)
        assert {product.personal_score for product in answer} == {0.0}
        assert {product.match_score for product in answer} == {0.0}

    def test_known_one_has_a_personal_score(self, recommender):
        answer = recommender.recommend(Query(user_id="a3"), 3)
        assert min(product.personal_score for product in answer) > 0.3


class TestWanted:
    def test_embedding_brings_its_kind(self, recommender):
        for parity in (0, 1):
            garment = recommender.detect(photo(parity), box=(0.1, 0.1, 0.6, 0.6))
            answer = recommender.recommend(Query(embedding=garment.embedding), 6)
            assert all(item % 2 == parity for item in _indices(answer))
            assert answer.garment is None

    def test_photo_is_named_without_a_search(self, recommender):
        assert recommender.detect(photo(0)).category == "Dress"
        with pytest.raises(ValueError, match="image must be a photo"):
            recommender.detect(None)

    def test_photo_brings_its_kind(self, recommender):
        for parity in (0, 1):
            answer = recommender.recommend(Query(image=photo(parity)), 6)
            assert all(item % 2 == parity for item in _indices(answer))
            assert answer.garment.category == "Dress"
            assert min(product.match_score for product in answer) > 0.5

    def test_phrase_brings_what_it_says(self, recommender):
        answer = recommender.recommend(Query(text="floral tee"), 4)
        assert all(item % 2 == 1 and category_of(item) == "Tee" for item in _indices(answer))
        assert answer.phrase.weights == {"floral": 1.0, "Tee": 1.0}

    def test_unwanted_attribute_sinks(self, recommender):
        plain = recommender.recommend(Query(text="striped dress"), 10)
        without = recommender.recommend(Query(text="striped dress no cotton"), 10)
        n_cotton = [sum(item % 4 < 2 for item in _indices(a)[:6]) for a in (plain, without)]
        assert n_cotton[1] < n_cotton[0]

    def test_phrase_corrects_the_photo(self, recommender):
        answer = recommender.recommend(Query(image=photo(0), text="socks"), 5)
        assert all(category_of(item) == "Socks" for item in _indices(answer))

    def test_similar_is_the_item_query(self, recommender):
        answer = recommender.similar("i4", 5)
        assert answer == recommender.recommend(Query(item_id="i4"), 5)
        assert 4 not in _indices(answer)
        assert all(item % 2 == 0 for item in _indices(answer))

    def test_item_itself_is_shown_if_viewed_ones_may_be(self, recommender):
        answer = recommender.recommend(Query(item_id="i20"), 5, filter_viewed=False)
        assert _indices(answer)[0] == 20


class TestTooFew:
    def test_backfill_is_named(self, recommender):
        filters = {"category": "Tee"}
        answer = recommender.recommend(Query(text="striped dress"), 15, filters=filters)
        filled = [p for p in answer if p.reasons[0].kind == "backfill"]
        assert len(answer) == 15
        assert all(category_of(item) == "Tee" for item in _indices(answer))
        assert filled == answer[-len(filled) :]
        assert f"{len(filled)} of 15 items only complete the list" in answer.notes[-1]

    def test_fewer_eligible_than_asked_are_all_shown(self, recommender):
        answer = recommender.recommend(Query(), 10, filters={"item_group_id": ["g0", "g1"]})
        assert sorted(_indices(answer)) == [0, 1, 6, 7]
        assert answer.notes == (
            "4 of 4 items only complete the list, by popularity.",
            "Only 4 items may be shown; 10 were asked for.",
        )

    def test_groups_repeat_to_reach_k(self, recommender):
        answer = recommender.recommend(Query(), 3, filters={"item_group_id": ["g0", "g1"]})
        shown = _indices(answer)
        assert len(shown) == 3
        assert {item % 6 for item in shown[:2]} == {0, 1}

    def test_filter_that_leaves_nothing_is_named(self, recommender):
        answer = recommender.recommend(Query(user_id="a0"), filters={"price": {"min": 900}})
        assert answer == []
        assert answer.notes == ("No item passes the filter 'price' ({'min': 900}).",)

    def test_everything_excluded(self, recommender, catalogue):
        answer = recommender.recommend(Query(), exclude=catalogue.item_ids.ids)
        assert answer == []
        assert answer.notes == ("No item is in stock and not excluded.",)

    def test_unknown_exclusions_are_noted(self, recommender):
        answer = recommender.recommend(Query(), exclude=["i1", "gone"])
        assert 1 not in _indices(answer)
        assert answer.notes == ("Excluded items not in this release: gone.",)


class TestRefused:
    @pytest.mark.parametrize("k", [0, -1, N_ITEMS + 1, 2.5, "10", True, None])
    def test_k_outside_the_catalogue(self, recommender, k):
        with pytest.raises(ValueError, match=f"from 1 to the catalogue's {N_ITEMS} items"):
            recommender.recommend(Query(), k)

    @pytest.mark.parametrize("exclude", ["i1", 5, None, [5], ["i1", ["i2"]], b"i1"])
    def test_exclude_that_is_no_sequence_of_ids(self, recommender, exclude):
        with pytest.raises(ValueError, match=r"sequence of item ids. Received: "):
            recommender.recommend(Query(), exclude=exclude)

    def test_unknown_item(self, recommender):
        with pytest.raises(UnknownItemError, match="i999"):
            recommender.similar("i999")

    def test_empty_phrase(self, recommender):
        with pytest.raises(ValueError, match="at least one word"):
            recommender.recommend(Query(text=" "))

    def test_parts_of_different_shops(self, catalogue, history):
        with pytest.raises(ReleaseError, match=r"same items.*history 60, factors 3"):
            Recommender(
                catalogue, history, Factors(np.zeros((3, 2), np.float32)), Ranker.blend_only("")
            )

    def test_no_queries(self, recommender):
        assert recommender.recommend_batch([]) == []


class TestColdShop:
    """A shop on its first day: no events, no photos, maybe nothing in stock."""

    def _recommender(self, items, embeddings=None):
        catalogue = Catalogue.from_items(items, VOCABULARY, embeddings=embeddings)
        history = History.from_events(empty_events(), catalogue.item_ids)
        factors = Factors(np.zeros((len(items), 4), np.float32))
        return Recommender(catalogue, history, factors, Ranker.blend_only("no events"))

    def test_home_page_is_backfilled(self):
        answer = self._recommender(shop_items()).recommend(Query(user_id="u"), 5)
        assert len(answer) == 5
        assert all(product.reasons[0].kind == "backfill" for product in answer)

    def test_item_query_needs_no_events(self):
        shop = self._recommender(shop_items(), shop_embeddings())
        assert all(item % 2 for item in _indices(shop.similar("i5", 5)))

    def test_live_events_without_factors(self):
        answer = self._recommender(shop_items()).recommend(Query(recent=("i1",)), 5)
        assert len(answer) == 5

    def test_nothing_in_stock(self):
        items = shop_items().assign(availability="out_of_stock")
        answer = self._recommender(items).recommend(Query(), 3)
        assert answer == []
        assert answer.notes == ("No item is in stock and not excluded.",)

    def test_one_item(self):
        shop = self._recommender(shop_items().iloc[:1])
        assert _indices(shop.recommend(Query(), 1)) == [0]
        assert shop.similar("i0", 1) == []

    def test_items_that_have_not_arrived_are_not_shown(self):
        items = shop_items()
        items.loc[items.index >= 10, "available_from"] = pd.Timestamp("2999-01-01", tz="UTC")
        shown = _indices(self._recommender(items).recommend(Query(), N_ITEMS))
        assert sorted(shown) == list(range(10))


class TestRelease:
    @pytest.fixture
    def releases_dir(self, recommender, history, factors, item_weights, tmp_path):
        for hour in (8, 9):

            def write_parts(folder):
                recommender.catalogue.save(folder)
                history.save(folder)
                factors.save(folder)
                item_weights.save(folder)
                recommender.ranker.save(folder)
                words = WordVectors(
                    ("striped", "tee"), np.eye(2, dtype=np.float32), np.ones(2, dtype=np.int64)
                )
                words.save(folder / WORD_VECTORS_FILE)

            release = write_release(
                tmp_path,
                write_parts,
                config={},
                metrics={},
                data_fingerprint="",
                now=pd.Timestamp(2026, 7, 6, hour, tz="UTC").to_pydatetime(),
            )
            publish(tmp_path, release.name)
        return tmp_path

    @pytest.mark.parametrize("query", [Query(user_id="a3"), Query(item_id="i5"), Query()])
    def test_answers_as_before_it_was_written(self, recommender, releases_dir, query):
        loaded = Recommender.load(releases_dir)
        assert loaded.recommend(query) == recommender.recommend(query)

    def test_completes_looks_as_before_it_was_written(self, recommender, releases_dir):
        loaded = Recommender.load(releases_dir)
        loaded.warm()
        found, before = (shop.complete("i5", user_id="a3") for shop in (loaded, recommender))
        # Sums of small matrices may differ in the last place from one array to the next.
        assert [(one.item_id, *(reason.text for reason in one.reasons)) for one in found] == [
            (one.item_id, *(reason.text for reason in one.reasons)) for one in before
        ]
        np.testing.assert_allclose(
            [one.score for one in found], [one.score for one in before], rtol=1e-5
        )

    def test_current_is_followed(self, releases_dir):
        first = Recommender.load(rollback(releases_dir)).manifest
        assert Recommender.load(releases_dir).manifest == first
        assert first.release_id.startswith("20260706T08")

    def test_without_network_refuses_photos(self, releases_dir):
        with pytest.raises(ReleaseError, match="no network"):
            Recommender.load(releases_dir).recommend(Query(image=photo(0)))

    def test_reads_phrases_with_its_word_vectors(self, releases_dir):
        answer = Recommender.load(releases_dir).recommend(Query(text="Striped tees"), 3)
        assert answer.phrase.weights == {"striped": 1.0, "Tee": 1.0}
        assert all(category_of(item) == "Tee" for item in _indices(answer))

    def test_changed_file_is_refused(self, releases_dir):
        release = Recommender.load(releases_dir).manifest.release_id
        with (releases_dir / release / "factors.npz").open("ab") as file:
            file.write(b"x")
        with pytest.raises(ReleaseError, match=r"factors.npz must have"):
            Recommender.load(releases_dir)

    @pytest.mark.parametrize("change", [{"n_items": 61}, {"vocabulary_fingerprint": "abc"}])
    def test_manifest_of_another_catalogue_is_refused(self, releases_dir, change):
        loaded = Recommender.load(releases_dir).manifest
        path = releases_dir / loaded.release_id / "manifest.json"
        path.write_text(replace(loaded, **change).to_json())
        with pytest.raises(ReleaseError, match=r"manifest.json must be of .* beside it; publish"):
            Recommender.load(releases_dir)

    def test_empty_folder_is_refused(self, tmp_path):
        with pytest.raises(ReleaseError, match="needs a published release"):
            Recommender.load(tmp_path)


def test_serving_imports_nothing_heavy():
    code = (
        "import sys; from modiste import Query, Recommender; "
        "heavy = {'tensorflow', 'keras', 'gensim', 'flask', 'sqlalchemy', 'sklearn', 'lightgbm'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=False, capture_output=True
    )
    assert result.returncode == 0, result.stderr.decode()


def test_threads_share_one_recommender(recommender):
    from concurrent.futures import ThreadPoolExecutor

    queries = [Query(user_id=f"a{n}") for n in range(10)] + [Query(item_id="i7")] * 10
    expected = [recommender.recommend(query) for query in queries]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(recommender.recommend, queries)) == expected


def test_detector_of_another_size_is_refused(recommender, catalogue, history, factors):
    class Wider(RedMeansEven):
        def detect(self, images, boxes=None):
            seen = super().detect(images, boxes)
            return [replace(one, embedding=np.ones(99, np.float32)) for one in seen]

    shop = Recommender(catalogue, history, factors, recommender.ranker, photo_reader=Wider())
    with pytest.raises(ValueError, match=r"shape \(16,\).*Received: \(99,\)"):
        shop.recommend(Query(image=photo(0)))
