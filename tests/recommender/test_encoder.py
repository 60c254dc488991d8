from __future__ import annotations

import numpy as np
import pytest
from checkerboard import BARE, RedMeansEven, WordByWord, photo

from modiste.errors import InvalidImageError, ReleaseError, UnknownItemError
from modiste.recommender.catalogue import Catalogue
from modiste.recommender.encoded_query import EncodedQuery
from modiste.recommender.encoder import QueryEncoder
from modiste.recommender.history_counts import BOUGHT_WEIGHT, RECENT_WEIGHT
from modiste.recommender.query import Query


@pytest.fixture(scope="module")
def encoder(catalogue, history):
    return QueryEncoder(catalogue, history, RedMeansEven(), WordByWord())


def _encoded(encoder, **fields):
    return encoder.encode([Query(**fields)])[0]


class TestShopper:
    def test_known_one_brings_history_oldest_first(self, encoder, history):
        query = _encoded(encoder, user_id="a0")
        assert query.user_index == history.user_ids.index("a0")
        assert (query.history % 2 == 0).all()
        row = history.row(query.user_index)
        assert (np.diff(history.last_days[row]) <= 0).all()
        assert len(query.purchased) == len(query.purchased_days) == len(query.purchased_counts)
        assert 52 not in query.purchased
        assert not query.has_content

    def test_unknown_one_is_new_and_noted(self, encoder):
        query = _encoded(encoder, user_id="stranger")
        assert query.user_index == -1
        assert query.history.size == 0
        assert query.notes == ("Shopper 'stranger' is new to this release.",)

    def test_recent_items_come_last_and_add_weight(self, encoder):
        before = _encoded(encoder, user_id="a0")
        first = int(before.history[0])
        after = _encoded(encoder, user_id="a0", recent=(f"i{first}", "i1"))
        assert after.history[-2:].tolist() == [first, 1]
        assert len(after.history) == len(before.history) + 1
        assert after.history_weights[-2] == pytest.approx(before.history_weights[0] + RECENT_WEIGHT)
        assert after.history_weights[-1] == RECENT_WEIGHT
        assert after.purchased.tolist() == before.purchased.tolist()

    def test_what_was_bought_since_is_a_purchase_of_today(self, encoder):
        before = _encoded(encoder, user_id="a0")
        again = int(before.purchased[0])
        after = _encoded(encoder, user_id="a0", recent=("i3",), bought=(f"i{again}", "i1", "i1"))
        assert after.history[-3:].tolist() == [3, again, 1]
        assert after.purchased[-2:].tolist() == [again, 1]
        assert len(after.purchased) == len(before.purchased) + 1
        assert after.purchased_counts[-2:].tolist() == [before.purchased_counts[0] + 1, 2]
        assert after.purchased_days[-2:].tolist() == [0, 0]
        np.testing.assert_array_equal(after.purchased_days[:-2], before.purchased_days[1:])
        assert after.history_weights[-1] == 2 * BOUGHT_WEIGHT
        assert after.purchased.dtype == np.int32
        assert after.purchased_days.dtype == after.purchased_counts.dtype == np.float32
        someone = _encoded(encoder, bought=("i4",))
        assert someone.purchased.tolist() == someone.history.tolist() == [4]

    def test_unknown_recent_items_are_noted(self, encoder):
        query = _encoded(encoder, recent=("i1", "gone", "i3"), bought=("lost",))
        assert query.history.tolist() == [1, 3]
        assert query.notes == (
            "Recent items not in this release: gone.",
            "Bought items not in this release: lost.",
        )

    def test_nobody(self, encoder):
        query = _encoded(encoder)
        assert query.user_index == query.item_index == -1
        assert query.embedding is query.attributes is query.categories is None


class TestItem:
    def test_brings_its_own_numbers(self, encoder, catalogue):
        query = _encoded(encoder, item_id="i4", user_id="a0")
        assert query.item_index == 4
        np.testing.assert_array_equal(query.embedding, catalogue.embeddings[4])
        assert query.attributes.tolist() == [1, 0, 1, 0]
        assert query.categories.tolist() == [0, 0, 1]
        assert query.history.size > 0

    def test_without_photo_or_category(self, encoder):
        query = _encoded(encoder, item_id=f"i{BARE}")
        assert query.embedding is None
        assert not query.has_content

    def test_unknown_is_an_error(self, encoder):
        with pytest.raises(UnknownItemError, match="Received: 'i999'"):
            _encoded(encoder, item_id="i999")


class TestPhoto:
    def test_brings_what_the_network_saw(self, encoder):
        query = _encoded(encoder, image=photo(0))
        assert query.embedding[0] == 1.0
        assert query.attributes.tolist() == [pytest.approx(0.9), 0, 0, 0]
        assert query.categories.tolist() == pytest.approx([0.8, 0.15, 0.05])
        assert query.garment.category == "Dress"

    def test_what_is_ignored_of_it_is_not_wanted(self, encoder, catalogue):
        whole = _encoded(encoder, image=photo(0))
        name = next(iter(whole.garment.attributes))
        ignored = (whole.garment.category, name)
        encoded = _encoded(encoder, image=photo(0), ignored=ignored)
        # It is told all the same.
        assert encoded.garment.attributes == whole.garment.attributes
        changed = encoded.attributes != whole.attributes
        assert changed.tolist() == [one == name for one in catalogue.vocabulary.attributes]
        assert encoded.attributes[changed].tolist() == [0.0]
        place = catalogue.vocabulary.category_index[whole.garment.category]
        assert encoded.categories[place] == 0.0 < whole.categories[place]
        with pytest.raises(ValueError, match=r"ignored must name .* Received: 'zigzag'"):
            _encoded(encoder, image=photo(0), ignored=("zigzag",))

    def test_batch_of_photos_keeps_its_order(self, encoder):
        queries = [Query(image=photo(0)), Query(text="tee"), Query(image=photo(1))]
        seen = [query.embedding for query in encoder.encode(queries)]
        assert seen[1] is None
        assert [seen[0].argmax(), seen[2].argmax()] == [0, 1]

    def test_boxes_reach_the_network(self, catalogue, history):
        class Recorder(RedMeansEven):
            boxes = None

            def detect(self, images, boxes=None):
                Recorder.boxes = boxes
                return super().detect(images, boxes)

        box = (0.0, 0.0, 0.5, 0.5)
        QueryEncoder(catalogue, history, Recorder()).encode(
            [Query(image=photo(0), box=box), Query(image=photo(1))]
        )
        assert Recorder.boxes == [box, None]

    def test_that_cannot_be_read(self, encoder):
        with pytest.raises(InvalidImageError):
            _encoded(encoder, image=b"not a photo")

    def test_needs_a_network(self, catalogue, history):
        with pytest.raises(ReleaseError, match="no network"):
            _encoded(QueryEncoder(catalogue, history), image=photo(0))


class TestEmbedding:
    def test_is_what_the_photo_would_be_to_the_visual_source(self, encoder):
        seen = _encoded(encoder, image=photo(1))
        told = _encoded(encoder, embedding=seen.embedding.tolist())
        np.testing.assert_allclose(told.embedding, seen.embedding, rtol=1e-6)
        assert told.garment is None
        assert told.attributes is None
        assert told.wants_something

    def test_of_another_size_is_refused(self, encoder, catalogue):
        size = catalogue.embeddings.shape[1]
        with pytest.raises(ValueError, match=f"{size} numbers. Received: {size + 1}"):
            _encoded(encoder, embedding=[1.0] * (size + 1))

    def test_needs_a_release_with_embeddings(self, catalogue, history):
        blind = Catalogue.from_items(catalogue.items, catalogue.vocabulary)
        with pytest.raises(ReleaseError, match="by its looks"):
            _encoded(QueryEncoder(blind, history), embedding=[1.0])

    def test_overrules_the_items_looks(self, encoder):
        query = _encoded(encoder, item_id="i0", embedding=[0.0, 1.0] + [0.0] * 14)
        assert query.embedding.argmax() == 1
        assert query.attributes.any()


class TestPhrase:
    def test_brings_weights(self, encoder):
        query = _encoded(encoder, text="red striped dress")
        assert query.attributes.tolist() == [1, 0, 0, 1]
        assert query.categories.tolist() == [1, 0, 0]
        assert query.embedding is None
        assert query.has_content

    def test_words_not_understood_are_noted(self, encoder):
        query = _encoded(encoder, text="red frobnicated dress")
        assert query.notes == ("Words not understood: frobnicated.",)

    def test_of_unknown_words_only_has_no_content(self, encoder):
        assert not _encoded(encoder, text="qwerty").has_content

    @pytest.mark.parametrize("text", ["", "  \n"])
    def test_empty_is_an_error(self, encoder, text):
        with pytest.raises(ValueError, match="at least one word"):
            _encoded(encoder, text=text)

    def test_needs_word_vectors(self, catalogue, history):
        with pytest.raises(ReleaseError, match="no word vectors"):
            _encoded(QueryEncoder(catalogue, history), text="dress")

    def test_adds_to_the_photo(self, encoder):
        query = _encoded(encoder, image=photo(0), text="cotton no striped")
        assert query.attributes.tolist() == pytest.approx([-2, 0, 2, 0])
        assert query.refinement.removed == ("striped",)
        assert query.refinement.added == ("cotton",)
        assert query.embedding is not None

    def test_category_in_words_overrules_the_photos(self, encoder):
        query = _encoded(encoder, image=photo(0), text="tee")
        assert query.categories.tolist() == [0, 1, 0]

    def test_category_to_avoid_takes_from_the_photos(self, encoder):
        query = _encoded(encoder, image=photo(0), text="no dress")
        assert query.categories.tolist() == pytest.approx([-0.2, 0.15, 0.05])


def test_has_content_needs_a_number_above_nothing():
    assert not EncodedQuery(attributes=np.zeros(4, np.float32)).has_content
    assert EncodedQuery(categories=np.array([0, 1], np.float32)).has_content
