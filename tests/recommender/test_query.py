from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modiste.recommender.query import Query


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
