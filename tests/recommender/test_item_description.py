"""What is read of an item: the photo by the network, the texts only where the shop says nothing."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from checkerboard import VOCABULARY, RedMeansEven, photo
from PIL import Image
from scipy import sparse

from modiste.data.vocabulary import Vocabulary
from modiste.recommender.item_description import (
    COLOUR_TYPE,
    Description,
    ItemReader,
    Undescribed,
    merged_attributes,
)


def png(parity: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo(parity)).save(file, "PNG")
    return file.getvalue()


def test_photo_and_texts_are_read() -> None:
    reader = ItemReader(VOCABULARY, RedMeansEven())
    items = [
        Undescribed("Striped cotton dress", photo=png(0)),
        Undescribed("Striped cotton dress", category="Tee", attributes=("red",), photo=png(1)),
        Undescribed("A tee", "Floral all over."),
        Undescribed("Nothing to go by"),
    ]
    striped, given, bare, nothing = reader.describe(items)
    assert (striped.category, striped.attributes) == ("Dress", ("striped", "cotton"))
    assert striped.seen == {"striped": pytest.approx(0.9)}
    assert striped.embedding.dtype == np.float16
    assert striped.embedding[0] == 1.0
    assert (given.category, given.attributes) == (None, None)
    assert given.seen == {"floral": pytest.approx(0.9)}
    assert (bare.category, bare.attributes, bare.embedding) == ("Tee", ("floral",), None)
    assert nothing == Description()


def test_a_photo_that_cannot_be_used_costs_no_other_item_its_description() -> None:
    items = [Undescribed("A dress", photo=png(0)[:60]), Undescribed("A tee", photo=png(1))]
    bad, good = ItemReader(VOCABULARY, RedMeansEven()).describe(items)
    assert bad.embedding is None
    assert "truncated" in bad.error
    assert bad.category == "Dress"
    assert good.error is None
    assert good.embedding is not None
    # Where there is no network, nobody looks at photos.
    assert ItemReader(VOCABULARY).describe(items[:1])[0].error is None


def test_numbers_that_are_none_are_told() -> None:
    class Broken(RedMeansEven):
        def detect(self, images, boxes=None):
            found = super().detect(images, boxes)
            return [replace(one, embedding=one.embedding * np.nan) for one in found]

    (found,) = ItemReader(VOCABULARY, Broken()).describe([Undescribed("x", photo=png(0))])
    assert "finite" in found.error
    assert found.embedding is None


def test_a_shop_knows_its_colours_and_the_best_score_counts() -> None:
    vocabulary = Vocabulary.from_pairs(
        [("Dress", "full")], [("red", COLOUR_TYPE), ("navy", COLOUR_TYPE), ("striped", "texture")]
    )
    listed = sparse.csr_matrix(np.array([[1, 0, 0], [0, 0, 1]], dtype=np.float32))
    seen = [(0, 1, 0.9), (0, 2, 0.4), (0, 2, 0.6), (1, 1, 0.7), (1, 2, 0.5)]
    merged = merged_attributes(listed, seen, vocabulary).toarray()
    np.testing.assert_allclose(merged, [[1, 0, 0.6], [0, 0.7, 1]])
    assert merged_attributes(listed, [], vocabulary) is listed
