from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modiste.recommender.query import Query, Seen


@pytest.mark.parametrize("image", [5, ["a.jpg"], True, object()])
def test_image_of_a_wrong_type_is_refused(image):
    with pytest.raises(ValueError, match=f"image must be .*Received: {type(image).__name__}"):
        Query(image=image)


@pytest.mark.parametrize("image", [bytearray(b"photo"), memoryview(b"photo")])
def test_image_buffers_become_bytes(image):
    query = Query(image=image)
    assert query.image == b"photo"
    assert isinstance(query.image, bytes)


@pytest.mark.parametrize(
    "image", [b"photo", "a.jpg", Path("a.jpg"), np.zeros((16, 16, 3), np.uint8), None]
)
def test_images_are_kept_as_they_are(image):
    assert Query(image=image).image is image


@pytest.mark.parametrize(
    "embedding",
    [
        [],
        "0.5",
        [[0.5]],
        [0.0, 0.0],
        [1.0, float("nan")],
        [float("inf")],
        ["x"],
        [1, [2]],
        [10**400],
    ],
)
def test_an_embedding_must_be_finite_numbers(embedding):
    with pytest.raises(ValueError, match=r"embedding must be .*Received: "):
        Query(embedding=embedding)


@pytest.mark.parametrize("embedding", [[3.0, 4.0], (3, 4), np.array([3e300, 4e300])])
def test_an_embedding_is_brought_to_length_1(embedding):
    kept = Query(embedding=embedding).embedding
    assert kept.dtype == np.float32
    np.testing.assert_allclose(kept, [0.6, 0.8], rtol=1e-6)


def test_an_embedding_takes_the_place_of_a_photo():
    with pytest.raises(ValueError, match="Received: both"):
        Query(image=b"photo", embedding=[1.0])
    with pytest.raises(ValueError, match="box needs the image"):
        Query(box=(0, 0, 1, 1), embedding=[1.0])


def test_what_was_seen_comes_beside_its_embedding():
    seen = Seen({"Dress": 0.9}, {"striped": 0.8})
    assert Query(embedding=[1.0], seen=seen).seen == seen
    with pytest.raises(ValueError, match="Received: no embedding"):
        Query(seen=seen)


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_what_was_seen_has_scores_between_0_and_1(score):
    with pytest.raises(ValueError, match="category_scores must be scores"):
        Seen({"Dress": score})
